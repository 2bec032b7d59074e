"""Our own claims beside other sentences of their document, as evidence is found at work.

A claim `beside` what stands nearest keeps its label; a supported one whose own sentences were taken `away` becomes
unsupported, though the rest is about the same things. The nearest are those that share most words with the claim.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from assistant.writing.coverage import coverage, terms
from index.load.formats import load_file
from training.claim_data import Claim, sentences_in

NEAREST = range(3, 8)  # sentences taken from the rest of the document
SHORTEST = 5  # words; what is shorter is a heading or a mark


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    words: frozenset[str]


@cache
def sentences_of(document: Path) -> tuple[Sentence, ...]:
    """The document's sentences in order."""
    pieces = sentences_in(load_file(document).text)
    return tuple(Sentence(one, terms(one)) for one in pieces if len(one.split()) >= SHORTEST)


def beside(claim: Claim, document: Path, chance: random.Random) -> Claim:
    """The claim with its premise among the nearest other sentences, in the document's order."""
    rest = _nearest(claim, document, chance.choice(NEAREST))
    places = {one.text: number for number, one in enumerate(sentences_of(document))}
    kept = sorted({*claim.premise, *rest}, key=lambda text: places.get(text, -1))
    return replace(claim, premise=tuple(kept))


def away(claim: Claim, document: Path, chance: random.Random) -> Claim | None:
    """The supported claim with the nearest other sentences alone, which do not support it; None where none are left."""
    rest = _nearest(claim, document, chance.choice(NEAREST))
    return replace(claim, premise=rest, supported=False) if rest else None


def _nearest(claim: Claim, document: Path, most: int) -> tuple[str, ...]:
    """In order; without the claim's own sentences, and without those that say all of it again."""
    wanted, own = terms(claim.text), [terms(one) for one in claim.premise]
    said = max((coverage(wanted, one) for one in own), default=0.0)
    left = [
        (coverage(wanted, one.words), number, one.text)
        for number, one in enumerate(sentences_of(document))
        if not any(_same(one.words, each) for each in own) and coverage(wanted, one.words) < max(said, 0.3)
    ]
    chosen = sorted(left, reverse=True)[:most]
    return tuple(text for _, text in sorted((number, text) for _, number, text in chosen))


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether one is the other, or a part of it (a quote may be cut differently)."""
    return coverage(one, other) > 0.8 or coverage(other, one) > 0.8
