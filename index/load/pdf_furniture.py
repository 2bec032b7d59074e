"""Furniture of PDF pages: headers and footers that repeat, and page numbers. They are dropped before the text is
stored."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from index.load.pdf_lines import Line

EDGE_LINES = 3  # lines from the top and from the bottom of a page that can be furniture
DIGITS = re.compile(r"\d+")
ROMAN = r"[ivxlc]{1,7}"
PAGE_NUMBER = re.compile(
    rf"(?i)[-–—|\[( ]*(?:page|seite|p\.|pág(?:ina)?\.?)?\s*(\d{{1,4}}|{ROMAN})\s*"
    r"(?:(?:of|von|de|/)\s*\d{1,4})?[-–—|\]) ]*"
)
CLEAR_NUMBER = re.compile(
    r"(?i)(?:page|seite|página)\s*\d+(\s*(?:of|von|de|/)\s*\d+)?|\d+\s*(?:of|/)\s*\d+|[-–—]\s*\d+\s*[-–—]"
)


def without_furniture(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The pages' lines without the lines at their edges that repeat on most pages, and without page numbers."""
    edges = [_edges(lines) for lines in pages]
    repeated = _repeated(edges)
    numbering = _numbering(pages, edges)
    kept = []
    for lines, edge in zip(pages, edges, strict=True):
        dropped = {index for index in edge if _key(lines[index]) in repeated or _is_number(lines[index], numbering)}
        kept.append([line for index, line in enumerate(lines) if index not in dropped])
    return kept


def _edges(lines: Sequence[Line]) -> dict[int, Line]:
    """The lines at the top and the bottom of a page, by their place on it, under their number in reading order."""
    heights = sorted({round(line.y) for line in lines})
    if len(heights) <= 1:  # no places known: the first and last in order
        chosen: Iterable[int] = {
            *range(min(EDGE_LINES, len(lines))),
            *range(max(0, len(lines) - EDGE_LINES), len(lines)),
        }
    else:
        outer = {*heights[:EDGE_LINES], *heights[-EDGE_LINES:]}
        chosen = [index for index, line in enumerate(lines) if round(line.y) in outer]
    return {index: lines[index] for index in chosen}


def _key(line: Line) -> tuple[str, int]:
    """The line with its numbers made equal, and its height on the page, in steps too wide for rounding to matter."""
    return DIGITS.sub("#", line.text.casefold()), round(line.y / 12)


def _repeated(edges: Sequence[dict[int, Line]]) -> frozenset[tuple[str, int]]:
    counts = Counter(key for edge in edges for key in {_key(line) for line in edge.values()})
    filled = sum(bool(edge) for edge in edges)
    # Books print one header on left and another on right pages: each stands on half of them.
    needed = max(2, filled * 0.4) if filled >= 6 else max(2, filled * 0.6)
    return frozenset(key for key, count in counts.items() if count >= needed)


def _numbering(pages: Sequence[Sequence[Line]], edges: Sequence[dict[int, Line]]) -> Counter[int]:
    """How often each difference between a lone number at an edge and the page's own number comes up."""
    return Counter(
        int(match[1]) - line.page
        for edge in edges
        for line in edge.values()
        if (match := PAGE_NUMBER.fullmatch(line.text)) and match[1].isdigit()
    )


def _is_number(line: Line, numbering: Counter[int]) -> bool:
    match = PAGE_NUMBER.fullmatch(line.text)
    if not match:
        return False
    if CLEAR_NUMBER.fullmatch(line.text) or not match[1].isdigit():
        return not line.text.isupper() or len(line.text) > 1 or bool(CLEAR_NUMBER.fullmatch(line.text))
    difference = int(match[1]) - line.page
    return difference == 0 or numbering[difference] >= 2
