"""Answers as they come, through the API and the OpenAI-compatible door of a running service: nothing waits for the end,
who goes away is missed, the record at the end is the truth, and what was said before is the history."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest
from browser_library import ANSWERED, REFUSED, FakeAssistant
from openai import OpenAI
from served import served
from service_library import OTHER, OWNER, an_answer
from test_service_events import read

from assistant.conversation import Turn
from assistant.quoted import shown
from assistant.record import Event
from assistant.said import Said
from assistant.service.app import create_app
from assistant.service.limits import Allowed

say = Said("en")

EVENTS = {"accept": "text/event-stream"}
SLOW, BROKEN_OFF = "slow", "broken off"
DRAFT = "The keeper is somebody else."


class Writing(FakeAssistant):
    """Writes as a language model does: a sentence at once, the rest when its gate is open or nobody waits any more."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.cancelled: threading.Event | None = None
        self.histories: list[tuple[Turn, ...]] = []

    def stream(
        self,
        question: str,
        within: str | None = None,
        history: Sequence[Turn] = (),
        cancelled: threading.Event | None = None,
    ) -> Iterator[Event]:
        self.histories.append(tuple(history))
        self.cancelled = cancelled
        answer = replace(an_answer(question if question != SLOW else ANSWERED), question=question)
        if question == BROKEN_OFF:
            draft = replace(an_answer().sentences[0], text=DRAFT, verdict="supported")
            yield from shown(replace(an_answer(), sentences=(draft,)))
            yield replace(an_answer(), notes=("The language model failed.",))
            return
        for number, one in enumerate(shown(answer)):
            yield one
            while number == 0 and question == SLOW and not self.gate.wait(0.02):
                if cancelled is not None and cancelled.is_set():
                    break
        yield answer


@pytest.fixture(scope="module")
def writing() -> Writing:
    return Writing()


@pytest.fixture(scope="module")
def address(writing: Writing) -> Iterator[str]:
    with served(create_app(writing, allowed=Allowed(rate=1e6, total_rate=1e6))) as address:
        yield address


@pytest.fixture(autouse=True)
def shut(writing: Writing) -> Iterator[None]:
    writing.gate.clear()
    writing.cancelled = None
    yield
    writing.gate.set()


def until(true: Callable[[], Any]) -> None:
    for _ in range(500):
        if true():
            return
        time.sleep(0.01)
    pytest.fail("it did not happen within five seconds")


def test_a_sentence_is_sent_before_the_next_one_is_written(address: str, writing: Writing) -> None:
    """Its citation and itself are read while the answer still waits; then comes the rest, and the record."""
    with httpx.stream("POST", f"{address}/api/ask", json={"question": SLOW}, headers=EVENTS, timeout=20) as answer:
        text = ""
        pieces = answer.iter_text()
        while "event: sentence" not in text:
            text += next(pieces)
        assert "event: done" not in text
        writing.gate.set()
        text += "".join(pieces)
    assert [name for name, _ in read([text.encode()])] == ["start", "understood", *["citation", "sentence"] * 4, "done"]


def test_openai_clients_read_a_sentence_before_the_next_one_is_written(address: str, writing: Writing) -> None:
    """With its mark; the joined text is the one that comes without streaming."""
    messages: Any = [{"role": "user", "content": SLOW}]
    with OpenAI(base_url=f"{address}/v1", api_key="unused", max_retries=0) as client:
        chunks = client.chat.completions.create(model="cited-assistant", messages=messages, stream=True)
        text = ""
        while "[1]" not in text:
            text += next(chunks).choices[0].delta.content or ""
        assert "[2]" not in text
        writing.gate.set()
        text += "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
        whole = client.chat.completions.create(model="cited-assistant", messages=messages)
    assert text == whole.choices[0].message.content


def leave_events(address: str) -> None:
    with httpx.stream("POST", f"{address}/api/ask", json={"question": SLOW}, headers=EVENTS, timeout=20) as answer:
        next(answer.iter_text())


def leave_json(address: str) -> None:
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{address}/api/ask", json={"question": SLOW}, headers=OWNER, timeout=0.4)


def leave_openai(address: str) -> None:
    body = {"model": "cited-assistant", "messages": [{"role": "user", "content": SLOW}], "stream": True}
    with httpx.stream("POST", f"{address}/v1/chat/completions", json=body, timeout=20) as answer:
        next(answer.iter_text())


def leave_openai_whole(address: str) -> None:
    body = {"model": "cited-assistant", "messages": [{"role": "user", "content": SLOW}]}
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{address}/v1/chat/completions", json=body, timeout=0.4)


@pytest.mark.parametrize("leave", [leave_events, leave_json, leave_openai, leave_openai_whole])
def test_whoever_writes_is_told_when_nobody_waits(address: str, writing: Writing, leave: Callable[[str], None]) -> None:
    """The client closes its connection in the middle of the answer: the model is stopped, and the place is free again."""
    leave(address)
    until(lambda: writing.cancelled is not None and writing.cancelled.is_set())
    until(lambda: b"assistant_answers_in_progress 0.0" in httpx.get(f"{address}/metrics").content)


def test_who_waits_to_the_end_cancels_nothing(address: str, writing: Writing) -> None:
    """The event is set when the answer is complete at the earliest."""
    seen: list[bool] = []

    def look() -> None:
        seen.append(bool(writing.cancelled and writing.cancelled.is_set()))
        writing.gate.set()

    threading.Timer(0.3, look).start()
    assert len(httpx.post(f"{address}/api/ask", json={"question": SLOW}, timeout=20).json()["sentences"]) == 4
    assert seen == [False]


def test_what_was_given_up_is_not_kept(address: str, writing: Writing) -> None:
    """The conversation has the answers that somebody got, and no other."""
    first = httpx.post(f"{address}/api/ask", json={"question": ANSWERED}, headers=OWNER).json()
    body = {"question": SLOW, "conversation": first["conversation"]}
    with httpx.stream("POST", f"{address}/api/ask", json=body, headers=EVENTS | OWNER, timeout=20) as answer:
        next(answer.iter_text())
    until(lambda: writing.cancelled is not None and writing.cancelled.is_set())
    until(lambda: b"assistant_answers_in_progress 0.0" in httpx.get(f"{address}/metrics").content)
    kept = httpx.get(f"{address}/api/conversations/{first['conversation']}", headers=OWNER).json()
    assert [turn["answer"]["question"] for turn in kept["turns"]] == [ANSWERED]


def test_the_record_is_the_truth(address: str) -> None:
    """A sentence that was sent, and is not in the answer in the end, is not in the record either."""
    text = httpx.post(f"{address}/api/ask", json={"question": BROKEN_OFF}, headers=EVENTS).content
    events = read([text])
    assert DRAFT in [data["text"] for name, data in events if name == "sentence"]
    assert DRAFT not in json.dumps(events[-1][1])
    assert events[-1][1]["notes"] == ["The language model failed."]


def test_openai_clients_are_told_that_a_beginning_does_not_count(address: str) -> None:
    """What was sent cannot be taken back, so it is said, and the whole answer follows."""
    body = {"model": "cited-assistant", "messages": [{"role": "user", "content": BROKEN_OFF}], "stream": True}
    lines = httpx.post(f"{address}/v1/chat/completions", json=body).text.split("\n\n")
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: {")]
    text = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)
    beginning, _, rest = text.partition(say("instead"))
    assert beginning.strip() == f"{DRAFT} [1]"
    assert rest.strip().startswith(f"{an_answer().sentences[0].text} [1]")
    assert DRAFT not in rest
    assert chunks[-1]["answer"]["notes"] == ["The language model failed."]


def test_kept_answers_are_the_history_of_the_next_question(address: str, writing: Writing) -> None:
    """As standalone questions and plain sentences, of this owner's conversation only, the latest few."""
    first = httpx.post(f"{address}/api/ask", json={"question": ANSWERED}, headers=OWNER).json()
    body = {"question": REFUSED, "conversation": first["conversation"]}
    httpx.post(f"{address}/api/ask", json=body, headers=OWNER)
    assert writing.histories[-1] == (Turn(ANSWERED, " ".join(one["text"] for one in first["sentences"])),)
    for _ in range(7):
        httpx.post(f"{address}/api/ask", json=body, headers=OWNER)
    assert writing.histories[-1] == (Turn(REFUSED, ""),) * 6
    asked = len(writing.histories)
    assert httpx.post(f"{address}/api/ask", json=body, headers=OTHER).status_code == 404
    assert len(writing.histories) == asked
    httpx.post(f"{address}/api/ask", json={"question": ANSWERED}, headers=OWNER)
    assert writing.histories[-1] == ()


def test_messages_of_a_chat_are_its_history(address: str, writing: Writing) -> None:
    """Question and answer in pairs, without the marks and the sources that we added."""
    with OpenAI(base_url=f"{address}/v1", api_key="unused", max_retries=0) as client:
        messages: Any = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": ANSWERED}]
        done = client.chat.completions.create(model="cited-assistant", messages=messages)
        messages += [
            {"role": "assistant", "content": done.choices[0].message.content},
            {"role": "user", "content": [{"type": "text", "text": REFUSED}]},
            {"role": "user", "content": "and in winter?"},
        ]
        client.chat.completions.create(model="cited-assistant", messages=messages)
    first, second = writing.histories[-1]
    assert first == Turn(ANSWERED, " ".join(one.text for one in an_answer().sentences))
    assert (second.question, second.answer) == (REFUSED, "")
