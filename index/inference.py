"""A network in a file, run on the processor. The only file that imports onnxruntime."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError

Array = NDArray[Any]
MOST_THREADS = 4


class Inference:
    """A network that reads one text or pair at a time, several of them side by side. Thread-safe.

    Side by side is faster than in a batch: nothing is padded, and no thread waits for another within a text. And the
    range of the 8-bit numbers is then that of the text alone, so that a text has the same result whatever is read beside it.
    """

    def __init__(self, graph: Path, threads: int | None = None, weights: Mapping[str, Array] | None = None) -> None:
        """`weights` are fed in by name where the graph has none. ModelError if the file is missing."""
        import onnxruntime

        if not graph.is_file():
            raise ModelError(f"{graph} is missing; reinstall cited-assistant.")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        if weights:
            values = [onnxruntime.OrtValue.ortvalue_from_numpy(one) for one in weights.values()]
            options.add_external_initializers(list(weights), values)
        self._session: Any = onnxruntime.InferenceSession(
            str(graph),
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=["SkipLayerNormFusion"],  # its kernel takes four times as long as the two it replaces
        )
        self._pool = ThreadPoolExecutor(threads or min(os.cpu_count() or 1, MOST_THREADS), "inference")

    def run(self, outputs: Sequence[str], texts: Iterable[tuple[Sequence[int], Sequence[int]]]) -> list[list[Array]]:
        """For each text, as its token ids and their segments, in order: the arrays named in `outputs`, of a batch of one."""

        def one(text: tuple[Sequence[int], Sequence[int]]) -> list[Array]:
            ids, segments = (np.array([numbers], np.int64) for numbers in text)
            found: list[Array] = self._session.run(list(outputs), {"input_ids": ids, "token_type_ids": segments})
            return found

        wanted = list(texts)
        return [one(wanted[0])] if len(wanted) == 1 else list(self._pool.map(one, wanted))
