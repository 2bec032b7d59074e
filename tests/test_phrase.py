"""assistant/phrase.py: the run of tokens that speaks most, as whole words, or none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.phrase import MOST, phrase

TEXT = "The tower was built in 1901 by Ida Brandt, a baker."
OFFSETS = [(match.start(), match.end()) for match in re.finditer(r"\w+|[^\w\s]", TEXT)]
WORDS = [TEXT[start:end] for start, end in OFFSETS]


def logits(**chosen: float) -> list[float]:
    return [chosen.get(word, -4.0) for word in WORDS]


def shown(values: list[float]) -> str | None:
    found = phrase(TEXT, OFFSETS, values)
    return None if found is None else TEXT[found[0] : found[1]]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (logits(**{"1901": 3.0}), "1901"),
        (logits(Ida=2.0, Brandt=1.0), "Ida Brandt"),
        (logits(Ida=2.0, Brandt=-0.5, **{",": 0.1}), "Ida"),
        (logits(Brandt=2.0, **{",": 1.0}), "Brandt"),
        (logits(**{"1901": 1.0}, Ida=3.0), "Ida"),
        (logits(), None),
        ([3.0] * len(WORDS), None),
        ([], None),
    ],
)
def test_phrase(values: list[float], expected: str | None) -> None:
    """The strongest run, without the marks at its ends; none if nothing speaks, or nearly all of the sentence does."""
    assert shown(values) == expected


def test_a_part_of_a_word_becomes_the_word() -> None:
    """Tokens are pieces of words; nobody marks half a word."""
    assert phrase("It is Shikotan, I say so.", [(0, 2), (3, 5), (6, 9), (9, 14)], [-5, -5, -5, 4.0]) == (6, 14)


@given(st.text(max_size=40), st.lists(st.floats(-9, 9), max_size=40))
def test_always_inside_the_text(text: str, values: list[float]) -> None:
    """Whatever the text and the logits: a range inside it, not empty, not too long."""
    offsets = [(match.start(), match.end()) for match in re.finditer(r"\S+", text)]
    found = phrase(text, offsets, values[: len(offsets)])
    if found is not None:
        assert 0 <= found[0] < found[1] <= len(text)
        assert found[1] - found[0] <= MOST * len(text)
