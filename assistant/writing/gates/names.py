"""The gate of names: who and what the claim names must be named in the premise."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from assistant.writing.gates.aliases import fold, initials, roots, stand_ins
from assistant.writing.gates.calendar import MONTHS, WEEKDAYS
from assistant.writing.gates.number_words import ORDINALS, TENS, UNITS
from index.lexical import STOP_WORDS, stem

COMMON_WORDS = Path(__file__).parent.parent.parent / "models" / "common_words.txt"
_WORD = re.compile(r"[^\W\d_](?:[\w’'-]*\w)?(?:\.(?=[A-Z]\b)[A-Z])*")
_TITLES = frozenset(
    "mr mrs ms miss dr prof professor sir lord lady dame saint st president prime minister king queen".split()
)
_OPENS = re.compile(r"(?:^|[.!?:;]|[\"“‘(\[•*]|\s[-–—])[\s\"“‘(*]*$")
# Somebody whom the text calls by no name: the one who speaks, or a pronoun that opens a sentence.
_ANONYMOUS = re.compile(
    r"\b(?:I|we|We|my|My|our|Our|me|us|you|your|Your)\b|(?:^|[.!?:;\n\"“]\s*)(?:He|She|They|It|His|Her|Their|Its|This|These)\b"
)
_DERIVED = re.compile(
    r"[a-z](?:tions?|sions?|ments?|ness|ity|ities|ism|isms|ings?|ly|ed|ers|ors|ists|ance|ence|ship|ages?|ables?|ful|ics)$"
)
_NO_NAMES = STOP_WORDS | _TITLES | MONTHS.keys() | WEEKDAYS.keys() | UNITS.keys() | TENS.keys() | ORDINALS.keys()


@dataclass(frozen=True, slots=True)
class Name:
    """A run of words with capitals, as they stand; `opens` says that it begins a sentence."""

    words: tuple[str, ...]
    opens: bool


def unknown_names(claim: str, premise: str) -> list[str]:
    """Names of the claim whose last word the premise does not have in any form, as they are written.

    At the beginning of a sentence a capital makes no name of a common word. People and country, capital and government,
    an abbreviation and its full name count as the same. Where the premise speaks of somebody without a name, as in "she"
    or "we", the name is left to `unresolved_names`.
    """
    return [] if _ANONYMOUS.search(premise) else [one for one, whole in _unknown(claim, premise) if whole]


def unresolved_names(claim: str, premise: str) -> list[str]:
    """Names whose first words the premise does not have, or that may belong to one of its pronouns."""
    return [one for one, whole in _unknown(claim, premise) if not whole or _ANONYMOUS.search(premise)]


def _unknown(claim: str, premise: str) -> list[tuple[str, bool]]:
    """The names that the premise does not have whole, each with whether its last word is missing, the surname."""
    found = []
    for name in names(claim):
        missing = _missing(name, premise)
        if missing:
            found.append((" ".join(missing), missing[-1] == [word for word in name.words if is_name(word)][-1]))
    return found


@lru_cache(maxsize=1)
def common_stems() -> frozenset[str]:
    """Stems of words that are seldom names."""
    return frozenset(COMMON_WORDS.read_text(encoding="utf-8").split())


def names(text: str) -> list[Name]:
    """The runs of words with capitals, in order."""
    found: list[Name] = []
    run: list[str] = []
    last, opens = 0, False
    for match in _WORD.finditer(text):
        word = match.group()
        if run and (text[last : match.start()] != " " or not word[0].isupper()):
            found.append(Name(tuple(run), opens))
            run = []
        if word[0].isupper():
            opens = (
                opens
                if run
                else bool(_OPENS.search(text[max(0, match.start() - 12) : match.start()]) or match.start() == 0)
            )
            run.append(word)
        last = match.end()
    return [*found, Name(tuple(run), opens)] if run else found


def _missing(name: Name, premise: str) -> list[str]:
    known = _known(premise)
    abbreviated = fold("".join(word[0] for word in name.words if word.lower() not in STOP_WORDS)) in known.words
    if abbreviated and len(name.words) > 1:
        return []
    if name.opens and len(name.words) == 1 and _DERIVED.search(name.words[0]):
        return []
    return [word for word in name.words if is_name(word) and not known.has(word)]


def is_name(word: str) -> bool:
    """Whether a word with a capital is a name: not a word that is written in lower case elsewhere."""
    folded = fold(word)
    if len(folded) < 2 or folded in _NO_NAMES or re.fullmatch("[ivx]+", folded):
        return False
    if word.isupper() and len(folded) <= 5:
        return True
    parts = folded.split("-")
    return not all(part in _NO_NAMES or stem(part) in common_stems() for part in parts if part)


@dataclass(frozen=True, slots=True)
class _Known:
    """The words of a premise in the forms in which a claim may name them."""

    words: frozenset[str]
    stems: frozenset[str]
    roots: frozenset[str]
    others: frozenset[str]
    letters: str

    def has(self, word: str) -> bool:
        folded = fold(word)
        if folded in self.words or folded in self.others or stem(folded) in self.stems or roots(folded) & self.roots:
            return True
        if "-" in folded:
            return all(self.has(part) for part in folded.split("-") if len(part) > 1)
        return len(folded) > 4 and folded in self.letters


@lru_cache(maxsize=64)
def _known(premise: str) -> _Known:
    folded = [fold(word) for word in _WORD.findall(premise)]
    words = frozenset(folded) | {part for word in folded for part in word.split("-")}
    return _Known(
        words,
        frozenset(map(stem, words)),
        frozenset(root for word in words for root in roots(word)),
        stand_ins(premise) | initials(premise),
        "".join(folded),
    )
