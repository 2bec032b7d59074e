"""Wire: documents and reasons as length-prefixed JSON, between the worker and the process that it works for.

JSON and not pickle, and all of it checked on the way in: the child read untrusted bytes, so its word is untrusted, too.
"""

from __future__ import annotations

import json
import struct
from typing import Any, get_args

from index.errors import LimitExceeded, LoadError, ReadingFailed, UnsupportedFormat
from index.records import Block, Heading, Kind, Loaded, Page

LENGTH = struct.Struct(">Q")
KINDS = frozenset(get_args(Kind))
ERRORS: dict[str, type[LoadError]] = {
    "LoadError": LoadError,
    "UnsupportedFormat": UnsupportedFormat,
    "LimitExceeded": LimitExceeded,
    "ReadingFailed": ReadingFailed,
}
MORE = "more"
REASON = 500  # characters


def pack(message: dict[str, Any]) -> bytes:
    """The message as bytes: eight of length, then JSON in ASCII, in which a path of undecodable bytes survives."""
    body = json.dumps(message, ensure_ascii=True).encode("ascii")
    return LENGTH.pack(len(body)) + body


def loaded_message(loaded: Loaded) -> dict[str, Any]:
    """A document as a message."""
    return {
        "text": loaded.text,
        "title": loaded.title,
        "blocks": [[block.start, block.end, block.kind, block.context] for block in loaded.blocks],
        "headings": [[heading.start, heading.level, heading.text, heading.anchor] for heading in loaded.headings],
        "pages": [[page.start, page.end, page.number] for page in loaded.pages],
        "language": loaded.language,
        "modified": loaded.modified,
        "address": loaded.address,
        "notes": list(loaded.notes),
    }


def error_message(error: LoadError) -> dict[str, Any]:
    """A failure as a message: its class and its reason."""
    return {"error": type(error).__name__, "reason": str(error)}


def more_message(seconds: float) -> dict[str, Any]:
    """The wish for more time as a message, before the answer."""
    return {MORE: round(seconds, 1)}


def seconds_asked(body: bytes) -> float | None:
    """The seconds that a message asks for, None where it is an answer."""
    if len(body) > 50 or not body.startswith(f'{{"{MORE}":'.encode()):
        return None
    try:
        seconds = json.loads(body)[MORE]
    except (ValueError, KeyError, TypeError):
        return None
    return float(seconds) if isinstance(seconds, int | float) and 0 <= seconds < 1e6 else None


def read_answer(body: bytes) -> Loaded:
    """The document in an answer. Raises the `LoadError` that the answer holds, or one that says the answer is
    damaged."""
    try:
        message = json.loads(body)
        if "error" in message:
            raise ERRORS.get(message["error"], LoadError)(_string(message["reason"])[:REASON])
        loaded = _loaded(message)
    except (ValueError, KeyError, TypeError, RecursionError, AttributeError) as error:
        raise ReadingFailed("the reading process gave a damaged answer") from error
    return loaded


def _loaded(message: dict[str, Any]) -> Loaded:
    text = _string(message["text"])
    blocks = tuple(
        Block(_number(start), _number(end), _kind(kind), _string(context))
        for start, end, kind, context in message["blocks"]
    )
    last = 0
    for block in blocks:
        if not last <= block.start < block.end <= len(text):
            raise ValueError("blocks out of order")
        last = block.end
    headings = tuple(
        Heading(_number(start), _number(level), _string(name), _string(anchor))
        for start, level, name, anchor in message["headings"]
    )
    pages = tuple(Page(_number(start), _number(end), _number(number)) for start, end, number in message["pages"])
    if any(heading.start > len(text) for heading in headings) or any(
        not page.start <= page.end <= len(text) for page in pages
    ):
        raise ValueError("range outside the text")
    return Loaded(
        text,
        _string(message["title"]),
        blocks,
        headings,
        pages,
        _string(message["language"]),
        _optional(message["modified"]),
        _optional(message["address"]),
        tuple(_string(note)[:REASON] for note in message["notes"]),
    )


def _string(value: Any) -> str:
    """The text. A lone surrogate cannot be stored, and no loader makes one."""
    if type(value) is not str:
        raise TypeError("text expected")
    value.encode("utf-8")
    return value


def _number(value: Any) -> int:
    if type(value) is not int or value < 0:  # bool is an int to isinstance
        raise TypeError("number from 0 expected")
    return value


def _kind(value: Any) -> Kind:
    if value not in KINDS:
        raise ValueError("unknown kind")
    kind: Kind = value
    return kind


def _optional(value: Any) -> str | None:
    return None if value is None else _string(value)
