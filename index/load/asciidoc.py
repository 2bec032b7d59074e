"""AsciiDoc (`.adoc`): headings, paragraphs, lists, tables and code as a page shows them; nothing is included."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from index.load.asciidoc_inline import shown
from index.load.asciidoc_tables import table_pieces_of
from index.load.builder import Piece, TextBuilder
from index.load.dates import from_text
from index.load.encoding import decode
from index.load.language import language_of
from index.load.normalise import normalise
from index.load.title import title_of
from index.records import Loaded

HEADING = re.compile(r"(={1,6}|#{1,6})\s+(\S.*)")
ATTRIBUTE = re.compile(r":(!?[\w-]+!?):(?:\s+(.*))?")
ANCHOR = re.compile(r"\[\[([\w:.-]+)(?:,[^\]]*)?\]\]|\[#([\w:.-]+)[^\]]*\]")
BLOCK_LINE = re.compile(r"\[[^\[\]]*\]|\[\[[^\]]*\]\]")
CAPTION = re.compile(r"\.([^\s.].*)")
ITEM = re.compile(r"\s*(\*{1,6}|-|\.{1,6}|\d{1,4}\.|<(?:\d+|\.)>)\s+(\S.*)")
TERM = re.compile(r"\s*(\S.*?)(:{2,4}|;;)(?:\s+(.*))?")
ADMONITION = re.compile(r"(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION): (?=\S)")
UNSEEN = re.compile(r"//(?!/).*|(?:include|image|video|audio|toc|ifdef|ifndef|ifeval|endif)::.*|'{3,}|<{3,}|-{3}|\*{3}")
FENCE = re.compile(r"(-{4,}|\.{4,}|={4,}|\*{4,}|_{4,}|\+{4,}|/{4,}|--|`{3,}).*|([|,:!]={3,})")
CODE_STYLE = re.compile(r"\[(?:source|listing|literal|%?\w*stem|latexmath|plantuml|mermaid|graphviz)\b")
DATE = re.compile(r"(?:v?[\w.]+,\s*)?(\d{4}-\d\d-\d\d)\b")
OPEN = "=*_-"  # fences whose content is read like the text around them


@dataclass(slots=True)
class Reader:
    """Where the walk over the lines stands."""

    lines: list[str]
    position: int = 0
    attributes: dict[str, str] = field(default_factory=dict)
    anchor: str = ""
    style: str = ""  # the last line in square brackets
    term: str = ""
    list_level: int = -1
    markers: list[str] = field(default_factory=list)  # of the lists around, outermost first
    numbers: list[int] = field(default_factory=list)
    date: str = ""
    fences: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        """The line to read next."""
        return self.lines[self.position]

    def shown(self, text: str) -> str:
        """A run of text as a page shows it."""
        return shown(text, self.attributes)


def load(data: bytes, name: str) -> Loaded:
    """The blocks of an AsciiDoc file."""
    reader = Reader(normalise(decode(data)).split("\n"))
    builder = TextBuilder()
    builder.extend(_pieces(reader))
    return builder.build(
        title_of("", name, builder.first_heading()),
        language=language_of(builder.sample(), reader.attributes.get("lang")),
        modified=from_text(reader.attributes.get("revdate") or reader.date),
    )


def _pieces(reader: Reader) -> Iterator[Piece]:
    while reader.position < len(reader.lines):
        line = reader.line.rstrip()
        fence = FENCE.fullmatch(line)
        if not line.strip() or line == "+":
            reader.position += 1
        elif reader.fences and line == reader.fences[-1]:
            reader.fences.pop()
            reader.position += 1
        elif fence:
            yield from _fenced(reader, line, fence)
        elif UNSEEN.fullmatch(line) or _is_attribute(reader, line) or _is_block_line(reader, line):
            reader.position += 1
        else:
            yield from _text(reader, line)


def _text(reader: Reader, line: str) -> Iterator[Piece]:
    """A heading, an item, a caption, or a paragraph."""
    heading, caption = HEADING.fullmatch(line), CAPTION.fullmatch(line)
    item, term = ITEM.fullmatch(line), TERM.fullmatch(line)
    if heading and not reader.fences:
        reader.position += 1
        yield Piece(
            "heading", reader.shown(heading[2].rstrip("= ")), level=max(1, len(heading[1]) - 1), anchor=reader.anchor
        )
        if len(heading[1]) == 1 and reader.position < 10:
            _header(reader)
        _end_list(reader)
    elif item:
        yield _item(reader, item)
    elif term and "://" not in term[1]:
        reader.position += 1
        reader.term = reader.shown(term[1])
        yield Piece("item", reader.term, first=True)
        if term[3]:
            yield Piece("item", reader.shown(f"{term[3]}\n{_rest(reader)}"), context=reader.term)
            reader.term = ""
    elif caption:
        reader.position += 1
        yield Piece("prose", reader.shown(caption[1]))
    else:
        yield from _paragraph(reader, line)
    reader.style = reader.anchor = ""


def _paragraph(reader: Reader, line: str) -> Iterator[Piece]:
    continued = reader.position > 0 and reader.lines[reader.position - 1].strip() == "+"
    code = CODE_STYLE.match(reader.style) or (line.startswith((" ", "\t")) and not reader.term)
    raw = _raw_rest(reader)
    if code:
        yield Piece("code", raw)
        return
    text = reader.shown(ADMONITION.sub("", raw))
    if reader.term:
        yield Piece("item", text, context=reader.term)
        reader.term = ""
    elif continued and reader.markers:
        yield Piece("item", text, len(reader.markers) - 1)
    else:
        _end_list(reader)
        yield Piece("prose", text)


def _item(reader: Reader, match: re.Match[str]) -> Piece:
    """An item of a list, as deep as its marker stands among those of the lists around it."""
    marker = re.sub(r"\d+", "1", match[1])
    first = marker not in reader.markers
    if not first:
        depth = reader.markers.index(marker)
        del reader.markers[depth + 1 :], reader.numbers[depth + 1 :]
    else:
        reader.markers.append(marker)
        reader.numbers.append(0)
    reader.numbers[-1] += 1
    reader.position += 1
    text = re.sub(r"\A\[[ xX*]\]\s+", "", f"{match[2]}\n{_rest(reader)}")
    numbered = marker[0] in ".1<"
    shown_marker = f"{reader.numbers[-1]}. " if numbered else "- "
    return Piece("item", reader.shown(text.strip()), len(reader.markers) - 1, marker=shown_marker, first=first)


def _end_list(reader: Reader) -> None:
    reader.markers, reader.numbers, reader.term = [], [], ""


def _rest(reader: Reader) -> str:
    """The lines that go on with an item or a term."""
    lines = []
    while reader.position < len(reader.lines):
        line = reader.line.rstrip()
        ends = not line.strip() or line == "+" or ITEM.fullmatch(line) or TERM.fullmatch(line) or FENCE.fullmatch(line)
        if ends or _is_block_line(reader, line) or CAPTION.fullmatch(line):
            break
        if not UNSEEN.fullmatch(line):
            lines.append(line.strip())
        reader.position += 1
    return "\n".join(lines)


def _raw_rest(reader: Reader) -> str:
    """The lines of a paragraph as they are written, at least one."""
    first = reader.position
    reader.position += 1
    while reader.position < len(reader.lines):
        line = reader.line.rstrip()
        if (
            not line.strip()
            or line == "+"
            or FENCE.fullmatch(line)
            or BLOCK_LINE.fullmatch(line)
            or line in reader.fences
        ):
            break
        reader.position += 1
    lines = (line for line in reader.lines[first : reader.position] if not UNSEEN.fullmatch(line.rstrip()))
    return "\n".join(lines)


def _fenced(reader: Reader, line: str, fence: re.Match[str]) -> Iterator[Piece]:
    """What stands between two fences: a table, code, nothing for a comment, else text like that around it."""
    mark = fence[2] or (line if not line.startswith("`") else fence[1])
    is_code = bool(CODE_STYLE.match(reader.style)) or mark[0] in ".`+" or (mark.startswith("----"))
    if mark[0] in OPEN and not is_code:
        reader.fences.append(mark)
        reader.position += 1
        return
    start = reader.position + 1
    end = next((at for at in range(start, len(reader.lines)) if reader.lines[at].rstrip() == mark), len(reader.lines))
    inside = reader.lines[start:end]
    reader.position = end + 1
    if fence[2]:
        yield from table_pieces_of(inside, mark, reader.style, reader.attributes)
    elif mark[0] != "/":
        yield Piece("code", "\n".join(re.sub(r"\s*(?://|#|--|;;)?\s*<(?:\d+|\.)>\s*$", "", one) for one in inside))
    reader.style = ""


def _header(reader: Reader) -> None:
    """Passes over the lines of authors and revision below a document's title, keeping the date."""
    for _ in range(2):
        if reader.position >= len(reader.lines) or not reader.line.strip() or ATTRIBUTE.fullmatch(reader.line.rstrip()):
            return
        date = DATE.match(reader.line)
        reader.date = reader.date or (date[1] if date else "")
        if date or re.fullmatch(r"[^<>.]{2,80}(?:<[^<>\s]+>)?(?:;.*)?", reader.line.strip()):
            reader.position += 1


def _is_attribute(reader: Reader, line: str) -> bool:
    match = ATTRIBUTE.fullmatch(line)
    if match:
        reader.attributes[match[1].strip("!").lower()] = reader.shown(match[2] or "")[:500]
    return bool(match)


def _is_block_line(reader: Reader, line: str) -> bool:
    if not BLOCK_LINE.fullmatch(line):
        return False
    anchor = ANCHOR.fullmatch(line)
    if anchor:
        reader.anchor = anchor[1] or anchor[2]
    reader.style = line if not line.startswith("[[") else reader.style
    return True
