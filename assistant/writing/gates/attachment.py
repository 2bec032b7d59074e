"""The gate of attachment: a number or date of the claim must stand beside the same words as in the premise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.writing.gates.calendar import dates
from assistant.writing.gates.clock import times
from assistant.writing.gates.quantities import quantities
from index.lexical import STOP_WORDS, stem

MARGIN = 0.15  # of the likeness of surroundings, by which another number must fit better
MOST = 60  # numbers of a premise; a table of more is not compared
_PIECE = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)?|[.!?;:]|[,()–—]")
_FADE = 4.0  # a word this far from the number counts half as much as one beside it
_STEP = {
    ",": 2,
    "(": 2,
    ")": 2,
    "–": 2,
    "—": 2,
    ":": 3,
    ";": 5,
    ".": 9,
    "!": 9,
    "?": 9,
}  # marks, as a distance in words
_JOINTS = frozenset("and but while whereas or although then".split())
_KEPT = frozenset("before after above below under over".split())


@dataclass(frozen=True, slots=True)
class Placed:
    """A number or date: what it can be compared with, what it says, where it stands, and the words around it by weight."""

    kind: str
    value: tuple[float, ...]
    start: int
    end: int
    around: dict[str, float]


def displaced(claim: str, premise: str) -> list[str]:
    """Numbers and dates of the claim whose surroundings fit another number of the premise much better than the same one."""
    known = placed(premise)
    if len(known) > MOST:
        return []
    found = []
    for one in placed(claim):
        alike = [(shared(one, other), other.value == one.value) for other in known if other.kind == one.kind]
        own = max((score for score, same in alike if same), default=None)
        best = max((score for score, same in alike if not same), default=0.0)
        if own is not None and best - own > MARGIN:
            found.append(claim[one.start : one.end])
    return found


@lru_cache(maxsize=64)
def placed(text: str) -> tuple[Placed, ...]:
    """The numbers, dates and times of a text with their surroundings."""
    items: list[tuple[str, tuple[float, ...], int, int]] = []
    for number in quantities(text):
        if number.values and text[number.start : number.end].lower() != "one":
            worth = number.unit.worth if number.unit else 1.0
            items.append(
                (
                    number.unit.name if number.unit else number.kind,
                    (number.values[0] * worth,),
                    number.start,
                    number.end,
                )
            )
    for day in dates(text):
        value = tuple(float(part) for part in day.parts.values())
        items.append(("+".join(day.parts), value, day.start, day.end))
    items += [("time", (float(one.minutes),), one.start, one.end) for one in times(text)]
    items.sort(key=lambda one: one[2])
    line = _line(text, items)
    return tuple(Placed(kind, value, start, end, _around(line, start)) for kind, value, start, end in items)


def _line(text: str, items: Sequence[tuple[str, tuple[float, ...], int, int]]) -> list[tuple[int, float, str]]:
    """(offset, distance along the text, stem) of the content words and of the items themselves."""
    inside = [(start, end) for _, _, start, end in items]
    pieces = [(match.start(), match.group()) for match in _PIECE.finditer(text)]
    pieces = [(at, piece) for at, piece in pieces if not any(start <= at < end for start, end in inside)]
    pieces += [(start, "#" + "/".join(f"{one:g}" for one in value)) for _, value, start, _ in items]
    along, line = 0.0, []
    for at, piece in sorted(pieces):
        along += _STEP.get(piece, 2 if piece.lower() in _JOINTS else 1)
        word = piece.lower().replace("’", "'").removesuffix("'s")
        if word not in _STEP and (word not in STOP_WORDS or word in _KEPT):
            line.append((at, along, word if word.startswith("#") else stem(word)))
    return line


def _around(line: Sequence[tuple[int, float, str]], start: int) -> dict[str, float]:
    middle = next(along for at, along, _ in line if at == start)
    weights: dict[str, float] = {}
    for at, along, word in line:
        if at != start:
            weights[word] = max(weights.get(word, 0.0), 0.5 ** (abs(along - middle) / _FADE))
    return weights


def shared(one: Placed, other: Placed) -> float:
    """How alike the surroundings of two numbers are, 0 to 1."""
    whole = sum(one.around.values())
    both = sum(min(weight, other.around.get(word, 0.0)) for word, weight in one.around.items())
    return both / whole if whole else 0.0
