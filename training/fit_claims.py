"""Fits the checker's probabilities and thresholds, and writes assistant/models/checker.json.

    python -m training.fit_claims DATA

On the claims that are kept out of training: of the support sets, of our own about passages of the reading sets and about
training collections, and those of tests/data/claims_seeds_dev.jsonl. Both thresholds are set on the latter two, the hardest,
together with the gates.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assistant.writing.check import premise
from assistant.writing.gates import objections
from assistant.writing.support import CALIBRATION, SupportNetwork
from benchmarks.claim_sets import own_claims
from training.claim_data import CLAIMS, SEED_CLAIMS, load_open, load_support
from training.reading_data import is_kept_aside

SHOWN = 0.015  # of the unsupported claims at most so many may be taken for supported
WITHHELD = 0.12  # of the supported claims at most so many may be taken for neither supported nor partly so


@dataclass(frozen=True, slots=True)
class Row:
    """A claim with its premise as the checker makes it."""

    text: str
    premise: str
    supported: bool
    source: str


def like_work() -> list[Row]:
    """Our own claims that are kept out of training."""
    found = [("own", one) for path in sorted(CLAIMS.glob("*.jsonl")) for one in own_claims(path)]
    found = [(name, one) for name, one in found if is_kept_aside(one.document)]
    found += [("seeds", one) for one in own_claims(SEED_CLAIMS)]
    return [Row(one.text, premise(one.sources), one.supported, name) for name, one in found]


def open_sets(data: Path) -> list[Row]:
    """Claims of the support sets, and our own about passages of the reading sets."""
    found = [*load_support(data, random.Random(1), held_out=True), *load_open(data, held_out=True)]
    return [Row(one.text, " ".join(one.premise), one.supported, one.source) for one in found]


def gated(rows: Sequence[Row]) -> tuple[np.ndarray, np.ndarray]:
    """For each claim whether a gate forbids it, and whether any gate objects to it."""
    found = [list(objections(one.text, one.premise)) for one in rows]
    return np.array([any(each.forbids for each in one) for one in found]), np.array([bool(one) for one in found])


def thresholds(
    chances: np.ndarray, right: np.ndarray, forbidden: np.ndarray, objected: np.ndarray
) -> tuple[float, float]:
    """The lowest thresholds of "supported" and "partly" that keep to SHOWN and WITHHELD together with the gates."""
    passed = np.sort(np.where(objected, 0.0, chances)[~right])[::-1]
    threshold = float(np.nextafter(passed[int(SHOWN * len(passed))], 1))
    return threshold, float(np.quantile(np.where(forbidden, 0.0, chances)[right], WITHHELD))


def main() -> None:
    data = Path(sys.argv[1])
    near = like_work()
    rows = [*open_sets(data), *near]
    network = SupportNetwork()
    found = np.array([network.logit(one.premise, one.text) for one in rows])
    gold = np.array([one.supported for one in rows])
    fitted = LogisticRegression(C=1e6).fit(found[:, None], gold)
    scale, bias = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    chances = 1 / (1 + np.exp(-(scale * found + bias)))
    own, right = chances[-len(near) :], gold[-len(near) :]
    forbidden, objected = gated(near)
    threshold, partly = thresholds(own, right, forbidden, objected)
    for name in dict.fromkeys(one.source for one in rows):
        mine = np.array([one.source == name for one in rows])
        if len(set(gold[mine])) == 2:
            print(f"{name:14} {mine.sum():5} AUROC {roc_auc_score(gold[mine], chances[mine]):.3f}")
    for kind, these in (("supported", right), ("unsupported", ~right)):
        full = float(((own >= threshold) & ~objected)[these].mean())
        shown = float(((own >= partly) & ~forbidden)[these].mean())
        print(f"{kind}: {full:.3f} at or above {threshold:.3f}, {shown:.3f} at or above {partly:.3f}")
    record = {"scale": scale, "bias": bias, "threshold": threshold, "partly": partly}
    CALIBRATION.write_text(json.dumps({name: round(value, 6) for name, value in record.items()}, indent=2) + "\n")


if __name__ == "__main__":
    main()
