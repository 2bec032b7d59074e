"""assistant/service/metrics.py and health.py: numbers for Prometheus, alive and ready."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_library import ANSWERED, REFUSED, FakeAssistant
from prometheus_client.parser import text_string_to_metric_families
from service_library import LOCAL, Shelf, an_answer
from starlette.testclient import TestClient
from writers import Scripted, quoting

from assistant.record import Answer
from assistant.said import Said
from assistant.service import health
from assistant.service import metrics as metrics_module
from assistant.service.app import create_app
from assistant.service.keys import Keys
from assistant.service.limits import Allowed, Limits
from assistant.service.metrics import Metrics

say = Said("en")


def numbers(text: str | bytes) -> dict[str, float]:
    """Value by name and labels of every sample; the text must be what Prometheus reads."""
    text = text if isinstance(text, str) else text.decode()
    return {
        sample.name + "".join(f" {value}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


class Gated(FakeAssistant):
    """Answers when its gate is open, and fails while `failing`."""

    def __init__(self, name: str = "default") -> None:
        super().__init__(Shelf(name))
        self.gate = threading.Event()
        self.failing = False

    def ask(self, question: str, within: str | None = None) -> Answer:
        assert self.gate.wait(20)
        if self.failing:
            raise RuntimeError("the model is not there")
        return super().ask(question, within)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A service of two collections."""
    served = {name: FakeAssistant(Shelf(name)) for name in ("default", "other")}
    with TestClient(create_app(served, data=tmp_path), base_url=LOCAL) as client:
        yield client


def test_answers_are_counted_by_verdict_and_stage() -> None:
    """Verdicts that did not come are there as 0; each stage has its seconds."""
    metrics = Metrics()
    metrics.answered(an_answer(), 0.3)
    metrics.answered(an_answer(verdict="partial", withheld=3), 0.1)
    found = numbers(metrics.text({}))
    assert found["assistant_questions_total answered"] == 1
    assert found["assistant_questions_total partial"] == 1
    assert found["assistant_questions_total not_found"] == 0
    assert found["assistant_sentences_withheld_total"] == 3
    assert found["assistant_stage_seconds_sum retrieve"] == pytest.approx(0.002)
    assert found["assistant_stage_seconds_sum read"] == pytest.approx(0.004)
    assert found["assistant_stage_seconds_sum total"] == pytest.approx(0.4)
    assert found["assistant_stage_seconds_count answer"] == 2
    assert found["assistant_stage_seconds_bucket 0.1 total"] == 1


def test_what_is_under_way_is_counted() -> None:
    """While it lasts, however it ends."""
    metrics, limits, gate = Metrics(), Limits(Allowed(concurrent=1)), threading.Event()
    metrics.watch(limits)
    futures = [limits.submit("a", "why?", gate.wait) for _ in range(3)]
    found = numbers(metrics.text({}))
    assert found["assistant_answers_waiting"] == 2
    assert found["assistant_answers_in_progress"] == 1
    gate.set()
    assert all(future.result(20) for future in futures)
    limits.close()
    found = numbers(metrics.text({}))
    assert found["assistant_answers_waiting"] == found["assistant_answers_in_progress"] == 0


def test_what_became_of_a_models_answers_is_counted() -> None:
    """By the note that the answer carries; an answer that is partly written and partly failed counts as both."""
    metrics, failed, none = Metrics(), say("model_failed"), say("model_none")
    for changes in ({"mode": "generated"}, {"mode": "generated", "notes": (failed,)}, {"notes": ("x", none)}, {}):
        metrics.answered(an_answer(**changes), 0.1)
    found = numbers(metrics.text({}))
    assert [found[f"assistant_written_total {one}"] for one in ("written", "failed", "unsupported", "none")] == [
        2,
        1,
        0,
        1,
    ]


def test_the_model_is_named_to_who_asks_whether_all_is_ready(tmp_path: Path) -> None:
    """Without the folder that its file lies in."""
    assistant = FakeAssistant(Shelf())
    assistant.model = Scripted(quoting(), name="gguf:/home/ada/models/small.gguf")
    with TestClient(create_app(assistant, data=tmp_path), base_url=LOCAL) as client:
        assert client.get("/readyz").json()["model"] == "small.gguf"
        assert "/home/ada" not in client.get("/").text


def test_documents_are_counted_anew_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for every look: a list of many documents takes its time."""
    metrics, assistant = Metrics(), FakeAssistant(Shelf())
    assert numbers(metrics.text({"default": assistant}))["assistant_documents default"] == 3
    assistant.collection.held.pop()
    assert numbers(metrics.text({"default": assistant}))["assistant_documents default"] == 3
    monkeypatch.setattr(metrics_module, "COUNTED_FOR", -1.0)
    assert numbers(metrics.text({"default": assistant}))["assistant_documents default"] == 2


def test_two_services_count_apart() -> None:
    """Each has a registry of its own: a process can make any number of them."""
    one, other = Metrics(), Metrics()
    one.refused(429)
    assert "assistant_refused_total 429" in numbers(one.text({}))
    assert "assistant_refused_total 429" not in numbers(other.text({}))


def test_the_service_counts(client: TestClient) -> None:
    """Answers of every door, refusals by status, documents by collection; no question, title or key is in it."""
    client.post("/api/ask", json={"question": ANSWERED})
    client.post("/api/ask", json={"question": REFUSED, "collection": "other"})
    client.post("/api/ask", json={"question": "x" * 5000})
    client.get("/api/nothing")
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = numbers(answer.text)
    assert found["assistant_questions_total answered"] == found["assistant_questions_total not_found"] == 1
    assert found["assistant_refused_total 413"] == found["assistant_refused_total 404"] == 1
    assert found["assistant_documents default"] == found["assistant_documents other"] == 3
    for word in ("lighthouse", "France", "Keepers", "handbook"):
        assert word not in answer.text


def test_numbers_are_for_this_machine_and_admins(tmp_path: Path) -> None:
    """Where keys are asked for, one of scope admin is needed; another is 403, none is 401, a page elsewhere is 403."""
    keys = Keys(tmp_path)
    texts = {scope: keys.add(scope, [scope], None)[1] for scope in ("ask", "ingest", "admin")}
    with TestClient(create_app(FakeAssistant(), data=tmp_path, require_key=True), base_url=LOCAL) as client:

        def status(**headers: str) -> int:
            return client.get("/metrics", headers=headers).status_code

        assert status(authorization=f"Bearer {texts['admin']}") == 200
        assert status(authorization=f"Bearer {texts['ask']}") == 403
        assert status(authorization=f"Bearer {texts['ingest']}") == 403
        assert status() == 401
        assert status(authorization=f"Bearer {texts['admin']}", origin="https://evil.example") == 403


def test_alive(client: TestClient) -> None:
    """Whoever reaches the service may know, whatever its origin's list says."""
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "alive"}
    assert client.head("/healthz").status_code == 200


def wait_for(client: TestClient, status: str) -> int:
    """The HTTP status of /readyz once it says so."""
    until = time.monotonic() + 10
    while (answer := client.get("/readyz")).json() != {"status": status, "model": None}:
        assert time.monotonic() < until, answer.json()
        time.sleep(0.02)
    return answer.status_code


def test_ready_when_every_collection_has_answered(tmp_path: Path) -> None:
    """Before that it is 503, and the service is alive; what was asked to find out is neither counted nor kept."""
    one, other = Gated("one"), Gated("other")
    with TestClient(create_app({"one": one, "other": other}, data=tmp_path), base_url=LOCAL) as client:
        assert wait_for(client, "loading") == 503
        one.gate.set()
        assert wait_for(client, "loading") == 503
        assert client.get("/healthz").status_code == 200
        other.gate.set()
        assert wait_for(client, "ready") == 200
        assert numbers(client.get("/metrics").text)["assistant_questions_total not_found"] == 0
        assert client.app.state.service.store.gaps() == ()  # type: ignore[attr-defined]


def test_a_collection_that_fails_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Until then it is 503 with a word and no detail; the log has the reason."""
    assistant = Gated()
    assistant.failing = True
    assistant.gate.set()
    with TestClient(create_app(assistant, data=tmp_path), base_url=LOCAL) as client:
        assert wait_for(client, "failed") == 503
        assert "the model is not there" in caplog.text
        assert "model is" not in client.get("/readyz").text
        assistant.failing = False
        assert wait_for(client, "failed") == 503  # not at once: a collection that fails is not tried at every look
        monkeypatch.setattr(health, "AGAIN_SECONDS", -1.0)
        assert wait_for(client, "ready") == 200
