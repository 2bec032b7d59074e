"""What the sentences of a text assert and deny, as far as plain rules tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.writing.gates.lemmas import IRREGULAR, lemma
from index.lexical import STOP_WORDS

SHARED = 0.55  # of the content words of one sentence must stand in another for the two to be about the same
LEAST = 2  # and no fewer than so many
REACH = 4  # words after a negation among which the denied one is looked for

_TOKEN = re.compile(r"[^\W_]+(?:[’'][^\W\d_]+)?|[.!?;:,()–—\n]")
_END = re.compile(r"[.!?;][\"”’)*]*(?=\s|$)|\n")
_MARKS = frozenset(".!?;:,()–—\n")
_NEGATORS = frozenset("not no never cannot neither nor none".split())
_EXPLICIT = _NEGATORS | frozenset("without nobody nothing nowhere hardly unless except".split())
# With one of these a denial says when something holds, as in "not until" or "none more than".
_CONDITIONS = frozenset("unless except until without only than between should".split())
# Words that deny without "not": a sentence that has one is not compared with one that has "not".
_NEGATIVE = _EXPLICIT | frozenset(
    """scarcely barely little few fewer less least only alone instead rather
    other than against until far lack lacks lacked fail fails failed failing failure refuse refuses refused refusal decline
    declines declined deny denies denied reject rejects rejected forbid forbids forbidden forbade ban bans banned bar bars
    barred prohibit prohibits prohibited prevent prevents prevented avoid avoids avoided exclude excludes excluded stop stops
    stopped halt halted miss missed missing omit omitted spare spared drop dropped cancel cancelled end ended ends cease ceased
    absent absence void vain unable impossible unlikely unknown untrue false wrong doubt doubts doubted dispute disputes disputed
    contest contests contested oppose opposes opposed objected withheld withhold abandon abandoned lose lost lapse lapsed
    free empty neither denial waive waived ignored ignores ignore""".split()
)
_JOINTS = frozenset("but although though while whereas because since who which that when where so and".split())
_STOPS = frozenset("only but just because of from".split())  # after them a negation reaches no word that it denies
_SKIPPED = frozenset("even yet also ever any very quite really longer more".split())


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with the stems of its content words; `verbs` are those that look like a verb in the past, `denied` those that
    a negation stands before; `explicit` says that it has a negation. Of each clause the stems, and whether it denies
    anything in any way."""

    text: str
    stems: frozenset[str]
    verbs: frozenset[str]
    denied: frozenset[str]
    explicit: bool
    clauses: tuple[tuple[frozenset[str], bool], ...]

    def alike(self, other: Sentence) -> bool:
        """Whether most of this sentence's content words stand in the other."""
        shared = len(self.stems & other.stems)
        return shared >= LEAST and shared >= SHARED * len(self.stems)

    @property
    def negative(self) -> bool:
        return any(negative for _, negative in self.clauses)

    def asserts(self, stem: str) -> bool:
        """Whether a clause has the stem and denies nothing in any way."""
        return any(stem in stems and not negative for stems, negative in self.clauses)

    def without(self, stem: str) -> Sentence:
        return replace(self, stems=self.stems - {stem})


@lru_cache(maxsize=64)
def sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text, cut at full stops and semicolons."""
    return tuple(map(_sentence, split_sentences(text.replace("’", "'"))))


def split_sentences(text: str) -> list[str]:
    """The text cut at full stops, semicolons and line ends; abbreviations are cut, too."""
    return [piece for piece in _END.split(text) if piece.strip()]


def _sentence(text: str) -> Sentence:
    line = [token.lower() for token in _TOKEN.findall(text)]
    denied = set()
    conditional = not _CONDITIONS.isdisjoint(line)
    for place, token in enumerate(line):
        if token in _NEGATORS or token.endswith("n't"):
            target = _denied(line[place + 1 : place + 1 + REACH])
            if target and not conditional:
                denied.add(target)
    explicit = any(token in _EXPLICIT or token.endswith("n't") for token in line)
    stems = _stems(line)
    verbs = {lemma(token) for token in line if token not in STOP_WORDS and (token.endswith("ed") or token in IRREGULAR)}
    return Sentence(text, stems, frozenset(verbs), frozenset(denied), explicit, tuple(_clauses(line)))


def _stems(line: list[str]) -> frozenset[str]:
    return frozenset(
        lemma(token.removesuffix("'s")) for token in line if token not in _MARKS and token not in STOP_WORDS
    )


def _clauses(line: list[str]) -> Iterator[tuple[frozenset[str], bool]]:
    part: list[str] = []
    for token in [*line, ","]:
        if token in _MARKS or token in _JOINTS:
            if part:
                negative = any(
                    word in _NEGATIVE or word in _EXPLICIT or word.endswith("n't") or _prefixed(word) for word in part
                )
                yield _stems(part), negative
            part = []
        else:
            part.append(token)


def _denied(after: list[str]) -> str | None:
    """The stem of the first content word after a negation, in the same clause."""
    for token in after:
        if token in _MARKS or token in _STOPS:
            return None
        if token not in STOP_WORDS and token not in _SKIPPED:
            return lemma(token)
    return None


def _prefixed(token: str) -> bool:
    return len(token) > 5 and (token.startswith(("un", "dis", "non", "mis")) or token.endswith("less"))
