"""The gate of certainty: what the premise plans, permits, supposes or reports must not be told as a fact."""

from __future__ import annotations

import re

from assistant.writing.gates.clauses import Sentence, sentences
from assistant.writing.gates.lemmas import lemma
from index.lexical import STOP_WORDS

COVERED = 0.7  # of the claim's content words must stand in the reported sentence
LEAST = 3

_REPORTED = re.compile(
    r"\b(?:said|says?|argu(?:e|es|ed)|claim(?:s|ed)?|insist(?:s|ed)?|believ(?:e|es|ed)|thinks?|thought|suspect(?:s|ed)?|suspicion|"
    r"alleg(?:e|es|ed|edly)|reportedly|report(?:s|ed)? that|maintain(?:s|ed)? that|assert(?:s|ed)?|suppos(?:e|es|ed)|"
    r"suggest(?:s|ed)? that|hop(?:e|es|ed) that|fear(?:s|ed)? that|according to|estimat(?:e|es|ed)|accus(?:e|es|ed)|perhaps|"
    r"in (?:his|her|their|my|our|its) (?:view|opinion)|possibly|probably|apparently|maybe)\b",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    _REPORTED.pattern
    + r"|\b(?:will|would|shall|should|may|might|could|can|must|if|unless|whether|provided|propos\w*|offer\w*|promis\w*|ask\w*|"
    r"plan(?:s|ned|ning)?|want\w*|wish\w*|hop(?:e[sd]?|ing)|expect\w*|intend\w*|agreed? to|consider\w*|recommend\w*|request\w*|"
    r"demand\w*|threaten\w*|likely|possib\w*|probab\w*|view\w*|opinion|(?:is|are|was|were) to|aim\w*|seek\w*|try|tries|tried|"
    r"attempt\w*|due to be|hypothe\w*|would-be|discuss\w*|draft\w*|target\w*|aspir\w*|call(?:s|ed) for|urg\w*|favou?r\w*|"
    r"fear\w*|suggest\w*|report\w*|claim\w*|argu\w*|suspect\w*|think\w*|insist\w*)\b|[’']ll\b",
    re.IGNORECASE,
)
_MODAL = frozenset("will would may might could should can must".split())
_BEFORE_TO = frozenset(
    map(
        lemma,
        """propose offer promise plan ask want wish hope expect intend agree consider demand request beg urge seek try attempt
        threaten need due about suggest recommend aim order require oblige allow permit ready willing is are was were""".split(),
    )
)
_WORD = re.compile(r"[^\W_]+(?:'[^\W\d_]+)?|[.!?;:,]")


def surer(claim: str, premise: str) -> list[str]:
    """Words of the claim that it states as fact where the premise leaves them open, in sentences that are alike; none where
    the claim itself leaves anything open."""
    if _HEDGE.search(claim):
        return []
    known = sentences(premise)
    return [
        word
        for one in sentences(claim)
        for word in dict.fromkeys([*_left_open(one, known), *_governed(one, known), *_unattributed(one, known)])
    ]


def _left_open(one: Sentence, known: tuple[Sentence, ...]) -> list[str]:
    """Verbs of the claim that stand behind a hedge wherever the premise has them."""
    flat = {stem for other in known for stem in other.stems if not _hedged(other, stem)}
    return [
        stem for stem in sorted(one.verbs - flat) if any(stem in other.stems and one.alike(other) for other in known)
    ]


def _hedged(one: Sentence, stem: str) -> bool:
    hedge = _HEDGE.search(one.text)
    return hedge is not None and all(hedge.start() < place for place in _places(one, {stem}))


def _places(one: Sentence, stems: set[str] | frozenset[str]) -> list[int]:
    found = re.finditer(r"[^\W_]+", one.text)
    return [match.start() for match in found if lemma(match.group().lower()) in stems]


def _governed(one: Sentence, known: tuple[Sentence, ...]) -> list[str]:
    """Words of the claim that a modal verb or "planned to" stands before, where the premise has them only once."""
    found = []
    for other in known:
        if one.alike(other):
            elsewhere = {stem for third in known if third is not other for stem in third.stems}
            found += [
                stem
                for stem in _targets(other)
                if stem in one.stems and stem not in elsewhere and len(_places(other, {stem})) == 1
            ]
    return found


def _targets(one: Sentence) -> list[str]:
    tokens = _WORD.findall(one.text.lower())
    found = []
    for place, token in enumerate(tokens):
        if token in _MODAL or (token == "to" and place and lemma(tokens[place - 1]) in _BEFORE_TO):  # noqa: S105
            for after in tokens[place + 1 : place + 5]:
                if not after[0].isalnum():
                    break
                if after not in STOP_WORDS:
                    found.append(lemma(after))
                    break
    return found


def _unattributed(one: Sentence, known: tuple[Sentence, ...]) -> list[str]:
    """What reports the claim in the premise and is missing from it: "said that", "is suspected of"."""
    said_flatly = any(_covers(one, other) and not _REPORTED.search(other.text) for other in known)
    found = []
    for other in known:
        report = _REPORTED.search(other.text)
        if report is None or said_flatly or not _covers(one, other):
            continue
        places = _places(other, one.stems)
        if sum(place > report.start() for place in places) >= 0.75 * len(places):
            found.append(report.group())
    return found


def _covers(one: Sentence, other: Sentence) -> bool:
    shared = len(one.stems & other.stems)
    return shared >= LEAST and shared >= COVERED * len(one.stems)
