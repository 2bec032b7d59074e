"""Who looks at the chat page, as the service knows them: limits, history and the kept conversation.

The page's script sends two headers with each event: the secret of this browser, by which conversations are its own, and the
conversation that goes on. A conversation that is not the visitor's is none: a new one begins.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any

from assistant.conversation import Turn
from assistant.errors import QuestionError, StoreError
from assistant.page.chat import KEPT
from assistant.record import Answer, Event
from assistant.service.asking import Asked
from assistant.service.caller import Refused
from assistant.service.context import Service
from assistant.service.guard import header
from assistant.service.kept import Remembered, as_answer, renewed

CONVERSATION = b"x-assistant-conversation"
PULSE_SECONDS = 1.0  # after which it is told that there is nothing new, so that who is gone is missed


def visitors(service: Service) -> Callable[[Any], Visit]:
    """What makes a visitor of the HTTP request of an event of the page."""
    return lambda request: Visit(service, request)


class Visit:
    """The visitor behind one event of the page; obeys `assistant.page.contract.Visitor`."""

    def __init__(self, service: Service, request: Any) -> None:
        self._service = service
        self._request = request
        self._named = header(request.scope, CONVERSATION)

    async def stream(self, question: str, history: Sequence[Turn]) -> AsyncGenerator[Event | None]:
        try:
            kept = self._named if await asyncio.to_thread(self._known) else None
            asked = Asked(question, self._service.default, None, kept, self._owner(), tuple(history))
            running = self._service.start(self._caller(), asked)
            try:
                event: Event | None = None
                while not isinstance(event, Answer):
                    event = await running.next(PULSE_SECONDS)
                    yield event
            finally:
                running.give_up()
        except Refused as refused:
            raise QuestionError(refused.reason) from refused

    async def answers(self) -> Sequence[Answer]:
        return await asyncio.to_thread(self._answers)

    async def forget(self) -> None:
        if await asyncio.to_thread(self._known):
            await asyncio.to_thread(self._service.store.delete, self._named, self._owner())

    def _caller(self) -> Any:
        return self._service.access.visitor(self._request.scope)

    def _owner(self) -> str:
        return self._service.access.owner(self._request, self._caller())

    def _known(self) -> bool:
        """Whether the conversation that the page names is this visitor's."""
        try:
            self._service.turns(self._caller(), self._named, self._owner(), 1)
        except (Refused, StoreError):  # a store that fails costs the history, not the answer
            return False
        return True

    def _answers(self) -> list[Answer]:
        try:
            turns = self._service.turns(self._caller(), self._named, self._owner(), KEPT)
        except Refused:
            return []
        served = self._service.assistants
        libraries = {name: Remembered(served[name].collection) for name in {turn.collection for turn in turns}}
        return [as_answer(renewed(turn.record, libraries[turn.collection])) for turn in turns]
