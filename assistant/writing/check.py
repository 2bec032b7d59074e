"""Judges one sentence of a generated answer against the stored sentences that it cites.

| name | is |
|---|---|
| `Source` | a stored sentence with its key and what stands above it |
| `Judgement` | the verdict, why, and which sources the claim really rests on |
| `Support` | what scores how well a premise supports a claim; a larger checker plugs in here |
| `Checker` | exact gates, the scores, repair of wrong citations |
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Literal, Protocol

from assistant.writing.claims import is_empty, parts, repeats, retells
from assistant.writing.coverage import LexicalSupport, coverage, terms
from assistant.writing.gates import objections
from index.load.language import language_of

Verdict = Literal["supported", "partly", "unsupported"]
TRIED = 8  # groups of other sources that are tried for a sentence whose own do not support it
SINGLES = 4  # of these, so many of one source
NEAR = 0.25  # share of the claim's words that a source must have to be tried
ADDS = 0.05  # share of the claim's words by which a source must add to the others to be kept


@dataclass(frozen=True, slots=True)
class Source:
    """`key` is its position among the evidence; `text` as it is shown; `context` is title and headings, a table's header."""

    key: int
    text: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """`support` is 0 to 1. `reason` says what is wrong: a gate's name, "meaning", "uncited", "empty", or "" for supported.

    `cited` are keys of the sources that it rests on: those given, fewer, or, if `repaired`, others.
    """

    verdict: Verdict
    support: float
    reason: str = ""
    cited: tuple[int, ...] = ()
    repaired: bool = False


class Support(Protocol):
    """Scores premises and claims."""

    threshold: float  # at or above: supported
    partly: float  # at or above: partly

    def scores(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """For each (premise, claim) a number from 0 to 1, in order."""
        ...


class Checker:
    """Thread-safe. `support` scores English; other languages are judged by shared words, strictly."""

    def __init__(self, support: Support | None = None, gates: bool = True) -> None:
        self._given = support
        self._gates = gates
        self._elsewhere = LexicalSupport()

    @cached_property
    def support(self) -> Support:
        """The one given, else the trained one."""
        if self._given is not None:
            return self._given
        from assistant.writing.support import TrainedSupport

        return TrainedSupport()

    def judge(self, sentence: str, cited: Sequence[Source], others: Sequence[Source] = ()) -> Judgement:
        """Whether the cited sources support the sentence; if they do not, whether one or two of the others do."""
        sentence = " ".join(sentence.split())
        if is_empty(sentence):
            return Judgement("unsupported", 0.0, "empty")
        same = next((one for one in (*cited, *others) if repeats(sentence, one.text)), None)
        if same is not None:
            return Judgement("supported", 1.0, "", (same.key,), same not in cited)
        own = self._own(sentence, cited)
        if own.verdict == "supported":
            kept = [one for one in cited if one.key in own.cited]
            return replace(own, cited=self._needed(sentence, kept))
        return self._repaired(sentence, cited, others) or own

    def _own(self, claim: str, cited: Sequence[Source]) -> Judgement:
        """The judgement by the cited sources alone, by one of them where that one is only retold."""
        for one in cited:
            if retells(claim, one.text) and not (self._gates and any(objections(claim, premise([one])))):
                return Judgement("supported", 1.0, "", (one.key,))
        return self._weigh(claim, cited) if cited else Judgement("unsupported", 0.0, "uncited")

    def _weigh(self, claim: str, sources: Sequence[Source]) -> Judgement:
        text, keys = premise(sources), tuple(one.key for one in sources)
        english = language_of(claim) == "en" and language_of(text) == "en"
        objected = next(objections(claim, text, english), None) if self._gates else None
        if objected and objected.forbids:
            return Judgement("unsupported", 0.0, objected.reason, keys)
        support = self.support if english else self._elsewhere
        pieces = list(dict.fromkeys([claim, *parts(claim)])) if english else [claim]
        scores = support.scores([(text, piece) for piece in pieces])
        worst, best = min(scores), max(scores[1:] or scores)
        verdict: Verdict = "unsupported"
        if worst >= support.threshold:
            verdict = "partly" if objected else "supported"
        elif worst >= support.partly or best >= support.threshold:
            verdict = "partly"
        reason = (
            objected.reason if objected and worst >= support.threshold else "meaning" if verdict != "supported" else ""
        )
        return Judgement(verdict, worst, reason, keys)

    def _needed(self, claim: str, sources: Sequence[Source]) -> tuple[int, ...]:
        """Keys of the sources without those that add no word of the claim and are not needed for its support."""
        kept, wanted = list(sources), terms(claim)
        for one in sorted(sources, key=lambda source: coverage(wanted, terms(premise([source])))):
            rest = [other for other in kept if other is not one]
            adds = coverage(wanted, terms(premise(kept))) - coverage(wanted, terms(premise(rest)))
            if rest and adds < ADDS and self._weigh(claim, rest).verdict == "supported":
                kept = rest
        return tuple(one.key for one in kept)

    def _repaired(self, claim: str, cited: Sequence[Source], others: Sequence[Source]) -> Judgement | None:
        """The judgement by the first group of other sources that supports the claim fully, or None."""
        for group in islice(_groups(claim, cited, others), TRIED):
            found = self._weigh(claim, group)
            if found.verdict == "supported":
                return replace(found, repaired=True)
        return None


def premise(sources: Sequence[Source]) -> str:
    """The texts of the sources in order, each context once before those that share it."""
    pieces, last = [], ""
    for one in sources:
        if one.context and one.context != last:
            pieces.append(f"{one.context}.")
        pieces.append(one.text)
        last = one.context
    return " ".join(pieces)


def _groups(claim: str, cited: Sequence[Source], others: Sequence[Source]) -> Iterator[tuple[Source, ...]]:
    """Sources to try, those that share most words with the claim first: single ones, then two together, in given order."""
    wanted, given = terms(claim), {one.key for one in cited}
    shares = {one.key: coverage(wanted, terms(one.text)) for one in (*cited, *others)}
    near = sorted(
        (one for one in others if one.key not in given and shares[one.key] >= NEAR), key=lambda one: -shares[one.key]
    )[:SINGLES]
    yield from ((one,) for one in near)
    partners = [*cited[:2], *near[1:]]
    for first in near[:1]:
        for second in sorted(partners, key=lambda one: -shares[one.key]):
            yield (first, second) if first.key < second.key else (second, first)
