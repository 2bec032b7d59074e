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


class Reader(Protocol):
    """Scores sentences for a question; a larger model plugs in here."""

    threshold: float  # an answer whose best sentence scores less is refused

    def read(self, question: str, hits: Sequence[Hit]) -> list[PassageReading]:
        """One reading per hit, in order."""
        ...


class SimilarityReader:
    """The embedder's similarity together with lexical overlap and the kind of thing asked for, in one logistic score.

    The weights come from training/fit_reader.py. It needs no model but the embedder.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._weights, self._bias, self.threshold = _weights()

    def read(self, question: str, hits: Sequence[Hit]) -> list[PassageReading]:
        asked = analyse(question)
        texts = list(dict.fromkeys([question, *(one.text for hit in hits for one in hit.sentences)]))
        rows = dict(zip(texts, self._embedder.embed(texts), strict=True))
        readings = []
        for hit in hits:
            sentences = [sentence.text for sentence in hit.sentences]
            vectors = np.stack([rows[sentence] for sentence in sentences])
            scores = self._scores(features(asked, rows[question], sentences, vectors, _about(hit)))
            readings.append(PassageReading(tuple(scores), max(scores, default=0.0)))
        return readings

    def _scores(self, matrix: Matrix) -> list[float]:
        return [round(1 / (1 + math.exp(-value)), 6) for value in matrix @ self._weights + self._bias]


def gather(hits: Sequence[Hit], readings: Sequence[PassageReading]) -> list[Evidence]:
    """Every sentence of the hits once, with its best score; best first, ties by sentence id."""
    best: dict[str, Evidence] = {}
    for hit, reading in zip(hits, readings, strict=True):
        for sentence, score in zip(hit.sentences, reading.sentences, strict=True):
            if sentence.id not in best or best[sentence.id].score < score:
                best[sentence.id] = Evidence(sentence, hit.document, score)
    return sorted(best.values(), key=lambda one: (-one.score, one.sentence.id))


def _about(hit: Hit) -> str:
    start = hit.sentences[0].start if hit.sentences else 0
    return " ".join([hit.document.title, *heading_path(hit.document.headings, start)])


@cache
def _weights() -> tuple[Matrix, float, float]:
    record = json.loads(WEIGHTS.read_text())
    return np.array([record[name] for name in NAMES]), float(record["bias"]), float(record["threshold"])
