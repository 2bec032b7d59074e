"""The one way to an answer: the assistants by collection, with the store, access, limits and metrics around them."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.errors import StoreError
from assistant.page.address import source_address
from assistant.page.contract import Answers
from assistant.page.plain import model_name
from assistant.record import Answer
from assistant.service.asking import EARLIER, Asked, Running, earlier
from assistant.service.caller import Caller, Refused
from assistant.service.store import NO_CONVERSATION, KeptTurn, Store

if TYPE_CHECKING:
    from assistant.service.access import Access
    from assistant.service.limits import Limits
    from assistant.service.metrics import Metrics

NO_COLLECTION = "There is no such collection."

_log = logging.getLogger(__name__)


class Service:
    """What every door shares. Built once by `create_app`, found at `app.state.service`."""

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
    def model(self) -> str | None:
        """The name of the language model that writes the answers, or None where they are quoted."""
        model = self.assistants[self.default].model
        return model_name(model.name) if model else None

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

    def start(self, caller: Caller, asked: Asked) -> Running:
        """The answer to one question under way, within the limits, counted and kept; its `conversation` says where.

        Refused if the caller may not ask, or not this, or not now; what `Answers.stream` raises comes out of the running
        answer. One that is given up is not kept.
        """
        caller.require("ask")
        collection, started, running = self.collection_name(caller, asked.collection), time.perf_counter(), Running()

        def work() -> Answer:
            answer = self._answer(caller, asked, collection, running)
            if not running.cancelled.is_set():
                self.metrics.answered(answer, time.perf_counter() - started)
            return answer

        running.follow(self.limits.submit(caller.client, asked.question, work))
        return running

    def turns(self, caller: Caller, conversation: str, owner: str, most: int | None = None) -> tuple[KeptTurn, ...]:
        """The latest turns of a conversation, oldest first. Refused(404) if it is not this owner's, or has an answer from
        a collection that the caller may not ask."""
        turns = self.store.conversation(conversation, owner, most)
        readable = self.collections(caller)
        if any(turn.collection not in readable for turn in turns):
            raise Refused(404, NO_CONVERSATION)
        return turns

    def close(self) -> None:
        """Questions that wait are given up, and the store is closed."""
        self.limits.close()
        self.store.close()

    def _answer(self, caller: Caller, asked: Asked, collection: str, running: Running) -> Answer:
        history = asked.history
        if asked.conversation is not None:
            turns = self.turns(caller, asked.conversation, asked.owner, EARLIER)
            history = earlier(turn.record for turn in turns)
        events = self.assistants[collection].stream(asked.question, asked.within, history, running.cancelled)
        for event in events:
            if isinstance(event, Answer):
                return self._kept(replace(event, conversation=asked.conversation), asked, collection, running)
            running.tell(event)
        raise AssertionError("the last event is the answer")

    def _kept(self, answer: Answer, asked: Asked, collection: str, running: Running) -> Answer:
        if running.cancelled.is_set():
            return answer
        try:
            kept = self.store.keep(answer, collection=collection, owner=asked.owner)
        except StoreError as error:  # a full disk costs the history, not the answer
            _log.error("an answer could not be kept: %s", error)
            kept = None
        return replace(answer, conversation=kept)
