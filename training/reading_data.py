"""The reading sets as examples: a question, the sentences of a passage, and which of them answer.

Source: `train/reading` of the data folder (see MODEL_CARD.md for the sets and their licences), our own pairs in
training/pairs, and our own questions about passages of both in training/questions. Articles in HELD_OUT, and of
our own the passages that `OWN_HELD_OUT` names, are development data and never trained on; of the documents that
`is_kept_aside` names our own questions are, while their passages may be met with other questions.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PAIRS = Path(__file__).parent / "pairs"
QUESTIONS = Path(__file__).parent / "questions"
ASKED = "asked:"  # opens the source of our own questions about passages of the open sets
RETRIEVED = "retrieved"  # source of passages that search found, with their titles and headings
KEPT_ASIDE = 20  # one in so many documents of those passages
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
    """`labels` is None where only `answerable` is known; `answers` are phrases of the answering sentences.

    Examples of one `group` are passages found for the same question: they are read side by side.
    """

    question: str
    sentences: tuple[str, ...]
    labels: tuple[int, ...] | None
    answerable: bool
    document: str
    source: str
    answers: tuple[str, ...] = field(default=())
    group: str = ""

    @property
    def title(self) -> str:
        if self.source == RETRIEVED:
            return self.document
        return self.document.replace("_", " ") if self.source.removeprefix(ASKED) in TITLED else ""

    @property
    def is_ours(self) -> bool:
        """Whether the question was written for this project, near misses and all."""
        return self.source in ("own", RETRIEVED) or self.source.startswith(ASKED)


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
        rows = (row for row in read_rows(path) if row["doc"] not in HELD_OUT and not is_kept_aside(row["doc"]))
        examples = [example(row) for row in rows]
        documents = sorted({one.document for one in examples})
        kept = set(chance.sample(documents, round(share * len(documents))))
        examples = [one for one in examples if one.document in kept]
        chance.shuffle(examples)
        chosen += examples[: CAPS.get(name, len(examples))]
        chosen += [one for one in examples if name == TWICE and not one.answerable]
    return chosen


def load_aside(data: Path) -> list[Example]:
    """The questions of the cleanest open sets about documents that `is_kept_aside` names."""
    files = (data / "train" / "reading" / f"{name}.jsonl.gz" for name in CLEAN)
    rows = (row for path in files for row in read_rows(path) if row["doc"] not in HELD_OUT)
    return [example(row) for row in rows if row["labels"] is not None and is_kept_aside(row["doc"])]


def load_pairs(held_out: bool = False) -> list[Example]:
    """Our own pairs: passages of many kinds of documents, each with questions in everyday words and near misses.

    OWN_HELD_OUT is development data and left out; `held_out` gives that instead.
    """
    rows = [row for path in sorted(PAIRS.glob("*.jsonl")) for row in read_rows(path)]
    chosen = [row for row in rows if (int(row["doc"].rsplit("-", 1)[1]) in OWN_HELD_OUT) == held_out]
    chosen = [row for row in chosen if held_out or not is_kept_aside(row["doc"])]
    return [_pair(row, asked) for row in chosen for asked in row["questions"]]


def load_questions(data: Path, held_out: bool = False) -> list[Example]:
    """Our own questions, hard paraphrases and near misses, about passages of the open sets and of our own pairs.

    A passage is named by the hash of its sentences. Those of one document in KEPT_ASIDE are development data and left
    out; `held_out` gives them instead.
    """
    rows = {row["passage"]: row for path in sorted(QUESTIONS.glob("*.jsonl")) for row in read_rows(path)}
    files = [*sorted((data / "train" / "reading").glob("*.jsonl.gz")), *sorted(PAIRS.glob("*.jsonl"))]
    chosen: list[Example] = []
    for passage in (passage for path in files for passage in read_rows(path)):
        row = rows.pop(passage_key(passage["sentences"]), None)
        if row is not None and is_kept_aside(passage["doc"]) == held_out:
            sentences = tuple(map(untokenised, passage["sentences"]))
            chosen += [_asked(one, sentences, passage["doc"], row["source"]) for one in row["questions"]]
    return chosen


def passage_key(sentences: list[str]) -> str:
    return hashlib.sha1("\n".join(sentences).encode(), usedforsecurity=False).hexdigest()[:10]


def is_kept_aside(document: str) -> bool:
    return hashlib.sha256(document.encode()).digest()[0] % KEPT_ASIDE == 0


def untokenised(text: str) -> str:
    """Text as people write it, of text whose punctuation stands apart (the question-generation split of SQuAD)."""
    for apart, together in (
        ("-lrb- ", "("),
        (" -rrb-", ")"),
        ("-lsb- ", "["),
        (" -rsb-", "]"),
        ("`` ", '"'),
        (" ''", '"'),
    ):
        text = text.replace(apart, together)
    return re.sub(r" (?=[.,;:?!](?: |$)|'s\b)", "", text)


def _asked(asked: dict[str, Any], sentences: tuple[str, ...], document: str, source: str) -> Example:
    labels = tuple(int(number in asked["answers"]) for number in range(len(sentences)))
    return Example(asked["question"], sentences, labels, any(labels), document, ASKED + source)


def _pair(row: dict[str, Any], asked: dict[str, Any]) -> Example:
    labels = tuple(int(number in asked["answers"]) for number in range(len(row["sentences"])))
    return Example(asked["question"], tuple(row["sentences"]), labels, any(labels), row["doc"], "own")
