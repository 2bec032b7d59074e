"""The reader without a network of its own: the embedder's similarity and plain features of the words."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from assistant.features import NAMES, Matrix, features
from assistant.question import analyse
from assistant.read import PassageReading, about
from index import Embedder, Hit

WEIGHTS = Path(__file__).parent / "models" / "similarity_reader.json"


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights and bias of the logistic function, and the passage score below which an answer is refused."""

    sentence: Matrix  # one per feature, in the order of NAMES
    bias: float
    threshold: float


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


def _logistic(value: float) -> float:
    return round(1 / (1 + math.exp(-value)), 6)


@cache
def _weights() -> Weights:
    record = json.loads(WEIGHTS.read_text())
    return Weights(np.array([record["weights"][name] for name in NAMES]), record["bias"], record["threshold"])
