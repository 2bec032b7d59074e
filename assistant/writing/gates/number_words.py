"""Numbers spelled out in English, read from a list of words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

UNITS = {
    word: number
    for number, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
        eighteen nineteen""".split()
    )
}
TENS = {
    word: 10 * number
    for number, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
SCALES = {
    "dozen": 12,
    "hundred": 100,
    "thousand": 1_000,
    "million": 1_000_000,
    "billion": 1_000_000_000,
    "trillion": 1_000_000_000_000,
    "k": 1_000,
    "m": 1_000_000,
    "mn": 1_000_000,
    "bn": 1_000_000_000,
    "tn": 1_000_000_000_000,
    "mio": 1_000_000,
    "mrd": 1_000_000_000,
    "millionen": 1_000_000,
    "milliarden": 1_000_000_000,
    "millions": 1_000_000,
    "milliards": 1_000_000_000,
    "millones": 1_000_000,
    "万": 10_000,
    "億": 100_000_000,
    "亿": 100_000_000,
}
WORD_SCALES = frozenset("dozen hundred thousand million billion trillion".split())
ORDINALS = {
    word: number
    for number, word in enumerate(
        """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth
        sixteenth seventeenth eighteenth nineteenth""".split(),
        start=1,
    )
} | {word[:-1] + "ieth": value for word, value in TENS.items()}
PARTS = {"half": 2, "halves": 2, "third": 3, "quarter": 4, "fourth": 4} | {
    word: number for word, number in ORDINALS.items() if 5 <= number <= 10
}


@dataclass(frozen=True, slots=True)
class Spelled:
    """A number that begins a list of words: its value, how many words it takes, and what kind it is."""

    value: float
    length: int
    kind: str  # "count", "ordinal" or "part" (of a whole)


def spelled(words: Sequence[str]) -> Spelled | None:
    """The number that the first of these lower-case words begin, the longest reading; hyphens stand as words of their own."""
    return _part(words) or _count(words)


def _part(words: Sequence[str]) -> Spelled | None:
    """ "half of", "a third", "two-thirds", "three quarters"."""
    first = words[0]
    if first == "half" and words[1:2] != ["past"]:
        place = 2 if words[1:2] in (["a"], ["-"]) else 1
        scale = SCALES.get(words[place], 0) if len(words) > place and words[place] in WORD_SCALES else 0
        return Spelled(scale / 2, place + 1, "count") if scale else Spelled(0.5, 1, "part")
    above = {"a": 1, "an": 1}.get(first, UNITS.get(first, 0))
    place = 2 if words[1:2] == ["-"] else 1
    if not above or len(words) <= place:
        return None
    name = words[place]
    below = PARTS.get(name.removesuffix("s"), PARTS.get(name, 0))
    plural = name.endswith("s") and above > 1
    if below and (plural or (above == 1 and words[place + 1 : place + 2] == ["of"])):
        return Spelled(above / below, place + 1, "part")
    return None


def _count(words: Sequence[str]) -> Spelled | None:
    total, current, place, seen = 0.0, 0.0, 0, False
    while place < len(words):
        word = words[place]
        after = words[place + 1] if len(words) > place + 1 else ""
        if word in ORDINALS and (not seen or current % 10 == 0):
            return Spelled(total + current + ORDINALS[word], place + 1, "ordinal")
        if word in UNITS and (not seen or current % 100 == 0 or (current % 10 == 0 and 1 <= UNITS[word] <= 9)):
            current += UNITS[word]
        elif word in TENS and (not seen or current % 100 == 0):
            current += TENS[word]
        elif word in ("a", "an") and not seen and after in WORD_SCALES:
            current = 1
        elif word in WORD_SCALES and seen:
            total, current = _scaled(total, current, SCALES[word])
        elif not (seen and word in ("-", "and") and _goes_on(words[place:], current, words[place - 1])):
            break
        seen, place = True, place + 1
    return Spelled(total + current, place, "count") if seen else None


def _scaled(total: float, current: float, scale: int) -> tuple[float, float]:
    if scale <= 100:
        return total, (current or 1) * scale
    return total + (current or 1) * scale, 0.0


def _goes_on(words: Sequence[str], current: float, before: str) -> bool:
    """Whether "-" or "and" joins two parts of one number: "twenty-three", "two hundred and five"."""
    if len(words) < 2:
        return False
    joined, after = words[0], words[1]
    if joined == "-":
        return before in TENS and (1 <= UNITS.get(after, 0) <= 9 or 1 <= ORDINALS.get(after, 0) <= 9)
    return before in WORD_SCALES and before != "dozen" and (after in UNITS or after in TENS or after in ORDINALS)
