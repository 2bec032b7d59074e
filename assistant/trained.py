"""The trained reader: its network's logits together with similarity and plain features, fitted to probabilities."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from assistant import features
from assistant.features import Matrix
from assistant.network import NO_WORDS, Logits, Network
from assistant.phrase import Range
from assistant.question import Question, analyse
from assistant.read import PassageReading, about, spoken
from index import Hit

WEIGHTS = Path(__file__).parent / "models" / "reader.json"
SENTENCE_NAMES = (*features.PLAIN, "support", "support_margin", "passage_logit")
PASSAGE_NAMES = (
    "passage_logit",
    "support",
    "passage_similarity",
    "covered_passage",
    "kind_absent",
    "names_missing",
    "numbers_missing",
)


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic function: one weight per column of a table, and a bias."""

    weights: Matrix
    bias: float

    def __call__(self, table: Matrix) -> Matrix:
        """Probabilities, one per row."""
        return np.asarray(1 / (1 + np.exp(-(table @ self.weights + self.bias))))

    @classmethod
    def read(cls, record: dict[str, Any], names: Sequence[str]) -> Calibration:
        return cls(np.array([record["weights"][name] for name in names]), record["bias"])


@dataclass(frozen=True, slots=True)
class Tables:
    """What is known of one passage: a row per sentence, columns as SENTENCE_NAMES; and one row, as PASSAGE_NAMES."""

    sentences: Matrix
    passage: Matrix
    phrases: tuple[Range | None, ...] = ()


class TrainedReader:
    """Reads question and passage together. English; the models are loaded with the first question."""

    def __init__(self, network: Network | None = None) -> None:
        self._given = network
        record = json.loads(WEIGHTS.read_text())
        self._sentence = Calibration.read(record["sentence"], SENTENCE_NAMES)
        self._passage = Calibration.read(record["passage"], PASSAGE_NAMES)
        self.threshold: float = record["threshold"]

    @cached_property
    def _network(self) -> Network:
        return self._given or Network()

    def read(self, question: str, hits: Sequence[Hit]) -> list[PassageReading]:
        return [
            PassageReading(
                tuple(round(float(one), 6) for one in self._sentence(table.sentences)),
                round(float(self._passage(table.passage)[0]), 6),
                table.phrases,
            )
            for table in tables(question, hits, self._network)
        ]


def tables(question: str, hits: Sequence[Hit], network: Network) -> list[Tables]:
    """The tables of each hit, in order. A hit without a sentence has a passage row that nothing speaks for."""
    lines = [[spoken(one) for one in hit.sentences] for hit in hits]
    logits = network.read(question, [(about(hit), one) for hit, one in zip(hits, lines, strict=True)])
    asked = analyse(question)
    return [_tables(asked, hit, one, logit) for hit, one, logit in zip(hits, lines, logits, strict=True)]


def _tables(asked: Question, hit: Hit, lines: list[str], logits: Logits) -> Tables:
    plain = features.plain(asked, lines, about(hit))
    support = np.array(logits.sentences)
    best = support.max() if support.size else NO_WORDS
    whole = np.full(len(lines), logits.passage)
    column = {name: plain[:, number] for number, name in enumerate(features.PLAIN)}
    passage = [
        logits.passage,
        best,
        hit.similarity,
        column["covered_passage"].max(initial=0.0),
        column["kind_absent"].min(initial=1.0),
        column["names_missing"].max(initial=0.0),
        column["numbers_missing"].max(initial=0.0),
    ]
    phrases = tuple(  # what the network saw of a table's row is not its text
        one if line == sentence.text else None
        for one, line, sentence in zip(logits.phrases, lines, hit.sentences, strict=True)
    )
    return Tables(np.column_stack([plain, support, support - best, whole]), np.array([passage]), phrases)
