"""Numbers that a premise does not have but that follow from what it has: sums, shares, lengths of lists, spans of time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import combinations

from assistant.writing.gates.calendar import dates
from assistant.writing.gates.clock import times
from assistant.writing.gates.quantities import Quantity, quantities

SHARE = 0.015  # shares of a whole are the same within 1.5 points …
ABOUT = 0.05  # … or 5, where the claim says "about" or "three in five"
MOST_COUNTED = 12  # items of a list are counted by readers up to so many; smaller numbers are sums of others by chance
SECONDS = 86_400

TWO = re.compile(r"\b(?:both|pair|couple|twins?|either|neither|other|another|again|twice)\b", re.IGNORECASE)
_NONE = re.compile(r"\b(?:no|none|not|never|nobody|nothing|without|zero|neither)\b|n[’']t\b", re.IGNORECASE)
_SUM = re.compile(r"\b(?:totals?|totall?ed|combined|altogether|together|in all|sum|add(?:s|ed)? up)\b", re.IGNORECASE)
_DIFFERENCE = re.compile(
    r"\b(?:by|more|fewer|less|higher|lower|longer|shorter|later|earlier|difference|dearer|cheaper)\b", re.IGNORECASE
)
_HALVED = re.compile(r"\b(?:hal(?:f|ves|ved|ving)|twice|doubl\w+)\b", re.IGNORECASE)
_OF = re.compile(r"\s(?:in|out of|of|of the|in every|of every)\s")
_SEPARATOR = re.compile(r"[,;]\s(?:and |or )?|\s(?:and|or|as well as|plus)\s")
_SEGMENT = 6  # words of an item of a list, at most


def derived(one: Quantity, known: Sequence[Quantity], claim: str, premise: str) -> bool:
    """Whether the claim's number follows from what the premise has, though it does not stand there."""
    counts = [other for other in known if other.kind == "count"]
    figures = [other.values[0] for other in counts]
    if one.kind == "part":
        return _share_met(one, figures, known, premise)
    if one.kind != "count":
        return False
    value = one.values[0]
    if value in {day.year for day in dates(premise)} or _part_of_ratio(one, figures, known, claim):
        return True
    if (value == 2 and TWO.search(premise)) or (value == 0 and _NONE.search(premise)):
        return True
    if one.unit and one.unit.name in ("second", "month"):
        return _span_met(one, premise) or _reckoned(one, counts, claim)
    if not one.unit and value <= MOST_COUNTED and value in list_lengths(premise) | list_lengths(claim[one.end :]):
        return True
    return _product(value, figures, known, premise) or _reckoned(one, counts, claim)


def _share_met(one: Quantity, figures: Sequence[float], known: Sequence[Quantity], premise: str) -> bool:
    if one.values[0] == 0.5 and _HALVED.search(premise):
        return True
    parts = [other.values[0] for other in known if other.kind == "part"]
    return any(_near_share(share, one) for share in (*_ratios(figures), *parts, *(1 - part for part in parts)))


def _near_share(share: float, one: Quantity) -> bool:
    asked = one.values[0]
    if one.bound:
        return asked - SHARE <= share <= 1.6 * asked if one.bound > 0 else 0.5 * asked <= share <= asked + SHARE
    return abs(share - asked) <= (ABOUT if one.about else SHARE)


def _ratios(figures: Sequence[float]) -> list[float]:
    return [min(pair) / max(pair) for pair in combinations([value for value in figures if value > 0], 2)]


def _part_of_ratio(one: Quantity, figures: Sequence[float], known: Sequence[Quantity], claim: str) -> bool:
    """Whether it belongs to "three in five" or "three times" and such a ratio is there."""
    ratios = [*_ratios(figures), *(other.values[0] for other in known if other.kind == "part")]
    pair = re.search(r"(\w+)\s(?:in|out of)\s(?:every\s)?(\w+)", claim[max(0, one.start - 16) : one.end + 16])
    if claim[one.end : one.end + 6] == " times":
        return any(0.75 / one.values[0] <= ratio <= 1.1 / one.values[0] for ratio in ratios)
    if pair is None:
        return False
    both = quantities(pair.group())
    if len(both) != 2 or not both[0].values or not both[1].values or not both[1].values[0]:
        return False
    asked = both[0].values[0] / both[1].values[0]
    return asked < 1 and any(abs(ratio - asked) <= ABOUT for ratio in ratios)


def _span_met(one: Quantity, premise: str) -> bool:
    """Whether it is the time between two years, dates or times of day of the premise."""
    assert one.unit is not None
    value = one.values[0] * one.unit.worth
    found = dates(premise)
    years = {day.year for day in found if day.year}
    if one.unit.name == "month" and any(abs(abs(a - b) - value / 12) <= 1 for a, b in combinations(years, 2)):
        return True
    usual = min(years, default=2000)
    days = [_day(day.year or usual, day.month, day.day) for day in found if day.month]
    seconds = value * (SECONDS * 30.4 if one.unit.name == "month" else 1)
    spans = [abs(a - b) * SECONDS for a, b in combinations(days, 2)]
    spans += [abs(a.minutes - b.minutes) * 60 for a, b in combinations(times(premise), 2)]
    return any(abs(span - seconds) <= 0.12 * span or _within(span, seconds, one.bound) for span in spans)


def _within(span: float, asked: float, bound: int) -> bool:
    return bool(bound) and (asked <= span <= 2 * asked if bound > 0 else asked / 2 <= span <= asked)


def _day(year: int, month: int | None, day: int | None) -> int:
    try:
        return date(year, month or 1, day or 15).toordinal()
    except ValueError:  # 30 February
        return date(year, month or 1, 28).toordinal()


def _product(value: float, figures: Sequence[float], known: Sequence[Quantity], premise: str) -> bool:
    if _HALVED.search(premise) and any(
        abs(value - times * figure) < 0.02 * value for figure in figures for times in (0.5, 2)
    ):
        return True
    parts = [other.values[0] for other in known if other.kind == "part"]
    shares = [share for part in parts for share in (part, 1 - part)]
    return any(abs(share * figure - value) <= 0.02 * value for share in shares for figure in figures)


def _reckoned(one: Quantity, counts: Sequence[Quantity], claim: str) -> bool:
    """Whether it is a sum or difference. Small numbers are that by chance, so the claim must say that it reckons."""
    value = one.values[0]
    figures = [
        other.values[0] * (other.unit.worth / one.unit.worth if other.unit and one.unit else 1.0)
        for other in counts
        if not (other.unit and one.unit) or other.unit.name == one.unit.name
    ]
    pairs = list(combinations(figures, 2))
    alike = any(set(one.counted) & set(other.counted) for other in counts)
    if (value > MOST_COUNTED or alike or _SUM.search(claim)) and (
        (len(figures) > 2 and value == sum(figures)) or any(value == sum(two) for two in pairs)
    ):
        return True
    if not (value > MOST_COUNTED or _DIFFERENCE.search(claim)):
        return False
    spans = [abs(first - last) for first, last in pairs]
    return any(abs(value - span) < 1e-6 or _within(span, value, one.bound) for span in spans)


def list_lengths(text: str) -> set[int]:
    """How many items the lists of a text may have: runs of short pieces between commas and "and"."""
    lengths, run, last = set(), 1, None
    for match in _SEPARATOR.finditer(text):
        between = text[last : match.start()] if last is not None else ""
        near = last is not None and len(between.split()) <= _SEGMENT and not re.search(r"[.!?:]\s", between)
        run = run + 1 if near else 2
        lengths.add(run)
        last = match.end()
    return lengths
