"""Which sentence of a premise a claim was taken over from, word by word."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

MOST = 40_000  # pairs of words that are compared, at most; a longer sentence is left out
Block = tuple[int, int, int]  # where a run of shared words begins in the claim and in the sentence, and how long it is


def nearest(ours: Sequence[str], lines: Sequence[Sequence[str]]) -> tuple[int, list[Block]]:
    """The place of the line that shares most words, in order, and the runs that it shares, an empty one at the end; the
    first of equals; -1 and none where no line shares any."""
    place, most, blocks = -1, 0, list[Block]()
    for number, line in enumerate(lines):
        if len(ours) * len(line) > MOST:
            continue
        found = SequenceMatcher(None, ours, line, autojunk=False).get_matching_blocks()
        shared = sum(block.size for block in found)
        if shared > most:
            place, most, blocks = number, shared, [(block.a, block.b, block.size) for block in found]
    return place, blocks
