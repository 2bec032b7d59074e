"""The mean of the weights of several runs, which have to come from one another: often as good at each thing as the best of them.

python -m training.average build/reader-8/model.pt build/reader-9/model.pt --out build/mean.pt
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

State = dict[str, torch.Tensor]


def mean(states: list[State]) -> State:
    """Weight by weight. ValueError if the states are not of one network."""
    shapes = [{name: one.shape for name, one in state.items()} for state in states]
    if any(one != shapes[0] for one in shapes):
        raise ValueError("These weights are not of one network.")
    return {name: torch.stack([state[name] for state in states]).mean(dim=0) for name in states[0]}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("runs", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    states = [torch.load(run) for run in arguments.runs]
    torch.save(mean([state.get("model", state) for state in states]), arguments.out)


if __name__ == "__main__":
    main()
