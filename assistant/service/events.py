"""An answer as it comes → the server-sent events of `POST /api/ask`. Pure functions.

| event | data |
|---|---|
| `start` | the question, and the id of the conversation that goes on, or null |
| `understood` | the question as it was understood, before the first sentence |
| `citation` | a citation and the address of its source view; before the sentence that first uses it |
| `sentence` | a sentence of the answer as soon as it is checked, with the numbers of its citations |
| `done` | the whole record, as the plain JSON answer has it: the truth, which may differ from what came before |
| `error` | why there is no answer, and the HTTP status that says so |
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from assistant.record import Shown

MEDIA_TYPE = "text/event-stream"
EVENT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["event", "data"],
    "properties": {
        "event": {"enum": ["start", "understood", "citation", "sentence", "done", "error"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
}
STREAM_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}  # or a proxy would keep events back
SOON = 1.0  # seconds in which most questions are answered or refused; until then the status is not yet sent
PULSE = b": waiting\n\n"  # a comment, which proxies take for life
PULSE_SECONDS = 10.0


def event(name: str, data: Mapping[str, Any]) -> bytes:
    """One event. JSON escapes every line end and whatever is not ASCII, so its data is one line of any reader."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode("ascii")


def start_event(question: str, conversation: str | None) -> bytes:
    """The first event."""
    return event("start", {"conversation": conversation, "question": question})


def understood_event(standalone_question: str) -> bytes:
    """The event before the first sentence."""
    return event("understood", {"standalone_question": standalone_question})


def shown_events(shown: Shown, views: Mapping[int, str]) -> Iterator[bytes]:
    """The events of one sentence; `views` has the addresses of source views by the numbers of its new citations."""
    for citation in shown.citations:
        yield event("citation", asdict(citation) | {"view": views.get(citation.number)})
    yield event("sentence", asdict(shown.sentence))


def done_event(whole: Mapping[str, Any]) -> bytes:
    """The last event; `whole` is the record with its `views`, by citation number as text."""
    return event("done", whole)


def error_event(status: int, reason: str) -> bytes:
    """The last event where there is no answer."""
    return event("error", {"message": reason, "status": status})
