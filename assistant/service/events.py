"""An answer record → the server-sent events of `POST /api/ask`. Pure functions.

| event | data |
|---|---|
| `start` | the conversation's id and the question |
| `citation` | a citation and the address of its source view; before the sentence that first uses it |
| `sentence` | a sentence of the answer, with the numbers of its citations |
| `done` | the whole record, as the plain JSON answer has it |
| `error` | why there is no answer, and the HTTP status that says so |
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

MEDIA_TYPE = "text/event-stream"
EVENT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["event", "data"],
    "properties": {
        "event": {"enum": ["start", "citation", "sentence", "done", "error"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
}
PULSE = b": waiting\n\n"  # a comment, which proxies take for life


def event(name: str, data: Mapping[str, Any]) -> bytes:
    """One event. JSON escapes every line end and whatever is not ASCII, so its data is one line of any reader."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode("ascii")


def answer_events(whole: Mapping[str, Any]) -> Iterator[bytes]:
    """The events of an answer in order; `whole` is the record with its `views`, by citation number as text."""
    yield event("start", {"conversation": whole["conversation"], "question": whole["question"]})
    waiting = {one["number"]: one for one in whole["citations"]}
    for sentence in whole["sentences"]:
        for number in sentence["citations"]:
            if number in waiting:
                yield event("citation", waiting.pop(number) | {"view": whole["views"].get(str(number))})
        yield event("sentence", sentence)
    yield event("done", whole)


def error_event(status: int, reason: str) -> bytes:
    """The last event where there is no answer."""
    return event("error", {"message": reason, "status": status})
