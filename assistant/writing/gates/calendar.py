"""Dates of a text: years, decades, months, days and weekdays, in the formats that people write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MONTHS = {
    name: number
    for number, names in enumerate(
        """january jan januar janvier enero; february feb februar février febrero; march mar märz mars marzo;
        april apr avril abril; may mai mayo; june jun juni juin junio; july jul juli juillet julio;
        august aug août agosto; september sept sep septembre septiembre; october oct oktober octobre octubre;
        november nov novembre noviembre; december dec dezember décembre diciembre""".split(";"),
        start=1,
    )
    for name in names.split()
}
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        "monday mon; tuesday tues tue; wednesday wed; thursday thurs thur thu; friday fri; saturday sat; sunday sun".split(
            ";"
        )
    )
    for name in names.split()
}
_DECADES = {
    f"{word}ies": 10 * number for number, word in enumerate("twent thirt fort fift sixt sevent eight ninet".split(), 2)
}
_SEASONS = {"spring": 0, "summer": 1, "autumn": 2, "fall": 2, "winter": 3}
_WORDS = ("may", "mar", "mars", "mai", "march")  # in lower case these are words, unless a year follows
_NAMES = "|".join(sorted((name for name in MONTHS if name not in _WORDS), key=len, reverse=True))
_MONTH = (
    rf"(?P<month>(?i:{_NAMES})|{'|'.join(word.capitalize() for word in _WORDS)}|(?:may|march)(?= [12]\d{{3}}\b))\b\.?"
)
# Alone, without a day or a year beside it, only in capitals, and never "May", which opens wishes and is a name.
_ALONE = rf"(?P<month>{'|'.join(name.capitalize() for name in MONTHS if len(name) > 4 or name in ('june', 'july'))})"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th|er|º|\.)?"
_YEAR = r"(?P<year>1\d{3}|20\d{2})"
_FORMATS = [
    re.compile(pattern)
    for pattern in (
        rf"(?<![\d-]){_YEAR}-(?P<number>[01]\d)-(?P<day>[0-3]\d)(?!\d)",
        rf"(?<![\d.])(?P<day>[0-3]?\d)[./](?P<number>[01]?\d)[./]{_YEAR}(?!\d)",
        rf"\b{_YEAR}年(?:(?P<number>[01]?\d)月(?:(?P<day>[0-3]?\d)日)?)?",
        rf"\b{_DAY}(?: of| de)? {_MONTH}(?:,? (?:of |de )?{_YEAR}\b)?",
        rf"\b{_MONTH} {_DAY}(?:,? {_YEAR})?\b(?![.,:]?\d)",
        rf"\b{_MONTH},? (?:of |de )?{_YEAR}\b",
        r"\b(?:[Ii]n|[Ss]ince|[Uu]ntil|[Bb]y|[Ll]ate|[Ee]arly|[Mm]id) (?P<month>May)\b(?! \w+(?:ed|s)\b)",
        rf"\b{_ALONE}\b",
        rf"\b(?P<season>(?i:{'|'.join(_SEASONS)})) (?:of |in )?{_YEAR}\b",
        r"\b(?P<season>(?i:spring|summer|autumn|winter))\b(?! \w*school)",
        r"\b(?P<decade>1\d|20)(?P<ten>\d)0[’']?s\b",
        r"(?<!\w)[’'](?P<ten>\d)0s\b",
        rf"\b(?P<ten_word>(?i:{'|'.join(_DECADES)}))\b",
        rf"(?<![\d.,:/$€£¥#-]){_YEAR}[–/-](?P<to>\d{{2}})(?![\d–-])",
        r"(?<![\w.,:/$€£¥#])(?P<year>1\d{3}|20\d{2})(?![\w%]|[.,:]\d|[ -](?:percent|per cent|dollars?|euros?|pounds?|yen|"
        r"kg|km|metres?|meters?|miles?|tonnes?|tons?|feet|people|persons|men|women|members|copies|seats|words)\b)",
        rf"\b(?P<weekday>(?:{'|'.join(name.capitalize() for name in WEEKDAYS if len(name) > 4)}))s?\b",
    )
]


@dataclass(frozen=True, slots=True)
class Date:
    """What a date says; None where it does not. A decade is its first year. `start:end` is where it stands."""

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    decade: int | None = None
    weekday: int | None = None
    season: int | None = None
    swapped: bool = False  # day and month could be read the other way round

    @property
    def parts(self) -> dict[str, int]:
        """The parts that it gives, by name."""
        values = {name: getattr(self, name) for name in ("year", "month", "day", "decade", "weekday", "season")}
        return {name: value for name, value in values.items() if value is not None}


def dates(text: str) -> list[Date]:
    """The dates of a text, in order; where two formats overlap, the one that says more."""
    taken = bytearray(len(text))
    found = []
    for pattern in _FORMATS:
        for match in pattern.finditer(text):
            if any(taken[match.start() : match.end()]):
                continue
            made = list(_made(match))
            if made:
                taken[match.start() : match.end()] = b"\1" * (match.end() - match.start())
                found += made
    return sorted(found, key=lambda one: (one.start, one.end))


def _made(match: re.Match[str]) -> Iterator[Date]:
    groups = {name: value for name, value in match.groupdict().items() if value}
    start, end = match.span()
    year = int(groups["year"]) if "year" in groups else None
    if "decade" in groups:
        yield Date(start, end, decade=100 * int(groups["decade"]) + 10 * int(groups["ten"]))
    elif "ten" in groups or "ten_word" in groups:
        ten = 10 * int(groups["ten"]) if "ten" in groups else _DECADES[groups["ten_word"].lower()]
        yield Date(start, end, decade=1900 + ten)
    elif "season" in groups:
        yield Date(start, end, year, season=_SEASONS[groups["season"].lower()])
    elif "weekday" in groups:
        yield Date(start, end, weekday=WEEKDAYS[groups["weekday"].lower()])
    elif "to" in groups and year is not None:
        last = year - year % 100 + int(groups["to"])
        yield Date(start, start + 4, year=year)
        yield Date(start + 5, end, year=last)
    else:
        month = (
            MONTHS[groups["month"].lower().rstrip(".")] if "month" in groups else int(groups.get("number", 0)) or None
        )
        day = int(groups["day"]) if "day" in groups else None
        swapped = "number" in groups and "/" in match.group() and month is not None and day is not None and day <= 12
        if "number" in groups and month is not None and month > 12 and day is not None:
            month, day = day, month
        if (month is None or month <= 12) and (day is None or 1 <= day <= 31):
            yield Date(start, end, year, month, day, swapped=swapped)
