"""What a question asks for, read off its words: content words, names, numbers, and the kind of thing that answers it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from index.lexical import STOP_WORDS, stem, words

Wanted = Literal["time", "number", "person", "place", "reason", "other"]

# Words that shape a question and are seldom repeated by its answer.
_FRAME = frozenset(
    """kind type sort name year date time day month much long far often many exactly main reason purpose happen happened
    mean meant come people person someone anyone place country according""".split()
)

_TIME = re.compile(
    r"\b(when|what (year|date|day|month|time|decade|century)|which (year|day|month|decade|century)|"
    r"how (long|old)|since when)\b"
)
_NUMBER = re.compile(
    r"\b(how (many|much|far|big|large|high|tall|deep|heavy|fast|often)|"
    r"what (number|percentage|share|proportion|amount|price|size|range|distance))\b"
)
_PERSON = re.compile(r"\b(who|whom|whose)\b")
_PLACE = re.compile(
    r"\b(where|what (city|country|place|town|region)|which (city|country|place|town|region|islands?))\b"
)
_REASON = re.compile(
    r"\b(why|how come|what (caused|causes|led|prevents|prevented|keeps|kept|stops|stopped|stands|stood|made|is blocking)|"
    r"reasons?)\b"
)

_MONTH = r"jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?"
HAS_TIME = re.compile(
    rf"\b(1[0-9]{{3}}|20[0-9]{{2}}|({_MONTH})\b\.?|mon|tues|wednes|thurs|fri|satur|sun)(day)?\b|"
    r"\b(year|month|week|day|decade|centur|hour|minute)(s|y|ies)?\b|\b(yesterday|today|tomorrow|annual|recent)",
    re.IGNORECASE,
)
HAS_NUMBER = re.compile(
    r"\d|\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|million|"
    r"billion|half|third|quarter|twice|both|several|most|percent)s?\b",
    re.IGNORECASE,
)
HAS_REASON = re.compile(
    r"\b(because|since|due|owing|over|cause[sd]?|reasons?|result\w*|led|lead|so that|in order|therefore|thus|"
    r"stumbling|obstacle|block\w*|despite|after|failed|refus\w*|concern\w*|fear\w*|threat\w*|disput\w*|"
    r"prevent\w*|hinder\w*|depend\w*|for fear|as a)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![.!?:“\"‘'(]\s)(?<!^)\b[A-Z][\w’'-]*[a-z][\w’'-]*\b|\b[A-Z]{2,}\b")


@dataclass(frozen=True, slots=True)
class Question:
    """A question taken apart. Stems are lower case; `names` are stems of words that the asker capitalised."""

    text: str
    stems: tuple[str, ...]
    names: frozenset[str]
    numbers: frozenset[str]
    wanted: Wanted


def analyse(text: str) -> Question:
    """The parts of a question; never fails, whatever the text."""
    content = [word for word in words(text) if word not in STOP_WORDS and word not in _FRAME]
    names = {stem(word) for match in _NAME.findall(text) for word in words(match)} - {stem(word) for word in STOP_WORDS}
    stems = tuple(dict.fromkeys(stem(word) for word in content))
    return Question(
        text,
        stems,
        frozenset(names & set(stems)),
        frozenset(word for word in content if any(map(str.isdigit, word))),
        _wanted(text.lower()),
    )


def satisfies(question: Question, sentence: str) -> bool:
    """Whether a sentence holds the kind of thing that the question wants: a time, a number, a new name, a reason."""
    if question.wanted == "time":
        return bool(HAS_TIME.search(sentence))
    if question.wanted == "number":
        return any(match.group().lower() not in question.text.lower() for match in HAS_NUMBER.finditer(sentence))
    if question.wanted in ("person", "place"):
        return bool({stem(word) for match in _names(sentence) for word in words(match)} - set(question.stems))
    if question.wanted == "reason":
        return bool(HAS_REASON.search(sentence))
    return True


def _names(sentence: str) -> list[str]:
    return [
        match.group() for match in re.finditer(r"\b[A-Z][\w’'-]+", sentence) if match.group().lower() not in STOP_WORDS
    ]


def _wanted(text: str) -> Wanted:
    kinds: tuple[tuple[Wanted, re.Pattern[str]], ...] = (
        ("reason", _REASON),
        ("time", _TIME),
        ("number", _NUMBER),
        ("person", _PERSON),
        ("place", _PLACE),
    )
    return next((kind for kind, pattern in kinds if pattern.search(text)), "other")
