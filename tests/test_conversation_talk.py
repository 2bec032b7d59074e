"""assistant/conversation/talk.py: what is said to the assistant is told from what is asked of the documents."""

from __future__ import annotations

import time

import pytest

from assistant.conversation import Turn, understand
from assistant.conversation.talk import without_thanks
from assistant.said import Said

say = Said("en")


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        ("thanks", "talk_thanks"),
        ("Thank you very much!", "talk_thanks"),
        ("ok great, thanks a lot 🙂".replace(" 🙂", ""), "talk_thanks"),
        ("hello", "talk_greeting"),
        ("Good morning!", "talk_greeting"),
        ("hi, how are you?", "talk_greeting"),
        ("ok great", "talk_other"),
        ("I see.", "talk_other"),
        ("that's all", "talk_other"),
        ("thanks, bye", "talk_goodbye"),
        ("Have a nice day", "talk_goodbye"),
    ],
)
def test_smalltalk(said: str, reply: str) -> None:
    """Greetings, thanks and the like get a reply from prompts/ and search nothing."""
    understood = understand(said, [Turn("What is the Mill Act?", "A law.")])
    assert (understood.kind, understood.reply, understood.text, understood.carried) == (
        "smalltalk",
        say(reply),
        said,
        (),
    )


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        ("who are you?", "talk_about"),
        ("Thanks, and what can you do?", "talk_about"),
        ("Are you ChatGPT?", "talk_about"),
        ("help", "talk_about"),
        ("which documents do you have?", "talk_documents"),
        ("what do you know", "talk_documents"),
    ],
)
def test_about(said: str, reply: str) -> None:
    """Questions about the assistant itself are answered about the assistant."""
    understood = understand(said)
    assert (understood.kind, understood.reply) == ("about", say(reply))


@pytest.mark.parametrize(
    "asked",
    [
        "thanks, and when was that?",
        "Thank you. How many boats were there?",
        "hello, what is the INF Treaty?",
        "who are you allowed to bring to the club?",
        "what can you do about seized boats?",
        "what do you know about the INF Treaty?",
        "which documents do you have to sign when you join?",
        "are you an heir if there is no will?",
        "help with fishing",
        "why not?",
        "how does this work?",
        "What did Oslo thank the crews for?",
        "right whales",
        "Great Britain",
        "fine for the crews",
        "no peace treaty why",
        "Good Friday agreement",
        "Hello Kitty",
        "see you in court meaning",
    ],
)
def test_questions(asked: str) -> None:
    """What merely begins or sounds like talk asks the documents."""
    assert understand(asked).kind == "question"


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("thanks, and when was that?", "and when was that?"),
        ("Okay. Did the diet help?", "Did the diet help?"),
        ("no? why?", "why?"),
        ("thanks when was it", "when was it"),
        ("Cool science. What else?", "Cool science. What else?"),
        ("Right whales are rare", "Right whales are rare"),
        ("thanks", "thanks"),
    ],
)
def test_without_thanks(said: str, left: str) -> None:
    """An opening is taken off at a mark or before a question, never out of a phrase."""
    assert without_thanks(said) == left


@pytest.mark.parametrize(
    "said", ["thanks very much " * 120, "ok, " * 500 + "x", "no," * 660, "very much thanks " * 120 + "x"]
)
def test_linear(said: str) -> None:
    """However long talk is, looking at it takes no noticeable time."""
    started = time.perf_counter()
    understand(said[:2000])
    assert time.perf_counter() - started < 5
