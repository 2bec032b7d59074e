"""The trained reader's network: a question and passages in, a logit per sentence and per passage out.

The file reader.onnx is made by training/export_reader.py; MODEL_CARD.md beside it says what it was trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.phrase import Range, phrase
from assistant.window import Window, windows
from index.embed import bundled_tokenizer
from index.inference import Array, Inference

FILE = Path(__file__).parent / "models" / "reader.onnx"
NO_WORDS = -10.0  # the logit of a sentence without a token, and of a passage without a sentence
SUPPORT, ANSWER = 0, 1  # columns of the token logits
OUTPUTS = ("tokens_out", "passage_out")


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
        self._inference = Inference(file, threads)

    def read(self, question: str, passages: Sequence[tuple[str, Sequence[str]]]) -> list[Logits]:
        """One result per passage, given as its context (title and headings) and its sentences; in order.

        A passage longer than a window is read in several; its own logit is then the best of theirs.
        """
        texts = list(dict.fromkeys([question, *(text for context, lines in passages for text in (context, *lines))]))
        encodings = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        ids = {text: encoding.ids for text, encoding in zip(texts, encodings, strict=True)}
        offsets = {text: encoding.offsets for text, encoding in zip(texts, encodings, strict=True)}
        packed = [windows(ids[question], ids[context], [ids[line] for line in lines]) for context, lines in passages]
        run = iter(self._inference.run(OUTPUTS, [(one.ids, one.segments) for group in packed for one in group]))
        return [
            _passage(group, [next(run) for _ in group], [(line, offsets[line]) for line in lines])
            for group, (_, lines) in zip(packed, passages, strict=True)
        ]


def _passage(
    packed: Sequence[Window], run: Sequence[Sequence[Array]], lines: Sequence[tuple[str, Sequence[Range]]]
) -> Logits:
    """Of the windows of a passage and what each gave, as OUTPUTS: its tokens' logits, columns SUPPORT and ANSWER, and its own."""
    support: list[float] = []
    phrases: list[Range | None] = []
    for window, (tokens, _) in zip(packed, run, strict=True):
        owners = np.array(window.owners)
        for sentence in range(window.count):
            mine = tokens[0][owners == sentence]
            support.append(float(mine[:, SUPPORT].mean()) if len(mine) else NO_WORDS)
            phrases.append(phrase(*lines[window.first + sentence], mine[:, ANSWER].tolist()))
    whole = max((float(passage[0]) for _, passage in run), default=NO_WORDS)
    return Logits(tuple(support), whole, tuple(phrases))
