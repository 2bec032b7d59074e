"""assistant/parts.py: a question that asks several things is taken apart, and nothing of it is lost."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.parts import MOST, parts


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who leads the team, and when does it meet?", ("Who leads the team?", "when does it meet?")),
        (
            "Before which body is it heard, and where does it meet?",
            ("Before which body is it heard?", "where does it meet?"),
        ),
        ("What is the fee and who pays it?", ("What is the fee?", "who pays it?")),
        ("Who leads the team? And when does it meet?", ("Who leads the team?", "when does it meet?")),
        (
            "In which hall is the fair held, and on which day does it open?",
            ("In which hall is the fair held?", "on which day does it open?"),
        ),
    ],
)
def test_two_questions(question: str, expected: tuple[str, ...]) -> None:
    """A question mark, or an "and" before a word that opens a question, parts two questions."""
    assert parts(question) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "How did Ann Hale and the owners each respond to the fire?",
            ("How did Ann Hale respond to the fire?", "How did the owners respond to the fire?"),
        ),
        (
            "what do the handbook and the rules each say about drink",
            ("what does the handbook say about drink?", "what do the rules say about drink?"),
        ),
        (
            "Whom or what do Orsk and the government each blame?",
            ("Whom or what does Orsk blame?", "Whom or what does the government blame?"),
        ),
        ("Compare the fee for dogs with what cats pay.", ("the fee for dogs?", "what cats pay?")),
        (
            "Compare the number of lives lost in the war with that in the flood at Lenn Ford",
            ("the number of lives lost in the war?", "the number of lives lost in the flood at Lenn Ford?"),
        ),
        (
            "please compare the fine for giving food to a bear with a ranger's pay",
            ("the fine for giving food to a bear?", "a ranger's pay?"),
        ),
    ],
)
def test_one_question_about_two(question: str, expected: tuple[str, ...]) -> None:
    """What is asked of each of two, or of both to compare them, is asked twice."""
    assert parts(question) == expected


def test_a_long_question_takes_no_long_time() -> None:
    """However often a question could be parted."""
    started = time.perf_counter()
    for word in ("how do a and b do and each ", "compare a with that in and to "):
        parts(word * 70)
        parts((word * 12)[:300])
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    "question",
    [
        "What did Ann and Bob agree on?",
        "What did each of the two say?",
        "How do a, b and c and d each vote?",
        "compare prices",
        "Why is there no peace treaty?",
        "Why and how did it end?",
        "When, and why?",
        "the tide and when it turns",
        "What do seals and otters eat?",
        "Who is she? Who?",
        "北方領土問題は解決したか？",
        "",
    ],
)
def test_one_question(question: str) -> None:
    """What asks one thing, or whose second half cannot stand alone, stays whole."""
    assert parts(question) == (question,)


def test_no_more_than_can_be_answered() -> None:
    """However many things are asked, there are at most MOST parts; the last holds the rest."""
    found = parts(" and ".join(f"who wrote book number {number}" for number in range(9)))
    assert len(found) == MOST
    assert "number 8" in found[-1]


@given(
    st.lists(st.sampled_from("who what is the cat and , ? ; in when it sleeps 北".split()), max_size=30).map(" ".join)
)
def test_every_word_is_asked(question: str) -> None:
    """Parts joined have the question's words in their order, but for the "and" between them."""
    whole, joined = (re.findall(r"\w+", text) for text in (question, " ".join(parts(question))))
    rest = iter(whole)
    assert all(word in rest for word in joined)
    assert sorted(word for word in whole if word != "and") == sorted(word for word in joined if word != "and")
