"""Titles: what a document calls itself, otherwise its first heading, otherwise its file's name made readable."""

from __future__ import annotations

import re
from pathlib import PurePath

from index.load.normalise import fold, is_visible

# What word processors and converters leave in the title field: a file name, a program's name, nothing of the author's.
MEANINGLESS = re.compile(
    r"(?i)untitled.*|(un)?named|document\d*|docu?ment ?\d*|doc\d*|title|microsoft (word|powerpoint|excel) - .*|"
    r"(slide|page|sheet|book|presentation) ?\d*|(word|powerpoint) (document|presentation)|no ?title|print|"
    r".*\.(docx?|pdf|html?|pptx?|xlsx?|tex|dvi|indd|qxd|odt|rtf|txt|tmp|wpd|p65|fm|ps)|[\d\s._-]+|about:blank|"
    r"[a-z]:\\.*|/.*|file:.*|https?:.*"
)
SEPARATORS = re.compile(r"[_\s]+|(?<=\w)[-+.](?=\w)")
MACHINE_NAME = re.compile(
    r"(?i)(?:\b(?:[\da-f]{8,}|\d{1,7})\b|\s)+|tmp\s?\w*|untitled|(?:document|file|text|note)\s?\d*"
)
FIRST_LINE = 80  # characters; a longer first line is cut to be a title


def title_of(own: str, name: str, *others: str) -> str:
    """The first title of these that says something: the document's own, the others in order, the file's readable
    stem."""
    for candidate in (own, *others):
        folded = fold(candidate)
        if folded and is_visible(folded) and not MEANINGLESS.fullmatch(folded):
            return folded
    return readable_stem(name)


def readable_stem(name: str) -> str:
    """A file name without its suffix, with `_`, `-` and `.` between letters as spaces: `annual_report-2024.txt` →
    `annual report 2024`."""
    stem = PurePath(name).stem if name else ""
    stem = stem.encode("utf-8", "replace").decode("utf-8")
    return fold(SEPARATORS.sub(" ", stem)) or fold(stem) or "untitled"


def is_telling(name: str) -> bool:
    """False for a file name that only a program can have given: a number, a hash, a running number and a hash."""
    return not MACHINE_NAME.fullmatch(readable_stem(name))


def first_words(text: str) -> str:
    """The first line of prose as a title: cut after a whole word, with an ellipsis, where it is long."""
    lines = [line for line in text.split("\n") if len(line.split()) >= 3] or text.split("\n")
    line = fold(lines[0])
    return line if len(line) <= FIRST_LINE else line[:FIRST_LINE].rsplit(" ", 1)[0].rstrip(",;:") + "…"
