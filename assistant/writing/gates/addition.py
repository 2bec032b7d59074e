"""The gate of additions: nothing new may be put into a sentence that is otherwise taken over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from assistant.writing.gates.alignment import Block, nearest
from assistant.writing.gates.clauses import split_sentences
from assistant.writing.gates.lemmas import lemma
from index.lexical import STOP_WORDS

SHARED = 0.6  # of the claim's content words must stand, in order, in one sentence of the premise
NEW = 2  # content words put in at one place that the premise has nowhere, at least
LONGEST = 12  # words put in at one place, at most
_TOKEN = re.compile(r"\d[\d.,:]*\d|[^\W_]+(?:'[^\W\d_]+)?")


def added(claim: str, premise: str) -> list[str]:
    """Words that a claim puts into the sentence of the premise that it mostly repeats, in place of nothing. Names are left
    to their own gate."""
    written, ours = _tokens(claim)
    lines = [_tokens(sentence)[1] for sentence in split_sentences(premise)]
    place, blocks = nearest(ours, lines)
    if not _mostly_taken_over(ours, blocks):
        return []
    theirs = lines[place]
    there = {stem for line in lines for stem in line} | STOP_WORDS
    found, last = [], (0, 0)
    for start, low, size in blocks:
        new = [place for place in range(last[0], start) if ours[place] not in there and written[place].islower()]
        lost = [stem for stem in theirs[last[1] : low] if stem not in STOP_WORDS]
        if len(new) >= NEW and not lost and start - last[0] <= LONGEST:
            found += [written[place] for place in new]
        last = (start + size, low + size)
    return found


def _mostly_taken_over(ours: list[str], blocks: Sequence[Block]) -> bool:
    same = sum(stem not in STOP_WORDS for start, _, size in blocks for stem in ours[start : start + size])
    return same > 0 and same >= SHARED * sum(stem not in STOP_WORDS for stem in ours)


@lru_cache(maxsize=64)
def _tokens(text: str) -> tuple[list[str], list[str]]:
    """The words as they are written, and their stems; stop words as they are."""
    written = [token.removesuffix("'s") for token in _TOKEN.findall(text.replace("’", "'"))]
    lower = [token.lower() for token in written]
    return written, [token if token in STOP_WORDS else lemma(token) for token in lower]
