"""Answers end to end, through the same code as the chat: are they right, cited from the right place, refused where due?

    python -m benchmarks.answer --documents FILE --questions FILE [--most N]

Documents and questions are of the formats of benchmarks/corpora.py. `holds` is the share of answerable questions whose
answer holds an answer phrase, `first` and `cited` those whose first or any citation answers, `gold` the share of all
citations that do. One row a kind of question.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.answer import Assistant
from assistant.record import Answer
from benchmarks import measures
from benchmarks.corpora import Query, collection_of, name_of, read_corpus
from benchmarks.report import publish


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its answer, whether each citation answers, best supported first, and how long it took, in ms."""

    query: Query
    answer: Answer
    right: tuple[bool, ...]
    milliseconds: float

    @property
    def refused(self) -> bool:
        return self.answer.verdict == "not_found"


def ask(assistant: Assistant, query: Query) -> Asked:
    started = time.perf_counter()
    answer = assistant.ask(query.question)
    milliseconds = 1000 * (time.perf_counter() - started)
    support = {number: one.support for one in answer.sentences for number in one.citations}
    ordered = sorted(answer.citations, key=lambda citation: -support[citation.number])
    right = tuple(query.answered_by(_name(citation.document.source), citation.quote) for citation in ordered)
    return Asked(query, answer, right, milliseconds)


def _name(source: str) -> str:
    return name_of(source.split("/", 1)[1])


def summary(kind: str, asked: Sequence[Asked]) -> dict[str, Any]:
    """One row of the table."""
    answerable = [one for one in asked if one.query.answerable]
    phrased = [one for one in answerable if one.query.answers]
    citations = [right for one in answerable for right in one.right]
    refused = [float(one.refused) for one in asked]
    times = [one.milliseconds for one in asked]
    return {
        "type": kind,
        "questions": len(asked),
        "refused": float(np.mean(refused)),
        "95 %": measures.interval(refused),
        "holds": _mean([one.query.held_by(" ".join(line.text for line in one.answer.sentences)) for one in phrased]),
        "first": _mean([bool(one.right) and one.right[0] for one in answerable]),
        "cited": _mean([any(one.right) for one in answerable]),
        "gold": _mean(citations),
        "sentences": _mean([len(one.right) for one in answerable if not one.refused]),
        "p50 ms": round(float(np.percentile(times, 50))),
        "p95 ms": round(float(np.percentile(times, 95))),
    }


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else np.nan


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--most", type=int, help="no more than so many questions, evenly spread")
    arguments = parser.parse_args()
    texts, queries = read_corpus(arguments.documents, arguments.questions)
    queries = queries[:: max(1, len(queries) // arguments.most) if arguments.most else 1]
    with collection_of(texts) as collection:
        assistant = Assistant(collection)
        assistant.ask("warm up")
        asked = [ask(assistant, query) for query in queries]
    kinds = sorted({one.query.type for one in asked})
    rows = [summary(kind, [one for one in asked if one.query.type == kind]) for kind in kinds]
    publish(f"answer-{arguments.questions.name.split('.')[0]}", rows, threshold=assistant.reader.threshold)


if __name__ == "__main__":
    main()
