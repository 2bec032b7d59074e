"""The reading sets as examples: a question, the sentences of a passage, and which of them answer.

Source: `train/reading` of the data folder (see MODEL_CARD.md for the sets and their licences) and our own pairs in
training/pairs. Articles in HELD_OUT are development data and never trained on.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PAIRS = Path(__file__).parent / "pairs"
CAPS = {
    "medquad": 1500,
    "condaqa": 1500,
    "squad-nqg": 9000,
    "qamr": 6000,
}  # templated, weak or lower-cased: no dominance
CLEAN = ("squad-dev", "quoref-contrast", "qed", "selqa-dev", "tat-qa", "covid-qa", "squad-subset")
TITLED = ("squad-dev", "qed", "selqa-dev", "quoref-contrast")  # sets whose `doc` is the document's title
TWICE = "squad-dev"  # its unanswerable questions, written by people to mislead, are the best near misses there are
OWN_HELD_OUT = range(41, 51)  # passages of each file of our own pairs that are development data
HELD_OUT = frozenset(
    (
        "Amazon_rainforest",
        "Black_Death",
        "Force",
        "Huguenot",
        "Packet_switching",
        "Pharmacy",
        "Scottish_Parliament",
        "Yuan_dynasty",
    )
)


@dataclass(frozen=True, slots=True)
class Example:
    """`labels` is None where only `answerable` is known; `answers` are phrases of the answering sentences."""

    question: str
    sentences: tuple[str, ...]
    labels: tuple[int, ...] | None
    answerable: bool
    document: str
    source: str
    answers: tuple[str, ...] = field(default=())

    @property
    def title(self) -> str:
        return self.document.replace("_", " ") if self.source in TITLED else ""


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a file of JSON lines, gzipped or not."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as stream:
        for line in stream:
            yield json.loads(line)


def example(row: dict[str, Any]) -> Example:
    labels = row["labels"]
    return Example(
        row["question"],
        tuple(row["sentences"]),
        None if labels is None else tuple(labels),
        row["answerable"],
        row["doc"],
        row["source"],
        tuple(row.get("answers") or ()),
    )


def load(data: Path, chance: random.Random, share: float = 1.0) -> list[Example]:
    """The open sets without the held-out articles, the large ones capped; `share` of the documents of each."""
    chosen: list[Example] = []
    for path in sorted((data / "train" / "reading").glob("*.jsonl.gz")):
        name = path.name.removesuffix(".jsonl.gz")
        examples = [example(row) for row in read_rows(path) if row["doc"] not in HELD_OUT]
        documents = sorted({one.document for one in examples})
        kept = set(chance.sample(documents, round(share * len(documents))))
        examples = [one for one in examples if one.document in kept]
        chance.shuffle(examples)
        chosen += examples[: CAPS.get(name, len(examples))]
        chosen += [one for one in examples if name == TWICE and not one.answerable]
    return chosen


def load_pairs(held_out: bool = False) -> list[Example]:
    """Our own pairs: passages of many kinds of documents, each with questions in everyday words and near misses.

    OWN_HELD_OUT is development data and left out; `held_out` gives that instead.
    """
    rows = [row for path in sorted(PAIRS.glob("*.jsonl")) for row in read_rows(path)]
    chosen = [row for row in rows if (int(row["doc"].rsplit("-", 1)[1]) in OWN_HELD_OUT) == held_out]
    return [_pair(row, asked) for row in chosen for asked in row["questions"]]


def _pair(row: dict[str, Any], asked: dict[str, Any]) -> Example:
    labels = tuple(int(number in asked["answers"]) for number in range(len(row["sentences"])))
    return Example(asked["question"], tuple(row["sentences"]), labels, any(labels), row["doc"], "own")
