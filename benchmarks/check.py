"""How well the checker tells supported sentences from others.

    python -m benchmarks.check [DATA] [--claims FILE…] [--support trained|lexical|similarity …]

With DATA, on wice_dev, qags_xsum and expertqa_claims (human labels; partial support counts as none): AUROC, and balanced
accuracy with the threshold of each half of a set (even and odd rows) fixed on its other half, so never on the rows that
are measured. The premise is made as at work: short evidence whole, else its nearest sentences, in order. `+ gates` is
`Checker.judge`, whose score is 0 where a gate forbids. With --claims, on files of our own, through `Checker.judge`: of the
unsupported the share taken for supported and the share shown at all; of the supported the share withheld.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.writing.check import Checker, Judgement, Support, premise
from assistant.writing.coverage import LexicalSupport
from benchmarks import measures
from benchmarks.claim_sets import SETS, Claim, human_labelled, own_claims
from benchmarks.report import publish
from index import Embedder
from index.embed import MiniLM


class SimilaritySupport:
    """The cosine of premise and claim by the collection's embedder."""

    threshold = 0.7
    partly = 0.5

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def scores(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        vectors = self._embedder.embed([text for pair in pairs for text in pair])
        return [float(vectors[2 * number] @ vectors[2 * number + 1]) for number in range(len(pairs))]


def _trained(_: Embedder) -> Support:
    from assistant.writing.support import TrainedSupport

    return TrainedSupport()


SUPPORTS: dict[str, Callable[[Embedder], Support]] = {
    "lexical": lambda _: LexicalSupport(),
    "similarity": SimilaritySupport,
    "trained": _trained,
}


def best_threshold(marks: Sequence[bool], scores: Sequence[float]) -> float:
    """The score with the highest balanced accuracy; the lowest of equals."""
    candidates = sorted(set(scores))
    return max(candidates, key=lambda one: (measures.balanced_accuracy(marks, scores, one), -one))


def crossed(marks: Sequence[bool], scores: Sequence[float]) -> float:
    """Balanced accuracy, each half of the rows judged by the threshold that is best on the other."""
    decided = np.zeros(len(scores), bool)
    for mine, other in ((0, 1), (1, 0)):
        threshold = best_threshold(marks[other::2], scores[other::2])
        decided[mine::2] = np.asarray(scores[mine::2]) >= threshold
    return measures.balanced_accuracy(marks, decided.astype(float), 0.5)


def set_rows(data: Path, supports: dict[str, Support], embedder: Embedder) -> list[dict[str, Any]]:
    """One row per set and support, and for each support the mean over the sets."""
    rows = []
    for name in SETS:
        claims = human_labelled(data, name, embedder)
        marks = [one.supported for one in claims]
        pairs = [(premise(one.sources), one.text) for one in claims]
        for label, support in supports.items():
            rows.append(_set_row(name, label, marks, support.scores(pairs), support.threshold))
        gated = [Checker(list(supports.values())[-1]).judge(one.text, one.sources) for one in claims]
        scores = [one.support for one in gated]
        rows.append(_set_row(name, f"{label} + gates", marks, scores, supports[label].threshold))
    labels = list(dict.fromkeys(row["support"] for row in rows))
    means = []
    for label in labels:
        mine = [row for row in rows if row["support"] == label]
        columns = {key: float(np.mean([row[key] for row in mine])) for key in ("AUROC", "balanced", "as shipped")}
        means.append({"set": "mean", "support": label, "rows": sum(row["rows"] for row in mine), **columns})
    return rows + means


def _set_row(name: str, label: str, marks: list[bool], scores: list[float], threshold: float) -> dict[str, Any]:
    return {
        "set": name,
        "support": label,
        "rows": len(marks),
        "AUROC": measures.auroc(marks, scores),
        "balanced": crossed(marks, scores),
        "as shipped": measures.balanced_accuracy(marks, scores, threshold),
    }


def claim_rows(name: str, claims: Iterable[Claim], checker: Checker, label: str) -> list[dict[str, Any]]:
    """One row for the whole file and one for each kind; NaN where a kind has no such claim."""
    judged = [(one, checker.judge(one.text, one.sources)) for one in claims]
    kinds = [("all", judged), *((kind, [pair for pair in judged if pair[0].kind == kind]) for kind in _kinds(judged))]
    return [{"file": name, "by": label, "kind": kind, **shares(pairs)} for kind, pairs in kinds]


def _kinds(judged: Sequence[tuple[Claim, Judgement]]) -> list[str]:
    return sorted({one.kind for one, _ in judged})


def shares(judged: Sequence[tuple[Claim, Judgement]]) -> dict[str, Any]:
    """How the supported and the unsupported of some claims fared."""
    right = [found.verdict for one, found in judged if one.supported]
    wrong = [found.verdict for one, found in judged if not one.supported]
    return {
        "supported": len(right),
        "withheld": _share(right, {"unsupported"}),
        "shown in full": _share(right, {"supported"}),
        "unsupported": len(wrong),
        "as supported": _share(wrong, {"supported"}),
        "shown": _share(wrong, {"supported", "partly"}),
    }


def _share(verdicts: Sequence[str], counted: set[str]) -> float:
    return sum(one in counted for one in verdicts) / len(verdicts) if verdicts else np.nan


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--claims", type=Path, nargs="+", default=[])
    parser.add_argument("--support", choices=SUPPORTS, nargs="+", default=list(SUPPORTS))
    arguments = parser.parse_args()
    embedder = MiniLM()
    supports = {name: SUPPORTS[name](embedder) for name in arguments.support}
    if arguments.data:
        publish("check", set_rows(arguments.data, supports, embedder))
    for file in arguments.claims:
        claims = list(own_claims(file))
        rows = [
            row
            for name, support in supports.items()
            for gates in (False, True)
            for row in claim_rows(
                file.name, claims, Checker(support, gates=gates), f"{name} + gates" if gates else name
            )
        ]
        publish(f"check-{file.name.split('.')[0]}", rows)


if __name__ == "__main__":
    main()
