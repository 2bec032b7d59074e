"""One question that asks several things, taken apart, so that each is looked for by itself."""

from __future__ import annotations

import re

_ASKING = (
    "who|whom|whose|what|which|when|where|why|how|did|does|do|is|are|was|were|has|have|had|can|could|will|would|should"
)
_PREPOSITION = "in|on|at|by|from|to|for|with|of|under|since|until"
_OPENS = re.compile(rf"(?:(?:{_PREPOSITION})\s+)?(?:{_ASKING})\b", re.IGNORECASE)
_BETWEEN = re.compile(
    rf"\?\s+(?:and\s+)?(?=\w)|[,;]?\s+and\s+(?=(?:(?:{_PREPOSITION})\s+)?(?:{_ASKING})\b)", re.IGNORECASE
)
MOST = 3
FEWEST_WORDS = 3  # "and why?" asks for more of the same; it is no question of its own


def parts(question: str) -> tuple[str, ...]:
    """The questions that a question consists of, in order, each with a question mark; only itself if it asks one thing.

    Split at question marks, and at an "and" before a word that opens a question, where both sides are long enough to
    stand alone and the left one is a question, too.
    """
    found: list[str] = []
    start = 0
    for cut in _BETWEEN.finditer(question):
        left, right = question[start : cut.start()], question[cut.end() :]
        if len(found) + 1 < MOST and _stands_alone(left) and _stands_alone(right):
            found.append(left)
            start = cut.end()
    if not found:
        return (question,)
    return tuple(f"{one.strip(' ,;?')}?" for one in (*found, question[start:]))


def _stands_alone(text: str) -> bool:
    return bool(_OPENS.match(text.strip())) and len(text.split()) >= FEWEST_WORDS
