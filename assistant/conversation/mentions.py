"""The phrases of one question that a later one can point at, weighed by the part that each plays in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.conversation.phrases import Phrase, generic, phrases
from assistant.conversation.vocabulary import LIGHT, PREPOSITIONS
from assistant.conversation.words import split
from index.lexical import content_stems

MOST = 16  # mentions of one question
TOPIC, ADDED, SUBJECT, OBJECT, BEHIND = 3.0, 1.8, 2.0, 1.2, 0.8
ALSO_ADDED = 0.5
NAME = 0.5
ASKED_FOR = -1.0  # "which island": the answer is meant, not the word
_ABOUT = re.compile(
    r"^\W*(?:(?:and|so|ok|okay|now|then|but|please)\W+)*(?:(?:can|could|would) you )?"
    r"(?:tell (?:me )?(?:more )?about|describe|explain|define|let['’]s talk about|(?:what|how) about|"
    r"(?:what|who)(?:\s+(?:is|are|was|were)|['’]s|['’]re))\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"^(?:[\d\W]+|(?:\d+ )?(?:january|february|march|april|may|june|july|august|september|october|november|december|"
    r"spring|summer|autumn|fall|winter|mon|tues|wednes|thurs|fri|satur|sun)(?:day)?\b[\w ,]*)$",
    re.IGNORECASE,
)
_AND = re.compile(r"\s+(?:and|or)\s+(?:the )?", re.IGNORECASE)
_COMPARES = re.compile(
    r"\b(?:differ\w*|compar\w*|same as|similar\w*|versus|vs|between|relat\w+ to|relationship|better than|\w+er\b.* than)\b",
    re.IGNORECASE,
)
ADDED_TOPIC = re.compile(r"\s*\([^()]*\)\??$")  # as the rules add it to a question
_DOES = re.compile(
    r"\b(?:i|we|you|one)\s+(?P<verb>[a-z]+(?:\s+(?:for|to|up|in|out|off|on|from))?)\s+(?:(?:a|an|the|my|our|your|some|any)\s+)?$",
    re.IGNORECASE,
)
_ATTACHED = frozenset("in for on against between to at".split())


@dataclass(frozen=True, slots=True)
class Mention:
    """A phrase that an earlier turn used, what it weighs, how many turns ago (0: the last), and whether it is two in one.

    `doing` is the phrase with what the asker does to it, as "reset my password"; "" if nothing.
    """

    text: str
    weight: float
    ago: int
    phrase: Phrase
    stems: frozenset[str]
    pair: bool = False
    doing: str = ""


def mention(text: str, weight: float, ago: int, phrase: Phrase, pair: bool = False, doing: str = "") -> Mention:
    return Mention(text, weight, ago, phrase, frozenset(content_stems(text)), pair, doing)


def is_time(text: str) -> bool:
    """Whether a phrase is a date, a year or another mere number."""
    return bool(_TIME.match(text))


def mentions(question: str, ago: int = 0, known: frozenset[str] = frozenset()) -> list[Mention]:
    """The phrases of a question that can be pointed at, in order. `known` are the stems of the questions before it."""
    about = _ABOUT.match(question)
    topic_open = about is not None
    added = ADDED_TOPIC.search(question)
    added_from = added.start() if added else len(question)
    subject = False
    found: list[Mention] = []
    for phrase, text in _joined(question, known)[:MOST]:
        if phrase.generic or is_time(text) or not content_stems(text):
            continue
        behind = phrase.after in PREPOSITIONS
        if phrase.start > added_from:
            own = any(one.phrase.named or one.stems <= known for one in found)
            weight = ADDED if phrase.after == "(" and not own else ALSO_ADDED
        elif topic_open:
            weight, topic_open = TOPIC, False
        elif not subject and (not behind or phrase.after == "of"):
            weight = SUBJECT
        else:
            weight = BEHIND if behind else OBJECT
        subject = subject or weight >= SUBJECT
        weight += NAME if phrase.named else 0.0
        weight += ASKED_FOR if phrase.opening in ("which", "what", "whose") else 0.0
        found.append(mention(text, weight, ago, phrase, doing=_doing(question, phrase, text)))
    return [*found, *_pair(question, found)]


def _doing(question: str, phrase: Phrase, text: str) -> str:
    """“reset my password” of “How do I reset my password?”; "" if the asker does nothing to the phrase."""
    does = _DOES.search(question[: phrase.start])
    if does is None or does["verb"].split()[0].lower() in LIGHT:
        return ""
    return " ".join([*question[does.start("verb") : phrase.start].split(), text])


def _pair(question: str, found: Sequence[Mention]) -> list[Mention]:
    """The first two phrases that are joined or compared, as one: what "they" and "both" point at."""
    for one, other in pairwise(found):
        between = question[one.phrase.end : other.phrase.start]
        if _AND.fullmatch(between) or (between and _COMPARES.search(question[: other.phrase.start])):
            weight = max(one.weight, other.weight)
            return [mention(f"{one.text} and {other.text}", weight, one.ago, one.phrase, pair=True)]
    return []


def _joined(question: str, known: frozenset[str]) -> list[tuple[Phrase, str]]:
    """The phrases with their texts: what "of" joins is one, and a common noun takes along what stands behind it."""
    found: list[tuple[Phrase, str]] = []
    for phrase in phrases(question):
        if found and _attaches(question, found[-1], phrase):
            last = found[-1][0]
            joined = (last, " ".join(question[last.start : phrase.end].split()))
            if phrase.after == "of":
                found[-1] = joined
                continue
            if not last.named and last.after not in PREPOSITIONS and not is_time(phrase.text):
                found[-1] = joined
        found.append((phrase, _owner(phrase, known)))
    return found


def _attaches(question: str, last: tuple[Phrase, str], phrase: Phrase) -> bool:
    if last[0].generic or phrase.after not in _ATTACHED | {"of"}:
        return False
    between = split(question[last[0].start + len(last[1]) : phrase.start])
    return len(between) <= 2 and all(word.kind in ("preposition", "determiner") for word in between)


def _owner(phrase: Phrase, known: frozenset[str]) -> str:
    """“Netflix” of “Netflix's other rivals” if what is owned is generic, or is new and the owner known; else all of it."""
    first = phrase.words[0].start
    for at, word in enumerate(phrase.words[:-1]):
        if word.owner:
            owner = phrase.text[: word.start - first + len(word.lower)]
            owned = frozenset(content_stems(phrase.text[word.end - first :]))
            if generic(phrase.words[at + 1 :]) or (frozenset(content_stems(owner)) <= known and not owned <= known):
                return owner
    last = phrase.words[-1]
    return phrase.text[: last.start - first + len(last.lower)] if last.owner else phrase.text
