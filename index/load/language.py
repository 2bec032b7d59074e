"""Language: which one a text is written in, as far as its letters or most common words say clearly."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

DEFAULT = "en"
# Script, as the first word of a letter's Unicode name, to the language that a text mostly in it is taken for.
SCRIPTS = {
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "CJK": "zh",
    "CYRILLIC": "ru",
    "ARABIC": "ar",
    "DEVANAGARI": "hi",
    "GREEK": "el",
    "HANGUL": "ko",
    "THAI": "th",
    "HEBREW": "he",
}
COMMON_WORDS = {
    "en": "the of and to in is that for it was on are as with be this by from have not",
    "de": "der die und den das von zu mit sich des auf für ist im dem nicht ein eine als auch",
    "es": "el los las del que y en una por con para su se es al lo como más pero fue",
    "fr": "le les des et du une dans est que qui pour par sur au avec ne pas ce cette sont",
}
WORD = re.compile(r"[^\W\d_]+")
SAMPLE = 20_000  # characters
CODE = re.compile(r"[a-zA-Z]{2,3}(?=[-_]|$)")


def language_of(text: str, declared: str | None = None) -> str:
    """Two-letter code: the declared one where it is a code, else by script, else by common words, else `en`."""
    code = CODE.match((declared or "").strip())
    if code:
        return code.group().lower()
    sample = text[:SAMPLE]
    return _by_script(sample) or _by_words(sample) or DEFAULT


def _by_script(sample: str) -> str | None:
    letters = [char for char in sample if char.isalpha()]
    scripts = Counter(unicodedata.name(char, "").split(" ")[0].split("-")[0] for char in letters)
    kana = scripts["HIRAGANA"] + scripts["KATAKANA"]
    if kana and kana + scripts["CJK"] > len(letters) / 2 and kana > scripts["CJK"] / 20:
        return "ja"  # Japanese mixes kana with Chinese characters, Chinese has no kana
    for script, count in scripts.most_common(1):
        if count > len(letters) / 2:
            return SCRIPTS.get(script)
    return None


def _by_words(sample: str) -> str | None:
    words = Counter(word.lower() for word in WORD.findall(sample))
    total = sum(words.values())
    scores = {code: sum(words[word] for word in common.split()) for code, common in COMMON_WORDS.items()}
    best = max(scores, key=lambda code: scores[code])
    # A tenth of all running words and twice what English gets: short texts and borrowed words decide nothing.
    clear = total >= 8 and scores[best] >= max(3, total / 10) and scores[best] > 2 * scores[DEFAULT]
    return best if clear else None
