"""Sheets: rows of a workbook's sheet as tables, parted by its empty rows and bounded in number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from index.load.builder import Piece
from index.load.rows import table_pieces

SHEET_ROWS = 100_000  # rows read of one sheet; a sheet may have a million, and each would be a row of its own


@dataclass(frozen=True, slots=True)
class Row:
    """A row with at least one visible cell: its number from 1, its cells from the first column, and whether a formula
    in it has no value."""

    number: int
    cells: Sequence[str]
    unknown: bool = False


def sheet_pieces(title: str, rows: Iterator[Row], notes: list[str]) -> Iterator[Piece]:
    """The tables of a sheet below its name as heading, which an empty sheet does not get; adds to `notes` what was
    not read."""
    heading = title
    for piece in _tables(rows, title, notes):
        if heading:
            yield Piece("heading", heading, level=1)
            heading = ""
        yield piece


def _tables(rows: Iterator[Row], title: str, notes: list[str]) -> Iterator[Piece]:
    table: list[Sequence[str]] = []
    previous, unknown = 0, False
    for row in islice(rows, SHEET_ROWS):
        unknown = unknown or row.unknown
        if table and row.number > previous + 1:
            yield from _table(table)
            table = []
        table.append(row.cells)
        previous = row.number
    yield from _table(table)
    if next(rows, None) is not None:
        notes.append(f"Of the sheet “{title}” only the first {SHEET_ROWS:,} rows were read: split it.")
    if unknown:
        notes.append(f"The sheet “{title}” has formulas without a value: save it again in a spreadsheet program.")


def _table(rows: Sequence[Sequence[str]]) -> Iterator[Piece]:
    """Rows that stand together: the lines of one cell above them as prose, the rest as a table."""
    used = sorted({column for row in rows for column, cell in enumerate(row) if cell})
    narrow = [[row[column] if column < len(row) else "" for column in used] for row in rows]
    width = Counter(sum(map(bool, row)) for row in narrow).most_common(1)[0][0] if narrow else 0
    start = 0
    while start < len(narrow) and (len(used) == 1 or width > 1) and sum(map(bool, narrow[start])) == 1:
        yield Piece("prose", next(cell for cell in narrow[start] if cell))
        start += 1
    yield from table_pieces(narrow[start:])
