"""Answered questions of the open sets told as sentences: "Who led the march? – Ada" becomes "Ada led the march."

Only questions whose subject is asked for, and those of the form "What is the X of Y?": nothing else can be told without
bending a verb. Each gives a supported sentence and a false one, so that its form tells nothing: with another answer of the
same kind, or beside the nearest passage of the same document that does not answer.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from training.near_misses import NAME, NUMBER, YEAR, plain
from training.reading_data import Example

ELSEWHERE = 0.5  # share of the false ones that keep the answer and lose its passage
_PAST = (
    "led won wrote made took gave became began held had has sold built found came went saw said ran spoke kept left lost "
    "met paid sent taught thought brought bought drew fell grew knew rose stood wore"
).split()
_VERB = rf"(?:\w{{2,}}ed|{'|'.join(_PAST)}|can|could|may|must|will|would)"
_WHO = re.compile(rf"^who ({_VERB} .+|(?:is|was|are|were) the .+)$", re.I)
_WHICH = re.compile(rf"^(?:what|which) (?!did|does|do\b|is|was|are|were)((?:\w+ )?\w+) ({_VERB} .+)$", re.I)
_MANY = re.compile(rf"^how many ((?:\w+ )?\w+) ({_VERB} .+)$", re.I)
_WHAT_IS = re.compile(r"^what (is|was|are|were) (the .+)$", re.I)
_LEFT_OPEN = re.compile(
    r"\b(?:called|named|known|by|to|for|in|of|from|with|on|at|as|about|like|\w+ed|do|did|does|if|when)$", re.I
)


def told(question: str, answer: str) -> str | None:
    """The question and its answer as one sentence; None where that would not be English."""
    question = " ".join(question.strip().rstrip("?").split())
    answer = answer.strip().strip(".,;")
    if not answer or len(answer.split()) > 9 or _LEFT_OPEN.search(question):
        return None
    for pattern in (_WHO, _MANY, _WHICH):
        found = pattern.match(question)
        if found:
            return _sentence(_subject(pattern, found, answer), found[found.lastindex or 1])
    found = _WHAT_IS.match(question)
    return _sentence(found[2], f"{found[1]} {answer}") if found else None


def _subject(pattern: re.Pattern[str], found: re.Match[str], answer: str) -> str:
    if pattern is not _MANY or found[1].split()[-1].lower() in answer.lower():
        return answer
    return f"{answer} {found[1]}"


def _sentence(subject: str, rest: str) -> str:
    return f"{subject[0].upper()}{subject[1:]} {rest}."


def kind(answer: str) -> str:
    """What sort of thing an answer is, so that one of the same sort can stand in its place."""
    if YEAR.fullmatch(answer.strip()):
        return "year"
    if NUMBER.match(answer):
        return "number"
    return "name" if NAME.fullmatch(answer) or answer[:1].isupper() else "other"


def question_claims(
    examples: Sequence[Example], chance: random.Random
) -> Iterator[tuple[str, tuple[str, ...], bool, str]]:
    """Sentence, the passage it should rest on, whether that supports it, and the document's title; in pairs."""
    answered = [one for one in examples if one.answers and one.labels and any(one.labels)]
    passages, answers = defaultdict(set), defaultdict(list)
    for one in answered:
        passages[one.document].add(one.sentences)
        answers[one.document, kind(one.answers[0])].append(one.answers[0])
    for one in answered:
        answer = min(one.answers, key=len)
        text = told(one.question, answer)
        if text is None:
            continue
        false = _elsewhere(one, answer, text, passages[one.document]) if chance.random() < ELSEWHERE else None
        false = false or _other_answer(one, answer, answers[one.document, kind(answer)], chance)
        if false is not None:
            yield text, one.sentences, True, one.title
            yield *false, False, one.title


def _elsewhere(
    one: Example, answer: str, text: str, passages: set[tuple[str, ...]]
) -> tuple[str, tuple[str, ...]] | None:
    """The same sentence and the passage nearest in words that does not hold the answer."""
    wanted = set(plain(text).split())
    left = [each for each in passages if plain(answer) not in plain(" ".join(each))]
    nearest = max(left, key=lambda each: (len(wanted & set(plain(" ".join(each)).split())), each), default=None)
    return None if nearest is None else (text, nearest)


def _other_answer(
    one: Example, answer: str, others: Sequence[str], chance: random.Random
) -> tuple[str, tuple[str, ...]] | None:
    """The sentence with another answer of the same kind, of the same passage if it has one."""
    given = {plain(each) for each in one.answers}
    usable = [each for each in others if not any(plain(each) in right or right in plain(each) for right in given)]
    passage = plain(" ".join(one.sentences))
    near = [each for each in usable if plain(each) in passage]
    pool = near or usable
    text = told(one.question, chance.choice(pool)) if pool else None
    return None if text is None else (text, one.sentences)
