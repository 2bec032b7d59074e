"""The gate of dates and times: what the claim dates must be dated so in the premise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from assistant.writing.gates.calendar import Date, dates
from assistant.writing.gates.clock import times

_WORKING_DAYS = re.compile(r"\b(?:week|working|business) ?days?\b", re.IGNORECASE)
_RELATIVE_DAY = re.compile(r"\b(?:yesterday|today|tomorrow|tonight)\b", re.IGNORECASE)


def wrong_dates(claim: str, premise: str) -> list[str]:
    """The dates and times of the claim that the premise does not have, as they are written.

    A year may stand apart from its day, as in a heading. A decade is met by a year in it, a weekday by a date that fell on
    it; "yesterday" may have been any weekday. Relative dates are left alone.
    """
    known = dates(premise)
    wrong = [claim[one.start : one.end] for one in dates(claim) if not _met(one, known, premise)]
    clock = times(premise)
    return wrong + [claim[one.start : one.end] for one in times(claim) if not any(one.same(other) for other in clock)]


def _met(one: Date, known: Sequence[Date], premise: str) -> bool:
    if one.weekday is not None:
        return _weekday_met(one.weekday, known, premise)
    if one.decade is not None:
        return any(other.decade == one.decade or (other.year or 0) // 10 * 10 == one.decade for other in known)
    if one.parts.keys() == {"year"} and re.search(rf"(?<!\d){one.year}(?!\d)", premise):
        return True
    years = {other.year for other in known}
    return any(
        (other.year == one.year or one.year is None or (other.year is None and one.year in years))
        and (one.season is None or other.season == one.season)
        and _same_day(one, other)
        for other in known
    )


def _same_day(one: Date, other: Date) -> bool:
    if one.month is None and one.day is None:
        return True
    pairs = [(other.month, other.day)] + ([(other.day, other.month)] if one.swapped or other.swapped else [])
    return any(one.month == month and one.day in (None, day) for month, day in pairs)


def _weekday_met(weekday: int, known: Sequence[Date], premise: str) -> bool:
    if _RELATIVE_DAY.search(premise) or (weekday < 5 and _WORKING_DAYS.search(premise)):
        return True
    return any(one.weekday == weekday or _fell_on(one) == weekday for one in known)


def _fell_on(one: Date) -> int | None:
    if one.year is None or one.month is None or one.day is None:
        return None
    try:
        return date(one.year, one.month, one.day).weekday()
    except ValueError:  # 30 February
        return None
