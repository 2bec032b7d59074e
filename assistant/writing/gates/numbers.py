"""The gate of numbers: what the claim counts must be counted so in the premise."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.writing.gates.calendar import dates
from assistant.writing.gates.derived import SHARE, TWO, derived
from assistant.writing.gates.quantities import Quantity, quantities

NEAR = 0.12  # "about 50" is met by 45 to 55, "about 350,000" by no less than 312,500
BEYOND = 1.35  # "more than 100" is met by up to 135

_ROMAN = {"II": 2.0, "III": 3.0, "IV": 4.0, "VI": 6.0, "VII": 7.0, "VIII": 8.0, "IX": 9.0, "XI": 11.0, "XII": 12.0}


def wrong_numbers(claim: str, premise: str) -> list[str]:
    """The numbers of the claim that the premise does not have, or has for other things, as they are written.

    Equal are also what is rounded ("about", "more than", fewer figures), converted (two weeks, 14 days), a list's length,
    the years between two years, and, where the claim says so, a sum or a difference. "One" is no number.
    """
    known = quantities(premise)
    return [
        claim[one.start : one.end]
        for one in quantities(claim)
        if not _is_one(one, claim, known) and not (_met(one, known, premise) or derived(one, known, claim, premise))
    ] + _swapped(claim, premise)


def _is_one(one: Quantity, claim: str, known: Sequence[Quantity]) -> bool:
    """Whether it is the word "one", which counts only beside a unit that the premise counts, too."""
    if claim[one.start : one.end].lower() != "one":
        return False
    return one.unit is None or not any(other.unit and other.unit.name == one.unit.name for other in known)


def _met(one: Quantity, known: Sequence[Quantity], premise: str) -> bool:
    if one.kind == "code":
        return True
    if one.kind == "ordinal":
        return _ordinal_met(one, known, premise)
    return any(_same(one, other) for other in known)


def _same(one: Quantity, other: Quantity) -> bool:
    if one.bound * other.bound < 0 or "code" in (one.kind, other.kind):
        return False
    if one.kind == "part" or other.kind == "part":
        return one.kind == other.kind and abs(one.values[0] - other.values[0]) <= (
            SHARE if one.about else one.precision / 2
        )
    scale = 1.0
    if one.unit and other.unit:
        if one.unit.name != other.unit.name:
            return False
        scale = one.unit.worth / other.unit.worth
    return any(_close(value * scale, found, one, scale) for value in one.values for found in other.values)


def _close(value: float, found: float, one: Quantity, scale: float) -> bool:
    """Whether the claim's value may stand for the premise's."""
    if abs(value - found) <= 1e-6 * max(abs(value), 1):
        return True
    if one.bound > 0:
        return value < found <= BEYOND * value
    if one.bound < 0:
        return value > found >= value / BEYOND
    rounded = abs(value - found) <= one.precision * scale / 2
    if one.about:
        return abs(value - found) <= NEAR * found
    return rounded and one.precision != 1 and abs(value - found) <= 0.03 * found


def _ordinal_met(one: Quantity, known: Sequence[Quantity], premise: str) -> bool:
    value = one.values[0]
    same = any(value in other.values for other in known)
    if same or value in _roman(premise) or (value == 2 and TWO.search(premise)):
        return True
    if (
        one.unit
        and one.unit.name == "month"
        and any((date.year or date.decade or 0) // 100 + 1 == value for date in dates(premise))
    ):
        return True
    return value <= 2 and not any(other.kind == "ordinal" for other in known)


def _roman(premise: str) -> set[float]:
    return {_ROMAN[name] for name in re.findall(r"\b[IVX]{2,4}\b", premise) if name in _ROMAN}


def _swapped(claim: str, premise: str) -> list[str]:
    """Numbers that count other things in the premise, while it counts the claim's things by another number."""
    known = [other for other in quantities(premise) if other.kind == "count" and other.counted]
    wrong = []
    for one in quantities(claim):
        heads = set(one.counted[-1:])
        if one.kind != "count" or not heads:
            continue
        same = [other for other in known if _same(one, other)]
        others = [other for other in known if not _same(one, other) and heads & set(other.counted)]
        if same and others and not any(set(one.counted) & set(other.counted) for other in same):
            wrong.append(claim[one.start : one.end])
    return wrong
