"""Stored characters: what every loader makes of the characters that it read, before ranges are counted."""

from __future__ import annotations

import re
import unicodedata

# Vertical tab, form feed, the three separators U+001C to U+001E, next line, line and paragraph separator: each ends
# a line.
LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
# Control characters but tab and line feed; soft hyphens, which would hide a word from search; byte-order marks.
DROPPED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\ufeff]")
SURROGATES = re.compile("[\ud800-\udfff]")
SPACES = re.compile(r"\s+")
INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp", "Zs", "Mn", "Me"})
INVISIBLE_LETTERS = frozenset(
    "\u115f\u1160\u3164\uffa0\u2800"
)  # Hangul fillers and the empty Braille cell: drawn as nothing


def normalise(text: str) -> str:
    """Text with line ends `\\n`, in NFC, without byte-order mark, soft hyphen, lone surrogate or control character
    but tab.

    Normalising again changes nothing. Two surrogates that make a pair become their character.
    """
    if text.isascii() and text.isprintable():
        return text  # most cells and lines of most documents
    if SURROGATES.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    text = DROPPED.sub("", LINE_ENDS.sub("\n", text))
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Normalised text with every run of white space as one space, none at its ends: one line as a reader sees it."""
    if text.isascii() and text.isprintable():
        return text.strip() if "  " not in text else " ".join(text.split())
    return SPACES.sub(" ", normalise(text)).strip()


def fold_lines(text: str) -> str:
    """Normalised text with white space folded inside its lines and empty lines left out; line breaks stay."""
    lines = (SPACES.sub(" ", line).strip() for line in normalise(text).split("\n"))
    return "\n".join(line for line in lines if line)


def is_visible(text: str) -> bool:
    """True when at least one character of the text is drawn: not only spaces, joiners, marks and fillers."""
    if text.isascii() and text.isprintable():
        return bool(text.strip())
    return any(
        unicodedata.category(char) not in INVISIBLE_CATEGORIES and char not in INVISIBLE_LETTERS for char in text
    )
