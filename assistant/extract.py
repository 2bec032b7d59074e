"""Scored sentences to the extractive answer: one to five source sentences that together answer, in an order that reads well."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.read import Evidence
from index import Sentence
from index.lexical import content_stems, words
from index.sentences import can_stand_alone

MOST = 5
SHARE_OF_BEST = 0.2  # a further sentence must score at least this share of the best one
SAME = 0.75  # two sentences that share this much of the shorter one's words say the same
_OPENERS = frozenset("he she it they this these that those both his her its their such".split())


def extract(evidence: Sequence[Evidence], most: int = MOST, needed: Sequence[Evidence] = ()) -> tuple[Evidence, ...]:
    """At most `most` sentences that answer, grouped by document and in its order; empty if there is nothing to cite.

    `evidence` is best first; those `needed` are among the chosen, their documents first. What opens with a pronoun is not
    understood alone: `needs_antecedent` tells.
    """
    chosen: list[Evidence] = list(needed[:most])
    for one in evidence:
        if not can_stand_alone(one.sentence) or one.sentence.text.endswith((":", "：")):  # leads into what answers
            continue
        if len(chosen) == most or (chosen and one.score < SHARE_OF_BEST * max(other.score for other in chosen)):
            break
        if one not in chosen and not any(_same(one.sentence.text, other.sentence.text) for other in chosen):
            chosen.append(one)
    return in_reading_order(chosen, needed)


def in_reading_order(chosen: Sequence[Evidence], first: Sequence[Evidence] = ()) -> tuple[Evidence, ...]:
    """The documents of `first` in its order, then that of the best sentence; within a document as they stand there."""
    rank: dict[str, float] = {}
    for one in chosen:
        rank[one.document.id] = min(-one.score, rank.get(one.document.id, 0.0))
    rank |= {one.document.id: place - len(first) - 1.0 for place, one in enumerate(first)}
    return tuple(sorted(chosen, key=lambda one: (rank[one.document.id], one.document.id, one.sentence.ordinal)))


def needs_antecedent(sentence: Sentence) -> bool:
    """Whether it opens with a word that points back, so that a reader needs the sentence before it."""
    first = words(sentence.text[:30])[:1]
    return sentence.kind == "prose" and bool(first) and first[0] in _OPENERS


def _same(one: str, other: str) -> bool:
    first, second = set(content_stems(one)), set(content_stems(other))
    shorter = min(len(first), len(second))
    return shorter > 0 and len(first & second) / shorter >= SAME
