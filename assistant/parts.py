"""One question that asks several things, taken apart, so that each is looked for by itself."""

from __future__ import annotations

import re

_ASKING = (
    "who|whom|whose|what|which|when|where|why|how|did|does|do|is|are|was|were|has|have|had|can|could|will|would|should"
)
_PREPOSITION = (
    "in|on|at|by|from|to|for|with|of|under|since|until|before|after|during|about|against|between|within|through"
)
_OPENS = re.compile(rf"(?:(?:{_PREPOSITION})\s+)?(?:{_ASKING})\b", re.IGNORECASE)
_BETWEEN = re.compile(
    rf"\?\s+(?:and\s+)?(?=\w)|[,;]?\s+and\s+(?=(?:(?:{_PREPOSITION})\s+)?(?:{_ASKING})\b)", re.IGNORECASE
)
_EACH = re.compile(
    r"(?P<head>(?:who|whom|what|which|when|where|why|how)\b.*?\b)(?P<aux>do|does|did|have|has|had|are|is|were|was|will|would|can|"
    r"could|should) (?P<first>.+?) and (?P<second>.+?) each (?P<rest>.+)",
    re.IGNORECASE,
)
_COMPARE = [
    re.compile(rf"(?:please )?compare (?P<first>.+?) {between} (?P<second>.+)", re.IGNORECASE)
    for between in ("with", "and", "to")
]
_THAT = re.compile(rf"(?:that|those|the ones?) (?P<preposition>{_PREPOSITION}) ", re.IGNORECASE)
_ONE = {"do": "does", "have": "has", "are": "is", "were": "was"}
LONGEST = 300  # characters of a question that asks of each or compares
MOST = 3
FEWEST_WORDS = 3  # "and why?" asks for more of the same; it is no question of its own


def parts(question: str) -> tuple[str, ...]:
    """The questions that a question consists of, in order, each with a question mark; only itself if it asks one thing.

    Split at question marks, and at an "and" before a word that opens a question, where both sides are long enough to
    stand alone and the left one is a question, too. "How did A and B each respond?" asks of A and of B, and "compare A
    with B" asks for both.
    """
    if len(question) <= LONGEST and (shared := _of_each(question) or _compared(question)):
        return shared
    found: list[str] = []
    start = 0
    for cut in _BETWEEN.finditer(question):
        left, right = question[start : cut.start()], question[cut.end() :]
        if len(found) + 1 < MOST and _stands_alone(left) and _stands_alone(right):
            found.append(left)
            start = cut.end()
    if not found:
        return (question,)
    return tuple(f"{one.strip(' ,;?')}?" for one in (*found, question[start:]))


def _stands_alone(text: str) -> bool:
    return bool(_OPENS.match(text.strip())) and len(text.split()) >= FEWEST_WORDS


def _of_each(question: str) -> tuple[str, ...]:
    """The question asked of the one and of the other; nothing if it is not asked of each."""
    found = _EACH.fullmatch(question.strip(" ?"))
    if found is None or " and " in found["second"]:
        return ()
    asked = []
    for one in (found["first"], found["second"]):
        many = one.split()[0].islower() and one.endswith("s")
        aux = found["aux"] if many else _ONE.get(found["aux"], found["aux"])
        asked.append(f"{found['head']}{aux} {one} {found['rest']}?")
    return tuple(asked)


def _compared(question: str) -> tuple[str, ...]:
    """Both things that are to be compared; "that in B" stands for as much of the first as there is before its "in A"."""
    asked = question.strip(" ?.")
    found = next((match for one in _COMPARE if (match := one.fullmatch(asked))), None)
    if found is None:
        return ()
    first, second = found["first"], found["second"]
    if that := _THAT.match(second):
        same, preposition, _ = first.rpartition(f" {that['preposition']} ")
        second = f"{same}{preposition}{second[that.end() :]}" if same else second
    return (f"{first}?", f"{second}?") if min(len(first.split()), len(second.split())) > 1 else ()
