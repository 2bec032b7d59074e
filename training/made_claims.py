"""Claims made from passages: sentences said again whole or in part, and the same with one thing changed.

What is changed: a number, a year or a name exchanged, two names swapped, a negation put in or taken out, a word turned
into its opposite, a sentence of the passage that is not in the premise, or a detail of such a sentence added.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence

from training.near_misses import NAME, NUMBER, TURNED, YEAR, plain

WORDS = range(7, 45)  # of a sentence that makes a claim
SAID, CHANGED, OTHER, ADDED = 0.42, 0.36, 0.12, 0.10  # share of each kind
WHOLE = 0.3  # share of those that keep the claim's sentence whose premise is the whole passage
_TAIL = re.compile(
    r", (?:which|who|where|while|although|though|with|including|making|leading|after|before)\b[^,]*(?=\.$)"
)
_ASIDE = re.compile(r" \([^()]*\)|, [^,]{3,40},(?= (?:is|was|were|are|has|had|did|won|became)\b)")
_VERB = re.compile(r"\b(is|was|are|were|has|have|had|can|could|will|would|does|did|should|may|must)\b(?! not|n't)")
_NOT = re.compile(r"(?<=\w) not\b|(?<=\w)n't\b|\bnever ")
_LEAD = re.compile(r"^((?:In|On|By|After|During|Since|At) [^,]{3,40}), (.+)\.$")

Sentences = tuple[str, ...]


class Perturbation:
    """Changes one thing in a sentence, so that the premise does not support it any more."""

    def __init__(self, texts: Sequence[str], chance: random.Random) -> None:
        self._chance = chance
        sample = chance.sample(list(texts), min(3000, len(texts)))
        self._pool = {
            pattern: [found for text in sample for found in pattern.findall(text)] for pattern in (YEAR, NUMBER, NAME)
        }
        self._ways: list[Callable[[str, str], str | None]] = [
            self._other(YEAR), self._other(NUMBER), self._other(NUMBER), self._other(NAME), self._other(NAME),
            self._swapped, self._negated, self._opposite,
        ]  # fmt: skip

    def __call__(self, text: str, premise: str) -> str | None:
        """The changed sentence, or None where nothing can be changed."""
        for way in self._chance.sample(self._ways, len(self._ways)):
            changed = way(text, premise)
            if changed is not None and plain(changed) != plain(text):
                return changed
        return None

    def _other(self, pattern: re.Pattern[str]) -> Callable[[str, str], str | None]:
        def change(text: str, premise: str) -> str | None:
            found = list(pattern.finditer(text))
            if not found:
                return None
            match = self._chance.choice(found)
            near = [one for one in pattern.findall(premise) if plain(one) != plain(match[0])]
            pool = near if near and self._chance.random() < 0.6 else self._pool[pattern]
            if pattern is not NAME and self._chance.random() < 0.4:
                pool = [self._digit(match[0])]
            other = self._chance.choice(pool) if pool else match[0]
            if plain(other) in plain(match[0]) or plain(match[0]) in plain(other):
                return None
            return text[: match.start()] + other + text[match.end() :]

        return change

    def _digit(self, number: str) -> str:
        places = [place for place, letter in enumerate(number) if letter.isdigit()]
        place = self._chance.choice(places)
        digits = [digit for digit in "123456789" if digit != number[place]]
        return number[:place] + self._chance.choice(digits) + number[place + 1 :]

    def _swapped(self, text: str, premise: str) -> str | None:
        found = list({match[0]: match for match in NAME.finditer(text)}.values())
        if len(found) < 2 or re.search(r"\b(and|or|with)\b", text[found[0].end() : found[1].start()]):
            return None
        first, second = found[:2]
        return text[: first.start()] + second[0] + text[first.end() : second.start()] + first[0] + text[second.end() :]

    def _negated(self, text: str, premise: str) -> str | None:
        there = _NOT.search(text)
        if there:
            return text[: there.start()] + (" " if there[0].endswith(" ") else "") + text[there.end() :]
        verb = _VERB.search(text)
        return f"{text[: verb.end()]} not{text[verb.end() :]}" if verb else None

    def _opposite(self, text: str, premise: str) -> str | None:
        for match in re.finditer(r"[a-z]+", text):
            if match[0] in TURNED and TURNED[match[0]] not in premise.lower():
                return text[: match.start()] + TURNED[match[0]] + text[match.end() :]
        return None


def made(passages: Sequence[Sentences], chance: random.Random, most: int) -> Iterator[tuple[str, Sentences, bool]]:
    """Claims with their premise, and whether it supports them."""
    change = Perturbation([" ".join(one) for one in passages], chance)
    usable = [one for one in passages if len(one) > 2]
    for _ in range(most):
        passage = chance.choice(usable)
        number = chance.randrange(len(passage))
        claim = _made(passage, number, change, chance)
        if claim is not None:
            yield claim


def _made(
    passage: Sentences, number: int, change: Perturbation, chance: random.Random
) -> tuple[str, Sentences, bool] | None:
    text = passage[number]
    if len(text.split()) not in WORDS or not text[0].isupper() or not text.endswith("."):
        return None
    first = max(0, number - chance.randrange(3))
    premise = passage[first : number + 1 + chance.randrange(2)]
    draw = chance.random()
    if draw < SAID + CHANGED and chance.random() < WHOLE:
        premise = passage
    if draw < SAID:
        return _said(text, chance), premise, True
    if draw < SAID + CHANGED:
        changed = change(_said(text, chance), " ".join(premise))
        return None if changed is None else (changed, premise, False)
    left = tuple(one for one in passage if one not in premise)
    if not left:
        return None
    other = chance.choice(left)
    if draw < SAID + CHANGED + OTHER:
        return other, premise, False
    return f"{text.rstrip('.')}, and {other[0].lower()}{other[1:]}", premise, False


def _said(text: str, chance: random.Random) -> str:
    """The sentence, at times without an aside or its last clause, or with its opening put last."""
    draw = chance.random()
    if draw < 0.3:
        return _TAIL.sub("", text, count=1)
    if draw < 0.5:
        return _ASIDE.sub("", text, count=1)
    lead = _LEAD.match(text)
    if draw < 0.7 and lead:
        opening, rest = lead[1], lead[2]
        return f"{rest[0].upper()}{rest[1:]} {opening[0].lower()}{opening[1:]}."
    return text
