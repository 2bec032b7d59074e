"""The visitor of a page that stands alone, without the service: nothing is kept, and answers come out of a thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Iterator, Sequence

from assistant.conversation import Turn
from assistant.page.contract import Answers
from assistant.record import Answer, Event

END = None


class Alone:
    """Obeys `assistant.page.contract.Visitor`; of an assistant, whoever asks."""

    def __init__(self, assistant: Answers) -> None:
        self._assistant = assistant

    async def stream(self, question: str, history: Sequence[Turn]) -> AsyncGenerator[Event | None]:
        cancelled = threading.Event()
        events = self._assistant.stream(question, None, history, cancelled)
        try:
            while (event := await asyncio.to_thread(_next, events)) is not END:
                yield event
        finally:
            cancelled.set()

    async def answers(self) -> Sequence[Answer]:
        return ()

    async def forget(self) -> None:
        pass


def _next(events: Iterator[Event]) -> Event | None:
    return next(events, END)
