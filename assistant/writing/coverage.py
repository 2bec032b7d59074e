"""Support without a network: the share of a claim's content words that stand in its premise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from index.lexical import STOP_WORDS, stem, words

_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


class LexicalSupport:
    """For languages that no checker was trained for, and the measure that a trained one must beat."""

    threshold = 0.9
    partly = 0.6

    def scores(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """For each premise and the sentence that should rest on it the share covered, 0 to 1; in order."""
        return [coverage(terms(hypothesis), terms(premise)) for premise, hypothesis in pairs]


def terms(text: str) -> frozenset[str]:
    """Stems of the content words; in scripts without spaces, pairs of neighbouring letters."""
    found = words(text)
    pairs = {one + other for one, other in pairwise(found) if _UNSPACED.match(one) and _UNSPACED.match(other)}
    return frozenset(pairs | {stem(one) for one in found if one not in STOP_WORDS and not _UNSPACED.match(one)})


def coverage(claim: frozenset[str], premise: frozenset[str]) -> float:
    """Share of the claim's terms that the premise has; 0 for a claim without any."""
    return round(len(claim & premise) / len(claim), 6) if claim else 0.0
