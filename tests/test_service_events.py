"""assistant/service/events.py: an answer as server-sent events."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from browser_library import ANSWERED, REFUSED
from hypothesis import given
from hypothesis import strategies as st
from service_library import an_answer

from assistant.quoted import shown
from assistant.record import Answer
from assistant.service.events import done_event, error_event, event, shown_events, start_event, understood_event


def read(events: Iterable[bytes]) -> list[tuple[str, Any]]:
    """Name and data of each event, as a browser reads them: lines may end in three ways, comments are skipped."""
    found = []
    text = b"".join(events).decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
        if fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


def told(answer: Answer) -> list[bytes]:
    """The events of an answer as it comes."""
    views = {one.number: f"/source/{one.number}" for one in answer.citations}
    whole = answer.to_json() | {"views": {str(number): view for number, view in views.items()}}
    said = [event for one in shown(answer) for event in shown_events(one, views)]
    start = [start_event(answer.question, answer.conversation), understood_event(answer.standalone_question)]
    return [*start, *said, done_event(whole)]


def test_the_order_of_events() -> None:
    """A start, each citation before the sentence that first uses it, and the whole record at the end."""
    answer = an_answer(conversation="c")
    events = read(told(answer))
    assert [name for name, _ in events] == ["start", "understood", *["citation", "sentence"] * 4, "done"]
    assert events[0][1] == {"conversation": "c", "question": ANSWERED}
    assert events[1][1] == {"standalone_question": ANSWERED}
    whole = events[-1][1]
    assert whole.pop("views") == {str(number): f"/source/{number}" for number in range(1, 5)}
    assert whole == answer.to_json()
    assert [data for name, data in events if name == "sentence"] == whole["sentences"]
    for name, data in events:
        if name == "citation":
            assert data.pop("view") == f"/source/{data['number']}"
            assert data in whole["citations"]


def test_a_citation_comes_once() -> None:
    """A sentence that cites what was cited before brings its own new ones only."""
    answer = an_answer()
    both = replace(answer.sentences[1], citations=(1, 2))
    events = read(told(replace(answer, sentences=(answer.sentences[0], both, *answer.sentences[2:]))))
    names = [(name, data.get("number")) for name, data in events if name != "sentence"]
    assert names == [
        ("start", None),
        ("understood", None),
        *[("citation", number) for number in (1, 2, 3, 4)],
        ("done", None),
    ]


def test_a_refusal() -> None:
    """Nothing but start and the record, which has the nearest sentences."""
    events = read(told(an_answer(REFUSED)))
    assert [name for name, _ in events] == ["start", "understood", "done"]
    assert len(events[2][1]["nearest"]) == 3


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
