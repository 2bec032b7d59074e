"""The words of an utterance with their places, and which part each plays: function word, verb or content.

No tagger is needed: the closed classes are lists, and a handful of rules tell a verb from a noun of the same form.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Literal

from assistant.conversation.vocabulary import (
    ADJECTIVES,
    ADVERBS,
    ALSO_NOUNS,
    AUXILIARIES,
    BASES,
    CONJUNCTIONS,
    DEMONSTRATIVES,
    DETERMINERS,
    OWNING,
    PERSONAL,
    PREPOSITIONS,
    PRONOUNS,
    VERBS,
    WH,
)

Kind = Literal["wh", "aux", "pronoun", "determiner", "preposition", "conjunction", "adverb", "verb", "mark", "content"]
_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:[’'/._,-](?=[^\W_])[^\W_]+)*['’]?|[^\w\s]")
_OWNER = re.compile(r"('s|(?<=s)')$")
_CONTRACTED = re.compile(r"'(?:s|re|ve|d|ll|m)$")
_ASKING = frozenset("do does did don't doesn't didn't can could will would shall should may might must".split())
_SUBJECTS = frozenset("i you we they he she".split())
_ENDINGS = ("ed", "ful", "able", "ible", "ous", "ive")
_CLASSES: tuple[tuple[Kind, frozenset[str]], ...] = (
    ("wh", WH),
    ("aux", AUXILIARIES),
    ("pronoun", PRONOUNS | PERSONAL),
    ("determiner", DETERMINERS),
    ("preposition", PREPOSITIONS),
    ("conjunction", CONJUNCTIONS),
    ("adverb", ADVERBS),
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word or mark of a text. `lower` is without a possessive ending (which `owner` tells of) or a contracted verb."""

    text: str
    lower: str
    start: int
    end: int
    kind: Kind
    owner: bool = False

    @property
    def capital(self) -> bool:
        return self.text[:1].isupper()


def split(text: str) -> tuple[Word, ...]:
    """The words and marks of a text in order, each with the part that it plays."""
    plain = [_plain(match) for match in _WORD.finditer(text)]
    found: list[Word] = []
    for word, after in zip_longest(plain, plain[1:]):
        acts = word.kind == "content" and _acts(found, word, after)
        found.append(replace(word, kind="verb") if acts else word)
    return tuple(found)


def _plain(match: re.Match[str]) -> Word:
    surface = match.group()
    lower = surface.lower().replace("’", "'")
    bare = _CONTRACTED.sub("", lower)
    if bare != lower and bare in WH | PRONOUNS | PERSONAL | {"there", "here", "let"}:
        return Word(surface, bare, match.start(), match.end(), _closed_class(surface, bare))
    owner = _OWNER.sub("", lower)
    return Word(surface, owner, match.start(), match.end(), _closed_class(surface, owner), owner != lower)


def _closed_class(surface: str, lower: str) -> Kind:
    if not surface[0].isalnum():
        return "mark"
    if surface.isupper() and len(surface) > 1:
        return "content"
    return next((kind for kind, members in _CLASSES if lower in members), "content")


def _acts(before: Sequence[Word], word: Word, after: Word | None) -> bool:
    """Whether a content word is a verb, or an adjective that stands by itself, here."""
    last = before[-1] if before else None
    if word.owner or (word.capital and last is not None and last.kind != "mark"):
        return False
    if _describes(before, word, after):
        return True
    if last is not None and last.lower in _SUBJECTS:
        return True
    if word.lower not in VERBS:
        return False
    if last is None:
        return True
    if last.kind == "determiner" or last.lower in DEMONSTRATIVES | OWNING or last.owner:
        return False
    if word.lower.endswith("ing"):
        return _is_doing(before, last, after)
    if last.kind == "preposition":
        return False
    if word.lower in ALSO_NOUNS | BASES:
        return _acts_as_verb(before, last, word, after)
    return True


def _acts_as_verb(before: Sequence[Word], last: Word, word: Word, after: Word | None) -> bool:
    """Whether a form that may be a noun, too, is a verb: behind a subject that still lacks one."""
    if word.lower in ALSO_NOUNS and last.kind == "aux":
        return after is None or after.lower not in VERBS
    if word.lower in ALSO_NOUNS and last.lower in ("what", "who", "which"):
        return after is not None and after.kind in ("content", "determiner", "pronoun")
    if last.kind == "content" or (word.lower in ALSO_NOUNS and last.kind == "wh"):
        return _subject_before(before, word, after)
    return True


def _describes(before: Sequence[Word], word: Word, after: Word | None) -> bool:
    """Whether an adjective or a participle stands by itself behind what it describes: "is the treaty valid"."""
    last = before[-1] if before else None
    adjective = word.lower in ADJECTIVES
    if last is None or not (adjective or word.lower.endswith(_ENDINGS)):
        return False
    if last.lower == "how":
        return after is None or after.kind in ("aux", "mark")
    if last.kind == "aux" and word.lower.endswith("ed"):
        return after is None or after.kind != "content"
    closes = after is None or after.kind != "content"
    return closes and last.kind == "content" and (adjective or any(one.kind == "aux" for one in before))


def _subject_before(before: Sequence[Word], word: Word, after: Word | None) -> bool:
    """Whether what stands before a word is a subject that still lacks its verb: "did Dulles", "what foods", "the harvest"."""
    clause = before[max((at + 1 for at, one in enumerate(before) if one.text in ".!?;:"), default=0) :]
    if not clause or any(one.kind == "verb" and not one.lower.endswith("ing") for one in clause):
        return False
    if any(one.lower in _ASKING for one in clause):
        return True
    if any(one.kind == "aux" for one in clause):
        return False
    if clause[0].kind in ("determiner", "content") and clause[-1].kind == "content":
        return word.lower not in BASES and (after is None or after.kind in ("determiner", "preposition", "mark"))
    asked = clause[0].lower in ("what", "which", "how")
    return asked and after is not None and after.kind in ("content", "determiner", "pronoun", "preposition")


def _is_doing(before: Sequence[Word], last: Word, after: Word | None) -> bool:
    """Whether a form in -ing is a verb: with an object, or behind a form of "be", not as a noun."""
    if last.kind == "preposition":
        return after is not None and after.kind in ("content", "determiner", "pronoun")
    if last.kind == "content":
        opener = next((one for one in reversed(before) if one.kind not in ("content", "determiner")), None)
        if opener is not None and opener.kind == "preposition":
            return False
        return any(one.kind == "aux" for one in before) and not any(one.lower in _ASKING for one in before)
    return last.kind in ("aux", "pronoun", "conjunction", "adverb", "verb")
