"""One question under way: what is asked, and its events as they come out of the thread in which it is answered."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from assistant.conversation.record import Turn
from assistant.record import Answer, Event
from assistant.service.caller import CLOSING, Refused
from assistant.service.kept import REMOVED

EARLIER = 6  # turns before a question that are looked at to understand it


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with all that its door knows of it.

    `history` counts where no conversation is named; of one that is, the kept turns are the history.
    """

    question: str
    collection: str | None = None  # None: the first one that the caller may ask
    within: str | None = None
    conversation: str | None = None  # None: a new one
    owner: str = ""  # whose the conversation is; "": nobody's, so that none is kept
    history: tuple[Turn, ...] = ()


def earlier(records: Iterable[Mapping[str, Any]]) -> tuple[Turn, ...]:
    """Answer records as the turns of a conversation; a sentence whose document is gone is left out."""
    return tuple(
        Turn(one["standalone_question"], " ".join(said["text"] for said in one["sentences"] if said["text"] != REMOVED))
        for one in records
        if one["verdict"] != "talk"
    )


class Running:
    """The events of one question, for one reader in an event loop. Whoever stops reading must `give_up`."""

    def __init__(self) -> None:
        self.cancelled = threading.Event()
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[Event | Future[Answer]] = asyncio.Queue()
        self._future: Future[Answer] | None = None

    def follow(self, future: Future[Answer]) -> None:
        """What becomes of this is the last event."""
        self._future = future
        future.add_done_callback(self.tell)

    def tell(self, event: Event | Future[Answer]) -> None:
        """Hands an event over, from any thread."""
        with suppress(RuntimeError):  # the loop has ended meanwhile
            self._loop.call_soon_threadsafe(self._events.put_nowait, event)

    async def next(self, seconds: float | None = None) -> Event | None:
        """The next event, the answer last, or None if there is none within so many seconds.

        What the thread of the answer raised is raised here; Refused(503) if its turn did not come.
        """
        try:
            event = await asyncio.wait_for(self._events.get(), seconds)
        except TimeoutError:
            return None
        return self._result(event) if isinstance(event, Future) else event

    async def answer(self) -> Answer:
        """The answer, when it is there. Whoever no longer waits for it gives it up."""
        try:
            while not isinstance(event := await self.next(), Answer):
                pass
            return event
        finally:
            self.give_up()

    def give_up(self) -> None:
        """Whoever answers is told to stop; a question that still waits for its turn gives its position back."""
        self.cancelled.set()
        if self._future is not None:
            self._future.cancel()

    def _result(self, future: Future[Answer]) -> Answer:
        try:
            return future.result()
        except CancelledError:
            raise Refused(503, CLOSING) from None
