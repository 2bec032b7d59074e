"""JSON (`.json`, `.jsonl`): records as rows with their keys beside them, long fields as prose, nested keys as headings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from index.errors import LoadError
from index.load.builder import BLOCKS, Piece, TextBuilder, too_many
from index.load.dates import from_text
from index.load.encoding import decode
from index.load.language import language_of
from index.load.lines import ends_sentence
from index.load.normalise import fold
from index.load.rows import row_pieces, table_pieces
from index.load.title import title_of
from index.records import Loaded

NESTING = 100  # levels
LONG = 200  # characters; a shorter text of one line is a cell
SENTENCE_WORDS = 6
NAMES = ("title", "name", "subject", "headline", "heading", "label", "question", "summary", "id", "key")
DATES = (
    "modified",
    "updated",
    "updated_at",
    "last_modified",
    "date",
    "published",
    "created",
    "created_at",
    "timestamp",
)
MARKUP = re.compile(r"</(?:p|div|li|ul|ol|h[1-6]|table|blockquote|article|section)>", re.IGNORECASE)
BLANK = re.compile(r"\n\s*\n")


def load(data: bytes, name: str) -> Loaded:
    """The records of a JSON file or of one record a line."""
    text = decode(data)
    notes: list[str] = []
    value = _lines(text, notes) if name.lower().endswith(("jsonl", "ndjson")) else parsed(text, notes)
    builder = TextBuilder()
    try:
        builder.extend(_pieces(value, "", 1))
    except RecursionError as error:
        raise LoadError("the file is nested too deeply") from error
    own = value if isinstance(value, Mapping) else {}
    return builder.build(
        title_of(_name(own), name),
        language=language_of(builder.sample()),
        modified=next((made for key in DATES if (made := from_text(_cell(own.get(key))))), None),
        empty="no text found in the JSON",
        notes=notes,
    )


def parsed(text: str, notes: list[str] | None = None) -> Any:
    """The value of a JSON text, its numbers as they are written. Raises `LoadError` with the line of the mistake."""
    try:
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except RecursionError as error:
        raise LoadError("the file is nested too deeply") from error
    except json.JSONDecodeError as error:
        if notes is not None and error.msg == "Extra data" and "\n" in text[: error.pos]:
            return _lines(text, notes)
        raise LoadError(f"damaged JSON: line {error.lineno}: {error.msg}") from error


def _lines(text: str, notes: list[str]) -> list[Any]:
    """The value of each line. A line that is none is left out, and a note says so; raises when the first is none."""
    values: list[Any] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        if len(values) > BLOCKS:
            raise too_many()
        try:
            values.append(parsed(line))
        except LoadError as error:
            if not values:
                raise LoadError(f"damaged JSON: line {number} is no record") from error
            notes.append(f"Line {number} is no JSON and was not read.")
    return values


def _pieces(value: Any, key: str, level: int) -> Iterator[Piece]:
    """The pieces of a value that stands under a key, `""` for none; `level` is that of a heading below it."""
    if level > NESTING:
        raise LoadError("the file is nested too deeply")
    if isinstance(value, list) and len(value) > BLOCKS:
        raise too_many()
    if isinstance(value, Mapping):
        yield from _object(value, level)
    elif not isinstance(value, list):
        yield from _field(key, value, level)
    elif value and all(isinstance(one, Mapping) for one in value):
        yield from _records(value, key, level)
    elif value and all(isinstance(one, list) and not any(map(_is_nested, one)) for one in value):
        yield from table_pieces([[_cell(cell) for cell in row] for row in value])
    else:
        for one in value:
            if _is_nested(one):
                yield from _pieces(one, key, level + 1)
            elif _is_long(one):
                yield from _field(key, one, level)
            else:
                yield Piece("item", _cell(one), context=key, marker="- ")


def _object(record: Mapping[str, Any], level: int) -> Iterator[Piece]:
    """The fields of a lone object: a row of key and value each, long texts as prose, what is nested under its key."""
    for key, value in _nested_last(record):
        if _is_nested(value):
            if value:
                yield Piece("heading", key, level=level)
            yield from _pieces(value, key, level + 1)
        elif _is_long(value):
            yield from _field(key, value, level)
        elif _cell(value):
            yield from row_pieces([[key, _cell(value)]])


def _records(records: Sequence[Mapping[str, Any]], key: str, level: int) -> Iterator[Piece]:
    """A table where every field is short; otherwise a heading for each record, its short fields as a row below it."""
    if not any(_is_long(value) or _is_nested(value) for record in records for value in record.values()):
        columns = list(dict.fromkeys(column for record in records for column in record))
        yield from row_pieces([[_cell(record.get(column)) for column in columns] for record in records], columns)
        return
    for number, record in enumerate(records, 1):
        name = _name(record)
        yield Piece("heading", name or f"{key or 'record'} {number}", level=level)
        short = [
            field
            for field, value in record.items()
            if not _is_long(value) and not _is_nested(value) and (not name or fold(_cell(value)) != name)
        ]
        yield from row_pieces([[_cell(record[field]) for field in short]], short)
        for field, value in _nested_last(record):
            if _is_nested(value):
                yield from _nested(field, value, level + 1)
            elif _is_long(value):
                yield from _field(field, value, level + 1)


def _nested_last(record: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The fields with those that get a heading last, so that no other field stands below it."""
    return sorted(record.items(), key=lambda field: _is_nested(field[1]))


def _nested(key: str, value: Any, level: int) -> Iterator[Piece]:
    """A list of plain values as items under their key; what is nested deeper under a heading."""
    if not isinstance(value, list) or any(map(_is_nested, value)):
        yield Piece("heading", key, level=level)
    yield from _pieces(value, key, level + 1)


def _field(key: str, value: Any, level: int) -> Iterator[Piece]:
    """A text with its key beside it, paragraph by paragraph; text in HTML as a page shows it."""
    text = _cell(value)
    if MARKUP.search(text):
        from index.load.html_walk import pieces

        for piece in pieces(text):
            if piece.kind == "heading":
                yield Piece("heading", piece.text, level=level + piece.level)
            else:
                yield Piece(piece.kind, piece.text, piece.level, piece.context or key, marker=piece.marker)
        return
    for paragraph in BLANK.split(text):
        yield Piece("prose", paragraph, context=key)


def _is_nested(value: Any) -> bool:
    return isinstance(value, Mapping | list)


def _is_long(value: Any) -> bool:
    """True for a text that is more than the value of a cell: long, of several lines, or whole sentences."""
    if not isinstance(value, str):
        return False
    sentence = ends_sentence(value) and not value.rstrip().endswith((":", ";")) and len(value.split()) >= SENTENCE_WORDS
    return len(value) > LONG or "\n" in value.strip() or sentence or bool(MARKUP.search(value))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _name(record: Mapping[str, Any]) -> str:
    """What a record calls itself, `""` where it does not."""
    by_key = {key.casefold(): value for key, value in record.items()}
    found = (by_key.get(name) for name in NAMES)
    texts = [fold(value) for value in found if isinstance(value, str) and len(value) <= LONG]
    return next((text for text in texts if any(map(str.isalpha, text))), "")
