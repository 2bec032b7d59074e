"""What a conversation is made of: its earlier turns, and a question as it was understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier turn: the question as it was understood, and the plain text of its answer ("" if refused)."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Understood:
    """A question that stands alone, and what it took from history.

    `smalltalk` and `about` (the assistant itself) have a reply and search nothing. `carried` are the words carried over.
    """

    kind: Literal["question", "smalltalk", "about"]
    text: str
    carried: tuple[str, ...] = ()
    reply: str = ""
