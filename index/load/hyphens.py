"""Hyphens at line ends: whether the two halves make one word, or a compound that keeps its hyphen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

BROKEN = re.compile(r"([^\W\d_]+)[-\u2010]$")
FIRST_WORD = re.compile(r"[^\W\d_]+")
WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")


def words_of(lines: Iterable[str]) -> Counter[str]:
    """How often each word, compounds with their hyphen, stands inside the lines; lower case."""
    return Counter(word.lower() for line in lines for word in WORD.findall(line))


def join_broken(text: str, line: str, words: Counter[str]) -> str | None:
    """Text and the line after it with the word between them made whole; None where no word is broken there.

    The hyphen goes unless the document itself writes the compound with it, the second half is a name or has both
    halves as words of their own elsewhere, but never the whole.
    """
    broken, rest = BROKEN.search(text), FIRST_WORD.match(line)
    if not broken or not rest:
        return None
    first, second = broken[1].lower(), rest.group().lower()
    whole, compound = words[first + second], words[f"{first}-{second}"]
    both_words = len(first) > 3 and len(second) > 3 and words[first] > 0 and words[second] > 0
    keeps = rest.group()[0].isupper() or compound > whole or (not whole and both_words)
    return text + line if keeps else text[: broken.end(1)] + line
