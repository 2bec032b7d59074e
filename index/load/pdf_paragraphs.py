"""Paragraphs of a PDF: its lines joined, hyphens repaired, over columns and pages where a sentence runs on."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from index.load.builder import Piece
from index.load.hyphens import join_broken, words_of
from index.load.lines import BULLET, ends_sentence, is_wide
from index.load.pdf_lines import Line

HEADING_CHARACTERS = 120
LARGER = 1.12  # times the body's size: a heading
SMALLER = 0.93  # times the body's size: a note
WIDE_GAP = 1.4  # times the usual distance of lines: a new paragraph
LEADERS = re.compile(r"(?:\.\s?){4,}\s*\d+\s*$|…{2,}\s*\d+\s*$")
SYMBOL = re.compile(r"[\W_]+")
LETTERED = re.compile(r"[^\W\d_]{2}")


@dataclass(slots=True)
class Paragraph:
    """Lines that make one piece; `fragments` are its text cut by pages, ready for the builder."""

    lines: list[Line]
    piece: Piece = field(default_factory=lambda: Piece("prose", ""))
    fragments: list[tuple[str, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Layout:
    """What the document's lines have in common: size of its running text, line distance, characters in a full line."""

    size: float
    gap: float
    full: int
    outline: dict[str, int]  # title of an outline entry, folded → level from 1
    words: Counter[str]


def layout_of(pages: Sequence[Sequence[Line]], outline: dict[str, int]) -> Layout:
    """The layout of a document, measured over all its lines."""
    lines = [line for page in pages for line in page]
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    size = sizes.most_common(1)[0][0] if sizes else 0.0
    body = [line for line in lines if line.size == size]
    gaps = [upper.y - lower.y for upper, lower in itertools.pairwise(body) if 0 < upper.y - lower.y < 4 * max(size, 1)]
    lengths = sorted(len(line.text) for line in body)
    full = lengths[int(len(lengths) * 0.8)] if lengths else 0
    return Layout(size, median(gaps) if gaps else 1.2 * size, full, outline, words_of(line.text for line in lines))


def paragraphs(pages: Sequence[Sequence[Line]], layout: Layout) -> list[Paragraph]:
    """The paragraphs of all pages in reading order; notes at the foot of a page stand behind the paragraph they
    interrupt."""
    made: list[Paragraph] = []
    current: Paragraph | None = None
    for page in pages:
        body, notes = _split_notes(page, layout)
        for line in body:
            if current is not None and _belongs(current, line, layout):
                current.lines.append(line)
            else:
                current = Paragraph([line])
                made.append(current)
        made.extend(_grouped(notes, layout))
    for paragraph in made:
        _finish(paragraph, layout)
    return made


def _split_notes(page: Sequence[Line], layout: Layout) -> tuple[Sequence[Line], Sequence[Line]]:
    """The lines of the body, and the smaller ones that end the page."""
    cut = len(page)
    while cut and page[cut - 1].size and page[cut - 1].size < SMALLER * layout.size:
        cut -= 1
    return (page[:cut], page[cut:]) if cut else (page, ())


def _grouped(lines: Sequence[Line], layout: Layout) -> list[Paragraph]:
    made: list[Paragraph] = []
    for line in lines:
        if made and _belongs(made[-1], line, layout):
            made[-1].lines.append(line)
        else:
            made.append(Paragraph([line]))
    return made


def _belongs(paragraph: Paragraph, line: Line, layout: Layout) -> bool:
    """True when the line goes on with the paragraph."""
    last = paragraph.lines[-1]
    heading = heading_level(last, layout)
    if heading != heading_level(line, layout) or BULLET.match(line.text) or LEADERS.search(last.text):
        return False
    if comparable(line.text) in layout.outline or (heading and comparable(last.text) in layout.outline):
        return False
    moved = last.page != line.page or line.y > last.y + last.size  # the next page or column
    if heading:
        return not moved and last.y - line.y < 2 * max(last.size, line.size, 1) and last.size == line.size
    if abs(last.size - line.size) > 0.1 * max(last.size, line.size) and not abs(last.y - line.y) < 1:
        return False
    if moved:
        return _runs_on(last, line)
    gap = last.y - line.y
    if gap > WIDE_GAP * max(layout.gap, 1.0) * max(1.0, line.size / max(layout.size, 1)):
        return _runs_on(last, line) and gap < 2.2 * layout.gap
    return not _breaks(paragraph, last, line, layout)


def _breaks(paragraph: Paragraph, last: Line, line: Line, layout: Layout) -> bool:
    """True for a line at the usual distance that all the same begins a paragraph."""
    if line.text[0].islower() or abs(last.y - line.y) < 1:
        return False
    is_short = len(last.text) < 0.75 * layout.full
    indented = line.x > last.x + 0.7 * max(line.size, 1) and line.x < last.x + 6 * max(line.size, 1)
    if paragraph.lines[0].text != last.text and indented and not BULLET.match(paragraph.lines[0].text):
        return ends_sentence(last.text)
    if len(paragraph.lines) == 1 and indented:
        return ends_sentence(last.text)
    return is_short and (ends_sentence(last.text) or not is_wide(line.text[0]))


def _runs_on(last: Line, line: Line) -> bool:
    """True when the sentence of one line goes on in the other, over a column or page break."""
    if ends_sentence(last.text):
        return False
    return line.text[0].islower() or len(last.text.split()) > 4 or last.text.endswith("-")


def heading_level(line: Line, layout: Layout) -> int:
    """Level of the heading that the line is, or a part of; 0 for other lines."""
    title = comparable(line.text)
    if title in layout.outline and len(line.text) < HEADING_CHARACTERS and line.size >= layout.size:
        return layout.outline[title]
    if len(line.text) > HEADING_CHARACTERS or not LETTERED.search(line.text) or line.text.endswith((".", ",", ";")):
        return 0
    if layout.size and line.size >= LARGER * layout.size:
        return 1 if line.size >= 1.6 * layout.size else 2 if line.size >= 1.3 * layout.size else 3
    full = len(line.text) > 0.85 * layout.full
    bold = (
        line.bold
        and not full
        and line.size >= layout.size
        and not line.text.endswith(":")
        and not line.text[0].islower()
    )
    return 4 if bold else 0


def _finish(paragraph: Paragraph, layout: Layout) -> None:
    """Joins the lines, then says what the paragraph is."""
    fragments: list[tuple[str, int]] = []
    for line in paragraph.lines:
        if not fragments:
            fragments.append((line.text, line.page))
            continue
        before, number = fragments[-1]
        joined = join_broken(before, line.text, layout.words)
        if joined is None:
            joined = before + ("" if is_wide(before[-1]) and is_wide(line.text[0]) else " ") + line.text
        if line.page == number:
            fragments[-1] = (joined, number)
        else:
            cut = len(joined) - len(line.text)
            fragments[-1:] = [(joined[:cut], number), (joined[cut:], line.page)]
    text = "".join(fragment for fragment, _ in fragments)
    paragraph.piece, paragraph.fragments = _piece(text, fragments, paragraph.lines[0], layout)


def _piece(
    text: str, fragments: list[tuple[str, int]], first: Line, layout: Layout
) -> tuple[Piece, list[tuple[str, int]]]:
    level = heading_level(first, layout)
    if LEADERS.search(text) or _is_contents(text, layout):
        return Piece("boilerplate", text), fragments
    if level:
        return Piece("heading", text, level=level), fragments
    match = BULLET.match(fragments[0][0])
    if match:
        cut = [(match["text"], fragments[0][1]), *fragments[1:]]
        return Piece("item", "".join(part for part, _ in cut), marker=match["marker"] + " "), cut
    return Piece("prose", text), fragments


def _is_contents(text: str, layout: Layout) -> bool:
    """A line of the table of contents: a title of the outline, then a page number."""
    bare = re.sub(r"\s+\d+$", "", text)
    return bare != text and comparable(bare) in layout.outline


def comparable(text: str) -> str:
    """Text to compare titles by: letters only, numbering and case aside."""
    return SYMBOL.sub(" ", re.sub(r"^(?:\d+(?:\.\d+)*\.?|[IVX]+\.)\s+", "", text)).strip().casefold()
