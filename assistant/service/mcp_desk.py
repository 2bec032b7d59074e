"""Where the MCP tools ask: a service, for callers over HTTP, or one assistant, for the program that started us."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from assistant.conversation import Turn
from assistant.page.contract import Answers
from assistant.record import Answer
from assistant.service.asking import EARLIER, Asked, earlier
from assistant.service.caller import Caller, Refused
from assistant.service.context import Service
from assistant.service.mcp_tools import Part, Query, Question
from assistant.service.store import NO_CONVERSATION
from index.records import Document, Hit

MOST_TALKS = 100  # conversations that are remembered; then the one that was longest silent is forgotten


class Desk(Protocol):
    """Where the tools ask. `request` is the HTTP request that carries the call, or None. Refused if it may not be."""

    def collections(self, request: Any) -> Sequence[str]:
        """Names of the collections that may be asked, the default first."""
        ...

    async def ask(self, request: Any, asked: Question) -> Answer: ...

    async def search(self, request: Any, asked: Query) -> Sequence[Hit]: ...

    async def document(self, request: Any, asked: Part) -> Document | None: ...


class Served:
    """The desk of a service: each request has its caller, who asks within the limits and in own collections only."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collections(self, request: Any) -> Sequence[str]:
        allowed = caller_of(request).collections
        return [name for name in self._service.assistants if allowed is None or name in allowed]

    async def ask(self, request: Any, asked: Question) -> Answer:
        request.state.question = asked.question
        caller = caller_of(request)
        owner = self._service.access.owner(request, caller)
        question = Asked(asked.question, asked.collection, asked.within, asked.conversation, owner)
        return await self._service.start(caller, question).answer()

    async def search(self, request: Any, asked: Query) -> Sequence[Hit]:
        caller = caller_of(request)
        library = self._service.answers(caller, asked.collection).collection
        return await self._service.limits.run(
            caller.client, asked.query, lambda: library.search(asked.query, asked.limit, asked.within)
        )

    async def document(self, request: Any, asked: Part) -> Document | None:
        library = self._service.answers(caller_of(request), asked.collection).collection
        return await asyncio.to_thread(library.document, asked.document_id)


class Alone:
    """The desk of one assistant, for the program that started it. Conversations last as long as the process."""

    def __init__(self, assistant: Answers) -> None:
        self._assistant = assistant
        self._talks: OrderedDict[str, tuple[Turn, ...]] = OrderedDict()

    def collections(self, request: Any) -> Sequence[str]:
        return [self._assistant.collection.name]

    async def ask(self, request: Any, asked: Question) -> Answer:
        self._check(asked.collection)
        if asked.conversation is not None and asked.conversation not in self._talks:
            raise Refused(404, NO_CONVERSATION)
        identity = asked.conversation or secrets.token_urlsafe(18)
        history = self._talks.get(identity, ())
        cancelled = threading.Event()
        try:
            answer = await asyncio.to_thread(self._answer, asked, history, cancelled)
        finally:
            cancelled.set()  # for a thread whose answer nobody waits for any more
        self._talks[identity] = (*history, *earlier([answer.to_json()]))[-EARLIER:]
        self._talks.move_to_end(identity)
        if len(self._talks) > MOST_TALKS:
            self._talks.popitem(last=False)
        return replace(answer, conversation=identity)

    def _answer(self, asked: Question, history: tuple[Turn, ...], cancelled: threading.Event) -> Answer:
        *_, answer = self._assistant.stream(asked.question, asked.within, history, cancelled)
        assert isinstance(answer, Answer)
        return answer

    async def search(self, request: Any, asked: Query) -> Sequence[Hit]:
        self._check(asked.collection)
        return await asyncio.to_thread(self._assistant.collection.search, asked.query, asked.limit, asked.within)

    async def document(self, request: Any, asked: Part) -> Document | None:
        self._check(asked.collection)
        return await asyncio.to_thread(self._assistant.collection.document, asked.document_id)

    def _check(self, collection: str | None) -> None:
        if collection not in (None, "", self._assistant.collection.name):
            raise Refused(404, "There is no such collection.")


def caller_of(request: Any) -> Caller:
    """Who sent the HTTP request that carries a call, as `Mounted` has found."""
    caller: Caller = request.state.caller
    return caller
