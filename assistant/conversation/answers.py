"""What may be carried over from an earlier answer: short phrases only, never its sentences.

An answer holds text of documents, which is untrusted; a phrase of at most four words that ends up in a search can do no
harm.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import takewhile

from assistant.conversation.mentions import Mention, is_time, mention
from assistant.conversation.phrases import Phrase, phrases
from index.lexical import content_stems

MOST_CHARACTERS = 600
MOST_WORDS = 4
_PLACED = frozenset("in at on from to into near inside of off".split())
_CLEAN = re.compile(r"[\w .'’-]{2,60}")


def spoken_of(answer: str) -> list[Mention]:
    """The phrases of an answer's beginning, each once: those that can lend their full name to a short one."""
    return [mention(phrase.text, 0.5, 0, phrase) for phrase in _phrases(answer)]


def main_topic(answer: str) -> Mention | None:
    """What an answer's beginning speaks of most often, if more than once."""
    said = [phrase for phrase in _phrases(answer, repeats=True) if len(phrase.words) < MOST_WORDS]
    counts = Counter(phrase.stems for phrase in said)
    best = max(said, key=lambda phrase: counts[phrase.stems], default=None)
    return mention(best.text, 1.0, 0, best) if best is not None and counts[best.stems] > 1 else None


def person(answer: str, besides: frozenset[str]) -> Mention | None:
    """The person that an answer speaks of, by a name of which nothing stands in the question (`besides`, stems)."""
    names = [name for name in map(_name, phrases(answer[:MOST_CHARACTERS])) if name is not None]
    names = [name for name in names if not name.stems & besides and _CLEAN.fullmatch(name.text)]
    counts = Counter(stem for name in names for stem in name.stems)
    names = [name for name in names if len(name.words) > 1 or max(counts[one] for one in name.stems) > 1]
    best = max(names, key=lambda name: (len(name.words) > 1, max(counts[one] for one in name.stems)), default=None)
    return mention(best.text, 3.0, 0, best) if best is not None else None


def _name(phrase: Phrase) -> Phrase | None:
    """The person's name that a phrase is or begins with, if it may be one: "Ada Lind" of "Ada Lind leads"."""
    capitals = len(list(takewhile(lambda word: word.capital, phrase.words)))
    if 1 < capitals < len(phrase.words):
        words = phrase.words[:capitals]
        text = phrase.text[: words[-1].end - words[0].start]
        phrase = replace(phrase, text=text, words=words, stems=frozenset(content_stems(text)))
    return phrase if phrase.stems and is_person(phrase) else None


def is_person(phrase: Phrase) -> bool:
    """Whether a phrase may be a person's name: capitals alone, no article, no place before it."""
    return (
        len(phrase.words) <= 3
        and not phrase.opening
        and phrase.after not in _PLACED
        and all(word.capital and not word.text.isupper() for word in phrase.words)
        and (phrase.named or len(phrase.words) > 1)
    )


def _phrases(answer: str, repeats: bool = False) -> list[Phrase]:
    said = [
        phrase
        for phrase in phrases(answer[:MOST_CHARACTERS])
        if len(phrase.words) <= MOST_WORDS
        and phrase.stems
        and not phrase.generic
        and not is_time(phrase.text)
        and _CLEAN.fullmatch(phrase.text)
    ]
    return said if repeats else list({phrase.text: phrase for phrase in said}.values())
