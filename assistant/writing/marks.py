"""Marks: the brackets in which a model names the keys of the sentences that it rests on, in all the forms that models write."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

BRACKETS = {"[": "]", "【": "】", "［": "］", "〔": "〕", "{": "}", "(": ")", "（": "）"}
ROUND = frozenset("(（")  # hold words, too: one is a mark only if it names a known key
MOST_MARK = 120  # characters of a bracket that may still be a mark
_SEPARATORS = re.compile(
    r"(?:[\s,;:|/&+^†*_#\"'“”`、，；·–—-]|\b(?:keys?|sources?|sentences?|refs?|see|and|und|et|y|e)\b)+", re.IGNORECASE
)
_KEY_LIKE = re.compile(r"(?=.*\d)[A-Za-z0-9]{1,8}|[A-Z]{4}")


@dataclass(frozen=True, slots=True)
class Mark:
    """Known keys, in order, and how many others were written."""

    keys: tuple[str, ...]
    invented: int


class Keys:
    """The keys of one question, in capitals: tells marks of them from text."""

    def __init__(self, known: Iterable[str]) -> None:
        self.known = frozenset(known)
        alternatives = "|".join(sorted(map(re.escape, self.known))) or "(?!)"
        self._bare = re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", re.IGNORECASE)

    def mark(self, opener: str, content: str) -> Mark | None:
        """The mark that a bracket with this content is, or None if it is text."""
        tokens = [token for token in _SEPARATORS.split(content) if token]
        keys = [token.upper() for token in tokens if token.upper() in self.known]
        others = [token for token in tokens if token.upper() not in self.known]
        if not tokens or not all(map(_KEY_LIKE.fullmatch, others)) or (opener in ROUND and not keys):
            return None
        return Mark(tuple(dict.fromkeys(keys)), len(others))

    def take_bare(self, text: str) -> tuple[str, list[str]]:
        """The text without the keys that stand in it with no bracket, and these keys."""
        found = [match.group().upper() for match in self._bare.finditer(text)]
        return (self._bare.sub("", text) if found else text), found
