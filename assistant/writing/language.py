"""The language of a text, as far as its letters and most frequent words tell: enough to see that an answer is in another one."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from index.lexical import STOP_WORDS
from index.sentence_rules import STARTERS

FEWEST_LETTERS = 8  # of less text nothing is said
FEWEST_WORDS = 2  # function words of a language
_WORD = re.compile(r"[^\W\d_]+")
_WORDS = {language: words for language, words in STARTERS.items() if language != "ru"} | {
    "en": STARTERS["en"] | STOP_WORDS | frozenset("does did".split()),
    "de": STARTERS["de"]
    | frozenset("ist sind war waren wurde wie was wer wo wann warum welche welcher hat haben nicht".split()),
    "fr": STARTERS["fr"]
    | frozenset("est sont était qui que quoi où pourquoi comment quel quelle du d l a ne pas".split()),
    "es": STARTERS["es"] | frozenset("es son fue qué quién dónde cuándo por cómo cuál del que hay".split()),
    "it": STARTERS["it"] | frozenset("è sono era che chi dove quando perché come quale del della di".split()),
    "pt": STARTERS["pt"] | frozenset("é são foi que quem onde quando porque como qual do da de".split()),
}

_OWN = {
    name: known - frozenset().union(*(others for other, others in _WORDS.items() if other != name))
    for name, known in _WORDS.items()
}


@dataclass(frozen=True, slots=True)
class Language:
    """The script that most letters are of, and the language, where it can be told; "" where not."""

    script: str
    name: str = ""


def language(text: str) -> Language | None:
    """The language of a text, or None if there is too little of it."""
    scripts = Counter(script for letter in text if (script := _script(letter)))
    if sum(scripts.values()) < (FEWEST_LETTERS if scripts.keys() <= {"LATIN", "CYRILLIC", "GREEK"} else 3):
        return None
    script = scripts.most_common(1)[0][0]
    if script == "CJK" and scripts["HIRAGANA"] + scripts["KATAKANA"]:
        script = "HIRAGANA"
    return Language("HIRAGANA" if script == "KATAKANA" else script, _latin(text) if script == "LATIN" else "")


def differ(one: str, other: str) -> bool:
    """Whether two texts are surely in different languages; names and short texts say nothing."""
    first, second = language(one), language(other)
    if first is None or second is None:
        return False
    if first.script != second.script:
        return True
    return bool(first.name and second.name) and first.name != second.name


def _latin(text: str) -> str:
    """The language of most function words; those of one language alone count twice."""
    words = [word.lower() for word in _WORD.findall(text)]
    found = {name: [word for word in words if word in known] for name, known in _WORDS.items()}
    counts = Counter({name: sum(1 + (word in _OWN[name]) for word in some) for name, some in found.items()})
    (best, most), (_, next_most) = counts.most_common(2)
    return best if len(set(found[best])) >= FEWEST_WORDS and most >= next_most + 2 else ""


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").split(" ")[0].split("-")[0] if letter.isalpha() else ""
