"""The shipped network's weights as a state to train on from: int8 turned back, word embeddings as in the package."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from training.reader_model import ReaderModel

FILE = Path(__file__).parent.parent / "assistant" / "models" / "reader.onnx"


def shipped_state(file: Path = FILE) -> dict[str, torch.Tensor]:
    """The state of ReaderModel. Matrices are within half an int8 step of what they were when exported."""
    stored = {one.name: numpy_helper.to_array(one) for one in onnx.load(str(file)).graph.initializer}
    model = ReaderModel()
    state = model.state_dict()
    for name, tensor in state.items():
        if "embeddings" in name and "weight" in name and "LayerNorm" not in name:
            continue  # never trained: the package has them in full
        if name.startswith("claim"):
            continue  # the checker's, which is another file
        short = name.removeprefix("encoder.")
        values = stored[short] if short in stored else _matrix(stored, short).T
        if values.shape != tuple(tensor.shape):
            raise ValueError(f"{file.name}: {short} has the shape {values.shape}, not {tuple(tensor.shape)}")
        state[name] = torch.from_numpy(np.array(values, np.float32))
    return state


def _matrix(stored: dict[str, np.ndarray], name: str) -> np.ndarray:
    kept, scale, zero = (stored[f"{name}_{part}"] for part in ("quantized", "scale", "zero_point"))
    return (kept.astype(np.float32) - zero.astype(np.float32)) * scale
