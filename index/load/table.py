"""Tables in text: `.csv` and `.tsv`, one row one line of its own cells, the header row as each row's context."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import Literal

from index.load.builder import BLOCKS, Piece, TextBuilder, too_many
from index.load.encoding import decode
from index.load.language import language_of
from index.load.normalise import normalise
from index.load.rows import table_pieces
from index.load.title import title_of
from index.records import Loaded

DELIMITERS = ",;\t|"
SNIFFED_LINES = 60
SWALLOWED_LINES = 200  # a cell with more line breaks than this comes from a quotation mark that nobody closed


def load(data: bytes, name: str) -> Loaded:
    """The rows of a table file. Lines above the header that fill one cell only, such as a title, become prose."""
    text = normalise(decode(data))
    delimiter, text = _declared(text)
    rows = _rows(text, delimiter or ("\t" if name.lower().endswith(".tsv") else sniff(text)))
    builder = TextBuilder()
    above, rows = _above(rows)
    builder.extend(Piece("prose", " ".join(row)) for row in above)
    builder.extend(table_pieces(rows))
    return builder.build(title_of("", name), language=language_of(builder.sample()))


def sniff(text: str) -> str:
    """The delimiter that cuts the first lines into the same number of cells, more than one; a comma where none does."""
    lines = "\n".join(text.split("\n", SNIFFED_LINES)[:SNIFFED_LINES])
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        widths = Counter(len(row) for row in _parse(lines, delimiter) if row)
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        score = count / sum(widths.values()) * (1 if width > 1 else 0) + min(width, 20) / 1000
        if width > 1 and score > best_score:
            best, best_score = delimiter, score
    return best


def _declared(text: str) -> tuple[str, str]:
    """The delimiter that spreadsheets write as a first line `sep=;`, and the text without that line."""
    first, _, rest = text.partition("\n")
    declared = first.strip().strip('"')
    if len(declared) == 5 and declared.lower().startswith("sep="):
        return declared[4], rest
    return ("\t", rest) if first.lower() == "sep=\t" else ("", text)


def _rows(text: str, delimiter: str) -> list[list[str]]:
    rows = _parse(text, delimiter)
    if any(cell.count("\n") > SWALLOWED_LINES for row in rows for cell in row):
        rows = _parse(text, delimiter, quoting=csv.QUOTE_NONE)
    return rows


def _parse(text: str, delimiter: str, quoting: Literal[0, 3] = csv.QUOTE_MINIMAL) -> list[list[str]]:
    # The module's own limit of 131,072 characters a cell is an error in the middle of a file; the worker has
    # its limits.
    csv.field_size_limit(2**31 - 1)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting, skipinitialspace=True)
    rows = []
    for row in reader:
        if any(cell.strip() for cell in row):
            rows.append(row)
        if len(rows) > BLOCKS:
            raise too_many()
    return rows


def _above(rows: list[list[str]]) -> tuple[list[list[str]], list[list[str]]]:
    """Leading rows with a single filled cell, in a table of several columns, and the rest."""
    width = Counter(len(row) for row in rows).most_common(1)[0][0] if rows else 0
    count = 0
    while count < len(rows) - 1 and width > 1 and sum(bool(cell.strip()) for cell in rows[count]) == 1:
        count += 1
    return rows[:count], rows[count:]
