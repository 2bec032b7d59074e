"""Does a premise support a sentence? The checker: a small network of the package, whose answer is a probability.

The file checker.onnx is made by training/export_reader.py; MODEL_CARD.md beside it says what it was trained on.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from assistant.window import Window, claim_windows
from index.embed import bundled_tokenizer
from index.inference import Array, Inference

MODELS = Path(__file__).parent.parent / "models"
FILE, CALIBRATION = MODELS / "checker.onnx", MODELS / "checker.json"
OUTPUTS = ("claim_out", "claim_tokens_out")


class SupportNetwork:
    """Loads the network once; thread-safe."""

    def __init__(self, file: Path = FILE, threads: int | None = None) -> None:
        self._tokenizer = bundled_tokenizer()
        self._inference = Inference(file, threads)

    def logit(self, premise: str, claim: str) -> float:
        """More is surer, 0 is even; of a premise that is too long for one window the best stretch counts."""
        ids = [one.ids for one in self._tokenizer.encode_batch([claim, premise], add_special_tokens=False)]
        packed = claim_windows(*ids)
        run = self._inference.run(OUTPUTS, [(one.ids, one.segments) for one in packed])
        return max(_logit(one, *found) for one, found in zip(packed, run, strict=True))


def _logit(window: Window, pair: Array, tokens: Array) -> float:
    """The logit of the pair, less what the worst tokens of the claim take from it."""
    own = tokens[0][1 : window.segments.index(1)].astype(np.float64)
    return float(pair[0] - np.log(np.mean(np.exp(-own))))


class TrainedSupport:
    """English. The network is loaded with the first pair."""

    def __init__(self, network: SupportNetwork | None = None) -> None:
        self._given = network
        self._loading = threading.Lock()
        record = json.loads(CALIBRATION.read_text())
        self._scale, self._bias = record["scale"], record["bias"]
        self.threshold: float = record["threshold"]  # at or above: supported
        self.partly: float = record["partly"]  # at or above: partly

    @cached_property
    def _network(self) -> SupportNetwork:
        return self._given or SupportNetwork()

    def scores(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """For each premise and the sentence that should rest on it a probability, in order."""
        with self._loading:
            network = self._network
        logits = [network.logit(premise, claim) for premise, claim in pairs]
        return [round(1 / (1 + math.exp(-(self._scale * one + self._bias))), 6) for one in logits]
