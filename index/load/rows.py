"""Rows: a table's cells as pieces, one line a row, with the header row beside each as context and never as a row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.load.builder import Piece
from index.load.normalise import fold, is_visible

BETWEEN = " | "
NUMBER = re.compile(r"[-+(]?[$€£¥]?\s?[\d][\d.,:/%\s-]*\)?%?")
HEADER_CELL = 60  # characters; what is longer is text, not the name of a column
SENTENCE_END = (".", "!", "?", ";", "。")

Cells = Sequence[str]


def row_pieces(rows: Sequence[Cells], header: Cells | None = None) -> Iterator[Piece]:
    """Pieces of kind `row`, one for each row that has a visible cell.

    Empty cells are left out of the row and their names out of its context, so cell and name always pair up:
    `context.split(" | ")` and `text.split(" | ")` have equal length where no cell holds the separator itself.
    """
    names = [fold(name) for name in header or ()]
    for row in rows:
        kept = [(column, cell) for column, text in enumerate(row) if text and is_visible(cell := fold(text))]
        if not kept:
            continue
        context = BETWEEN.join(_name(names, column) for column, _ in kept) if any(names) else ""
        yield Piece("row", BETWEEN.join(cell for _, cell in kept), context=context)


def table_pieces(rows: Sequence[Cells], *, marked_header: bool = False) -> Iterator[Piece]:
    """Pieces of a table whose first row is its header when the format marks it so, or when it looks like one."""
    rows = [row for row in rows if any(is_visible(cell) for cell in row)]
    if len(rows) > 1 and (marked_header or is_header(rows)):
        yield from row_pieces(rows[1:], rows[0])
    else:
        yield from row_pieces(rows)


def is_header(rows: Sequence[Cells]) -> bool:
    """True when the first of at least two rows names columns: short, distinct, no numbers, no sentences, few gaps."""
    if len(rows) < 2:
        return False
    first = [fold(cell) for cell in rows[0]]
    named = [cell for cell in first if cell]
    if not named or len(named) < len(first) - 1 or len({name.casefold() for name in named}) < len(named):
        return False
    return all(
        len(name) <= HEADER_CELL and not NUMBER.fullmatch(name) and not name.endswith(SENTENCE_END) for name in named
    )


def _name(names: Sequence[str], column: int) -> str:
    name = names[column] if column < len(names) else ""
    return name or f"column {column + 1}"
