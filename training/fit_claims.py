"""Fits the checker's probabilities and thresholds, and writes assistant/models/checker.json.

    python -m training.fit_claims DATA

On the claims that are kept out of training: of the support sets, of our own about training collections, and those of
tests/data/claims_seeds_dev.jsonl. Both thresholds are set on the latter two, which are like the work, together with the
gates.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assistant.writing.gates import objections
from assistant.writing.support import CALIBRATION, SupportNetwork
from training.claim_data import Claim, load_own, load_seeds, load_support

SHOWN = 0.02  # of the unsupported claims at most so many may be taken for supported
WITHHELD = 0.12  # of the supported claims at most so many may be taken for neither supported nor partly so


def logits(claims: Sequence[Claim]) -> np.ndarray:
    network = SupportNetwork()
    return np.array([network.logit(premise(one), one.text) for one in claims])


def premise(claim: Claim) -> str:
    return " ".join([*([f"{claim.context}."] if claim.context else []), *claim.premise])


def gated(claims: Sequence[Claim]) -> tuple[np.ndarray, np.ndarray]:
    """For each claim whether a gate forbids it, and whether any gate objects to it."""
    found = [list(objections(one.text, premise(one))) for one in claims]
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
    like_work = [*load_own(held_out=True), *load_seeds()]
    claims = [*load_support(data, random.Random(1), held_out=True), *like_work]
    found, gold = logits(claims), np.array([one.supported for one in claims])
    fitted = LogisticRegression(C=1e6).fit(found[:, None], gold)
    scale, bias = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    chances = 1 / (1 + np.exp(-(scale * found + bias)))
    near, right = chances[-len(like_work) :], gold[-len(like_work) :]
    threshold, partly = thresholds(near, right, *gated(like_work))
    for name in dict.fromkeys(one.source for one in claims):
        mine = np.array([one.source == name for one in claims])
        print(f"{name:14} {mine.sum():5} AUROC {roc_auc_score(gold[mine], chances[mine]):.3f}")
    supported, unsupported = (
        [float((near[rows] >= one).mean()) for one in (threshold, partly)] for rows in (right, ~right)
    )
    print(f"at or above {threshold:.3f} and {partly:.3f}: supported {supported}, unsupported {unsupported}")
    record = {"scale": scale, "bias": bias, "threshold": threshold, "partly": partly}
    CALIBRATION.write_text(json.dumps({name: round(value, 6) for name, value in record.items()}, indent=2) + "\n")


if __name__ == "__main__":
    main()
