"""The gate of substitution: words taken over from the premise with another name, number or date put in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from assistant.writing.gates.alignment import Block, nearest
from assistant.writing.gates.calendar import dates
from assistant.writing.gates.clauses import split_sentences
from assistant.writing.gates.clock import times
from assistant.writing.gates.dates import wrong_dates
from assistant.writing.gates.names import Name, names, unknown_names
from assistant.writing.gates.numbers import wrong_numbers
from assistant.writing.gates.quantities import quantities
from index.lexical import STOP_WORDS

ANCHOR = 3  # words that stand beside the exchanged ones in both texts, at least …
CONTENT = 2  # … so many of them content words
FRAME = 3  # words on each side that frame them
LONGEST = 8  # words exchanged, at most
_TOKEN = re.compile(r"\d[\d.,:]*\d|[^\W_]+(?:[’'-][^\W_]+)*")


def substituted_names(claim: str, premise: str) -> list[str]:
    """Names of the claim that stand where the premise, in the same words, has another name."""
    found = []
    for ours, theirs in _exchanged(claim, premise):
        if any(_names_somebody(one, theirs) for one in names(theirs)):
            found += unknown_names(ours, theirs)
    return found


def substituted_numbers(claim: str, premise: str) -> list[str]:
    """Numbers of the claim that stand where the premise, in the same words, has another number of the same unit."""
    found = []
    for ours, theirs in _exchanged(claim, premise):
        units = {one.unit and one.unit.name for one in quantities(theirs) if one.kind != "code"}
        if any((one.unit and one.unit.name) in units for one in quantities(ours)):
            found += wrong_numbers(ours, theirs)
    return found


def substituted_dates(claim: str, premise: str) -> list[str]:
    """Dates of the claim that stand where the premise, in the same words, has another date."""
    pieces = _exchanged(claim, premise)
    return [word for ours, theirs in pieces if dates(theirs) or times(theirs) for word in wrong_dates(ours, theirs)]


def _names_somebody(name: Name, text: str) -> bool:
    return not name.opens or len(name.words) > 1 or bool(unknown_names(text, ""))


@lru_cache(maxsize=8)
def _exchanged(claim: str, premise: str) -> tuple[tuple[str, str], ...]:
    """Pieces of the claim, and of the sentence of the premise that it shares most words with, that stand in the same
    surroundings and differ."""
    sentences = split_sentences(premise)
    ours, *others = ([*_TOKEN.finditer(text)] for text in (claim, *sentences))
    first, *lines = ([one.group().lower() for one in found] for found in (ours, *others))
    place, blocks = nearest(first, lines)
    if not blocks:
        return ()
    theirs, sentence = others[place], sentences[place]
    return tuple(
        (claim[ours[start].start() : ours[end - 1].end()], sentence[theirs[low].start() : theirs[high - 1].end()])
        for start, end, low, high in _gaps(first, blocks)
    )


def _gaps(words: list[str], blocks: Sequence[Block]) -> Iterator[tuple[int, int, int, int]]:
    """Ranges of both lists of words that differ beside a long enough run of words that both have."""
    before: Block = (0, 0, 0)
    for block in blocks:
        start, end = before[0] + before[2], block[0]
        low, high = before[1] + before[2], block[1]
        near = any(map(_anchored, _runs(words, before, block)))
        if near and start < end <= start + LONGEST and low < high <= low + LONGEST:
            yield start, end, low, high
        before = block


def _runs(words: list[str], before: Block, after: Block) -> list[list[str]]:
    """The words that both have before a gap, after it, and around it where it is closely framed."""
    left, right = (words[one[0] : one[0] + one[2]] for one in (before, after))
    return [left, right, *([[*left[-FRAME:], *right[:FRAME]]] if left and right else [])]


def _anchored(same: list[str]) -> bool:
    return len(same) >= ANCHOR and sum(one not in STOP_WORDS for one in same) >= CONTENT
