"""How well a network in training tells supported claims: AUROC by set.

    python -m training.claims_check DATA build/reader/model.pt

The rows of the support sets and of our own claims that are kept out of training.
"""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import torch
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from training.claim_data import Claim, load_own, load_support
from training.claim_views import ClaimViews
from training.reader_model import ReaderModel, claim_inputs
from training.views import Tokens


def logits(model: ReaderModel, claims: Sequence[Claim]) -> list[float]:
    views = ClaimViews(claims, Tokens(), 1)
    with torch.no_grad():
        return [float(model.supported(*claim_inputs([views.view(one, distracted=0.0)]))[0]) for one in claims]


def main() -> None:
    data, weights = Path(sys.argv[1]), torch.load(sys.argv[2])
    model = ReaderModel()
    model.load_state_dict(model.state_dict() | weights.get("model", weights))
    model.eval()
    claims = [*load_support(data, random.Random(1), held_out=True), *load_own(held_out=True)]
    sets = defaultdict(list)
    for one, logit in zip(claims, logits(model, claims), strict=True):
        sets[one.source].append((one.supported, logit))
    for name, rows in sets.items():
        gold, found = zip(*rows, strict=True)
        accuracy = balanced_accuracy_score(gold, [one > 0 for one in found])
        print(
            f"{name:14} {len(rows):5} AUROC {roc_auc_score(gold, found):.3f} balanced accuracy at even {accuracy:.3f}"
        )


if __name__ == "__main__":
    main()
