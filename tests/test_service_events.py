"""assistant/service/events.py: an answer as server-sent events."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest
from browser_library import ANSWERED, REFUSED
from hypothesis import given
from hypothesis import strategies as st
from service_library import an_answer

from assistant.service.events import answer_events, error_event, event


def read(events: Iterable[bytes]) -> list[tuple[str, Any]]:
    """Name and data of each event, as a browser reads them: lines may end in three ways, comments are skipped."""
    found = []
    text = b"".join(events).decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
        if fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


def whole(question: str = ANSWERED) -> dict[str, Any]:
    record = an_answer(question, conversation="c").to_json()
    return record | {"views": {str(one["number"]): f"/source/{one['number']}" for one in record["citations"]}}


def test_the_order_of_events() -> None:
    """A start, each citation before the sentence that first uses it, and the whole record at the end."""
    events = read(answer_events(whole()))
    assert [name for name, _ in events] == ["start", *["citation", "sentence"] * 4, "done"]
    assert events[0][1] == {"conversation": "c", "question": ANSWERED}
    assert events[-1][1] == whole()
    assert [data for name, data in events if name == "sentence"] == whole()["sentences"]
    for name, data in events:
        if name == "citation":
            assert data.pop("view") == f"/source/{data['number']}"
            assert data in whole()["citations"]


def test_a_citation_comes_once() -> None:
    """A sentence that cites what was cited before brings its own new ones only."""
    record = whole()
    record["sentences"][1] |= {"citations": [1, 2]}
    names = [(name, data.get("number")) for name, data in read(answer_events(record)) if name != "sentence"]
    assert names == [("start", None), *[("citation", number) for number in (1, 2, 3, 4)], ("done", None)]


def test_a_refusal() -> None:
    """Nothing but start and the record, which has the nearest sentences."""
    events = read(answer_events(whole(REFUSED)))
    assert [name for name, _ in events] == ["start", "done"]
    assert len(events[1][1]["nearest"]) == 3


def test_an_error() -> None:
    """Its sentence and its status."""
    assert read([error_event(503, "Later.")]) == [("error", {"message": "Later.", "status": 503})]


@given(st.text(st.characters(exclude_categories=())))
def test_no_text_breaks_out_of_its_event(text: str) -> None:
    """Whatever stands in a document, an event stays one event: no line end, no half of a character."""
    assert read([event("sentence", {"text": text})]) == [("sentence", {"text": text})]


@pytest.mark.parametrize("text", ["a\n\nevent: done\ndata: {}\n\n", "a\r\revent: done", "\u2028\u2029\x85", "\ud800"])
def test_texts_that_try_to(text: str) -> None:
    """The same for texts that were made for it."""
    assert event("x", {"t": text}).count(b"\n") == 3
    assert b"\r" not in event("x", {"t": text})
