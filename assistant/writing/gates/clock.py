"""Times of day in a text, in figures and in words."""

from __future__ import annotations

import re
from dataclasses import dataclass

_HOURS = {
    word: number
    for number, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), start=1)
}
_HOUR = rf"(?P<hour>[01]?\d|2[0-4]|(?i:{'|'.join(_HOURS)}))"
_HALF = r"(?:\s?(?P<half>[aApP])\.?\s?[mM]\b\.?|\s(?:o[’']?clock\s)?(?:in the|at) (?P<part>morning|afternoon|evening|night))"
_PAST = {"half past": 30, "quarter past": 15, "a quarter past": 15, "quarter to": -15, "a quarter to": -15}
_FORMATS = [
    re.compile(pattern)
    for pattern in (
        rf"(?<![\w.:,]){_HOUR}[:.](?P<minute>[0-5]\d)(?::[0-5]\d)?{_HALF}",
        r"(?<![\w.:,])(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?::[0-5]\d)?(?![\d:])(?:\s?h\b)?",
        rf"\b(?P<past>(?i:{'|'.join(sorted(_PAST, key=len, reverse=True))})) {_HOUR}\b(?:{_HALF})?",
        rf"(?<![\w.:,]){_HOUR}{_HALF}",
        rf"\b{_HOUR} o[’']?clock\b",
        r"\b(?P<named>noon|midday|midnight)\b",
    )
]


@dataclass(frozen=True, slots=True)
class Time:
    """Minutes since midnight, and whether morning or afternoon is known. `start:end` is where it stands."""

    start: int
    end: int
    minutes: int
    sure: bool

    def same(self, other: Time) -> bool:
        """Whether both can be one time of day."""
        turn = 24 * 60 if self.sure and other.sure else 12 * 60
        return (self.minutes - other.minutes) % turn == 0


def times(text: str) -> list[Time]:
    """The times of day of a text, in order."""
    taken = bytearray(len(text))
    found = []
    for pattern in _FORMATS:
        for match in pattern.finditer(text):
            if not any(taken[match.start() : match.end()]):
                taken[match.start() : match.end()] = b"\1" * (match.end() - match.start())
                found.append(_made(match))
    return sorted(found, key=lambda one: one.start)


def _made(match: re.Match[str]) -> Time:
    groups = {name: value for name, value in match.groupdict().items() if value}
    start, end = match.span()
    if "named" in groups:
        return Time(start, end, 0 if groups["named"] == "midnight" else 720, True)
    hour = _HOURS.get(groups["hour"].lower()) or int(groups["hour"])
    minutes = 60 * hour + int(groups.get("minute", 0)) + _PAST.get(groups.get("past", "").lower(), 0)
    late = groups.get("half", "").lower() == "p" or groups.get("part") in ("afternoon", "evening", "night")
    known = "half" in groups or "part" in groups
    if known and hour <= 12:
        minutes = minutes % 720 + (720 if late else 0)
    return Time(start, end, minutes % 1440, known or ("minute" in groups and (hour > 12 or len(groups["hour"]) == 2)))
