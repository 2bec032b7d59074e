"""assistant/question.py: what a question asks for, and never an error."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.question import Wanted, analyse, satisfies
from index.lexical import stem


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("When did the talks begin?", "time"),
        ("In what year was it signed?", "time"),
        ("How long did they last?", "time"),
        ("How many islands are there?", "number"),
        ("How far is it to Kunashir?", "number"),
        ("What percentage of voters agreed?", "number"),
        ("Who signed the declaration?", "person"),
        ("Whose island is it?", "person"),
        ("Where does the ferry land?", "place"),
        ("Which islands are disputed?", "place"),
        ("In what city did they meet?", "place"),
        ("Why is there no peace treaty?", "reason"),
        ("What prevents a treaty?", "reason"),
        ("How come nobody signed?", "reason"),
        ("What is the INF Treaty?", "other"),
        ("Tell me about seals", "other"),
        ("", "other"),
    ],
)
def test_kind_of_answer(text: str, wanted: Wanted) -> None:
    """The question word tells what kind of thing is wanted."""
    assert analyse(text).wanted == wanted


def test_parts() -> None:
    """Stems are of content words once each, names those that are capitalised inside, numbers those with a digit."""
    asked = analyse("Did the islands of Kunashir and Iturup join the USSR in 1945, and whose islands are they?")
    assert asked.stems == tuple(stem(word) for word in ("islands", "kunashir", "iturup", "join", "ussr", "1945"))
    assert asked.names == {stem(word) for word in ("kunashir", "iturup", "ussr")}
    assert asked.numbers == {"1945"}


def test_first_word_is_no_name() -> None:
    """A capital at the beginning of a sentence or quotation makes no name; an abbreviation is one."""
    assert analyse("Islands are where? Fishing is what?").names == frozenset()
    assert analyse("NATO grew").names == {stem("nato")}


@pytest.mark.parametrize(
    ("question", "sentence", "satisfied"),
    [
        ("When was it signed?", "It was signed in 1956.", True),
        ("When was it signed?", "It was signed at sea.", False),
        ("How many boats?", "Twelve boats came.", True),
        ("How many boats?", "Boats came.", False),
        ("How many of the 12 boats?", "The 12 boats came.", False),
        ("Who signed for Tokyo?", "Hatoyama signed for Tokyo.", True),
        ("Who signed for Tokyo?", "Tokyo signed it.", False),
        ("Why did it end?", "It ended because nobody came.", True),
        ("Why did it end?", "It ended in spring.", False),
        ("What is it?", "Anything.", True),
    ],
)
def test_satisfies(question: str, sentence: str, satisfied: bool) -> None:
    """A sentence satisfies when it holds what is wanted and the question itself did not say."""
    assert satisfies(analyse(question), sentence) is satisfied


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text(question: str, sentence: str) -> None:
    """No question and no sentence raises; names are among the stems, and the question is kept as it was."""
    asked = analyse(question)
    assert asked.text == question
    assert asked.names <= set(asked.stems)
    assert len(set(asked.stems)) == len(asked.stems)
    assert satisfies(asked, sentence) in (True, False)


@pytest.mark.parametrize(
    "text", ["A" * 2000, "A'" * 1000, "Aa" * 1000 + "'", "A" + "a" * 1998 + "’", "1" * 2000, "how " * 500, "“" * 2000]
)
def test_time(text: str) -> None:
    """The longest question, however odd, is taken apart in no time, and compared with a sentence as long."""
    started = time.process_time()
    for begin in ("", "Who ", "Why ", "When ", "How many "):
        satisfies(analyse(begin + text), text)
    assert time.process_time() - started < 2
