"""Gold questions and how an answer is judged: by the spans of the documents that it cites, never by its wording."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from assistant.record import Answer
from index import Collection, Document


@dataclass(frozen=True, slots=True)
class Span:
    """A range of a stored document that answers a question."""

    document_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Gold:
    """A gold question; `needs` are groups of spans of which an answer must cite one each, empty if unanswerable."""

    id: str
    question: str
    type: str
    needs: tuple[tuple[Span, ...], ...]

    @property
    def spans(self) -> tuple[Span, ...]:
        return tuple(span for group in self.needs for span in group)


def read_gold(path: Path, collection: Collection) -> list[Gold]:
    """The questions of a file, their quotes located in the collection. ValueError names a quote that is not there."""
    documents = {summary.path: collection.document(summary.id) for summary in collection.documents()}
    questions = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        spans = [
            locate(documents.get(span["document"]), span["quote"], span.get("occurrence", 0), row["id"])
            for span in row["spans"]
        ]
        groups = row.get("needs") or ([list(range(len(spans)))] if spans else [])
        questions.append(
            Gold(
                row["id"],
                row["question"],
                row["type"],
                tuple(tuple(spans[index] for index in group) for group in groups),
            )
        )
    return questions


def locate(document: Document | None, quote: str, occurrence: int, question: str) -> Span:
    """Where the n-th occurrence of a quote stands, white space folded."""
    if document is None:
        raise ValueError(f"{question}: its document is not in the collection")
    pattern = re.compile(r"\s+".join(map(re.escape, quote.split())))
    found = list(pattern.finditer(document.text))
    if not found:
        raise ValueError(f"{question}: {document.path} does not hold {quote!r}")
    match = found[min(occurrence, len(found) - 1)]
    return Span(document.id, match.start(), match.end())


def cites(answer: Answer, spans: Iterable[Span]) -> bool:
    """Whether one of the answer's citations overlaps one of the spans."""
    return any(
        citation.document.id == span.document_id and citation.start < span.end and citation.end > span.start
        for citation in answer.citations
        for span in spans
    )


def share(hits: int, total: int) -> str:
    """`34/40 = .850 [.709, .929]`: a share with its 95 % Wilson interval."""
    if total == 0:
        return "0/0"
    z, rate = 1.96, hits / total
    centre = (rate + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(rate * (1 - rate) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return f"{hits}/{total} = {rate:.3f} [{max(0.0, centre - half):.3f}, {min(1.0, centre + half):.3f}]"
