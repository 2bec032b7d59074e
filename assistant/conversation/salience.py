"""What a conversation is about: the noun phrases of its earlier questions, the most salient first.

A phrase weighs more as the topic of "What is …" or as the subject than as an object or behind a preposition, more as a
name, and more if other turns spoke of it, too. What is spoken of now fades by half with each turn; the theme does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.conversation.mentions import Mention, mentions
from assistant.conversation.record import Turn
from index.lexical import content_stems

TURNS = 8  # how far back a phrase is remembered
MOST_CHARACTERS = 600  # of an earlier question
DECAY = 0.5  # of what is spoken of now, by turn
AGAIN = 0.5  # what each of two further turns that speak of a phrase adds to it
OPENING = 1.0  # what the first question's phrases weigh more in the theme


@dataclass(frozen=True, slots=True)
class Salience:
    """What is spoken of now, and what the conversation as a whole is about; the most salient first. `known` are its stems."""

    now: tuple[Mention, ...]
    theme: tuple[Mention, ...]
    known: frozenset[str]


def salience(turns: Sequence[Turn]) -> Salience:
    """The phrases of the earlier questions, weighed in both ways; of equal ones the one of the latest turn comes first."""
    questions = [turn.question[:MOST_CHARACTERS] for turn in reversed(turns[-TURNS:])]
    stems = [frozenset(content_stems(question)) for question in questions]
    per_turn = [mentions(question, ago, frozenset().union(*stems[ago + 1 :])) for ago, question in enumerate(questions)]
    now: list[Mention] = []
    theme: list[Mention] = []
    for one in (one for said in per_turn for one in said):
        if any(one.stems <= other.stems and one.pair == other.pair for other in now):
            continue
        weights = [max((other.weight for other in said if _same(one, other)), default=0.0) for said in per_turn]
        again = min(sum(weight > 0 for weight in weights) - 1, 2)
        now.append(replace(one, weight=(one.weight + AGAIN * again) * DECAY**one.ago))
        if again or one.ago == 0:
            opening = OPENING if one.ago == len(turns) - 1 else 0.0
            theme.append(replace(one, weight=sum(weights) + opening))
    return Salience(_ranked(now), _ranked(theme), frozenset().union(*stems))


def _ranked(found: Sequence[Mention]) -> tuple[Mention, ...]:
    return tuple(sorted(found, key=lambda one: -one.weight))


def _same(one: Mention, other: Mention) -> bool:
    return one.pair == other.pair and (one.stems <= other.stems or other.stems <= one.stems)
