"""The gate of frames: between the same neighbours the claim must not have another name or word than the premise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from assistant.writing.gates.lemmas import lemma
from assistant.writing.gates.names import is_name, unknown_names
from index.lexical import STOP_WORDS

NAME_FRAME = 3  # words around a name that both texts have, some on each side, for the two names to stand for each other
WORD_FRAME = 5  # the same for other words, two of them content words
MOST = 1500  # words of a premise that are compared

_TOKEN = re.compile(r"\d[\d.,:]*\d|[^\W_]+(?:[’'-][^\W_]+)*|[.!?;]")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A name or a word of a text, with the words before it, nearest first, and after it."""

    text: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def framed_names(claim: str, premise: str) -> list[str]:
    """Names of the claim that the premise replaces by another one between the same words, and has nowhere so well framed."""
    known = _names(premise)
    found = []
    for one in _names(claim):
        own = [other for other in known if _same_name(one.text, other.text)]
        others = [other for other in known if other not in own]
        if _replaced(one, own, others, NAME_FRAME, 1):
            found.append(one.text)
    return found


def framed_words(claim: str, premise: str) -> list[str]:
    """Words that the claim and the premise have, where the premise has another one between the same words."""
    ours, known = _words(claim), dict.fromkeys(_words(premise))  # what is repeated in the same words says nothing more
    stems = {lemma(one.text) for one in ours}
    others = [one for one in known if lemma(one.text) not in stems]
    found = []
    for one in ours:
        own = [other for other in known if lemma(other.text) == lemma(one.text)]
        if own and _replaced(one, own, others, WORD_FRAME, 2):
            found.append(one.text)
    return found


def _same_name(one: str, other: str) -> bool:
    return not unknown_names(one, other) or not unknown_names(other, one) or one.split()[-1] == other.split()[-1]


@lru_cache(maxsize=16)
def _names(text: str) -> list[_Piece]:
    """Runs of words that are names."""
    tokens = _TOKEN.findall(text)[:MOST]
    lower = [token.lower() for token in tokens]
    pieces, start = [], 0
    while start < len(tokens):
        end = start
        while end < len(tokens) and tokens[end][0].isupper() and is_name(tokens[end]):
            end += 1
        if end > start:
            pieces.append(_piece(" ".join(tokens[start:end]), lower, start, end))
        start = max(end, start + 1)
    return pieces


@lru_cache(maxsize=16)
def _words(text: str) -> list[_Piece]:
    """Content words, in lower case; their neighbours as stems."""
    tokens = [token.lower().removesuffix("'s") for token in _TOKEN.findall(text.replace("’", "'"))[:MOST]]
    stems = [token if token in STOP_WORDS else lemma(token) for token in tokens]
    return [
        _piece(token, stems, place, place + 1)
        for place, token in enumerate(tokens)
        if token not in STOP_WORDS and token[0].isalnum()
    ]


def _piece(text: str, words: Sequence[str], start: int, end: int) -> _Piece:
    reach = 2 * WORD_FRAME
    return _Piece(text, tuple(reversed(words[max(0, start - reach) : start])), tuple(words[end : end + reach]))


def _replaced(one: _Piece, own: Sequence[_Piece], others: Sequence[_Piece], least: int, content: int) -> bool:
    """Whether one of the others is framed well enough, some words on each side, and better than its own are."""
    at_home = max((len(_frame(one, other)) for other in own), default=0)
    return any(_fits(frame, least, content) and len(frame) > at_home for frame in map(partial(_both, one), others))


def _fits(frame: Sequence[str], least: int, content: int) -> bool:
    return len(frame) >= least and sum(word not in STOP_WORDS for word in frame) >= content


def _both(one: _Piece, other: _Piece) -> list[str]:
    """The frame of two pieces; nothing unless it has words on both sides."""
    if one.before[:1] != other.before[:1] or one.after[:1] != other.after[:1]:
        return []
    return _frame(one, other) if one.before and one.after else []


def _frame(one: _Piece, other: _Piece) -> list[str]:
    """The neighbours that both have, as far as they run on."""
    return [*_run(one.before, other.before), *_run(one.after, other.after)]


def _run(ours: Sequence[str], theirs: Sequence[str]) -> Iterator[str]:
    for mine, other in zip(ours, theirs, strict=False):
        if mine != other or not mine[0].isalnum():
            return
        yield mine
