"""Passages to scored sentences: how well does each sentence answer the question?"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np

from assistant.features import NAMES, Matrix, features
from assistant.question import analyse
from index import Document, Embedder, Hit, Sentence
from index.passages import heading_path

WEIGHTS = Path(__file__).parent / "models" / "similarity_reader.json"


@dataclass(frozen=True, slots=True)
class PassageReading:
    """Scores of one passage, 0 to 1: of each of its sentences, in order, and of the passage as a whole."""

    sentences: tuple[float, ...]
    passage: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence with the score, 0 to 1, that the reader gave it for this question."""

    sentence: Sentence
    document: Document
    score: float


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights and bias of the logistic function, and the passage score below which an answer is refused."""

    sentence: Matrix  # one per feature, in the order of NAMES
    bias: float
    threshold: float


class Reader(Protocol):
    """Scores sentences for a question; a larger model plugs in here."""

    threshold: float  # where no passage scores as much, the question is not answered

    def read(self, question: str, hits: Sequence[Hit]) -> list[PassageReading]:
        """One reading per hit, in order."""
        ...


class SimilarityReader:
    """The embedder's similarity together with lexical overlap and the kind of thing asked for. No model but the embedder.

    A sentence's score is a logistic function of the features, with weights from training/fit_reader.py. A passage's,
    which decides about refusal, is the mean of its own similarity and that of its closest sentence.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._weights = _weights()
        self.threshold = self._weights.threshold

    def read(self, question: str, hits: Sequence[Hit]) -> list[PassageReading]:
        asked = analyse(question)
        texts = list(dict.fromkeys([question, *(one.text for hit in hits for one in hit.sentences)]))
        rows = dict(zip(texts, self._embedder.embed(texts), strict=True))
        weights = self._weights
        readings = []
        for hit in hits:
            vectors = np.stack([rows[sentence.text] for sentence in hit.sentences])
            matrix = features(asked, rows[question], [one.text for one in hit.sentences], vectors, about(hit))
            scores = tuple(_logistic(value) for value in matrix @ weights.sentence + weights.bias)
            closest = float(max(vectors @ rows[question]))
            readings.append(PassageReading(scores, round(min(1.0, max(0.0, (closest + hit.similarity) / 2)), 6)))
        return readings


def gather(hits: Sequence[Hit], readings: Sequence[PassageReading]) -> list[Evidence]:
    """Every sentence of the hits once, with its best score; best first, ties by sentence id."""
    best: dict[str, Evidence] = {}
    for hit, reading in zip(hits, readings, strict=True):
        for sentence, score in zip(hit.sentences, reading.sentences, strict=True):
            if sentence.id not in best or best[sentence.id].score < score:
                best[sentence.id] = Evidence(sentence, hit.document, score)
    return sorted(best.values(), key=lambda one: (-one.score, one.sentence.id))


def about(hit: Hit) -> str:
    """Title and headings of a hit: words that count as said in each of its sentences."""
    start = hit.sentences[0].start if hit.sentences else 0
    return " ".join([hit.document.title, *heading_path(hit.document.headings, start)])


def _logistic(value: float) -> float:
    return round(1 / (1 + math.exp(-value)), 6)


@cache
def _weights() -> Weights:
    record = json.loads(WEIGHTS.read_text())
    return Weights(np.array([record["weights"][name] for name in NAMES]), record["bias"], record["threshold"])
