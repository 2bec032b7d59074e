"""The events of the chat: a question and the conversation so far to what the page shows, sentence by sentence."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from assistant.conversation import Turn
from assistant.errors import QuestionError
from assistant.page.contract import Visitor
from assistant.page.escape import escape
from assistant.page.render import (
    render_answer,
    render_failure,
    render_growing,
    render_question,
    render_understood,
    render_waiting,
)
from assistant.record import Answer, Shown

LIMIT = 2000  # characters of a question
PAUSE = 0.11  # seconds between two sentences
KEPT = 40  # exchanges that stay on the page; older ones go, so that a session cannot grow without end
FAILED = (
    "Something went wrong while answering. Please ask again; if it happens again, tell whoever runs this assistant."
)

_log = logging.getLogger(__name__)
Message = dict[str, str]
Update = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Talk:
    """What one window shows: messages, already escaped; the turns that they stand for; the question that is being answered."""

    messages: tuple[Message, ...] = ()
    turns: tuple[Turn, ...] = ()
    asking: str = ""


async def ask(visitor: Visitor, question: str | None, talk: Talk, *, hurry: bool = False) -> AsyncGenerator[Update]:
    """Updates as the answer appears; in a hurry, when it is complete."""
    text = (question or "").strip()
    if not text:
        yield _update()
    elif len(text) > LIMIT:
        over = f"The question is {len(text) - LIMIT:,} characters over the limit of {LIMIT:,}."
        yield _update(note=f'<p class="problem">{over}</p>')
    else:
        async with aclosing(_answered(visitor, text, talk, hurry=hurry)) as updates:
            async for update in updates:
                yield update


async def again(visitor: Visitor, *, opening: bool = False) -> Update:
    """The kept conversation as it is now, or an empty page, which one that is just opening is already."""
    try:
        answers = (await visitor.answers())[-KEPT:]
    except Exception:
        _log.exception("a conversation could not be shown")
        answers = ()
    if opening and not answers:
        return _update(kept="")
    talk = Talk()
    for position, answer in enumerate(answers):
        html = render_answer(answer, f"a{position}-{_moment()}")
        talk = _longer(talk, answer.question, html, answer)
    conversation = answers[-1].conversation if answers else None
    return _update(talk.messages, talk=talk, talking=bool(answers), kept=conversation or "")


def new() -> Update:
    """An empty conversation."""
    return _update((), "", Talk(), talking=False, kept="")


async def forget(visitor: Visitor) -> Update:
    """The same, after the kept conversation was deleted."""
    try:
        await visitor.forget()
    except Exception:
        _log.exception("a conversation could not be deleted")
        return _update(note='<p class="problem">The conversation could not be deleted. Please try again.</p>')
    return new()


def stop(talk: Talk) -> Update:
    """The conversation without the question that was being answered, which stands in the field again."""
    return _update(talk.messages, talk.asking, replace(talk, asking=""), talking=bool(talk.messages))


async def _answered(visitor: Visitor, text: str, talk: Talk, *, hurry: bool) -> AsyncGenerator[Update]:
    asked = (*talk.messages[-2 * (KEPT - 1) :], _message("user", render_question(text)))
    waiting = _message("assistant", render_waiting(text))
    yield _update((*asked, waiting), "", replace(talk, asking=text), talking=True)
    anchor = f"a{len(asked)}-{_moment()}"
    try:
        async with aclosing(_steps(visitor, text, talk.turns, anchor, hurry=hurry)) as steps:
            async for html, answer in steps:
                if answer is not None:
                    done = _longer(talk, text, html, answer)
                    yield _update(done.messages, talk=done, kept=answer.conversation)
                else:
                    yield _update((*asked, _message("assistant", html))) if html else _update()
    except QuestionError as error:
        yield _failed(talk, text, str(error))
    except Exception:
        _log.exception("a question could not be answered")
        yield _failed(talk, text, FAILED)


async def _steps(
    visitor: Visitor, text: str, turns: Sequence[Turn], anchor: str, *, hurry: bool
) -> AsyncGenerator[tuple[str, Answer | None]]:
    """The answer's HTML with one sentence, two, …, and at last, with the record, whole; empty where nothing is new."""
    shown: list[Shown] = []
    async with aclosing(visitor.stream(text, turns)) as events:
        async for event in events:
            if event is None:
                yield "", None
            elif isinstance(event, Answer):
                yield render_answer(event, anchor, fresh=bool(shown)), event
            elif not hurry:
                if shown:
                    await asyncio.sleep(PAUSE)
                shown.append(event)
                citations = [citation for one in shown for citation in one.citations]
                above = render_understood(text, event.standalone_question)
                yield render_growing(text, [one.sentence for one in shown], citations, anchor, above), None


def _longer(talk: Talk, question: str, html: str, answer: Answer | None = None) -> Talk:
    """The conversation with one exchange more."""
    exchange = (_message("user", render_question(question)), _message("assistant", html))
    turns = talk.turns
    if answer is not None and answer.verdict != "talk":
        turns = (*turns, Turn(answer.standalone_question, " ".join(one.text for one in answer.sentences)))
    return Talk((*talk.messages[-2 * (KEPT - 1) :], *exchange), turns[-KEPT:])


def _failed(talk: Talk, question: str, reason: str) -> Update:
    failed = _longer(talk, question, render_failure(reason))
    return _update(failed.messages, talk=failed)


def _message(role: str, content: str) -> Message:
    return {"role": role, "content": content}


def _moment() -> str:
    """Tells two equal answers on one page apart; element ids must be unique."""
    return f"{time.monotonic_ns() // 1_000_000:x}"


def _update(
    messages: Sequence[Message] | None = None,
    question: str | None = None,
    talk: Talk | None = None,
    *,
    talking: bool | None = None,
    note: str | None = None,
    kept: str | None = None,
) -> Update:
    """Values for chatbot, question, talk, welcome, note and kept; None leaves a component as it is.

    `kept` is the id of the kept conversation, or an empty text where none is; the page's script remembers it.
    """
    import gradio as gr

    return (
        gr.skip() if messages is None else gr.Chatbot(value=[*messages], visible=True if messages else "hidden"),
        gr.skip() if question is None else question,
        gr.skip() if talk is None else talk,
        gr.skip() if talking is None else gr.Column(visible=not talking),
        gr.skip() if note is None else note,
        gr.skip() if kept is None else f"<p>{escape(kept)}</p>",
    )
