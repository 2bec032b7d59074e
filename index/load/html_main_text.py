"""Main text by trafilatura: the same page read by a library that knows many sites, as pieces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from index.load.builder import Piece
from index.load.normalise import fold
from index.load.rows import row_pieces

LEVELS = {f"h{level}": level for level in range(1, 7)}


def pieces(source: str) -> Iterator[Piece]:
    """The pieces that trafilatura takes for the page's main text, in reading order; none where it finds none."""
    import trafilatura

    try:
        found = trafilatura.bare_extraction(source, include_comments=False, include_tables=True, favor_recall=True)
    except (ValueError, AssertionError, IndexError, TypeError, AttributeError, RecursionError):
        return  # the library promises no particular error for a page that it cannot take
    if found is not None and found.body is not None:
        yield from _walk(found.body)


def _walk(body: Any) -> Iterator[Piece]:
    stack = [iter(body)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
        elif element.tag == "list":
            stack.append(iter(element))
        elif element.tag in ("div", "section", "article", "main", "body") and len(element):
            yield Piece("prose", element.text or "")
            stack.append(iter(element))
        else:
            yield from _piece(element)
        if element is not None and element.tail:
            yield Piece("prose", element.tail)


def _piece(element: Any) -> Iterator[Piece]:
    text = "".join(element.itertext())
    match element.tag:
        case "head":
            yield Piece("heading", text, level=LEVELS.get(element.get("rend", ""), 2))
        case "item":
            yield Piece("item", text)
        case "code":
            yield Piece("code", text)
        case "table":
            rows = [[fold(" ".join(cell.itertext())) for cell in row.iter("cell")] for row in element.iter("row")]
            marked = [all(cell.get("role") == "head" for cell in row.iter("cell")) for row in element.iter("row")]
            yield from row_pieces(rows[1:], rows[0]) if marked[:1] == [True] else row_pieces(rows)
        case _:
            yield Piece("prose", text)
