"""A larger reader from outside: any cross-encoder or token-classification model of transformers, by name or path."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from assistant.errors import ReaderError
from assistant.read import PassageReading, about, spoken
from index import Hit

LONGEST = 512  # tokens of question and text together, where the model names no limit
BATCH = 16


class PluggedReader:
    """Scores sentences with a model that is on this machine. What kind it is, its configuration says.

    A token-classification model (as those that Provence and semantic highlighting made known) reads a passage once; a
    sentence's score is the mean probability of its tokens to belong to the last class. A cross-encoder reads the question
    with each sentence. A passage scores as its best sentence does; at half or more the question is answered.
    """

    threshold = 0.5

    def __init__(self, name: str) -> None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        import transformers

        try:
            config = transformers.AutoConfig.from_pretrained(name, local_files_only=True)
            self._by_token = any("TokenClassification" in one for one in config.architectures or ())
            kind = "AutoModelForTokenClassification" if self._by_token else "AutoModelForSequenceClassification"
            self._tokenizer: Any = transformers.AutoTokenizer.from_pretrained(name, local_files_only=True)
            self._model: Any = getattr(transformers, kind).from_pretrained(name, local_files_only=True).eval()
        except Exception as error:  # the library raises many kinds, from OSError to its own
            raise ReaderError(
                f"The reader {name!r} could not be loaded ({type(error).__name__}: {error}); give the name or the folder of a "
                "cross-encoder or token-classification model that is on this machine."
            ) from error
        if not self._tokenizer.is_fast:
            raise ReaderError(f"The reader {name!r} has no fast tokenizer, which is needed for character positions.")
        limits = (config.max_position_embeddings, self._tokenizer.model_max_length, LONGEST)
        self._most = min(one for one in limits if one)

    def read(self, question: str, hits: Sequence[Hit]) -> list[PassageReading]:
        scored = self._tokens if self._by_token else self._pairs
        return [PassageReading(scores, max(scores, default=0.0)) for scores in (scored(question, hit) for hit in hits)]

    def _pairs(self, question: str, hit: Hit) -> tuple[float, ...]:
        lines = [f"{about(hit)}. {spoken(one)}" for one in hit.sentences]
        scores: list[float] = []
        for start in range(0, len(lines), BATCH):
            part = lines[start : start + BATCH]
            scores += self._probabilities([question] * len(part), part)[0][:, 0].tolist()
        return tuple(round(one, 6) for one in scores)

    def _tokens(self, question: str, hit: Hit) -> tuple[float, ...]:
        """In as many windows as it takes: what did not fit is read in the next one."""
        lines = [spoken(one) for one in hit.sentences]
        scores: list[float] = []
        while len(scores) < len(lines):
            rest = lines[len(scores) :]
            ends = np.cumsum([len(line) + 1 for line in rest])
            (probabilities,), (offsets,) = self._probabilities([question], [" ".join(rest)])
            owners = np.array([np.searchsorted(ends, start, "right") if end else -1 for start, end in offsets])
            whole = max(1, int(owners.max(initial=0)) + (offsets[owners >= 0].max(initial=0) >= ends[-1] - 1))
            scores += [
                float(probabilities[owners == one].mean()) if (owners == one).any() else 0.0 for one in range(whole)
            ]
        return tuple(round(one, 6) for one in scores)

    def _probabilities(self, questions: list[str], texts: list[str]) -> tuple[Any, Any]:
        """Of the last class: one per text, or per token, with the characters of each token of the text, (0, 0) for others."""
        import torch

        encoded = self._tokenizer(
            questions,
            texts,
            truncation="only_second",
            max_length=self._most,
            padding=True,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        offsets = encoded.pop("offset_mapping").numpy()
        for row in range(len(texts)):
            offsets[row][[one != 1 for one in encoded.sequence_ids(row)]] = 0
        with torch.inference_mode():
            logits = self._model(**encoded).logits.float()
        found = torch.sigmoid(logits) if logits.shape[-1] == 1 else torch.softmax(logits, -1)
        return found[..., -1:].numpy() if not self._by_token else found[..., -1].numpy(), offsets
