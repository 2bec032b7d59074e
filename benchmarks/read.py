"""How well a reader finds the answering sentences in given passages, and tells whether there is one.

    python -m benchmarks.read --file FILE… [--reader trained|similarity] [--most N]

Files of the formats of train/reading, squad2, wikiqa, trecqa and clapnq are recognised from their fields. Ranking is
measured over the questions that have a right and a wrong sentence, refusal over all of a passage format.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.extract import extract
from assistant.read import PassageReading, Reader, gather
from assistant.similarity import SimilarityReader
from assistant.trained import TrainedReader
from benchmarks import measures
from benchmarks.cases import Case, read_cases
from benchmarks.report import curve, publish
from index import Document, Embedder, Hit, Passage, Sentence
from index.embed import MiniLM

READERS: dict[str, Callable[[Embedder], Reader]] = {
    "trained": lambda _: TrainedReader(),
    "similarity": SimilarityReader,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case as read: score per sentence, score of the best passage, numbers of the sentences that would be shown."""

    case: Case
    scores: tuple[float, ...]
    passage: float
    chosen: frozenset[int]

    @property
    def gold(self) -> set[int]:
        return {number for number, label in enumerate(self.case.labels or ()) if label}


def hits_of(case: Case, embedder: Embedder) -> list[Hit]:
    """The passages of a case as search would find them; sentences are numbered through all passages."""
    texts = [" ".join([case.title, *sentences]).strip() for sentences in case.passages]
    question, *vectors = embedder.embed([case.question, *texts])
    hits, ordinal = [], 0
    for number, sentences in enumerate(case.passages):
        text = " ".join(sentences)
        document = Document(f"{number:016d}", "file", case.document, case.title, text, "", "")
        lines, start = [], 0
        for sentence in sentences:
            end = start + len(sentence)
            lines.append(Sentence(f"{ordinal:09d}", document.id, ordinal, start, end, sentence, "prose"))
            ordinal, start = ordinal + 1, end + 1
        first, last = ordinal - len(sentences), ordinal - 1
        passage = Passage(document.id, document.id, number, first, last, 0, len(text), texts[number], "")
        hits.append(Hit(passage, document, tuple(lines), 0.0, round(float(vectors[number] @ question), 6)))
    return hits


def outcome(case: Case, reader: Reader, embedder: Embedder) -> Outcome:
    hits = hits_of(case, embedder)
    readings: list[PassageReading] = reader.read(case.question, hits)
    scores = tuple(score for reading in readings for score in reading.sentences)
    shown = extract(gather(hits, readings))
    best = max((reading.passage for reading in readings), default=0.0)
    return Outcome(case, scores, best, frozenset(one.sentence.ordinal for one in shown))


def summary(name: str, outcomes: Sequence[Outcome], threshold: float) -> dict[str, Any]:
    """One row of the table."""
    rankable = [one for one in outcomes if one.case.labels and 0 < sum(one.case.labels) < len(one.case.labels)]
    orders = [measures.ranked(one.case.labels or (), one.scores) for one in rankable]
    sets = [measures.f1(set(one.chosen), one.gold) for one in outcomes if one.gold]
    precision, recall, both = (float(np.mean(column)) for column in zip(*sets, strict=True)) if sets else (np.nan,) * 3
    judged = [one for one in outcomes if one.case.answerable is not None]
    marks, scores = [bool(one.case.answerable) for one in judged], [one.passage for one in judged]
    first = [float(order[0]) for order in orders]
    return {
        "file": name,
        "ranked": len(orders),
        "P@1": float(np.mean(first)) if first else np.nan,
        "95 %": measures.interval(first),
        "MAP": float(np.mean([measures.average_precision(order) for order in orders])) if orders else np.nan,
        "MRR": float(np.mean([measures.reciprocal_rank(order) for order in orders])) if orders else np.nan,
        "set P": precision,
        "set R": recall,
        "set F1": both,
        "judged": len(judged),
        "AUROC": measures.auroc(marks, scores),
        "balanced": measures.balanced_accuracy(marks, scores, threshold),
        "ECE": measures.calibration_error(marks, scores) if judged else np.nan,
    }


def right(one: Outcome) -> bool:
    """Whether showing the best sentence would be right: the question is answered there."""
    return bool(one.gold) and int(np.argmax(one.scores)) in one.gold


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--file", type=Path, nargs="+", required=True)
    parser.add_argument("--reader", choices=READERS, default="trained")
    parser.add_argument("--most", type=int, help="no more than so many questions of a file, evenly spread")
    arguments = parser.parse_args()
    embedder = MiniLM()
    reader = READERS[arguments.reader](embedder)
    rows, read = [], {}
    for file in arguments.file:
        cases = read_cases(file)
        step = max(1, len(cases) // arguments.most) if arguments.most else 1
        name = file.name.split(".")[0]
        read[name] = [outcome(case, reader, embedder) for case in cases[::step]]
        rows.append(summary(name, read[name], reader.threshold))
    result = publish(f"read-{arguments.reader}", rows, threshold=reader.threshold)
    for name, outcomes in read.items():
        points = measures.risk_coverage([right(one) for one in outcomes], [one.passage for one in outcomes])
        picture = result.with_name(f"read-{arguments.reader}-{name}.svg")
        curve(points, f"{name}: risk and coverage", "share answered", "share of those wrong", picture)


if __name__ == "__main__":
    main()
