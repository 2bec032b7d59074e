"""Names what the pronouns of a question point at, and gives a thing that it names shortly its full name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.conversation.answers import is_person, person, spoken_of
from assistant.conversation.happening import happening
from assistant.conversation.mentions import Mention
from assistant.conversation.phrases import Phrase, phrases
from assistant.conversation.record import Turn
from assistant.conversation.vocabulary import DEMONSTRATIVES, OWNING, THIRD
from assistant.conversation.words import Word, split
from index.lexical import content_stems

MOST_WORDS = 80  # of a question that are looked at for pronouns
MOST_CHANGES = 4  # pronouns of one question
LEAST = 1.0  # what a phrase must weigh, once its number and person are looked at, to take a pronoun's place
_EXPLETIVE = re.compile(
    r"\bit\s+(?:takes?|took|possible|true|safe|ok|okay|worth|bad|good|better|best|necessary|important|legal|likely|"
    r"seems?|rains?|snows?|common)\b(?=.*\b(?:to|that)\b)",
    re.IGNORECASE,
)
_ASKS_WHO = re.compile(r"^\W*(?i:and |so )?(?i:who|whom|which|what)\b(?!\s+(?i:is|was)\s+(?i:the\s+)?[A-Z])")
_PERSON = frozenset("he him his himself she her hers herself".split())
_POINTING = frozenset("the that this these those its".split())
_MANY = frozenset("they them their theirs themselves these those".split())
_SUBORDINATE = frozenset("when while after before since until that which who where how why".split())
_PLURALS = frozenset("people men women children".split())
_REST = {"s": " is", "re": " are", "ve": " have", "ll": " will", "d": " would"}


@dataclass(frozen=True, slots=True)
class Change:
    """A range of the question, the text that takes its place, and the phrase that this carries over.

    `returns`: the phrase is of an earlier turn than the last, so the question leaves what was spoken of just now.
    """

    start: int
    end: int
    text: str
    carried: str
    returns: bool = False


def pronouns(question: str, now: Sequence[Mention], last: Turn) -> list[Change]:
    """The changes that name what the question's pronouns point at, of those that it does not answer itself."""
    words = split(question)
    expletive = _EXPLETIVE.search(question)
    changes: list[Change] = []
    meant: dict[str, Mention | None] = {}
    for at, word in enumerate(words[:MOST_WORDS]):
        if len(changes) == MOST_CHANGES:
            break
        if not _points_back(words, at) or _answered_before(question, words, at):
            continue
        if word.lower in ("that", "this") and happening(last.question, pointed_at=True):
            continue
        if word.lower == "it" and expletive is not None and expletive.start() == word.start:
            continue
        group = "one" if word.lower in _PERSON else "many" if word.lower in _MANY else "thing"
        if group not in meant:
            free = [one for one in now if one not in meant.values()]
            meant[group] = _referent(word, question, free, last)
        one = meant[group]
        if one is not None:
            changes.append(_change(words, at, one))
    return changes


def leaves_pronoun(question: str, changes: Sequence[Change]) -> bool:
    """Whether the question has a pronoun that points back and that no change names."""
    words = split(question)
    expletive = _EXPLETIVE.search(question)
    return any(
        _points_back(words, at)
        and not _answered_before(question, words, at)
        and not (expletive is not None and expletive.start() == word.start)
        and all(change.start != word.start for change in changes)
        for at, word in enumerate(words[:MOST_WORDS])
    )


def short_names(question: str, now: Sequence[Mention], answer: str) -> list[Change]:
    """The changes that give a short phrase the full name that was used before: "the treaty" to "the INF Treaty"."""
    changes = []
    candidates = [one for one in [*now, *spoken_of(answer)] if not one.pair]
    for phrase in phrases(question):
        if phrase.generic or (phrase.opening not in _POINTING and not phrase.named):
            continue
        names = ((_full_name(phrase, one), one.ago > 0) for one in candidates)
        full, returns = next((found for found in names if found[0]), ("", False))
        if full:
            changes.append(Change(phrase.start, phrase.end, full, full, returns))
    return changes


def _full_name(phrase: Phrase, one: Mention) -> str:
    """The text of a mention, if it is a longer name of what a phrase names; else ""."""
    if phrase.head != one.phrase.head:
        return ""
    texts = [one.text] if len(one.text) < len(one.phrase.text) else [one.phrase.text, one.text]
    longer = (text for text in texts if phrase.stems < frozenset(content_stems(text)) and not text[0].isdigit())
    return next(longer, "")


def _points_back(words: Sequence[Word], at: int) -> bool:
    word = words[at]
    if word.lower not in DEMONSTRATIVES:
        return word.lower in THIRD
    after = words[at + 1].kind if at + 1 < len(words) else "mark"
    before = words[at - 1].kind if at else "mark"
    return after not in ("content", "determiner") and before not in ("content", "pronoun")


def _answered_before(question: str, words: Sequence[Word], at: int) -> bool:
    """Whether the question itself names, before the pronoun, what it points at.

    An owner's pronoun can point at the subject; the others at something in an earlier clause only.
    """
    word = words[at]
    owns = word.lower in OWNING and not (at and words[at - 1].lower in ("of", "about"))
    before = question[: word.start if owns else _clause_start(words, at)]
    said = [one for one in phrases(before) if not one.generic and one.opening not in ("which", "what")]
    if word.lower in _PERSON:
        return any(one.named or one.opening for one in said)
    return bool(said)


def _clause_start(words: Sequence[Word], at: int) -> int:
    """Where the clause of a word begins: behind a mark or a subordinating word, or at "and" before an asking word."""
    for index in range(at - 1, 0, -1):
        word, after = words[index], words[index + 1]
        if word.lower in ("and", "or", "but"):
            if after.kind in ("wh", "aux") or index + 1 == at:
                return word.start
        elif word.text in ",.;:?!" or word.kind == "conjunction" or word.lower in _SUBORDINATE:
            return word.start
    return 0


def _referent(word: Word, question: str, now: Sequence[Mention], last: Turn) -> Mention | None:
    own = frozenset(content_stems(question))
    free = [(one.weight * _fit(word, one), one) for one in now if not one.stems <= own]
    weight, best = max(free, key=lambda pair: pair[0], default=(0.0, None))
    if word.lower in _PERSON:
        known = best is not None and is_person(best.phrase) and weight >= LEAST
        if not known or _ASKS_WHO.match(last.question):
            named = person(last.answer, own | frozenset(content_stems(last.question)))
            best, weight = (named, named.weight) if named is not None else (best, weight)
    return best if weight >= LEAST else None


def _fit(word: Word, one: Mention) -> float:
    """How well a phrase agrees with a pronoun in number and person, 0–1; a pair agrees best with "they"."""
    if one.pair:
        return 1.1 if word.lower in _MANY else 0.0
    if word.lower in _PERSON:
        return 1.0 if is_person(one.phrase) else 0.2
    plural = _plural(one.phrase.head) or (not one.phrase.named and _plural(one.text.split()[-1].lower()))
    if word.lower in _MANY:
        return 1.0 if plural else 0.6 if one.phrase.named else 0.3
    if is_person(one.phrase) and len(one.phrase.words) > 1:
        return 0.8
    return 0.6 if plural and not one.phrase.named else 1.0


def _plural(word: str) -> bool:
    return word in _PLURALS or (word.endswith("s") and not word.endswith(("ss", "us", "is")))


def _change(words: Sequence[Word], at: int, one: Mention) -> Change:
    word = words[at]
    name = f"the {one.text}" if one.phrase.opening == "the" else one.text
    after = words[at + 1].kind if at + 1 < len(words) else "mark"
    owns = word.lower in OWNING and (word.lower != "her" or after == "content") and after != "mark"
    head, _, complement = one.text.rpartition(" of ")
    if owns and head and not any(letter.isupper() for letter in head):
        name = complement
    contracted = re.search(r"['’](\w+)$", word.text)
    if owns:
        name += "’" if name.endswith("s") else "’s"
    elif contracted is not None:
        name += _REST.get(contracted.group(1).lower(), "")
    return Change(word.start, word.end, name, one.text)
