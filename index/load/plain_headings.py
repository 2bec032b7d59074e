"""Which line of a plain text is a heading, and of what level."""

from __future__ import annotations

import re

from index.load.lines import BULLET, Chunk, ends_sentence, is_wide
from index.load.normalise import fold

HEADING_CHARACTERS = 80
HEADING_WORDS = 12
TITLE_CHARACTERS = 120  # the first line of a file may be longer and still head it
TITLE_WORDS = 20
NUMBERING = re.compile(
    r"(?:(?:chapter|section|part|appendix|article)\s+)?(\d+(?:\.\d+)*|[IVXLC]+|[A-Z])[.):]?\s+\S", re.IGNORECASE
)


def is_heading(line: str, following: Chunk | None, *, is_first: bool = False) -> bool:
    """A short line standing alone, without final punctuation, above something longer or a list."""
    numbered = NUMBERING.match(line)
    characters, words = (TITLE_CHARACTERS, TITLE_WORDS) if is_first else (HEADING_CHARACTERS, HEADING_WORDS)
    if following is None or len(line) > characters or len(line.split()) > words:
        return False
    if (
        ends_sentence(line)
        or line.endswith(",")
        or (BULLET.match(line) and not numbered)
        or not _starts_like_name(line)
    ):
        return False
    body = fold(" ".join(following.lines))
    below = following.first
    listed = bool(BULLET.match(following.lines[0]))
    if (listed and numbered and BULLET.match(line)) or " > " in line:
        return False  # the first item of a numbered list, a path
    return (
        listed
        or (is_first and ends_sentence(body))
        or (len(body) > len(line) and (ends_sentence(body) or len(body) > HEADING_CHARACTERS))
        or _may_head(below, line)
    )


def _may_head(below: str, line: str) -> bool:
    """True where two headings stand on each other, as a title and its first section do."""
    return bool(NUMBERING.match(below)) or (line.isupper() and not below.isupper())


def _starts_like_name(line: str) -> bool:
    first = line.lstrip("\"'“‘«([¿¡§#")[:1]
    return bool(first) and (
        first.isupper() or first.isdigit() or is_wide(first) or (first.isalpha() and not first.islower())
    )


def level_of(line: str, position: int) -> int:
    """1 for the first line of a text, 2 below it; what is numbered as deep as its number has parts."""
    numbered = re.match(r"\d+(?:\.\d+)*", line)
    if numbered:
        return min(6, 2 + numbered.group().count("."))
    return 1 if position == 0 else 2
