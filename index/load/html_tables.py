"""HTML tables: a table's grid of cells, or the word that it only lays out the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from index.load.builder import Piece
from index.load.rows import is_header, row_pieces

if TYPE_CHECKING:
    from lxml.html import HtmlElement

BLOCKS_IN_CELL = (
    "p",
    "div",
    "section",
    "article",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "table",
    "blockquote",
    "pre",
)
LONG_CELL = 400  # characters; a cell with blocks longer than this holds page content
WIDEST = 1000  # columns; `colspan` can claim any number


def is_layout(table: HtmlElement) -> bool:
    """True when the table arranges a page: it says so, holds tables, is one column, or has cells full of paragraphs."""
    if (table.get("role") or "") in ("presentation", "none"):
        return True
    cells = list(own_cells(table))
    if len(cells) < 2 or all(len(list(_cells(row))) < 2 for row in own_rows(table)):
        return True
    for cell in cells:
        blocks = sum(1 for _ in cell.iter(*BLOCKS_IN_CELL))
        if next(cell.iter("table"), None) is not None or (blocks > 1 and len("".join(cell.itertext())) > LONG_CELL):
            return True
    return False


def table_rows(table: HtmlElement, text_of: Callable[[HtmlElement], str]) -> Iterator[Piece]:
    """Pieces of kind `row`; a cell that spans rows is said in each, a column's name that spans columns in each."""
    rows = list(own_rows(table))
    caption = table.find("caption")
    if caption is not None:
        yield Piece("prose", text_of(caption))
    while len(rows) > 1 and _is_title(rows[0]):
        yield Piece("prose", text_of(next(_cells(rows.pop(0)))))
    grid = _grid(rows, text_of)
    marked = bool(rows) and _is_marked_header(rows[0])
    first = grid[0] if grid else []
    unmarked = not any(cell.tag == "th" for cell in own_cells(table)) and len(first) > 2 and is_header(grid)
    if len(grid) > 1 and (marked or unmarked):
        yield from row_pieces(grid[1:], grid[0])
    else:
        yield from row_pieces(grid)


def own_rows(table: HtmlElement) -> Iterator[HtmlElement]:
    """The rows of this table and of no table inside it."""
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from (row for row in child if row.tag == "tr")


def own_cells(table: HtmlElement) -> Iterator[HtmlElement]:
    """The cells of this table and of no table inside it."""
    for row in own_rows(table):
        yield from _cells(row)


def _cells(row: HtmlElement) -> Iterator[HtmlElement]:
    return (cell for cell in row if cell.tag in ("td", "th"))


def _is_title(row: HtmlElement) -> bool:
    """Whether a first row is one cell over all columns, as the name at the top of an infobox."""
    cells = list(_cells(row))
    return len(cells) == 1 and _span(cells[0], "colspan") > 1


def _is_marked_header(row: HtmlElement) -> bool:
    if row.getparent().tag == "thead":
        return True
    cells = list(_cells(row))
    return len(cells) > 1 and all(cell.tag == "th" for cell in cells)


def _grid(rows: list[HtmlElement], text_of: Callable[[HtmlElement], str]) -> list[list[str]]:
    """Rows of cell texts, with spanning cells written out."""
    grid: list[list[str]] = []
    hanging: dict[int, tuple[int, str]] = {}  # column → rows still to fill, text
    for row in rows:
        made: list[str] = []
        cells = list(_cells(row))
        for cell in cells:
            _hang(made, hanging)
            text = text_of(cell)
            heads = cell.tag == "th" and len(cells) > 1
            for number in range(_span(cell, "colspan")):
                if _span(cell, "rowspan") > 1:
                    hanging[len(made)] = (_span(cell, "rowspan") - 1, text if heads or not number else "")
                made.append(text if heads or not number else "")
        _hang(made, hanging)
        grid.append(made)
    return grid


def _hang(made: list[str], hanging: dict[int, tuple[int, str]]) -> None:
    while len(made) in hanging:
        left, text = hanging.pop(len(made))
        if left > 1:
            hanging[len(made)] = (left - 1, text)
        made.append(text)


def _span(cell: HtmlElement, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return min(max(int(value), 1), WIDEST) if value.isascii() and value.isdigit() and len(value) < 8 else 1
