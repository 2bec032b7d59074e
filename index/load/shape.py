"""Shapes: blocks as boilerplate is weighed by, with the features of each that need no other block."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.load import cues
from index.load.lines import ends_sentence

SHAPED = 34  # words; a copyright notice may be as long, and no longer
STEM = 6  # characters; enough to bring `subscribe` and `subscription` together

WORD = re.compile(r"[^\W_](?:[\w'’-]*[^\W_])?")
QUOTED = re.compile(
    r"“[^”]{0,2000}”|„[^“”]{0,2000}[“”]|«[^»]{0,2000}»|\"[^\"]{0,2000}\""
)  # bounded: a mark may never close
UNIT = re.compile(r"(?<=[.!?])\s+|\n")
QUESTION = re.compile(
    r"(?i)\W*(?:did|do|have|are|were|want|would|can['’]t|need|enjoy(?:ed|ing)?|looking)\b.{0,3}(?:you|to|this|help|"
    r"more)\b"
)
NAME_INSIDE = re.compile(r"[a-z,] [A-Z][a-z]+")


@dataclass(frozen=True, slots=True)
class Shape:
    """A block as it is weighed. `words` are in lower case; `spoken` those outside quotation marks: what people in the
    text say to each other is not said to the reader."""

    number: int
    kind: str
    text: str
    words: tuple[str, ...]
    spoken: tuple[str, ...]
    context: str

    @property
    def finished(self) -> bool:
        """True where it ends as a sentence does; a few words with an exclamation mark are a call."""
        called = self.text.endswith("!") and len(self.words) <= cues.FRAGMENT_WORDS
        return ends_sentence(self.text) and not self.text.endswith(":") and not called

    @property
    def fragment(self) -> bool:
        """True for a few words a line, and no sentence."""
        return not self.finished and len(self.words) <= cues.FRAGMENT_WORDS * (self.text.count("\n") + 1)

    @property
    def addresses(self) -> bool:
        """True where it says `you`, `we` or the like, outside quotation marks."""
        return any(word in cues.ADDRESS for word in self.spoken)

    @property
    def only_asks(self) -> bool:
        """True for a paragraph in which every sentence asks for something."""
        return self.kind == "prose" and all(asks(part) for part in UNIT.split(self.text))

    @property
    def tells(self) -> bool:
        """True for a report of what was: two past forms, or one beside `I`."""
        past = sum(word in cues.TOLD for word in self.spoken)
        return past >= 2 or (past == 1 and not {"i", "ich", "je"}.isdisjoint(self.spoken))

    @property
    def has_facts(self) -> bool:
        """True where it holds a digit, or a name that does not begin a sentence."""
        return any(map(str.isdigit, self.text)) or bool(NAME_INSIDE.search(self.text))


def shape_of(number: int, kind: str, text: str, context: str) -> Shape:
    """The shape of a block. Rows and code are never marked: only their words count."""
    words = words_of(text)
    return Shape(
        number, kind, text, words, words_of(QUOTED.sub(" ", text)) if kind not in ("row", "code") else (), context
    )


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text in lower case, with straight apostrophes."""
    return tuple(word.lower().replace("’", "'") for word in WORD.findall(text))


def stem(word: str) -> str:
    """The first letters of a word, equal for most of its forms."""
    return word[:STEM]


def stems(words: Sequence[str]) -> set[str]:
    """The stems of the words that carry meaning."""
    return {stem(word) for word in words if len(word) > 2 and word not in cues.NEGLIGIBLE and word not in cues.ADDRESS}


def weight(word: str) -> float:
    """How much a cue counts: half where any text may use the word."""
    return 0.5 if word in cues.AMBIGUOUS else 1.0


def asks(part: str) -> bool:
    """True for a sentence that begins with what to do (`Join …`, `Please join …`, `Do not forward …`), or asks the
    reader."""
    if QUESTION.match(part) and part.rstrip().endswith("?"):
        return True
    words = [word.lower() for word in WORD.findall(part)[:3]]
    while words and words[0] in ("do", "not", "don't", "don’t", "please", "bitte"):
        words = words[1:]
    return (bool(words) and words[0] in cues.ACTIONS) or words[:2] == ["like", "this"]


def has_shape(shape: Shape) -> bool:
    """True for a short block in which every line has one of the shapes that no text has, wherever it stands."""
    if shape.kind not in ("prose", "heading") or len(shape.words) > SHAPED:
        return False
    lines = shape.text.split("\n")
    return all(line_has_shape(line) or (cues.COPYRIGHT.search(shape.text) and _is_notice(line)) for line in lines)


def line_has_shape(line: str) -> bool:
    words = len(WORD.findall(line))
    if cues.COPYRIGHT_START.search(line) and words <= SHAPED:
        return True
    if words > 24:
        return False
    shapes = (cues.TEASER, cues.ADVERT, cues.READING_TIME, cues.POWERED, cues.COUNTER)
    if cues.CREDIT.search(line) and words <= 14 and not ends_sentence(line):
        return True
    return any(shape.search(line) for shape in shapes) or _is_stamp(line) or _is_mark(line)


def _is_notice(line: str) -> bool:
    return bool(cues.COPYRIGHT.search(line)) or len(WORD.findall(line)) <= 14


def _is_stamp(line: str) -> bool:
    """A time of publication: a date and little else, or a verb of publishing with one."""
    words = len(WORD.findall(line))
    if words > 14 or (ends_sentence(line) and words > 6):
        return False
    if cues.STAMP_VERB.match(line):
        return True
    return (
        bool(cues.YEAR_OR_CLOCK.search(line)) and words >= 3 and len(WORD.findall(cues.TIME_WORDS.sub(" ", line))) <= 1
    )


def _is_mark(line: str) -> bool:
    """An author's line, or an agency behind a lone bullet."""
    words = len(WORD.findall(line))
    return words <= 10 and bool(cues.BYLINE.fullmatch(line) or (words <= 6 and cues.BULLETED.fullmatch(line)))
