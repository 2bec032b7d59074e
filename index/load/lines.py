"""Lines of plain text: which line breaks are the paper's and which are the author's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

BULLET = re.compile(
    r"(?P<indent>[ \t]*)(?P<marker>[•◦▪‣·●○■–—*+-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)])[ \t]+(?P<text>\S.*)"
)
TERMINAL = re.compile(r"[.!?…:;。！？：][\"'”’»)\]]*$")
STARTS_SENTENCE = re.compile(r"[\"'“‘«(\[¿¡]*[^\W\d_]|[\"'“‘«(\[]*\d")
HYPHENATED = re.compile(r"[^\W\d_]{2,}-$")
WIDEST_WRAP = 132  # characters; text in longer lines was not wrapped by hand or program: each line is a paragraph
LONG_ENOUGH = 40  # characters; shorter lines say nothing about the width a text was wrapped to


@dataclass(frozen=True, slots=True)
class Chunk:
    """Lines that stand together, between empty lines."""

    lines: tuple[str, ...]

    @property
    def first(self) -> str:
        """The first line without its indentation."""
        return self.lines[0].strip()


def wrap_width(lines: Sequence[str]) -> int:
    """The width in characters that the lines were wrapped to, 0 when they were not wrapped."""
    lengths = sorted(len(line.rstrip()) for line in lines if _is_telling(line.strip()))
    if not lengths:
        return 0
    width = lengths[int(len(lengths) * 0.95) - (1 if len(lengths) > 20 else 0)] if len(lengths) > 1 else lengths[0]
    return width if width <= WIDEST_WRAP else 0


def paragraphs(lines: Sequence[str], width: int) -> list[str]:
    """The paragraphs of lines that stand together, each joined to one line where its breaks were the wrapping's.

    A break is the wrapping's when the next word would not have fitted into `width`, or the next line goes on in lower
    case. A break after a finished sentence that had room for more is the author's: a new paragraph. Other breaks
    (addresses, verse) stay as line breaks inside the paragraph, where they end no sentence.
    """
    made: list[list[str]] = []  # pieces of each paragraph: joining them one by one would take their number squared
    previous = ""
    for line in (line.strip() for line in lines):
        if not line:
            continue
        if not made or _begins_paragraph(previous, line, width):
            made.append([line])
        else:
            made[-1] += [_between(previous, line) if _is_wrapped(previous, line, width) else "\n", line]
        previous = line
    return ["".join(parts) for parts in made]


def join_wrapped(text: str, line: str) -> str:
    """Text and the line that continues it: a space between, none between Chinese or Japanese characters."""
    return f"{text}{_between(text, line)}{line}"


def _between(text: str, line: str) -> str:
    return "" if text and line and is_wide(text[-1]) and is_wide(line[0]) else " "


def is_wide(char: str) -> bool:
    """True for characters of scripts written without spaces between words (Chinese, Japanese)."""
    return unicodedata.east_asian_width(char) in "WF" and not "\uac00" <= char <= "\ud7a3"  # Korean has spaces


def ends_sentence(text: str) -> bool:
    """True when the text ends in final punctuation, quotes and brackets aside."""
    return bool(TERMINAL.search(text.rstrip()))


def _is_telling(line: str) -> bool:
    """True for lines long enough to show the width, and not one long word, such as an address."""
    if line and is_wide(line[-1]):
        return 2 * len(line) > LONG_ENOUGH
    return len(line) > LONG_ENOUGH and " " in line


def _is_wrapped(line: str, following: str, width: int) -> bool:
    if following[0].islower() or line.endswith((",", "(", "–", "—")) or HYPHENATED.search(line):
        return True
    return bool(width) and not had_room(line, following, width)


def _begins_paragraph(line: str, following: str, width: int) -> bool:
    if following[0].islower():
        return False
    if width and not had_room(line, following, width):
        return False
    finished = ends_sentence(line) and bool(STARTS_SENTENCE.match(following))
    # In text that is not wrapped a line longer than any verse is a paragraph of its own.
    return finished or (not width and max(len(line), len(following)) > WIDEST_WRAP)


def had_room(line: str, following: str, width: int) -> bool:
    """True when the following line's first word would have fitted on the line: its break was not the wrapping's."""
    if is_wide(following[0]):
        return len(line) + 1 < width - 2
    return len(line) + 1 + len(following.split()[0]) <= width
