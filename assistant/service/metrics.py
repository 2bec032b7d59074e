"""What the service counts, in the words of Prometheus, in a registry of its own.

| metric | counts |
|---|---|
| `assistant_questions_total` | answers by verdict |
| `assistant_refused_total` | requests that were refused or failed, by HTTP status |
| `assistant_stage_seconds` | how long each stage of an answer took: retrieve, read, answer, total |
| `assistant_answers_in_progress`, `assistant_answers_waiting` | answers being made, and questions that wait for their turn |
| `assistant_written_total` | answers of a language model by what became of them: written, failed, unsupported, none |
| `assistant_sentences_withheld_total` | sentences of a language model that the documents do not support |
| `assistant_documents` | documents by collection |
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from assistant.page.contract import Answers
from assistant.record import Answer
from assistant.said import said_to

if TYPE_CHECKING:
    from assistant.service.limits import Limits

STAGES = ("retrieve", "read", "answer")
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds
VERDICTS = ("answered", "partial", "not_found", "talk")
COUNTED_FOR = 30.0  # seconds that the numbers of documents are kept
OUTCOMES = ("failed", "unsupported", "none")  # of which a note of the answer tells
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Thread-safe. Nothing of a question, a document or a caller is in it, only numbers and names of collections."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self.registry = CollectorRegistry()
        self._questions = Counter("assistant_questions", "Answers by verdict.", ["verdict"], registry=self.registry)
        self._written = Counter(
            "assistant_written", "What became of a model's answers.", ["outcome"], registry=self.registry
        )
        self._withheld = Counter(
            "assistant_sentences_withheld", "Generated sentences that were withheld.", registry=self.registry
        )
        self._refused = Counter(
            "assistant_refused", "Requests refused or failed, by HTTP status.", ["status"], registry=self.registry
        )
        self._seconds = Histogram(
            "assistant_stage_seconds",
            "Seconds that each stage of an answer took.",
            ["stage"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._busy = Gauge("assistant_answers_in_progress", "Answers that are being made.", registry=self.registry)
        self._waiting = Gauge(
            "assistant_answers_waiting", "Questions that wait for their turn.", registry=self.registry
        )
        self._documents = Gauge("assistant_documents", "Documents.", ["collection"], registry=self.registry)
        self._counted = float("-inf")
        self._counting = threading.Lock()
        for verdict in VERDICTS:
            self._questions.labels(verdict)  # shown from the start, as 0
        for outcome in ("written", *OUTCOMES):
            self._written.labels(outcome)
        for stage in (*STAGES, "total"):
            self._seconds.labels(stage)

    def answered(self, answer: Answer, seconds: float) -> None:
        """Counts one answer, and its stages; `seconds` is the time that its asker had to wait, in all."""
        self._questions.labels(answer.verdict).inc()
        self._withheld.inc(answer.withheld)
        for outcome in outcomes(answer):
            self._written.labels(outcome).inc()
        for stage in STAGES:
            if stage in answer.timings_ms:
                self._seconds.labels(stage).observe(answer.timings_ms[stage] / 1000)
        self._seconds.labels("total").observe(seconds)

    def refused(self, status: int) -> None:
        """Counts one request that got an error status."""
        self._refused.labels(str(status)).inc()

    def watch(self, limits: Limits) -> None:
        """The numbers of what is in progress and what waits are asked of these limits."""
        self._busy.set_function(lambda: limits.running)
        self._waiting.set_function(lambda: limits.waiting)

    def text(self, assistants: Mapping[str, Answers]) -> bytes:
        """Everything in the text format of Prometheus; documents are counted anew after half a minute."""
        from prometheus_client import generate_latest

        with self._counting:
            if time.monotonic() - self._counted > COUNTED_FOR:
                for name, assistant in assistants.items():
                    self._documents.labels(name).set(assistant.collection.count())
                self._counted = time.monotonic()
        return generate_latest(self.registry)


def outcomes(answer: Answer) -> tuple[str, ...]:
    """What became of what a language model wrote for an answer; nothing where none was asked."""
    say = said_to(answer.standalone_question)
    told = tuple(one for one in OUTCOMES if say(f"model_{one}") in answer.notes)
    return ("written", *told) if answer.mode == "generated" else told
