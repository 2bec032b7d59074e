"""Pages: documents of a folder as wiki pages, in the markup of MediaWiki and of DokuWiki.

A page's text is the document's stored text. It is escaped, so that none of it turns into markup: what is a heading, a
list or a table on the page was one in the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from index.errors import LoadError
from index.load.folder import find_files
from index.load.rows import BETWEEN
from index.load.worker import LoadWorker
from index.records import Block, Loaded
from index.sources import ignored_below

ORDERED = re.compile(r"\s*\(?(\d+|[a-z])[.)]\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """A heading (`level` from 2), paragraph, code block, list item or table of a page.

    A table's `rows` begin with its header, empty cells where it has none.
    """

    kind: str  # heading, prose, code, item, table
    text: str = ""
    level: int = 0
    ordered: bool = False
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class WikiPage:
    """A page: its title, a short name for addresses, and its parts in reading order."""

    title: str
    name: str
    parts: tuple[Part, ...]


def pages_of(folder: Path) -> list[WikiPage]:
    """One page per document of the folder, by file name; files that no loader reads are left out."""
    pages = []
    with LoadWorker() as worker:
        for file in find_files(folder, ignored_below(folder)).files:
            try:
                loaded = worker.load(folder / file, within=folder)
            except LoadError:
                continue
            pages.append(WikiPage(loaded.title, Path(file).stem, tuple(_parts(loaded))))
    return pages


def _parts(loaded: Loaded) -> Iterator[Part]:
    levels = {heading.start: heading.level for heading in loaded.headings if not _is_title(loaded, heading.start)}
    depth = {level: place for place, level in enumerate(sorted(set(levels.values())), 2)}
    end = 0
    for is_row, run in groupby(loaded.blocks, lambda block: block.kind == "row"):
        blocks = list(run)
        if is_row:
            yield Part("table", rows=_table(loaded, blocks))
        else:
            for block in blocks:
                marker, text = loaded.text[end : block.start].lstrip("\n"), loaded.text[block.start : block.end]
                end = block.end
                if block.kind != "heading":
                    item = block.kind == "item" or bool(marker.strip())
                    kind = "code" if block.kind == "code" else "item" if item else "prose"
                    yield Part(kind, text, ordered=bool(ORDERED.match(marker)))
                elif block.start in levels:
                    yield Part("heading", text, level=min(6, depth[levels[block.start]]))
        end = blocks[-1].end


def _is_title(loaded: Loaded, start: int) -> bool:
    first = loaded.headings[0]
    return start == first.start and first.text == loaded.title


def _table(loaded: Loaded, rows: Sequence[Block]) -> tuple[tuple[str, ...], ...]:
    """The rows under one header. A row names its own cells and lacks the empty ones, so its header tells where they
    stand."""
    lines = [(row.context.split(BETWEEN), loaded.text[row.start : row.end].split(BETWEEN)) for row in rows]
    header = max((names for names, _ in lines), key=len)
    for names, _ in lines:
        header = header + [name for name in names if name not in header]
    if header == [""] or any(len(names) != len(cells) or len(set(names)) < len(names) for names, cells in lines):
        width = max(len(cells) for _, cells in lines)
        return ("",) * width, *((*cells, *[""] * (width - len(cells))) for _, cells in lines)
    named = [dict(zip(names, cells, strict=True)) for names, cells in lines]
    return tuple(header), *(tuple(cells.get(name, "") for name in header) for cells in named)


# MediaWiki. A character reference is text and never markup, in a heading as well as in a table.
WIKITEXT_MARKUP = re.compile(
    r"""[&<>\[\]{}|~_=]  |  '(?=')  |  (?<=')'  |  :(?=\S)  |  ^[*\#:;!+\- ]  |  (?<=\n)[*\#:;!+\- ]
    |  \b(?:RFC|PMID|ISBN)(?=\s)  |  !(?=!)  |  (?<=!)!  |  \t  |  (?<=\s)[ ]""",
    re.VERBOSE,
)

NO_LETTERS = re.compile("[\x7f\ufffe\uffff]")  # the first is MediaWiki's own mark, the others are in no HTML


def wikitext(page: WikiPage) -> str:
    """The page in MediaWiki's markup; its title is not in it, as MediaWiki shows it itself."""
    lines = []
    for part in page.parts:
        line = escape_wikitext(part.text.replace("\n", " "))
        if part.kind == "heading":
            marks = "=" * part.level
            lines.append(f"\n{marks} {line} {marks}\n")
        elif part.kind == "item":
            lines.append(("# " if part.ordered else "* ") + line)
        elif part.kind == "table":
            header, *rows = part.rows
            named = ["! " + " !! ".join(map(escape_wikitext, header))] if any(header) else []
            cells = ["|-\n| " + " || ".join(map(escape_wikitext, row)) for row in rows]
            lines.append("\n".join(['\n{| class="wikitable"', *named, *cells, "|}\n"]))
        elif part.kind == "code":
            lines.append(f"\n<pre>{escape_wikitext(part.text)}</pre>\n")
        else:
            lines.append("\n" + escape_wikitext(part.text).replace("\n", "<br>") + "\n")
    return _joined(lines)


def escape_wikitext(text: str) -> str:
    """The text as MediaWiki's markup that shows it and nothing else."""
    return WIKITEXT_MARKUP.sub(lambda match: "".join(f"&#{ord(one)};" for one in match[0]), NO_LETTERS.sub("", text))


# DokuWiki knows no character references: a word that could be markup goes between two %%.
PLAIN_WORD = re.compile(r"""[("‘“]?[^\W_]+(?:['’.,-][^\W_]+)*[.,;:!?)"’”]{0,2}""")
CONVERTED = re.compile(r"\((?:c|r|tm)\)|\b\d+x\d+\b|\b(?:www|ftp)\.|\b(?:FIXME|DELETEME)\b", re.IGNORECASE)


def dokuwiki_text(page: WikiPage) -> str:
    """The page in DokuWiki's markup, its title as the first heading."""
    lines = [f"====== {_heading(page.title)} ======"]
    for part in page.parts:
        if part.kind == "heading":
            marks = "=" * max(2, 7 - part.level)
            lines.append(f"\n{marks} {_heading(part.text)} {marks}\n")
        elif part.kind == "item":
            lines.append(("  - " if part.ordered else "  * ") + escape_dokuwiki(part.text.replace("\n", " ")))
        elif part.kind == "table":
            header, *rows = part.rows
            named = [_row("^", header)] if any(header) else []
            lines.append("\n".join(["", *named, *(_row("|", row) for row in rows), ""]))
        elif part.kind == "code":
            lines.append("\n" + _code(part.text) + "\n")
        else:
            lines.append("\n" + "\\\\ ".join(map(escape_dokuwiki, part.text.split("\n"))) + "\n")
    return _joined(lines)


def escape_dokuwiki(text: str) -> str:
    """One line of text as DokuWiki's markup that shows it and nothing else, but for curled quotes."""
    return " ".join(map(_word, text.split()))


def _word(word: str) -> str:
    if PLAIN_WORD.fullmatch(word) and not CONVERTED.search(word):
        return word
    pieces = [piece for piece in re.split("(%%+)", word) if piece]
    return "".join(f"<nowiki>{one}</nowiki>" if one.startswith("%%") else f"%%{one}%%" for one in pieces)


def _heading(text: str) -> str:
    """A heading's text: no markup means anything in it, but for the signs that end it."""
    return re.sub("={2,}", "=", text.replace("\n", " ")).strip("= ")


def _row(mark: str, cells: Sequence[str]) -> str:
    return mark + mark.join(f" {escape_dokuwiki(cell)} " if cell else "  " for cell in cells) + mark


def _joined(lines: Sequence[str]) -> str:
    """The lines, with at most one empty line between them."""
    return re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


def _code(text: str) -> str:
    for tag in ("code", "file"):
        if f"</{tag}>" not in text:
            return f"<{tag}>\n{text}\n</{tag}>"
    return "\n\n".join(map(escape_dokuwiki, text.split("\n")))
