"""Any sentence-transformers model as an embedder. The only file that imports sentence_transformers."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from index.embed import Vectors
from index.errors import ModelError


class TransformersEmbedder:
    """A model by its name on a hub that is already on this machine, or by the path of its folder."""

    def __init__(self, name: str) -> None:
        # Nothing is asked from a hub: neither the model nor what its client library looks up by itself.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        from sentence_transformers import SentenceTransformer

        try:
            model: Any = SentenceTransformer(name, device="cpu", local_files_only=True)
        except Exception as error:  # the library raises many kinds, from OSError to its own
            raise ModelError(
                f"The embedding model {name!r} could not be loaded ({type(error).__name__}: {error}); give the "
                "name or the folder of a sentence-transformers model that is on this machine."
            ) from error
        if not getattr(model.tokenizer, "is_fast", False):
            raise ModelError(
                f"The embedding model {name!r} has no fast tokenizer, which is needed for character positions."
            )
        self._model = model
        self.dimension = int(model.get_embedding_dimension())
        self.limit = int(min(model.max_seq_length or 512, 512))
        self.stamp = f"{name}@{_revision(model)}/{self.dimension}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32, one row per text in the same order."""
        vectors = self._model.encode(
            list(texts), normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        return np.asarray(vectors, np.float32).reshape(len(texts), self.dimension)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Number of tokens of each text, special tokens not counted."""
        return [len(self.token_ends(text)) for text in texts]

    def token_ends(self, text: str) -> list[int]:
        """For each token, in order, the character of `text` behind its last one."""
        encoding = self._model.tokenizer(
            text, add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False
        )
        return [end for _, end in encoding["offset_mapping"]]


def _revision(model: Any) -> str:
    """A hash of the weights' shapes and a sample of their values: it changes when the vectors would."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        sample = tensor.detach().float().flatten()[:64].cpu().numpy()
        digest.update(f"{name}{tuple(tensor.shape)}".encode() + sample.tobytes())
    return digest.hexdigest()[:12]
