"""One question of the chat: text and history to the messages on the page, sentence by sentence."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

from assistant.errors import QuestionError
from assistant.page.contract import Answers
from assistant.page.render import render_answer, render_failure, render_question, render_waiting
from assistant.record import Answer

LIMIT = 2000  # characters of a question
PAUSE = 0.11  # seconds between two sentences
KEPT = 40  # exchanges that stay on the page; older ones go, so that a session cannot grow without end
FAILED = (
    "Something went wrong while answering. Please ask again; if it happens again, tell whoever runs this assistant."
)

_log = logging.getLogger(__name__)
Message = dict[str, str]
Find = Callable[[str], Answer]
Update = tuple[Any, ...]


class Chat:
    """The events of one page. The conversation is Gradio's session state: a list of messages, already escaped."""

    def __init__(self, assistant: Answers) -> None:
        self._assistant = assistant

    def ask(
        self, question: str | None, history: list[Message], *, hurry: bool = False, find: Find | None = None
    ) -> Iterator[Update]:
        """Updates of chatbot, question field, history, welcome and note as the answer appears; in a hurry, at once.

        `find` asks in the name of the visitor, where the service knows who that is.
        """
        text = (question or "").strip()
        if not text:
            yield _update()
        elif len(text) > LIMIT:
            over = f"The question is {len(text) - LIMIT:,} characters over the limit of {LIMIT:,}."
            yield _update(note=f'<p class="problem">{over}</p>')
        else:
            yield from self._answer(text, history, find or self._assistant.ask, hurry=hurry)

    def new(self) -> Update:
        """An empty conversation."""
        return _update(messages=[], question="", history=[], talking=False)

    def _answer(self, text: str, history: list[Message], find: Find, *, hurry: bool) -> Iterator[Update]:
        before = [*history[-2 * (KEPT - 1) :], _message("user", render_question(text))]
        yield _update(messages=[*before, _message("assistant", render_waiting())], question="", talking=True)
        anchor = f"a{sum(message['role'] == 'user' for message in before)}-{_moment()}"
        steps = self._steps(text, anchor, find, hurry=hurry)
        html = next(steps)
        for following in steps:
            yield _update(messages=[*before, _message("assistant", html)])
            time.sleep(PAUSE)
            html = following
        done = [*before, _message("assistant", html)]
        yield _update(messages=done, history=done)

    def _steps(self, text: str, anchor: str, find: Find, *, hurry: bool) -> Iterator[str]:
        """The answer's HTML with one sentence, two, … and at last with its sources."""
        try:
            answer = find(text)
            whole = render_answer(answer, anchor)
        except QuestionError as error:
            yield render_failure(str(error))
            return
        except Exception:
            _log.exception("a question could not be answered")
            yield render_failure(FAILED)
            return
        if not hurry:
            for shown in range(1, len(answer.sentences)):
                yield render_answer(answer, anchor, shown)
        yield whole


def _message(role: str, content: str) -> Message:
    return {"role": role, "content": content}


def _moment() -> str:
    """Tells two equal answers on one page apart; element ids must be unique."""
    return f"{time.monotonic_ns() // 1_000_000:x}"


def _update(
    messages: list[Message] | None = None,
    question: str | None = None,
    history: list[Message] | None = None,
    talking: bool | None = None,
    note: str | None = None,
) -> Update:
    """Values for chatbot, question, history, welcome and note; None leaves a component as it is."""
    import gradio as gr

    return (
        gr.skip() if messages is None else gr.Chatbot(value=messages, visible=True if messages else "hidden"),
        gr.skip() if question is None else question,
        gr.skip() if history is None else history,
        gr.skip() if talking is None else gr.Column(visible=not talking),
        gr.skip() if note is None else note,
    )
