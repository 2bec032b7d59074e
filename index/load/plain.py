"""Plain text (`.txt`): paragraphs, headings, lists and indented code, found by how their lines stand."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from index.load.builder import Piece, TextBuilder
from index.load.encoding import decode
from index.load.language import language_of
from index.load.lines import BULLET, Chunk, ends_sentence, had_room, join_wrapped, paragraphs, wrap_width
from index.load.normalise import is_visible, normalise
from index.load.plain_headings import HEADING_CHARACTERS, is_heading, level_of
from index.load.rows import table_pieces
from index.load.title import first_words, is_telling, title_of
from index.records import Loaded

BULLETS_ALONE = frozenset("•◦▪‣·●○■")  # a single line behind one of these is a mark, not a list; a dash may be speech
UNDERLINE = re.compile(r"\s*([=\-~#*])\1{2,}\s*$")
CODE_CHARACTERS = frozenset("{}()[];=<>_/\\|$#&@`")
CODE_SHARE = 0.06  # of the visible characters; prose has about .02


def load(data: bytes, name: str) -> Loaded:
    """The blocks and headings of a plain text file."""
    builder = TextBuilder()
    builder.extend(pieces(decode(data)))
    heading = builder.first_heading()
    title = title_of("", name, heading) if heading or is_telling(name) else first_words(builder.sample())
    return builder.build(title, language=language_of(builder.sample()))


def pieces(text: str) -> Iterator[Piece]:
    """The pieces of a plain text in reading order."""
    lines = textwrap.dedent(normalise(text).expandtabs(4) if _is_indented(text) else normalise(text)).split("\n")
    width = wrap_width(lines)
    chunks = list(_chunks(lines) if width else _single_lines(_chunks(lines)))
    alone = _alone_bullets(chunks)
    for position, chunk in enumerate(chunks):
        following = _following(chunks, position)
        if position in alone:
            yield Piece("prose", chunk.first)
        elif _is_code(chunk):
            yield Piece("code", "\n".join(chunk.lines))
        elif len(chunk.lines) == 1 and is_heading(chunk.first, following, is_first=position == 0):
            yield Piece("heading", chunk.first, level=level_of(chunk.first, position))
        else:
            yield from _body(chunk, following, width, position)


def _chunks(lines: Sequence[str]) -> Iterator[Chunk]:
    group: list[str] = []
    for line in lines:
        if is_visible(line):
            group.append(line.rstrip())
        elif group:
            yield Chunk(tuple(group))
            group = []
    if group:
        yield Chunk(tuple(group))


def _single_lines(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    """In text that is not wrapped each line is a chunk of its own, with the lines that go on with it; code and tables
    stay."""
    for chunk in chunks:
        if _is_code(chunk) or _is_table(chunk.lines):
            yield chunk
            continue
        group: list[str] = []
        for line in chunk.lines:
            goes_on = line[0].isspace() or line[0].islower() or UNDERLINE.fullmatch(line)
            if group and (not goes_on or BULLET.match(line)):
                yield Chunk(tuple(group))
                group = []
            group.append(line)
        yield Chunk(tuple(group))


def _body(chunk: Chunk, following: Chunk | None, width: int, position: int) -> Iterator[Piece]:
    """A chunk's pieces: heading lines on its top, its rows, its list items and the paragraphs between them."""
    lines = list(chunk.lines)
    if len(lines) > 1 and UNDERLINE.fullmatch(lines[1]) and len(lines[0].strip()) <= HEADING_CHARACTERS:
        yield Piece("heading", lines[0], level=1 if "=" in lines[1] else 2)
        lines = lines[2:]
    elif (
        len(lines) > 1
        and not width
        and len(lines[1]) > 2 * HEADING_CHARACTERS
        and is_heading(chunk.first, Chunk((lines[1],)))
    ):
        yield Piece("heading", lines[0], level=level_of(chunk.first, position))
        lines = lines[1:]
    if _is_table(lines):
        yield from table_pieces([re.split(r"\t+", line.strip()) for line in lines])
        return
    yield from _items_and_paragraphs([line for line in lines if not UNDERLINE.fullmatch(line)], width)


def _items_and_paragraphs(lines: Sequence[str], width: int) -> Iterator[Piece]:
    prose: list[str] = []
    item: Piece | None = None
    before = ""
    for line in lines:
        match = BULLET.match(line)
        if match and _starts_item(match, prose, item is not None, width):
            yield from (Piece("prose", text) for text in paragraphs(prose, width))
            if item:
                yield item
            prose, item = [], Piece("item", match["text"], len(match["indent"]) // 2, marker=match["marker"] + " ")
        elif item and _continues(before, line, width):
            item = Piece("item", join_wrapped(item.text, line.strip()), item.level, marker=item.marker)
        else:
            if item:
                yield item
            item = None
            prose.append(line)
        before = line
    if item:
        yield item
    yield from (Piece("prose", text) for text in paragraphs(prose, width))


def _starts_item(match: re.Match[str], prose: Sequence[str], in_list: bool, width: int) -> bool:
    """False for a wrapped line that only happens to begin like an item: a dash or `19.` in the middle of a sentence."""
    if in_list or not prose:
        return True
    is_short = len(prose[-1]) + len(match["marker"]) + len(match["text"].split()[0]) + 2 <= width
    return ends_sentence(prose[-1]) or is_short or match["marker"] in BULLETS_ALONE


def _continues(before: str, line: str, width: int) -> bool:
    """True when the line goes on with the item whose last line is `before`."""
    if line.startswith((" ", "\t")) or line[0].islower():
        return True
    return bool(width) and not ends_sentence(before) and not had_room(before, line, width)


def _alone_bullets(chunks: Sequence[Chunk]) -> frozenset[int]:
    """Chunks of one short bulleted line with no list around it, such as an agency's byline: not a list."""
    bulleted = [bool(BULLET.match(chunk.lines[0])) for chunk in chunks]
    found = set()
    for position, chunk in enumerate(chunks):
        match = BULLET.match(chunk.lines[0])
        if not match or len(chunk.lines) > 1 or match["marker"] not in BULLETS_ALONE:
            continue
        near = bulleted[max(0, position - 1) : position] + bulleted[position + 1 : position + 2]
        led = position > 0 and chunks[position - 1].lines[-1].rstrip().endswith(":")
        if not any(near) and not led:
            found.add(position)
    return frozenset(found)


def _following(chunks: Sequence[Chunk], position: int) -> Chunk | None:
    """The chunk below, or the one under up to three short lines (author, date) that stand between a title and its
    text."""
    below = chunks[position + 1 : position + 5]
    if not below:
        return None
    for distance, chunk in enumerate(below):
        if BULLET.match(chunk.lines[0]) and distance == 0:
            return chunk
        if len(chunk.lines) > 1 or len(chunk.first) > HEADING_CHARACTERS or ends_sentence(chunk.first):
            return chunk
    return below[0]


def _is_code(chunk: Chunk) -> bool:
    """Every line indented, and the characters of a program rather than of a sentence."""
    if not all(line.startswith(("    ", "\t")) for line in chunk.lines) or BULLET.match(chunk.lines[0]):
        return False
    visible = [char for line in chunk.lines for char in line if not char.isspace()]
    signs = sum(char in CODE_CHARACTERS for char in visible)
    return signs > CODE_SHARE * len(visible) or (
        any(line.startswith("        ") for line in chunk.lines[1:]) and signs > 0
    )


def _is_table(lines: Sequence[str]) -> bool:
    widths = {len(re.split(r"\t+", line.strip())) for line in lines}
    return len(lines) > 1 and len(widths) == 1 and widths.pop() > 1


def _is_indented(text: str) -> bool:
    return "\n\t" in text and not re.search(r"\S\t", text)
