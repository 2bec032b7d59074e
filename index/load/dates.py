"""Dates: a document's own time as ISO 8601 in UTC, or None where it says none that can be believed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

PDF_DATE = re.compile(r"D?:?(\d{4})(\d\d)(\d\d)(\d\d)?(\d\d)?(\d\d)?(?:([+\-Z])(\d\d)?'?(\d\d)?'?)?")
EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)  # office formats write the start of their epoch for "unknown"


def stamp(moment: datetime) -> str | None:
    """`2026-11-23T08:15:00Z` for a moment, which counts as UTC where it has no zone; None for the future or before
    1980."""
    try:
        utc = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    if not EARLIEST < utc <= datetime.now(UTC) + timedelta(days=1):
        return None
    return utc.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def from_text(text: str | None) -> str | None:
    """The stamp of an ISO 8601 date or time, or of an HTTP date; None where the text is neither."""
    text = (text or "").strip()
    for read in (datetime.fromisoformat, _from_date, parsedate_to_datetime):
        try:
            return stamp(read(text))
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def from_pdf(text: str | None) -> str | None:
    """The stamp of a PDF date such as `D:20220403195945+02'00'`; None where the text is none."""
    match = PDF_DATE.match((text or "").strip())
    if not match:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    offset = timedelta(hours=int(match[8] or 0), minutes=int(match[9] or 0))
    try:
        local = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        return stamp(local + offset if match[7] == "-" else local - offset)
    except (ValueError, OverflowError):
        return None


def _from_date(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text[:10]), datetime.min.time())
