"""Number formats of workbooks: a stored number as the person sees it, dates as ISO 8601 unless they name the month."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

# The codes that a file names by number only (ECMA-376, part 1, 18.8.30).
BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm",
    21: "h:mm:ss", 22: "yyyy-mm-dd h:mm", 37: "#,##0;(#,##0)", 38: "#,##0;(#,##0)", 39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss", 48: "##0.0E+0", 49: "@",
}  # fmt: skip
GENERAL = "General"
LONGEST_CODE = 255  # characters; a longer code is no code
# Quoted text, an escaped character, one that is only as wide as its neighbour, one that fills: what is no placeholder.
LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[\$([^\]-]*)(?:-[^\]]*)?\]')
BRACKETS = re.compile(r"\[(?!h+\]|m+\]|s+\])[^\]]*\]", re.IGNORECASE)
SECTION = re.compile(r'(?:"[^"]*"|\\.|[^;])+|(?<=;)(?=;)')
DATE_PART = re.compile(r"\[h+\]|\[m+\]|\[s+\]|y+|m+|d+|h+|s+|AM/PM|A/P", re.IGNORECASE)
PLACES = re.compile(r"[0#?][0#?,]*(?:\.([0#?]*))?|\.([0#?]+)")
MONTHS = "January February March April May June July August September October November December".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
EPOCH, EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
LAST_DAY = 2_958_466  # the year 10000


def shown_number(text: str, code: str, *, from_1904: bool = False) -> str:
    """The number in `text` as its format code shows it; the text itself where it is no number.

    `from_1904`: the workbook counts its days from 1904, as those from old Macs do.
    """
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return text
    if not value.is_finite() or abs(value.adjusted()) > 400:
        return text
    if code.strip().lower() in ("", "general", "standard", "@") or len(code) > LONGEST_CODE:
        return _general(value)
    section, negated = _section(code, value)
    if section.strip().lower() == "general":
        return _general(value)
    if is_date(section):
        return _date(value, section, from_1904) or _general(value)
    return _number(abs(value) if negated else value, section) or _general(value)


def is_date(code: str) -> bool:
    """True where the code shows a date, a time or a duration."""
    bare = BRACKETS.sub("", LITERAL.sub("", code))
    return bool(re.search(r"[ymdhs]", bare, re.IGNORECASE)) and not re.search(
        r"[#?]|general|standard", bare, re.IGNORECASE
    )


def _section(code: str, value: Decimal) -> tuple[str, bool]:
    """The section of the code for the number's sign, and whether the sign is the section's to show."""
    sections = [match[0] for match in SECTION.finditer(code)]
    if value < 0 and len(sections) > 1 and sections[1]:
        return sections[1], True
    if value == 0 and len(sections) > 2 and sections[2]:
        return sections[2], False
    return sections[0], False


def _general(value: Decimal) -> str:
    """All digits of a whole number, eleven of another."""
    if value == value.to_integral_value() and value.adjusted() < 20:
        return str(int(value))
    shown = f"{float(value):.11g}"
    return shown if "e" not in shown else f"{float(value):.6g}".upper()


def _number(value: Decimal, section: str) -> str:
    """The number between the section's literal texts; `""` for what is no plain pattern, such as a fraction."""
    pattern, texts = _without_literals(BRACKETS.sub(_kept_literal, section))
    places = PLACES.search(pattern)
    if "/" in pattern or "@" in pattern:
        return ""
    if not places:  # text alone, such as "none" for zero
        return _filled(pattern, texts).strip()
    before, after = pattern[: places.start()], pattern[places.end() :]
    digits = len(places[1] or places[2] or "")
    value *= Decimal(100) ** pattern.count("%")
    exponent = re.match(r"[eE][+-]0+", after)
    if exponent:
        shown, after = f"{float(value):.{digits}E}", after[exponent.end() :]
    else:
        whole = places.group().partition(".")[0]
        scaled = len(whole) - len(whole.rstrip(",")) + len(after) - len(after.lstrip(","))  # each a thousand
        value, after = value / Decimal(1000) ** scaled, after.lstrip(",")
        optional = len(places[1] or "") - len((places[1] or "").rstrip("#?"))
        shown = _rounded(value, digits, "," in whole.rstrip(","), optional)
        integer, point, fraction = shown.partition(".")
        shown = integer.zfill(0 if "," in whole else whole.count("0")) + point + fraction
    if shown.startswith("-"):
        before, shown = f"-{before}", shown[1:]
    return f"{_filled(before, texts)}{shown}{_filled(after, texts)}".strip()


def _kept_literal(match: re.Match[str]) -> str:
    """A currency in brackets stays, a colour or a condition goes."""
    return match.group() if match.group().startswith("[$") else ""


def _without_literals(section: str) -> tuple[str, list[str]]:
    """The section with a mark in place of each literal text, and the texts."""
    texts: list[str] = []

    def keep(match: re.Match[str]) -> str:
        texts.append(match[1] or match[2] or match[3] or "")
        return f"\x00{chr(0xE000 + len(texts) - 1)}"

    return LITERAL.sub(keep, section), texts


def _rounded(value: Decimal, digits: int, grouped: bool, optional: int) -> str:
    """The value with so many digits behind the point, zeros left out in the last `optional` of them."""
    rounded = value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP) if value.adjusted() < 25 else value
    shown = f"{rounded:,.{digits}f}" if grouped else f"{rounded:.{digits}f}"
    while optional and shown.endswith("0"):
        shown, optional = shown[:-1], optional - 1
    return shown.rstrip(".") if digits else shown


def _filled(pattern: str, texts: list[str]) -> str:
    return re.sub("\x00(.)", lambda match: texts[ord(match[1]) - 0xE000], pattern)


def _date(value: Decimal, section: str, from_1904: bool) -> str:
    """The moment of a day number; `""` where no calendar has that day."""
    seconds = int((value * 86_400).to_integral_value(ROUND_HALF_UP))
    parts = [part.lower() for part in DATE_PART.findall(LITERAL.sub("", section))]
    elapsed = next((part for part in parts if part.startswith("[")), "")
    if elapsed:
        return _elapsed(seconds, elapsed, any(part.startswith("s") for part in parts))
    if not 0 <= value < LAST_DAY:
        return ""
    if not from_1904 and value < 60:
        seconds += 86_400  # the calendar of 1900 has a 29th of February that never was
    moment = (EPOCH_1904 if from_1904 else EPOCH) + timedelta(seconds=seconds)
    clock = moment.strftime("%H:%M:%S" if any(part.startswith("s") for part in parts) else "%H:%M")
    has_day = any(part[0] in "yd" or part.startswith("mmm") for part in parts)
    if not has_day and any(part[0] in "hs" for part in parts):
        return clock
    day = _named_day(moment, section) if any(part.startswith("mmm") for part in parts) else _numbered_day(moment, parts)
    return f"{day} {clock}" if any(part.startswith("h") for part in parts) else day


def _elapsed(seconds: int, unit: str, with_seconds: bool) -> str:
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    if unit.startswith("[s"):
        return f"{sign}{seconds}"
    if unit.startswith("[m"):
        return f"{sign}{seconds // 60}:{seconds % 60:02}"
    clock = f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}"
    return f"{clock}:{seconds % 60:02}" if with_seconds else clock


def _numbered_day(moment: datetime, parts: list[str]) -> str:
    """In the order of ISO 8601, which no country reads otherwise, with what the code shows of year, month and day."""
    shown = {part[0] for part in parts if part[0] in "ymd"}
    if shown >= {"y", "d"} or shown == {"d"}:
        return moment.strftime("%Y-%m-%d") if len(shown) > 1 else str(moment.day)
    return moment.strftime("%Y-%m" if "m" in shown else "%Y") if "y" in shown else moment.strftime("%m-%d")


def _named_day(moment: datetime, section: str) -> str:
    """With the month's and the day's names where the code has them, in the code's own order; the clock left out."""
    pattern, texts = _without_literals(BRACKETS.sub(_kept_literal, section))
    code = re.split(r"h", pattern, maxsplit=1, flags=re.IGNORECASE)[0]
    named = {
        "m": f"{moment.month}", "mm": f"{moment.month:02}", "mmm": MONTHS[moment.month - 1][:3],
        "mmmm": MONTHS[moment.month - 1], "d": f"{moment.day}", "dd": f"{moment.day:02}",
        "ddd": DAYS[moment.weekday()][:3], "dddd": DAYS[moment.weekday()],
    }  # fmt: skip
    shown = re.sub(r"y+|m+|d+", lambda match: named.get(match[0].lower(), f"{moment.year}"), code, flags=re.IGNORECASE)
    return " ".join(_filled(shown, texts).split()).strip(" ,-/")
