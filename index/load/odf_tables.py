"""Tables of OpenDocument files: cells as they are shown; repeated rows and cells written out as far as they hold text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from index.load.builder import Piece
from index.load.odf_text import cell_text, number_of
from index.load.rows import row_pieces, table_pieces
from index.load.sheets import Row
from index.load.xml_tree import children, local

REPEATED = 100  # times that one row or cell with text is written out; one element can fill a sheet to its end
COLUMNS = 16_384
GROUPS = ("table-row-group", "table-rows", "table-header-rows")


def table_rows(table: Any) -> Iterator[Piece]:
    """The rows of a table in a text; its header row, where it has one, beside each row."""
    rows = [row.cells for row in sheet_rows(table)]
    if max(map(len, rows), default=0) == 1:  # one column: a frame around paragraphs
        yield from (Piece("prose", cells[0]) for cells in rows)
    elif children(table, "table-header-rows") and len(rows) > 1:
        yield from row_pieces(rows[1:], rows[0])
    else:
        yield from table_pieces(rows)


def sheet_rows(table: Any) -> Iterator[Row]:
    """The rows with text from top to bottom. What a merge of several rows holds is said in each of them."""
    hanging: dict[int, tuple[int, str]] = {}  # column → rows still to fill, text
    number = 0
    for row in _row_elements(table):
        cells = _cells(row, hanging)
        repeated = number_of(row, "number-rows-repeated")
        if any(cells):
            yield from (Row(number + step, cells) for step in range(1, min(repeated, REPEATED) + 1))
        number += repeated


def _row_elements(table: Any) -> Iterator[Any]:
    stack = [iter(table)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
        elif local(element) == "table-row":
            yield element
        elif local(element) in GROUPS:
            stack.append(iter(element))


def _cells(row: Any, hanging: dict[int, tuple[int, str]]) -> list[str]:
    cells: list[str] = []
    for cell in row:
        if local(cell) not in ("table-cell", "covered-table-cell"):
            continue
        text = cell_text(cell)
        for _ in range(min(number_of(cell, "number-columns-repeated"), REPEATED if text else COLUMNS - len(cells))):
            left, above = hanging.pop(len(cells), (0, ""))
            spanned = number_of(cell, "number-rows-spanned")
            if left > 1:
                hanging[len(cells)] = (left - 1, above)
            elif text and spanned > 1:
                hanging[len(cells)] = (spanned - 1, text)
            cells.append(above if left and not text else text)
    while cells and not cells[-1]:
        cells.pop()
    return cells
