"""All gates in a row: what they object to in a claim, and how much each objection weighs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assistant.writing.gates.addition import added
from assistant.writing.gates.attachment import displaced
from assistant.writing.gates.certainty import surer
from assistant.writing.gates.dates import wrong_dates
from assistant.writing.gates.elsewhere import denies_otherwise, missing_figures
from assistant.writing.gates.foreign import foreign
from assistant.writing.gates.frames import framed_names, framed_words
from assistant.writing.gates.names import unknown_names, unresolved_names
from assistant.writing.gates.negation import denied, opposed
from assistant.writing.gates.numbers import wrong_numbers
from assistant.writing.gates.order import turned_round
from assistant.writing.gates.strength import reasoned, wider
from assistant.writing.gates.substitution import substituted_dates, substituted_names, substituted_numbers

Gate = Callable[[str, str], list[str]]

# Reason, gate, and whether it forbids the claim; the others forbid only to take it for fully supported.
_EVERYWHERE: tuple[tuple[str, Gate, bool], ...] = (("foreign", foreign, True),)
_ENGLISH: tuple[tuple[str, Gate, bool], ...] = (
    ("number", wrong_numbers, True),
    ("date", wrong_dates, True),
    ("name", unknown_names, True),
    ("number", substituted_numbers, True),
    ("date", substituted_dates, True),
    ("name", substituted_names, True),
    ("name", framed_names, True),
    ("negation", denied, True),
    ("negation", opposed, True),
    ("role", turned_round, True),
    ("name", unresolved_names, False),
    ("strength", surer, False),
    ("strength", wider, False),
    ("strength", reasoned, False),
    ("number", displaced, False),
    ("role", framed_words, False),
    ("addition", added, False),
)
_ELSEWHERE: tuple[tuple[str, Gate, bool], ...] = (
    ("number", missing_figures, True),
    ("negation", denies_otherwise, True),
)


@dataclass(frozen=True, slots=True)
class Objection:
    """The reason, the words that it is about, and whether it forbids the claim or only its full support."""

    reason: str
    words: tuple[str, ...]
    forbids: bool


def objections(claim: str, premise: str, english: bool = True) -> Iterator[Objection]:
    """What the gates object to in a claim, those that forbid it first. Other languages have simpler gates than English."""
    for reason, gate, forbids in (*_EVERYWHERE, *(_ENGLISH if english else _ELSEWHERE)):
        if words := gate(claim, premise):
            yield Objection(reason, tuple(words), forbids)
