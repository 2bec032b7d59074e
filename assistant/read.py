"""Passages to scored sentences: how well does each sentence answer the question? What every reader has in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Protocol

from index import Document, Hit, Sentence
from index.lexical import content_stems
from index.passages import heading_path


@dataclass(frozen=True, slots=True)
class PassageReading:
    """Scores of one passage, 0 to 1: of each of its sentences, in order, and of the passage as a whole.

    `phrases`, from readers that know them, has the characters of each sentence that answer, or None.
    """

    sentences: tuple[float, ...]
    passage: float
    phrases: tuple[tuple[int, int] | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence with the score, 0 to 1, that the reader gave it for this question, and its answering words if known."""

    sentence: Sentence
    document: Document
    score: float
    phrase: tuple[int, int] | None = None


class Reader(Protocol):
    """Scores sentences for a question; a larger model plugs in here."""

    threshold: float  # where no passage scores as much, the question is not answered

    def read(self, question: str, hits: Sequence[Hit]) -> list[PassageReading]:
        """One reading per hit, in order."""
        ...


def gather(hits: Sequence[Hit], readings: Sequence[PassageReading]) -> list[Evidence]:
    """Every sentence of the hits once, with its best score; best first, ties by sentence id."""
    return strongest(
        Evidence(sentence, hit.document, score, phrase)
        for hit, reading in zip(hits, readings, strict=True)
        for sentence, score, phrase in zip(
            hit.sentences, reading.sentences, reading.phrases or repeat(None), strict=False
        )
    )


def strongest(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Each sentence once, with the best score that it has; best first, ties by sentence id."""
    best: dict[str, Evidence] = {}
    for one in evidence:
        if one.sentence.id not in best or best[one.sentence.id].score < one.score:
            best[one.sentence.id] = one
    return sorted(best.values(), key=lambda one: (-one.score, one.sentence.id))


def about(hit: Hit) -> str:
    """Title and headings of a hit: words that count as said in each of its sentences."""
    start = hit.sentences[0].start if hit.sentences else 0
    return " ".join([hit.document.title, *heading_path(hit.document.headings, start)])


def stems_of(document: Document) -> frozenset[str]:
    """Stems of all content words of a document and its title."""
    return frozenset(content_stems(f"{document.title} {document.text}"))


def spoken(sentence: Sentence) -> str:
    """A sentence as a reader sees it: the cells of a table's row each behind the name of its column."""
    if sentence.kind != "row" or not sentence.context:
        return sentence.text
    names, cells = sentence.context.split(" | "), sentence.text.split(" | ")
    if len(names) != len(cells):
        return f"{sentence.context}: {sentence.text}"
    return "; ".join(f"{name}: {cell}" for name, cell in zip(names, cells, strict=True))
