"""Who asks, and the one way to an answer: what every HTTP door shares.

| name | is |
|---|---|
| `Caller` | who asks: what may be done, in which collections |
| `Refused` | why something is not done, with the HTTP status that says so |
| `Service` | the assistants by collection, the store, access, limits and metrics; `ask` answers one question |
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from assistant.errors import StoreError
from assistant.page.address import source_address
from assistant.page.contract import Answers
from assistant.record import Answer

if TYPE_CHECKING:
    from assistant.service.access import Access
    from assistant.service.limits import Limits
    from assistant.service.metrics import Metrics
    from assistant.service.store import Store

Scope = Literal["ask", "ingest", "admin"]
Kind = Literal["local", "page", "key", "ticket", "proxy"]
SCOPES: frozenset[Scope] = frozenset(("ask", "ingest", "admin"))
NO_COLLECTION = "There is no such collection."

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: what may be done, and in which collections."""

    kind: Kind
    name: str  # of the key or the user, or ""
    scopes: frozenset[Scope]
    collections: frozenset[str] | None  # None: every collection that is served
    origin: str | None  # of a ticket
    client: str  # what limits count by: the key's or user's name, or the client's address

    def require(self, scope: Scope) -> None:
        """Returns if the caller may do this; Refused(403) otherwise. `admin` may do everything."""
        if scope not in self.scopes and "admin" not in self.scopes:
            raise Refused(403, f"This needs the scope {scope}.")


class Refused(Exception):
    """Why a request is not answered: an HTTP status, one sentence, and when to come back, in seconds."""

    def __init__(self, status: int, reason: str, retry_after: int | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.retry_after = retry_after


class Service:
    """What the doors share. Built once by `create_app`, found at `app.state.service`."""

    def __init__(
        self,
        assistants: Mapping[str, Answers],
        *,
        access: Access,
        limits: Limits,
        store: Store,
        metrics: Metrics,
    ) -> None:
        self.assistants = assistants  # by name of the collection; the first one is the page's
        self.access = access
        self.limits = limits
        self.store = store
        self.metrics = metrics

    @property
    def default(self) -> str:
        """The name of the collection of the page, which is asked where none is named."""
        return next(iter(self.assistants))

    @property
    def root_path(self) -> str:
        """The path under which a proxy serves all this, as `/assistant`, or an empty text."""
        return self.access.options.root_path

    def collections(self, caller: Caller) -> list[str]:
        """The names of the collections that a caller may use, the default one first."""
        return [name for name in self.assistants if caller.collections is None or name in caller.collections]

    def collection_name(self, caller: Caller, collection: str | None = None) -> str:
        """The name of the collection that is meant, the default if None; Refused(404) if it is not the caller's."""
        allowed = self.collections(caller)
        name = collection or next(iter(allowed), "")
        if name not in allowed:
            raise Refused(404, NO_COLLECTION)
        return name

    def answers(self, caller: Caller, collection: str | None = None) -> Answers:
        """The assistant of a collection; Refused(404) for one that is not served, or is not the caller's."""
        return self.assistants[self.collection_name(caller, collection)]

    def view(self, collection: str, document: str, sentence: str) -> str:
        """The address of the source view of a sentence, below the root path, signed: it opens without a key for a while."""
        signed = self.access.tickets.mint_pass(collection, document)
        return source_address(document, sentence).replace("#", f"&pass={signed}#", 1)

    async def ask(
        self,
        caller: Caller,
        question: str,
        *,
        collection: str | None = None,
        within: str | None = None,
        conversation: str | None = None,
        owner: str = "",
    ) -> Answer:
        """The answer to one question, within the limits, counted and kept; its `conversation` says where.

        Refused if the caller may not ask, or not this, or not now; what `Answers.ask` raises passes through.
        """
        asked = _Asked(question, self._may_ask(caller, collection), within, conversation, owner)
        with self._counted(asked) as work:
            return await self.limits.run(caller.client, question, work)

    def ask_here(
        self,
        caller: Caller,
        question: str,
        *,
        collection: str | None = None,
        within: str | None = None,
        conversation: str | None = None,
        owner: str = "",
    ) -> Answer:
        """The same for a thread that may wait."""
        asked = _Asked(question, self._may_ask(caller, collection), within, conversation, owner)
        with self._counted(asked) as work:
            return self.limits.run_here(caller.client, question, work)

    def close(self) -> None:
        """Questions that wait are given up, and the store is closed."""
        self.limits.close()
        self.store.close()

    def _may_ask(self, caller: Caller, collection: str | None) -> str:
        caller.require("ask")
        return self.collection_name(caller, collection)

    @contextmanager
    def _counted(self, asked: _Asked) -> Iterator[Callable[[], Answer]]:
        """The work of one question, counted as waiting until it begins, then as in progress, then by its verdict."""
        started = time.perf_counter()
        with ExitStack() as waiting:
            waiting.enter_context(self.metrics.waiting())

            def work() -> Answer:
                waiting.close()
                with self.metrics.answering():
                    answer = self._answer(asked)
                self.metrics.answered(answer, time.perf_counter() - started)
                return answer

            yield work

    def _answer(self, asked: _Asked) -> Answer:
        if asked.conversation is not None:
            self.store.check(asked.conversation, asked.owner)
        answer = self.assistants[asked.collection].ask(asked.question, asked.within)
        answer = replace(answer, conversation=asked.conversation)
        try:
            kept = self.store.keep(answer, collection=asked.collection, owner=asked.owner)
        except StoreError as error:  # a full disk costs the history, not the answer
            _log.error("an answer could not be kept: %s", error)
            kept = None
        return replace(answer, conversation=kept)


@dataclass(frozen=True, slots=True)
class _Asked:
    question: str
    collection: str
    within: str | None
    conversation: str | None
    owner: str
