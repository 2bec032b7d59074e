"""assistant/service/limits.py: rates, places and lengths; and fifty clients at once."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from browser_library import ANSWERED, FakeAssistant
from starlette.testclient import TestClient

from assistant.record import Answer
from assistant.service.app import create_app
from assistant.service.caller import Refused
from assistant.service.limits import BUSY_SECONDS, Allowed, Limits, client_of

MANY = Allowed(rate=1e6, total_rate=1e6, concurrent=8, waiting=1000)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def ask(limits: Limits, client: str = "a", question: str = "why?") -> str:
    return limits.submit(client, question, lambda: question).result()


def refusal(limits: Limits, client: str = "a", question: str = "why?") -> Refused:
    with pytest.raises(Refused) as refused:
        ask(limits, client, question)
    return refused.value


def test_a_client_has_so_many_questions_a_minute(clock: Clock) -> None:
    """Three at once; then one every twenty seconds, and who comes too early is told when to come."""
    limits = Limits(Allowed(rate=3), clock)
    for _ in range(3):
        ask(limits)
    refused = refusal(limits)
    assert (refused.status, refused.retry_after) == (429, 20)
    clock.now += 19
    assert refusal(limits).retry_after == 1
    clock.now += 1
    ask(limits)
    assert refusal(limits).retry_after == 20


def test_a_quiet_client_saves_up_one_minute_only(clock: Clock) -> None:
    """After an hour there are no more than three at once."""
    limits = Limits(Allowed(rate=3), clock)
    clock.now += 3600
    for _ in range(3):
        ask(limits)
    assert refusal(limits).status == 429


def test_one_client_does_not_take_from_another(clock: Clock) -> None:
    """Each has its own count, and what is refused is not counted for all."""
    limits = Limits(Allowed(rate=2, total_rate=4), clock)
    for _ in range(2):
        ask(limits, "a")
    for _ in range(10):
        refusal(limits, "a")
    for _ in range(2):
        ask(limits, "b")
    assert refusal(limits, "c").retry_after == 15  # now all together have had theirs


def test_rates_below_one_a_minute(clock: Clock) -> None:
    """One question, then the next after the time that the rate says."""
    limits = Limits(Allowed(rate=0.5), clock)
    ask(limits)
    assert refusal(limits).retry_after == 120


def test_the_number_of_remembered_clients_is_bounded(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody fills the memory by coming from everywhere; the one that was longest away is forgotten first."""
    monkeypatch.setattr("assistant.service.limits.MOST_CLIENTS", 3)
    limits = Limits(Allowed(rate=1), clock)
    for client in "abcd":
        ask(limits, client)
    assert refusal(limits, "b").status == 429
    ask(limits, "a")
    assert len(limits._clients) == 3


def test_length() -> None:
    """A question of 2,000 characters is asked, one of 2,001 is 413 and takes nothing from the rate."""
    limits = Limits(Allowed(rate=1))
    assert refusal(limits, question="x" * 2001).status == 413
    assert ask(limits, question="x" * 2000)


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Work waits for it; it is opened in the end, so that no thread stays behind."""
    event = threading.Event()
    yield event
    event.set()


def _submit(limits: Limits, gate: threading.Event, running: list[int]) -> threading.Thread:
    def work() -> None:
        running.append(1)
        gate.wait()

    thread = threading.Thread(target=lambda: limits.submit("a", "why?", work).result())
    thread.start()
    return thread


def _until(true: object) -> None:
    for _ in range(500):
        if true():  # type: ignore[operator]
            return
        time.sleep(0.01)
    pytest.fail("it did not happen within five seconds")


def test_places_and_the_line(gate: threading.Event) -> None:
    """Two are answered, three wait, the sixth is told to come back; and all who waited are answered in the end."""
    limits = Limits(Allowed(rate=1e6, total_rate=1e6, concurrent=2, waiting=3))
    running: list[int] = []
    threads = [_submit(limits, gate, running) for _ in range(5)]
    _until(lambda: limits.running == 2 and limits.waiting == 3 and len(running) == 2)
    refused = refusal(limits)
    assert (refused.status, refused.retry_after) == (429, BUSY_SECONDS)
    gate.set()
    for thread in threads:
        thread.join()
    assert len(running) == 5
    assert (limits.running, limits.waiting) == (0, 0)
    assert ask(limits) == "why?"


def test_who_gives_up_waiting_gives_the_position_back(gate: threading.Event) -> None:
    """Work that has not begun is not done; work that has begun keeps its place until it ends."""
    limits = Limits(Allowed(rate=1e6, total_rate=1e6, concurrent=1, waiting=1))
    done: list[str] = []

    def work(name: str) -> None:
        gate.wait()
        done.append(name)

    async def story() -> None:
        first = asyncio.create_task(limits.run("a", "?", lambda: work("first")))
        await asyncio.sleep(0.05)
        second = asyncio.create_task(limits.run("a", "?", lambda: work("second")))
        await asyncio.sleep(0.05)
        assert (limits.running, limits.waiting) == (1, 1)
        second.cancel()
        await asyncio.sleep(0.05)
        assert (limits.running, limits.waiting) == (1, 0)
        first.cancel()
        await asyncio.sleep(0.05)
        assert limits.running == 1
        gate.set()
        await asyncio.sleep(0.05)
        assert limits.running == 0

    asyncio.run(story())
    assert done == ["first"]


def test_a_failure_gives_the_place_back() -> None:
    """What work raises comes out, and the next question is answered."""
    limits = Limits(Allowed(concurrent=1, waiting=0))

    def fail() -> None:
        raise ValueError("no")

    for _ in range(3):
        with pytest.raises(ValueError, match="no"):
            limits.submit("a", "?", fail).result()
    assert ask(limits)


def test_a_closed_service_answers_no_more(gate: threading.Event) -> None:
    """Who waits is let go, who comes is told."""
    limits = Limits(Allowed(concurrent=1, waiting=5))
    running: list[int] = []
    thread = _submit(limits, gate, running)
    _until(lambda: running)

    async def story() -> None:
        waiting = asyncio.create_task(limits.run("a", "?", lambda: None))
        await asyncio.sleep(0.05)
        limits.close()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(story())
    assert refusal(limits).status == 503
    gate.set()
    thread.join()
    assert limits.running == 0


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_what_an_address_is_counted_as(address: str, client: str) -> None:
    """One machine cannot count as many by changing its IPv6 address."""
    assert client_of(address) == client


class EchoAssistant(FakeAssistant):
    """Answers every question with a note of its own, after a moment."""

    def ask(self, question: str, within: str | None = None) -> Answer:
        time.sleep(0.02)
        return replace(super().ask(question), notes=(f"asked: {question}",))


async def _fifty(allowed: Allowed | None) -> list[httpx.Response]:
    app = create_app(EchoAssistant(), **({"allowed": allowed} if allowed else {}))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:7860", timeout=60) as client:
        asked = [
            client.post(
                "/api/ask", json={"question": f"Is this number {number}?"}, headers={"x-assistant-owner": "o" * 20}
            )
            for number in range(50)
        ]
        answers = await asyncio.gather(*asked)
        assert (await client.get("/assets/assistant/page.css")).status_code == 200
    app.state.service.close()
    return list(answers)


def test_fifty_clients_with_limits_above_them() -> None:
    """None fails, and each gets the answer to its own question."""
    answers = asyncio.run(_fifty(MANY))
    assert [one.status_code for one in answers] == [200] * 50
    records = [one.json() for one in answers]
    assert [one["notes"] for one in records] == [[f"asked: Is this number {number}?"] for number in range(50)]
    assert len({one["conversation"] for one in records}) == 50


def test_fifty_questions_of_one_client_with_the_default_limits() -> None:
    """Thirty are answered, rightly; the rest gets 429 in JSON with the time to come back."""
    answers = asyncio.run(_fifty(None))
    surplus = [one for one in answers if one.status_code != 200]
    assert len(surplus) == 20
    for one in surplus:
        assert one.status_code == 429
        assert 1 <= int(one.headers["retry-after"]) <= 60
        assert one.json() == {"error": {"message": "Too many questions in a short time; ask again in a moment."}}
    for number, one in enumerate(answers):
        if one.status_code == 200:
            assert one.json()["notes"] == [f"asked: Is this number {number}?"]


def test_fifty_questions_for_few_places() -> None:
    """With two places and three in the line, the surplus is told to come back in a moment."""
    answers = asyncio.run(_fifty(Allowed(rate=1e6, total_rate=1e6, concurrent=2, waiting=3)))
    assert {one.status_code for one in answers} == {200, 429}
    assert {one.headers["retry-after"] for one in answers if one.status_code == 429} == {str(BUSY_SECONDS)}


def test_questions_of_the_page_count_too() -> None:
    """The second one in a minute is refused in the conversation, for this visitor and for programs at the same address."""
    app = create_app(FakeAssistant(), allowed=Allowed(rate=1))
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        functions = client.get("/config").json()["dependencies"]
        event = next(one["id"] for one in functions if one["targets"] and one["targets"][0][1] == "submit")
        said = []
        for session in ("first", "second"):
            body = {"data": [ANSWERED, []], "fn_index": event, "session_hash": session}
            assert client.post("/gradio_api/queue/join", json=body).status_code == 200
            said.append(client.get("/gradio_api/queue/data", params={"session_hash": session}).text)
        assert "Ada Lindqvist" in said[0]
        assert "Too many questions in a short time" in said[1]
        assert client.post("/api/ask", json={"question": "why?"}).status_code == 429
        assert 'assistant_questions_total{verdict="answered"} 1.0' in client.get("/metrics").text
