"""The trained reader's network: a question and passages in, a logit per sentence and per passage out.

The file reader.onnx is made by training/export_reader.py; MODEL_CARD.md beside it says what it was trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.phrase import Range, phrase
from assistant.window import Window, windows
from index.embed import bundled_tokenizer, inference_session

FILE = Path(__file__).parent / "models" / "reader.onnx"
NO_WORDS = -10.0  # the logit of a sentence without a token, and of a passage without a sentence
SUPPORT, ANSWER = 0, 1  # columns of the token logits


@dataclass(frozen=True, slots=True)
class Logits:
    """Of one passage: a support logit per sentence, in order, and whether the passage answers. More is surer; 0 is even.

    `phrases` has the characters of each sentence that answer, or None.
    """

    sentences: tuple[float, ...]
    passage: float
    phrases: tuple[Range | None, ...] = ()


class Network:
    """Loads the network once; thread-safe."""

    def __init__(self, file: Path = FILE, threads: int | None = None) -> None:
        self._tokenizer = bundled_tokenizer()
        self._session: Any = inference_session(file, threads)

    def read(self, question: str, passages: Sequence[tuple[str, Sequence[str]]]) -> list[Logits]:
        """One result per passage, given as its context (title and headings) and its sentences; in order.

        A passage longer than a window is read in several; its own logit is then the best of theirs. Each window runs
        alone: in a batch the network's 8-bit numbers would depend on what is read beside it.
        """
        texts = list(dict.fromkeys([question, *(text for context, lines in passages for text in (context, *lines))]))
        encodings = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        ids = {text: encoding.ids for text, encoding in zip(texts, encodings, strict=True)}
        offsets = {text: encoding.offsets for text, encoding in zip(texts, encodings, strict=True)}
        return [
            self._passage(
                windows(ids[question], ids[context], [ids[line] for line in lines]),
                [(line, offsets[line]) for line in lines],
            )
            for context, lines in passages
        ]

    def _passage(self, packed: Sequence[Window], lines: Sequence[tuple[str, Sequence[Range]]]) -> Logits:
        support: list[float] = []
        phrases: list[Range | None] = []
        whole = NO_WORDS
        for number, window in enumerate(packed):
            tokens, passage = self._run(window)
            owners = np.array(window.owners)
            for sentence in range(window.count):
                mine = tokens[owners == sentence]
                support.append(float(mine[:, SUPPORT].mean()) if len(mine) else NO_WORDS)
                phrases.append(phrase(*lines[window.first + sentence], mine[:, ANSWER].tolist()))
            whole = passage if number == 0 else max(whole, passage)
        return Logits(tuple(support), whole, tuple(phrases))

    def _run(self, window: Window) -> tuple[Any, float]:
        """Logits of each token, columns SUPPORT and ANSWER, and the passage's logit."""
        ids = np.array([window.ids])
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.array([window.segments])}
        tokens, passage = self._session.run(["tokens_out", "passage_out"], feed)
        return tokens[0], float(passage[0])
