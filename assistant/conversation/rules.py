"""A follow-up to a question that stands alone, by rules: the same history always gives the same question."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.conversation.answers import main_topic
from assistant.conversation.fragment import completed, instead
from assistant.conversation.happening import happening
from assistant.conversation.mentions import Mention
from assistant.conversation.need import NEEDED, UNSURE, need
from assistant.conversation.record import Turn, Understood
from assistant.conversation.resolve import Change, leaves_pronoun, pronouns, short_names
from assistant.conversation.salience import Salience, salience
from assistant.conversation.talk import without_thanks
from index.lexical import content_stems, words

MOST_TOPICS = 3  # phrases that are added to one question
LEAST_BESIDE = 1.0  # what one must weigh to be added where a pronoun was resolved
MOST_CHARACTERS = 2000  # of a question; what was carried over is dropped rather than exceed it
_THAT = re.compile(r"\b(?:that|this)\b", re.IGNORECASE)
_WORD = re.compile(r"\w[\w'’-]*")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def by_rules(question: str, history: Sequence[Turn]) -> Understood:
    """The question with what it leaves open named; itself where it needs nothing of its history."""
    if not history:
        return Understood("question", question)
    last = history[-1]
    asked = without_thanks(question)
    spoken = salience(history)
    whole = completed(asked, last.question)
    if whole is not None:
        return _understood(question, whole, _kept(asked, whole, spoken, last))
    asked = instead(asked)
    start = _asks_from(asked)
    changes = _changes(asked, start, spoken, last)
    text = _applied(asked, changes)
    topics = _topics(asked[start:], text, changes, spoken, last)
    if topics:
        text = f"{text.rstrip(' ?.!')} ({', '.join(topics)})?"
    return _understood(question, text, [*(one.carried for one in changes), *topics])


def _understood(question: str, text: str, carried: Sequence[str]) -> Understood:
    if not carried or len(text) > MOST_CHARACTERS:
        return Understood("question", question)
    return Understood("question", text, tuple(dict.fromkeys(carried)))


def _kept(asked: str, whole: str, spoken: Salience, last: Turn) -> list[str]:
    """What a completed fragment has from the last question: its phrases, or else its words."""
    new = frozenset(content_stems(whole)) - frozenset(content_stems(asked))
    said = [one.text for one in spoken.now if one.ago == 0 and one.stems <= new and not one.pair]
    if said:
        return said
    kept = set(words(last.question)) - set(words(asked))
    rest = " ".join(word for word in _WORD.findall(whole) if set(words(word)) & kept)
    return [rest] if rest else []


def _asks_from(text: str) -> int:
    """Where the first sentence that asks begins, or the last sentence if none does."""
    starts = [0, *(match.end() for match in _SENTENCE_END.finditer(text))]
    ends = [*(match.start() for match in _SENTENCE_END.finditer(text)), len(text)]
    spans = list(zip(starts, ends, strict=True))
    return next((start for start, end in spans if text[end - 1 : end] == "?" and " " in text[start:end]), starts[-1])


def _changes(asked: str, start: int, spoken: Salience, last: Turn) -> list[Change]:
    """What resolves the pronouns and the short names of a text from `start` on."""
    changes = [one for one in pronouns(asked, spoken.now, last) if one.start >= start]
    for name in short_names(asked, spoken.now, last.answer):
        if name.start >= start and not any(one.start < name.end and name.start < one.end for one in changes):
            changes.append(name)
    return changes


def _applied(text: str, changes: Sequence[Change]) -> str:
    for one in sorted(changes, key=lambda one: -one.start):
        text = text[: one.start] + one.text + text[one.end :]
    return text


def _topics(asked: str, text: str, changes: Sequence[Change], spoken: Salience, last: Turn) -> list[str]:
    """The phrases to add to a question that needs them. After a change at most one, and none after a return."""
    if any(change.returns for change in changes):
        return []
    if need(asked, spoken) < (UNSURE if changes else NEEDED) and (changes or not leaves_pronoun(asked, changes)):
        return []
    if changes:
        candidates, most = [one.doing or one.text for one in _beside(spoken)], 1
    else:
        happened = happening(last.question, pointed_at=bool(_THAT.search(asked)))
        candidates, most = [one.doing or one.text for one in _topic(spoken, last)], MOST_TOPICS
        candidates = [happened, *candidates] if happened else candidates
    own = frozenset(content_stems(text))
    chosen: list[str] = []
    for one in candidates:
        stems = frozenset(content_stems(one))
        if not stems & own:
            chosen.append(one)
            own |= stems
    return chosen[:most]


def _topic(spoken: Salience, last: Turn) -> list[Mention]:
    """What a question without its topic is about, likeliest first: what is spoken of now, the theme, the answer's topic."""
    now, theme = [one for one in _single(spoken.now) if one.ago <= 1], _single(spoken.theme)
    answer = main_topic(last.answer)
    return [*now[:1], *theme[:1], *([answer] if answer else []), *now[1:2], *theme[1:2], *now[2:3]]


def _beside(spoken: Salience) -> list[Mention]:
    """What the last question spoke of besides the thing that a pronoun stands for."""
    now, theme = _single(spoken.now), _single(spoken.theme)
    order = (*now[:1], *theme[:1], *now[1:2], *theme[1:2])
    return [one for one in order if one.ago == 0 and one.weight >= LEAST_BESIDE]


def _single(found: Sequence[Mention]) -> list[Mention]:
    return [one for one in found if not one.pair]
