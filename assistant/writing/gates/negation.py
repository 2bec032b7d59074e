"""The gate of negation: what the premise denies the claim must not assert, nor the other way round."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.writing.gates.clauses import Sentence, sentences
from assistant.writing.gates.opposites import opposite


def denied(claim: str, premise: str) -> list[str]:
    """Words that one text asserts and the other denies, in sentences that are otherwise alike.

    A clause of the claim, or a sentence of the premise, that denies anything in any way is not held to assert: there are
    many ways to deny.
    """
    known = sentences(premise)
    denied_there = {stem for other in known for stem in other.denied}
    found = []
    for one in sentences(claim):
        for other in known:
            if one.alike(other):
                found += [
                    stem
                    for stem in sorted(other.denied)
                    if one.asserts(stem) and not _asserted(stem, one, other, known)
                ]
                if not other.negative:
                    found += sorted(one.denied & other.stems - denied_there)
    return found


def _asserted(stem: str, one: Sentence, other: Sentence, known: Sequence[Sentence]) -> bool:
    """Whether a sentence that is no less like the claim than the one that denies it asserts it."""
    near = len(one.stems & other.stems)
    return any(
        stem in third.stems - third.denied and len(one.stems & third.stems) >= near
        for third in known
        if third is not other
    )


def opposed(claim: str, premise: str) -> list[str]:
    """Words of the claim whose opposite stands in the premise, in a clause that is otherwise alike."""
    known = sentences(premise)
    said = {stem for one in known for stem in one.stems}
    found = []
    for one in sentences(claim):
        for word in sorted(one.stems - said):
            rest = one.without(word)
            for other in known:
                against = any(opposite(word, facing) for facing in other.stems - one.stems)
                if against and rest.alike(other) and not (one.explicit or other.explicit):
                    found.append(word)
                    break
    return found
