"""The noun phrases of an utterance, by closed word classes alone: no tagger, nothing to download."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.conversation.vocabulary import ADJECTIVES, DEMONSTRATIVES, GENERIC, OWNING
from assistant.conversation.words import Word, split
from index.lexical import STOP_WORDS, content_stems, stem

MOST_WORDS = 12
_GENERIC = frozenset(map(stem, GENERIC)) | STOP_WORDS | ADJECTIVES
_SUPPORT = frozenset({"do", "does", "did"})


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase: its text without determiner, its range in the utterance, and what stands before it.

    `opening` is the determiner or pronoun that opens it, `after` the word before that; "" if there is none. `generic`:
    it names nothing of its own, as "the main types". `named`: it is written as a name.
    """

    text: str
    start: int
    end: int
    opening: str
    after: str
    words: tuple[Word, ...]
    stems: frozenset[str]
    generic: bool
    named: bool

    @property
    def head(self) -> str:
        return self.words[-1].lower


def phrases(text: str) -> tuple[Phrase, ...]:
    """The noun phrases of a text in order; a run of more than MOST_WORDS words is none."""
    words = split(text)
    found: list[Phrase] = []
    start = 0
    while start < len(words):
        end = start + 1
        if words[start].kind == "content":
            while end < len(words) and _goes_on(words, end):
                end += 1
            if end - start <= MOST_WORDS:
                found.append(_phrase(text, words, start, end))
        start = end
    return tuple(found)


def generic(words: Sequence[Word]) -> bool:
    """Whether words name nothing of their own."""
    return all(word.lower in _GENERIC or stem(word.lower) in _GENERIC for word in words)


def _goes_on(words: Sequence[Word], at: int) -> bool:
    """Whether a phrase goes on with this word: not if it is what a name is asked to do, as in "did Dulles fume"."""
    word, before = words[at], words[at - 1]
    if word.kind != "content":
        return False
    lower_case = not word.capital and not word.text[0].isdigit()
    return not (before.capital and lower_case and _asked_to_act(words, at))


def _asked_to_act(words: Sequence[Word], at: int) -> bool:
    asking = any(one.lower in _SUPPORT for one in words[:at])
    closes = at + 1 == len(words) or words[at + 1].kind in ("mark", "preposition", "determiner", "adverb")
    return asking and closes and not any(one.kind == "verb" for one in words)


def _phrase(text: str, words: Sequence[Word], start: int, end: int) -> Phrase:
    inside = tuple(words[start:end])
    opened = start > 0 and _opens(words[start - 1])
    at = start - 2 if opened else start - 1
    said = " ".join(text[inside[0].start : inside[-1].end].rstrip("'’").split())
    return Phrase(
        text=said,
        start=inside[0].start,
        end=inside[-1].end,
        opening=words[start - 1].lower if opened else "",
        after=words[at].lower if at >= 0 else "",
        words=inside,
        stems=frozenset(content_stems(said)),
        generic=generic(inside),
        named=any(word.capital and (word.start > 0 or word.text.isupper()) for word in inside),
    )


def _opens(word: Word) -> bool:
    return word.kind == "determiner" or word.lower in OWNING | DEMONSTRATIVES | {"which", "what", "whose"}
