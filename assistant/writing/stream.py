"""A model's stream to sentences, each with the keys that it names: whatever the pieces, the same text gives the same sentences.

Each letter is looked at once. A sentence is given when the first letter behind it shows that it is over, since marks may
stand before or behind its full stop. Lines, items of lists and the full stops of any script end a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.writing.marks import BRACKETS, MOST_MARK, Keys, Mark
from assistant.writing.open_sentence import EMPHASIS, ENDS, SPACED_ENDS, OpenSentence
from assistant.writing.thinking import Thinking
from index.sentence_rules import CLOSERS

MOST_LETTERS = 12_000  # of a stream; the rest is not read
MOST_SENTENCE = 1_200  # letters; what goes on is cut there
_FENCE = re.compile(r"\s*(?:```|~~~)[\w+-]*\s*")
_ITEM = re.compile(r"\s*(?:(?:[-*•–—▪◦‣·>]|\d{1,2}[.)])(?:\s+|$))+")
_HEADING = re.compile(r"\s*#{1,6}\s")
_LABEL = re.compile(r"^\W*(?:final )?(?:answer|response)\W*:\W*", re.IGNORECASE)
_SOURCES = re.compile(r"\W*(?:sources?|references?|citations?|keys?(?: used)?|quellen|fuentes)\W*", re.IGNORECASE)
_EMPTY = re.compile(r"[\[【［〔{(（]\s*(?:see|sources?|keys?|refs?|cf\.)?[\s,;:]*[\]】］〕})）]", re.IGNORECASE)
_NOTHING = re.compile(r"(\*\*|__|`|(?<!\*)\*(?=\*(?!\*)))\s*\1")  # emphasis of a mark that has been taken out
_BEFORE_MARK = re.compile(r"\s+([.,;:!?。！？、，؟।])(?!\[)")
_ENDED = re.compile(rf"[{''.join(ENDS | SPACED_ENDS)}:][{re.escape(CLOSERS)}{EMPHASIS}]*$")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A sentence that a model wrote, the known keys that it names, in order, and how many others it names.

    `whole` tells whether it has an end: the last one of a stream that broke off has none.
    """

    text: str
    keys: tuple[str, ...]
    invented: int = 0
    whole: bool = True


class Parser:
    """Takes a stream piece by piece; `feed` and `close` give the sentences that are over."""

    def __init__(self, known: Iterable[str]) -> None:
        self._keys = Keys(known)
        self._thinking = Thinking()
        self._sentence = OpenSentence()
        self._openers: list[str] = []  # an open bracket, or several in a row,
        self._content: list[str] = []  # and what it holds: a mark, or text
        self._doubled = 0  # brackets to be closed behind a mark
        self._ended = False  # the end of a sentence or of a line has been read,
        self._gap = ""  # and this white space behind it
        self._begun = False
        self._marks_lead = False  # this model writes its marks in front of the sentences
        self._lead: Parsed | None = None  # what leads into a list: it is given with each item
        self._read = 0
        self.full = False  # no more is read

    def feed(self, piece: str) -> Iterator[Parsed]:
        """The sentences that end in this piece."""
        for letter in self._thinking.feed(piece):
            self._read += 1
            self.full = self.full or self._read > MOST_LETTERS
            if not self.full:
                yield from self._take(letter)

    def close(self) -> Iterator[Parsed]:
        """The sentences that are still open when the stream is over."""
        for letter in self._thinking.close():
            yield from self._take(letter)
        yield from self._flush()
        yield from self._emit()
        yield from self._drop_lead()

    def _take(self, letter: str) -> Iterator[Parsed]:
        if self._openers:
            yield from self._in_bracket(letter)
        elif self._doubled and letter in BRACKETS.values():
            self._doubled -= 1
        elif letter in BRACKETS:
            self._openers, self._doubled = [letter], 0
        else:
            yield from self._text(letter)

    def _in_bracket(self, letter: str) -> Iterator[Parsed]:
        if letter == BRACKETS[self._openers[-1]]:
            mark = self._keys.mark(self._openers[-1], "".join(self._content))
            if mark is None:
                yield from self._bracketed(letter)
            else:
                self._doubled = len(self._openers) - 1
                self._openers, self._content = [], []
                yield from self._mark(mark)
        elif (
            len(self._openers) + len(self._content) >= MOST_MARK
            or letter == "\n"
            or (letter in BRACKETS and self._content)
        ):
            yield from self._flush()
            yield from self._take(letter)
        elif letter in BRACKETS:
            self._openers.append(letter)
        else:
            self._content.append(letter)

    def _bracketed(self, closer: str) -> Iterator[Parsed]:
        """Text in brackets: no sentence ends inside."""
        openers, content = self._openers, self._content
        self._openers, self._content = [], []
        for opener in openers:
            yield from self._text(opener)
        for letter in [*content, closer]:
            self._sentence.add(letter)
        if content and (content[-1] in ENDS or content[-1] in SPACED_ENDS):
            self._ended, self._gap = True, ""

    def _flush(self) -> Iterator[Parsed]:
        """A bracket that is not closed is text."""
        held = [*self._openers, *self._content]
        self._openers, self._content = [], []
        for letter in held:
            yield from self._text(letter)

    def _mark(self, mark: Mark) -> Iterator[Parsed]:
        self._marks_lead = self._marks_lead or not self._begun
        self._begun = True
        if self._ended and (self._marks_lead or (self._gap == "\n" and self._sentence.leads)):
            yield from self._emit()
        self._sentence.mark(mark, behind=self._ended)

    def _text(self, letter: str) -> Iterator[Parsed]:
        if not self._ended:
            yield from self._inside(letter)
        elif letter.isspace():
            self._gap = "\n" if "\n" in (letter, self._gap) else " "
        elif not self._gap and (letter in CLOSERS or letter in EMPHASIS or letter in SPACED_ENDS or letter in ENDS):
            self._sentence.add(letter)
        elif self._sentence.is_over(self._gap, letter):
            yield from self._emit()
            yield from self._inside(letter)
        else:
            if self._gap:
                self._sentence.space()
            self._ended, self._gap = False, ""
            yield from self._inside(letter)

    def _inside(self, letter: str) -> Iterator[Parsed]:
        if letter == "\n":
            self._ended, self._gap = bool(self._sentence.letters), "\n"
        elif letter.isspace():
            self._sentence.space()
        else:
            self._begun = True
            self._sentence.add(letter)
            if letter in ENDS or letter in SPACED_ENDS:
                self._ended, self._gap = True, ""
            elif len(self._sentence.letters) >= MOST_SENTENCE:
                yield from self._emit()

    def _emit(self) -> Iterator[Parsed]:
        sentence, self._sentence = self._sentence, OpenSentence()
        self._ended, self._gap = False, ""
        written, bare = self._keys.take_bare("".join(sentence.letters))
        keys = tuple(dict.fromkeys([*sentence.keys, *bare]))
        if _FENCE.fullmatch(written) or (_HEADING.match(written) and not keys):
            return
        item = _ITEM.match(written)
        text = tidy(written[item.end() :] if item else written)
        if _SOURCES.fullmatch(text) and not keys:  # a list of sources begins: all that is of use has been read
            self.full = True
        elif any(map(str.isalnum, text)):
            whole = bool(_ENDED.search(text) or keys or sentence.invented or item)
            yield from self._give(Parsed(text, keys, sentence.invented, whole), bool(item))

    def _give(self, one: Parsed, item: bool) -> Iterator[Parsed]:
        if item and self._lead is not None:
            lead = self._lead
            self._lead = Parsed(lead.text, lead.keys, whole=False)  # it has been given
            keys = tuple(dict.fromkeys([*one.keys, *lead.keys]))
            yield Parsed(f"{lead.text} {one.text}", keys, one.invented + lead.invented, one.whole)
            return
        yield from self._drop_lead()
        if one.text.endswith((":", "：")):
            self._lead = one
        else:
            yield one

    def _drop_lead(self) -> Iterator[Parsed]:
        """What leads into nothing says nothing, unless it names a source."""
        lead, self._lead = self._lead, None
        if lead is not None and lead.keys and lead.whole:
            yield lead


def parse(text: str, known: Iterable[str]) -> list[Parsed]:
    """The sentences of a whole text."""
    parser = Parser(known)
    return [*parser.feed(text), *parser.close()]


def tidy(text: str) -> str:
    """A sentence without the holes that marks leave in it, and without the label in front of an answer."""
    text = _LABEL.sub("", _NOTHING.sub("", _EMPTY.sub("", text)))
    text = _BEFORE_MARK.sub(r"\1", " ".join(text.split()))
    return text if text.endswith("...") else re.sub(r"([.!?。！？।])\1+$", r"\1", text)
