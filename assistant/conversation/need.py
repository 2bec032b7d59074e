"""Whether a question can be understood without its history: a score of what it names and what it leaves open.

The weights are rounded from a logistic regression on the CAsT questions without a pronoun (docs/conversations.md).
"""

from __future__ import annotations

import re

from assistant.conversation.phrases import Phrase, phrases
from assistant.conversation.salience import Salience
from assistant.conversation.vocabulary import ADJECTIVES, LIGHT, OWNING, PREPOSITIONS
from assistant.conversation.words import split
from index.lexical import content_stems

NEEDED = 0.65  # at or above, a question is completed with the topic
UNSURE = 0.3  # at or above, one whose pronouns were resolved gets the theme, too
_CONNECTIVE = re.compile(r"^\W*(?:(?:and|but|so|or|also|then|ok|okay|what about|how about)\b\W*)+", re.IGNORECASE)
_DEFINES = re.compile(
    r"^\W*(?:tell (?:me )?(?:more )?about|describe|explain|define|what does|(?:what|who)(?:\s+(?:is|are|was|were)|['’]s))\b",
    re.IGNORECASE,
)
_ANAPHORIC = re.compile(
    r"\b(?:others?|else|another|ones?|same|similar|both|instead|(?:from|over|up|down)? ?there(?=\W*$)|"
    r"the (?:first|second|third|last|two|latter|former)(?=\W*$|\s+(?:is|are|was|were|do|does|did)\b))\b",
    re.IGNORECASE,
)
_FUNCTION = ("wh", "aux", "pronoun", "determiner", "preposition", "conjunction")


def need(question: str, spoken: Salience) -> float:
    """How much a question needs its history; 0 for a mere list of keywords."""
    words = split(question)
    said = phrases(question)
    content = [one for one in said if not one.generic]
    if content and not any(word.kind in _FUNCTION for word in words):
        return 0.0
    acts = [word for word in words if word.kind == "verb" and word.lower not in LIGHT]
    opens = any(_leaves_open(one, question) for one in said)
    amount = len(content) + 0.5 * len(acts)
    score = 2.0 - 0.6 * amount + (0.5 if amount == 0 else 0.0)
    score += 1.0 if opens else 0.0
    score += 1.0 if any(_points(one, question) for one in content) else 0.0
    score += 1.3 if _ANAPHORIC.search(question) else 0.0
    score += 0.5 if _CONNECTIVE.match(question) else 0.0
    score -= 1.0 if any(one.stems & spoken.known for one in content) else 0.0
    score -= 0.6 if spoken.theme and spoken.theme[0].stems & set(content_stems(question)) else 0.0
    score -= 0.6 if any(one.named and not one.stems & spoken.known for one in content) else 0.0
    if _DEFINES.match(question) and content and not opens:
        score -= 1.2 if len(said) == 1 and not question[said[0].end :].strip(" ?.!") else 0.6
    return score


def _leaves_open(phrase: Phrase, question: str) -> bool:
    """Whether a phrase is about something that is not named: "the main types", "any benefits"."""
    described = phrase.head in ADJECTIVES and not phrase.opening
    asked_for = phrase.opening in {"which", "what", "whose", "many", "much"} | OWNING
    return phrase.generic and not described and not asked_for and _ends(phrase, question)


def _points(phrase: Phrase, question: str) -> bool:
    """Whether a phrase points at something known without naming it: "the captain", but not "the captain of the ship"."""
    opened = phrase.opening in ("the", "that", "this", "these", "those")
    return opened and not phrase.named and _ends(phrase, question)


def _ends(phrase: Phrase, question: str) -> bool:
    after = split(question[phrase.end : phrase.end + 40])
    return not after or after[0].lower not in PREPOSITIONS
