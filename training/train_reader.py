"""Trains the reader and writes checkpoints that a later run goes on from.

    python -m training.train_reader DATA --out build/reader-1 --epochs 2 --dropout 0
    python -m training.train_reader DATA --out build/reader-2 --epochs 2 --start build/reader-1/model.pt --clean --rate 0.8

DATA is the folder that holds `train/reading`. With --resume an interrupted run goes on from its last checkpoint.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from collections import deque
from pathlib import Path

import numpy as np
import torch

from index.embed import MiniLM
from training.development import folders
from training.reader_model import ReaderModel, collate, losses
from training.reading_data import CLEAN, Example, load, load_pairs, load_questions
from training.retrieved import retrieved
from training.shipped import shipped_state
from training.views import Views

ENCODER_RATE, HEAD_RATE, WARM_UP = 6e-5, 1e-3, 0.04
SHARES = {"sentence": 1.0, "passage": 1.0, "listwise": 0.5, "answer": 0.3}


def rate(done: float, last: float) -> float:
    """Learning rate as a share of the peak: up for WARM_UP of the run, then down in a line to `last`."""
    return done / WARM_UP if done < WARM_UP else 1 - (1 - last) * (done - WARM_UP) / (1 - WARM_UP)


class Run:
    """A model in training, with all that a checkpoint must hold to go on."""

    def __init__(self, out: Path, factor: float, last: float, dropout: float) -> None:
        self.out, self.last = out, last
        self.model = ReaderModel()
        self.model.prepare(dropout)
        self.model.train()
        heads = [weight for name, weight in self.model.named_parameters() if not name.startswith("encoder")]
        encoder = [weight for weight in self.model.encoder.parameters() if weight.requires_grad]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": encoder, "lr": ENCODER_RATE * factor, "weight_decay": 0.01},
                {"params": heads, "lr": HEAD_RATE * factor, "weight_decay": 0.0},
            ]
        )
        self.peaks = [group["lr"] for group in self.optimizer.param_groups]
        self.epoch = self.batch = 0

    def save(self, seen: float) -> None:
        self.out.mkdir(parents=True, exist_ok=True)
        state = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "epoch": self.epoch,
            "batch": self.batch,
            "seen": seen,
        }
        torch.save(state, self.out / "checkpoint.tmp")
        (self.out / "checkpoint.tmp").replace(self.out / "checkpoint.pt")

    def finish(self) -> None:
        """Writes the weights alone, for the next run or the export."""
        self.out.mkdir(parents=True, exist_ok=True)
        torch.save(self.model.state_dict(), self.out / "model.pt")

    def resume(self) -> float:
        state = torch.load(self.out / "checkpoint.pt")
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.epoch, self.batch = state["epoch"], state["batch"]
        return float(state["seen"])

    def step(self, parts: dict[str, torch.Tensor], done: float) -> dict[str, float]:
        """One change of the weights by these losses, when `done`, 0 to 1, of the run lies behind it."""
        for group, peak in zip(self.optimizer.param_groups, self.peaks, strict=True):
            group["lr"] = peak * rate(done, self.last)
        total = sum((SHARES.get(name, 1.0) * loss for name, loss in parts.items()), torch.zeros(()))
        total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return {name: loss.item() for name, loss in parts.items()}


def train(run: Run, examples: list[Example], epochs: int, seed: int, seen: float, minutes: float) -> None:
    """Until all examples were seen, or for so many minutes; the learning rate falls with whatever ends first."""
    views = Views(examples, seed, MiniLM())
    total = len(views.groups) * epochs
    log: deque[dict[str, float]] = deque(maxlen=100)
    started, tokens = time.monotonic(), 0
    while run.epoch < epochs:
        views.chance.seed(seed + run.epoch)
        for number, batch in enumerate(views.epoch()):
            if number < run.batch:
                continue
            spent = (time.monotonic() - started) / (60 * minutes)
            if spent >= 1:
                run.finish()
                return
            log.append(run.step(losses(run.model, collate(batch)), max(seen / total, spent)))
            seen += len({view.group for view in batch})
            run.batch += 1
            tokens += sum(len(view.window.ids) for view in batch)
            if run.batch % 50 == 0:
                means = " ".join(f"{name} {np.mean([one[name] for one in log]):.3f}" for name in SHARES)
                seconds = time.monotonic() - started
                print(f"{seen:.0f}/{total} {seconds / 60:.1f} min {tokens / seconds:.0f} tokens/s {means}", flush=True)
            if run.batch % 200 == 0:
                run.save(seen)
        run.epoch, run.batch = run.epoch + 1, 0
        run.save(seen)
    run.finish()


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser()
    made.add_argument("data", type=Path)
    made.add_argument("--out", type=Path, default=Path("build/reader"))
    made.add_argument("--epochs", type=int, default=3)
    made.add_argument(
        "--start", type=Path, help="weights to start from, `shipped` for the reader's; none: the embedder's"
    )
    made.add_argument("--resume", action="store_true", help="go on from the last checkpoint in --out")
    made.add_argument("--clean", action="store_true", help="only the cleanest sets and our own pairs")
    made.add_argument("--no-own", action="store_true", help="without our own pairs, to measure what they add")
    made.add_argument("--share", type=float, default=1.0, help="share of the documents, for a learning curve")
    made.add_argument("--most", type=int, help="no more than so many examples, drawn at random")
    made.add_argument(
        "--minutes", type=float, default=math.inf, help="end after so many, with the schedule of a whole run"
    )
    made.add_argument("--rate", type=float, default=1.0, help="factor on the learning rates")
    made.add_argument("--last", type=float, default=0.02, help="learning rate at the end, as a share of its peak")
    made.add_argument("--dropout", type=float, default=0.1)
    made.add_argument("--own-only", action="store_true", help="our own pairs and nothing else")
    made.add_argument(
        "--retrieved", action="store_true", help="and the passages found in training/collections/training"
    )
    made.add_argument("--seed", type=int, default=1)
    return made


def chosen(arguments: argparse.Namespace) -> list[Example]:
    """The examples that the arguments ask for."""
    chance = random.Random(arguments.seed)
    examples = [] if arguments.own_only else load(arguments.data, chance, arguments.share)
    if arguments.clean:
        examples = [one for one in examples if one.source in CLEAN]
    if not arguments.no_own:
        examples += load_pairs() + load_questions(arguments.data)
    examples = chance.sample(examples, min(arguments.most or len(examples), len(examples)))
    return [*examples, *retrieved(folders("training"), MiniLM())] if arguments.retrieved else examples


def weights(start: Path) -> dict[str, torch.Tensor]:
    """A state of ReaderModel: of the shipped network, of a finished run, or of a checkpoint."""
    if start == Path("shipped"):
        return shipped_state()
    state: dict[str, torch.Tensor] = torch.load(start)
    return state.get("model", state)  # type: ignore[return-value]


def main() -> None:
    arguments = parser().parse_args()
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(2)
    examples = chosen(arguments)
    run = Run(arguments.out, arguments.rate, arguments.last, arguments.dropout)
    if arguments.start:
        run.model.load_state_dict(run.model.state_dict() | weights(arguments.start))  # older ones know no claims
    seen = run.resume() if arguments.resume else 0.0
    print(f"{len(examples)} examples, {math.ceil(arguments.epochs)} epochs", flush=True)
    train(run, examples, arguments.epochs, arguments.seed, seen, arguments.minutes)


if __name__ == "__main__":
    main()
