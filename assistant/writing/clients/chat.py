"""A model behind a network as a `LanguageModel`: one connection for each answer, tried again while there is time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from assistant.errors import ModelError
from assistant.writing.model import Limit
from assistant.writing.pieces import Stop, pieces

TRIES = 4
FIRST_DELAY = 0.5  # seconds before the second try; each later one waits twice as long
CONNECT_SECONDS = 5.0
TEMPORARY = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
CUT = "The language model's answer broke off before its end; ask again, or look at the log of its server."


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a request failed: the sentence that says so, whether to try again, and the seconds that the server asks for."""

    sentence: str
    temporary: bool = False
    after: float | None = None


class Client(Protocol):
    """What differs between the libraries."""

    name: str

    def chat(self, system: str, prompt: str, seconds: float, tokens: int) -> AsyncIterator[str]:
        """The pieces of one answer, over a connection that is closed at their end; ModelError(CUT) if there is no end."""
        ...

    def failure(self, error: Exception) -> Failure:
        """What an error of the library means. Nothing of the error's text is repeated: it may hold a key or a prompt."""
        ...


class ChatModel:
    """A `LanguageModel` over a client."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.name = client.name

    def stream(self, system: str, prompt: str, limit: Limit, *, tokens: int = 600) -> Iterator[str]:
        """See `LanguageModel`. Fails for good when something was already written, or the server asks for too long a wait."""

        def work(put: Callable[[str], None], stop: Stop) -> None:
            asyncio.run(self._persist(partial(self._try, system, prompt, limit, tokens, put), limit, stop))

        return pieces(work, limit)

    async def _persist(self, attempt: Callable[[], Awaitable[Failure | None]], limit: Limit, stop: Stop) -> None:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None
        stop.then(lambda: loop.call_soon_threadsafe(task.cancel))
        for number in range(TRIES):
            failure = await attempt()
            if failure is None:
                return
            delay = FIRST_DELAY * 2**number * random.uniform(0.8, 1.2) if failure.after is None else failure.after  # noqa: S311
            if not failure.temporary or number == TRIES - 1 or delay >= limit.left():
                raise ModelError(failure.sentence)
            await asyncio.sleep(delay)

    async def _try(
        self, system: str, prompt: str, limit: Limit, tokens: int, put: Callable[[str], None]
    ) -> Failure | None:
        """Why it failed, or None. What failed after its first piece is not tried again."""
        written = False
        try:
            async for piece in self.client.chat(system, prompt, limit.left(), tokens):
                if piece:
                    written = True
                    put(piece)
        except ModelError as error:
            return Failure(str(error))
        except Exception as error:
            failure = self.client.failure(error)
            return Failure(failure.sentence) if written else failure
        return None


def failure_of(status: int | None, after: str | None = None) -> Failure:
    """What an HTTP status means; `after` is the text of the header Retry-After. Without a status: not reached."""
    if status is None:
        return Failure(
            "The language model's server cannot be reached; start it, or check ASSISTANT_LLM_URL.", temporary=True
        )
    if status in (401, 403):
        return Failure(f"The language model's server refused the key (status {status}); check ASSISTANT_LLM_KEY.")
    if status == 404:
        return Failure("The server does not know this language model; check ASSISTANT_LLM and ASSISTANT_LLM_URL.")
    try:
        seconds = max(0.0, float(after)) if after is not None else None
    except ValueError:  # a date: rare, and as good as none
        seconds = None
    return Failure(
        f"The language model's server answered with status {status}; its log may say why.", status in TEMPORARY, seconds
    )
