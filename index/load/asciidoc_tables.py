"""AsciiDoc tables: their cells cut into rows by the columns of the first line or of the `cols` attribute."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence

from index.load.asciidoc_inline import shown
from index.load.builder import Piece
from index.load.rows import row_pieces, table_pieces

CELL = re.compile(r"(?<!\\)((?:\d*(?:\.\d+)?[+*])?[<^>.]{0,4}[aehlmsdv]?)\|")
COLUMNS = re.compile(r"cols\s*=\s*\"([^\"]*)\"|cols\s*=\s*'([^']*)'|cols\s*=\s*(\d+)")
OPTIONS = re.compile(r"%([\w%]*header|[\w%]+)|options\s*=\s*\"([^\"]*)\"|opts\s*=\s*\"?([\w,]*)")
WIDEST = 200  # columns


def table_pieces_of(lines: Sequence[str], mark: str, style: str, attributes: Mapping[str, str]) -> Iterator[Piece]:
    """The rows between the two marks of a table, which tell how cells are parted; `style` is the line above it."""
    separated = ("," if mark.startswith(",") else ":") if mark[0] in ",:" else ""
    if separated:
        rows = [row for row in csv.reader(lines, delimiter=separated) if row]
    else:
        text = "\n".join(line for line in lines if not line.startswith("//"))
        rows = _rows(text if mark[0] == "|" else text.replace("!", "|"), style)
    grid = [[" ".join(shown(cell, attributes).split()) for cell in row] for row in rows]
    if _has_header(lines, style) and len(grid) > 1:
        yield from row_pieces(grid[1:], grid[0])
    else:
        yield from table_pieces(grid)


def _rows(text: str, style: str) -> list[list[str]]:
    cells: list[str] = []
    first_line = 0
    pieces = CELL.split(text)
    line = pieces[0].count("\n")
    start = line
    for prefix, content in zip(pieces[1::2], pieces[2::2], strict=False):
        times = re.match(r"(\d+)([+*])", prefix)
        count = min(int(times[1]), WIDEST) if times and len(times[1]) < 6 else 1
        cells.extend([content.strip()] * count if times and times[2] == "*" else [content.strip(), *[""] * (count - 1)])
        first_line += count if line == start else 0
        line += content.count("\n")
    width = _width(style) or first_line or 1
    return [cells[at : at + width] for at in range(0, len(cells), width)]


def _width(style: str) -> int:
    """The number of columns that the attribute states, 0 without."""
    match = COLUMNS.search(style)
    if not match:
        return 0
    count = 0
    for one in (
        re.split("[,;]", match[1] or match[2] or match[3]) if not (match[3]) else ["*"] * min(int(match[3]), WIDEST)
    ):
        times = re.match(r"\s*(\d+)\*", one)
        count += min(int(times[1]), WIDEST) if times and len(times[1]) < 6 else 1
    return min(count, WIDEST)


def _has_header(lines: Sequence[str], style: str) -> bool:
    """True where the attributes say so, or an empty line follows the first line of cells."""
    options = " ".join(part for match in OPTIONS.findall(style) for part in match)
    if "noheader" in options:
        return False
    filled = [number for number, line in enumerate(lines) if line.strip()]
    return "header" in options or (bool(filled) and filled[0] + 1 < len(lines) and not lines[filled[0] + 1].strip())
