"""A sentence that is still being written, and whether what comes next begins another one."""

from __future__ import annotations

import re

from assistant.writing.marks import Mark
from index.sentence_rules import BEFORE_NAME, BEFORE_NUMBER, CLOSERS

SPACED_ENDS = frozenset(".!?…")  # end a sentence where white space follows
ENDS = frozenset("。！？｡।॥۔؟։።។៕")  # end a sentence by themselves
EMPHASIS = "*_`"
_TAIL = 40  # characters that hold the last word
_NUMBER_OF_ITEM = re.compile(r"\W*\d{1,2}\.")
_LAST_WORD = re.compile(r"([^\W\d_]+(?:\.[^\W\d_]+)*)\.$")


class OpenSentence:
    """Its letters without marks, white space folded, and the keys of its marks."""

    def __init__(self) -> None:
        self.letters: list[str] = []
        self.keys: list[str] = []
        self.invented = 0
        self._just_marked = False  # nothing but white space has been written since the last mark
        self._sure = False  # a mark stood at its end: it is over whatever follows

    def add(self, letter: str) -> None:
        if letter in SPACED_ENDS and self._just_marked:
            self._sure = True
        if letter not in EMPHASIS and not letter.isspace():
            self._just_marked = False
        self.letters.append(letter)

    def space(self) -> None:
        if self.letters and self.letters[-1] != " ":
            self.letters.append(" ")

    def mark(self, mark: Mark, *, behind: bool) -> None:
        """Takes the keys of a mark; `behind` says that the end has been read before it."""
        self.keys += mark.keys
        self.invented += mark.invented
        self._sure = self._sure or behind
        self._just_marked = True

    @property
    def leads(self) -> bool:
        """Whether it ends in a colon, as what leads into a list does."""
        return "".join(self.letters[-3:]).rstrip(f" {EMPHASIS}").endswith((":", "："))

    def is_over(self, gap: str, letter: str) -> bool:
        """Whether this letter, behind an end and white space (`gap`: "", a space or a line feed), begins another sentence.

        In doubt it goes on: two sentences judged as one are safer than half a sentence.
        """
        tail = "".join(self.letters[-_TAIL:]).rstrip(f" {CLOSERS}{EMPHASIS}")
        last = tail[-1:]
        if last in ENDS or self._sure:
            return True
        if not gap:
            return False
        if last not in SPACED_ENDS:  # the end of a line only
            return not letter.islower()
        if len(self.letters) < _TAIL and _NUMBER_OF_ITEM.fullmatch(tail):
            return False
        if gap == "\n":
            return True
        return not letter.islower() and (last != "." or tail.endswith("..") or not _shortens(tail, letter))


def _shortens(tail: str, letter: str) -> bool:
    """Whether the full stop at the end of this text belongs to an abbreviation, as far as this next letter tells."""
    found = _LAST_WORD.search(tail)
    if found is None:
        return False
    word = found[1]
    folded = word.lower()
    initial = len(word) == 1 and word.isupper() and word != "I"
    return initial or "." in word or folded in BEFORE_NAME or (folded in BEFORE_NUMBER and letter.isdigit())
