"""assistant/page/chat.py: the events of the chat, without a browser."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from browser_library import ANSWERED, BROKEN, REFUSED, FakeAssistant

from assistant.conversation import Turn
from assistant.errors import QuestionError
from assistant.page import chat
from assistant.page.alone import Alone
from assistant.page.chat import LIMIT, Talk
from assistant.page.contract import Visitor
from assistant.quoted import shown
from assistant.record import Answer, Event


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "PAUSE", 0)


class Scripted:
    """A visitor who gets these events, whatever is asked, and has a kept conversation."""

    def __init__(self, *events: Event | None, kept: Sequence[Answer] = ()) -> None:
        self.events = events
        self.kept = list(kept)
        self.left = False

    async def stream(self, question: str, history: Sequence[Turn]) -> AsyncGenerator[Event | None]:
        try:
            for event in self.events:
                yield event
        finally:
            self.left = True

    async def answers(self) -> Sequence[Answer]:
        return self.kept

    async def forget(self) -> None:
        self.kept.clear()


def ask(question: str, talk: Talk | None = None, visitor: Visitor | None = None, **more: Any) -> list[chat.Update]:
    async def told() -> list[chat.Update]:
        who = visitor or Alone(FakeAssistant())
        return [update async for update in chat.ask(who, question, talk or Talk(), **more)]

    return asyncio.run(told())


def messages(update: chat.Update) -> str:
    """All text of the chatbot in one update."""
    return repr(getattr(update[0], "value", None))


def an_answer(question: str = ANSWERED, **changes: Any) -> Answer:
    return replace(FakeAssistant().ask(question), **changes)


def test_an_answer_appears_sentence_by_sentence() -> None:
    """Waiting, then one sentence more in each update, then the whole with its sources."""
    updates = [messages(update) for update in ask(ANSWERED)]
    assert "Reading the documents" in updates[0]
    assert [update.count("sentence source") for update in updates[1:]] == [1, 2, 3, 4, 4]
    assert "Sources" in updates[-1]
    assert "Sources" not in updates[-2]


def test_in_a_hurry_the_answer_comes_at_once() -> None:
    """Whole: who wants no motion gets none."""
    updates = [messages(update) for update in ask(ANSWERED, hurry=True)]
    assert [update.count("sentence source") for update in updates] == [0, 4]


def test_what_was_shown_is_replaced_by_the_answer() -> None:
    """The last event is the truth: sentences that came before and are not in it are gone."""
    draft = replace(an_answer().sentences[0], text="The model began like this.", verdict="supported")
    (first, *_) = shown(replace(an_answer(), sentences=(draft,)))
    final = an_answer(notes=("The language model failed.",))
    updates = [messages(update) for update in ask(ANSWERED, visitor=Scripted(first, None, final))]
    assert "The model began like this." in updates[1]
    assert "The model began like this." not in updates[-1]
    assert "The language model failed." in updates[-1]


def test_the_question_is_shown_as_it_was_understood() -> None:
    """From the first sentence on, where it differs by more than its end; not otherwise."""
    answer = an_answer("and when was it built", standalone_question="When was the lighthouse built?")
    updates = [messages(update) for update in ask(answer.question, visitor=Scripted(*shown(answer), answer))]
    assert all("Understood as&#58; <bdi>When was the lighthouse built?</bdi>" in update for update in updates[1:])
    assert all("Understood as" not in messages(update) for update in ask(ANSWERED))
    alike = an_answer("when  was it built", standalone_question="When was it built?")
    assert "Understood as" not in messages(ask(alike.question, visitor=Scripted(alike))[-1])


def test_talk_is_answered_plainly() -> None:
    """No sources, no footer, and it is no turn of the conversation."""
    thanks = replace(an_answer(REFUSED), verdict="talk", nearest=(), notes=("You are welcome.",))
    last = ask("thanks", visitor=Scripted(thanks))[-1]
    assert "You are welcome." in messages(last)
    assert "foot" not in messages(last)
    assert last[2].turns == ()


def test_nothing_is_asked_for_an_empty_or_a_too_long_question() -> None:
    """An empty question changes nothing; a long one says by how much, and keeps the text in the field."""
    assert len(ask("  \n ")) == 1
    (update,) = ask("x" * (LIMIT + 7))
    assert "7 characters over the limit of 2,000" in str(update[4])


def test_an_exception_becomes_a_plain_sentence(caplog: pytest.LogCaptureFixture) -> None:
    """The page says that it failed, the log says why."""
    last = messages(ask(BROKEN)[-1])
    assert "Something went wrong" in last
    assert "secret" not in last
    assert "secret detail" in caplog.text


def test_a_refusal_is_told_in_its_own_sentence() -> None:
    """What the service does not do now is said in the conversation."""

    class Refusing(Scripted):
        async def stream(self, question: str, history: Sequence[Turn]) -> AsyncGenerator[Event | None]:
            raise QuestionError("Too many questions.")
            yield None

    assert "Too many questions." in messages(ask(ANSWERED, visitor=Refusing())[-1])


def test_the_history_grows_and_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exchanges are kept in order; the oldest leave when there are too many. Turns stand for what was understood."""
    monkeypatch.setattr(chat, "KEPT", 2)
    talk = Talk()
    for question in (REFUSED, ANSWERED, REFUSED):
        talk = ask(question, talk)[-1][2]
    assert [message["role"] for message in talk.messages] == ["user", "assistant"] * 2
    assert "lighthouse" in talk.messages[0]["content"]
    assert [turn.question for turn in talk.turns] == [ANSWERED, REFUSED]
    assert "Ada Lindqvist" in talk.turns[0].answer
    assert talk.turns[1].answer == ""


def test_what_was_said_is_the_history_of_the_next_question() -> None:
    """Without a service, too: the window's own conversation is handed over."""
    assistant = FakeAssistant()
    talk = ask(ANSWERED, visitor=Alone(assistant))[-1][2]
    ask("and who helps?", talk, Alone(assistant))
    assert [turn.question for turn in assistant.history] == [ANSWERED]


def test_a_stopped_question_stands_in_the_field_again() -> None:
    """And is no part of the conversation."""
    before = ask(REFUSED)[-1][2]
    asking = ask(ANSWERED, before)[0][2]
    stopped = chat.stop(asking)
    assert stopped[1] == ANSWERED
    assert "lighthouse" not in messages(stopped)
    assert "France" in messages(stopped)
    assert stopped[2] == before


def test_who_stops_reading_gives_the_answer_up() -> None:
    """Wherever it is left: whoever answers is told."""

    class Endless(FakeAssistant):
        told: threading.Event | None = None

        def stream(self, question: str, *rest: Any) -> Iterator[Event]:
            self.told = rest[-1]
            yield next(shown(an_answer()))
            yield next(shown(an_answer()))

    async def leave(assistant: Endless) -> None:
        updates = chat.ask(Alone(assistant), ANSWERED, Talk())
        await anext(updates)
        await anext(updates)
        assert assistant.told is not None
        assert not assistant.told.is_set()
        await updates.aclose()
        assert assistant.told.is_set()

    asyncio.run(leave(Endless()))
    scripted = Scripted(None, an_answer())
    ask(ANSWERED, visitor=scripted)
    assert scripted.left


def test_a_kept_conversation_is_shown_again() -> None:
    """Each question with its answer, in order, and under its id; deleting it leaves an empty page."""
    kept = [an_answer(conversation="c-1"), an_answer(REFUSED, conversation="c-1")]
    visitor = Scripted(kept=kept)
    update = asyncio.run(chat.again(visitor))
    assert messages(update).index("Ada Lindqvist") < messages(update).index("capital of France")
    assert update[5] == "<p>c-1</p>"
    assert len(update[2].turns) == 2
    emptied = asyncio.run(chat.forget(visitor))
    assert visitor.kept == []
    assert messages(emptied) == "[]"
    assert emptied[5] == "<p></p>"
