"""Trains the checker: does what is cited support a sentence? Goes on from weights of the reader.

    python -m training.train_checker DATA --out build/checker --start build/reader-3/model.pt --minutes 40

DATA is the folder that holds `train/support` and `train/reading`.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import deque
from pathlib import Path

import numpy as np
import torch

from training.claim_mix import all_claims
from training.claim_views import ClaimViews
from training.reader_model import claim_loss
from training.reading_data import CLEAN, load, load_pairs
from training.train_reader import Run, weights
from training.views import Tokens


def train(run: Run, views: ClaimViews, minutes: float) -> None:
    """For so many minutes, with the learning rate's schedule over them."""
    started, tokens, log = time.monotonic(), 0, deque[float](maxlen=200)
    for number, batch in enumerate(views.batches(), start=1):
        seconds = time.monotonic() - started
        if seconds >= 60 * minutes:
            break
        log.append(run.step({"claim": claim_loss(run.model, batch)}, seconds / (60 * minutes))["claim"])
        tokens += sum(len(view.window.ids) for view in batch)
        if number % 50 == 0:
            print(
                f"{number} batches {seconds / 60:.1f} min {tokens / seconds:.0f} tokens/s claim {np.mean(log):.3f}",
                flush=True,
            )
        if number % 400 == 0:
            run.save(number)
    run.finish()


def main() -> None:
    made = argparse.ArgumentParser()
    made.add_argument("data", type=Path)
    made.add_argument("--out", type=Path, default=Path("build/checker"))
    made.add_argument("--start", type=Path, default=Path("shipped"), help="weights to start from")
    made.add_argument("--minutes", type=float, default=60)
    made.add_argument("--rate", type=float, default=0.7, help="factor on the learning rates")
    made.add_argument("--seed", type=int, default=1)
    arguments = made.parse_args()
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(2)
    chance = random.Random(arguments.seed)
    passages = [one for one in load(arguments.data, chance) if one.source in CLEAN] + load_pairs()
    claims = all_claims(arguments.data, passages, chance)
    run = Run(arguments.out, arguments.rate, 0.02, 0.1)
    run.model.load_state_dict(run.model.state_dict() | weights(arguments.start))
    print(f"{len(claims)} claims", flush=True)
    train(run, ClaimViews(claims, Tokens(), arguments.seed), arguments.minutes)


if __name__ == "__main__":
    main()
