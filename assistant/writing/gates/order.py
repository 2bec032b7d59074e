"""The gate of order: who does what to whom must not be turned round in words that are otherwise taken over."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from assistant.writing.gates.clauses import split_sentences
from assistant.writing.gates.lemmas import lemma
from index.lexical import STOP_WORDS

SHARED = 0.8  # of the claim's content words must stand in one sentence of the premise
LEAST = 4  # content words that both have, at least
_WORD = re.compile(r"[^\W_]+(?:'[^\W\d_]+)?")
_KEPT = frozenset("not no never us me him them before after than".split())  # stop words whose place matters
_PASSIVE = frozenset("by be is are was were been being".split())
# Between these words the order of two things does not matter.
_MUTUAL = frozenset(
    map(lemma, "and or meet marry agree differ equal join neighbour border between versus resemble talk sign".split())
)


def turned_round(claim: str, premise: str) -> list[str]:
    """The words of a claim that have changed places with others around a verb or a denial, compared with a sentence of the
    premise; none where a passive may have turned them."""
    ours = _words(claim)
    found: list[str] = []
    for sentence in split_sentences(premise):
        theirs = _words(sentence)
        if _voice(claim) == _voice(sentence):
            found += _exchanged(ours, theirs)
    return found


def _voice(text: str) -> bool:
    return "by" in _WORD.findall(text.lower())


def _words(text: str) -> list[str]:
    """Stems of the words whose place matters, in order, each that occurs once only."""
    tokens = [token.removesuffix("'s") for token in _WORD.findall(text.lower().replace("’", "'"))]
    stems = [lemma(token) for token in tokens if token not in STOP_WORDS or token in _KEPT]
    counts = Counter(stems)
    return [one for one in stems if counts[one] == 1]


def _exchanged(ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    places = {word: place for place, word in enumerate(theirs)}
    line = [word for word in ours if word in places]
    if len(line) < LEAST or len(line) < SHARED * len(ours):
        return []
    order = [sorted(places[word] for word in line).index(places[word]) for word in line]
    cut = _three_blocks(order)
    if cut is None:
        return []
    first, second = cut
    middle = line[first:second]
    return [*line[:first], *line[second:]] if any(word not in _MUTUAL for word in middle) else []


def _three_blocks(order: Sequence[int]) -> tuple[int, int] | None:
    """Where a line, less what is in place at its ends, falls into last, middle and first: A b C told as C b A."""
    start = 0
    while start < len(order) and order[start] == start:
        start += 1
    end = len(order)
    while end > start and order[end - 1] == end - 1:
        end -= 1
    part = [one - start for one in order[start:end]]
    runs = [0, *(place for place in range(1, len(part)) if part[place] != part[place - 1] + 1), len(part)]
    if len(runs) != 4 or part[0] == 0 or part[runs[1]] == 0 or part[runs[2]] != 0:
        return None
    return start + runs[1], start + runs[2]
