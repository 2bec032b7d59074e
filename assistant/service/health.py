"""How the service is: alive, ready, and in numbers.

| route | says |
|---|---|
| `GET /healthz` | that the process answers |
| `GET /readyz` | that every collection is open and the models are loaded; 503 until then |
| `GET /metrics` | the numbers of `metrics`, to programs of this machine and keys of scope admin |
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from assistant.page.contract import Answers
from assistant.service.api_models import answers
from assistant.service.api_route import Plain
from assistant.service.caller import Refused
from assistant.service.context import Service
from assistant.service.metrics import CONTENT_TYPE

TRIED = "Is everything here?"  # what each collection is asked once, which loads what an answer needs
AGAIN_SECONDS = 10.0  # before a collection that failed is tried again
State = Literal["ready", "loading", "failed"]

_log = logging.getLogger(__name__)


class Readiness:
    """What each collection needs is loaded by asking it one question, beside everything else. Use it from one event loop."""

    def __init__(self, assistants: Mapping[str, Answers]) -> None:
        self._assistants = assistants
        self.states: dict[str, State] = dict.fromkeys(assistants, "loading")
        self._task: asyncio.Task[None] | None = None
        self._ended = float("-inf")

    @property
    def ready(self) -> bool:
        """Whether every collection has answered."""
        return all(state == "ready" for state in self.states.values())

    def start(self) -> None:
        """Loads what is not loaded, unless that is being done, or failed a moment ago."""
        waiting = self._task is not None and not self._task.done()
        if not self.ready and not waiting and time.monotonic() - self._ended > AGAIN_SECONDS:
            self._task = asyncio.create_task(self._load())

    async def end(self) -> None:
        """Returns when nothing is being loaded: a collection is not closed while it is asked."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def _load(self) -> None:
        for name, assistant in self._assistants.items():
            if self.states[name] == "ready":
                continue
            self.states[name] = "loading"
            try:
                await asyncio.to_thread(assistant.ask, TRIED)
                self.states[name] = "ready"
            except Exception:
                _log.exception("collection %s cannot answer", name)
                self.states[name] = "failed"
        self._ended = time.monotonic()


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"]

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "alive"}]})


class Ready(BaseModel):
    """Whether questions can be answered; `loading` and `failed` come with status 503. `model` writes the answers, if one does."""

    status: State
    model: str | None

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ready", "model": None}]})


def router(service: Service) -> APIRouter:
    """The three routes. Loading begins when the application starts."""
    readiness = Readiness(service.assistants)

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        readiness.start()
        yield
        await readiness.end()

    async def healthz() -> Response:
        return Plain({"status": "alive"})

    async def readyz() -> Response:
        readiness.start()
        found = set(readiness.states.values())
        state = next((state for state in ("failed", "loading") if state in found), "ready")
        return Plain({"status": state, "model": service.model}, 200 if state == "ready" else 503)

    async def metrics(request: Request) -> Response:
        caller = request.state.caller = service.access.caller(request)
        if caller.kind != "local" and "admin" not in caller.scopes:
            raise Refused(403, "This needs the scope admin.")
        text = await asyncio.to_thread(service.metrics.text, service.assistants)
        return Response(text, headers={"content-type": CONTENT_TYPE, "cache-control": "no-store"})

    routes = APIRouter(tags=["Health"], lifespan=lifespan)
    not_ready: dict[int | str, dict[str, Any]] = {
        200: {"model": Ready},
        503: {"model": Ready, "description": "Not ready, or not all of it."},
    }
    numbers: dict[str, Any] = {
        "description": "Text format of Prometheus.",
        "content": {"text/plain": {"schema": {"type": "string"}}},
    }
    routes.add_api_route(
        "/healthz", healthz, methods=["GET"], summary="Is the process alive?", responses={200: {"model": Alive}}
    )
    routes.add_api_route("/readyz", readyz, methods=["GET"], summary="Can it answer questions?", responses=not_ready)
    for path, look in (("/healthz", healthz), ("/readyz", readyz)):  # some who look only want the status
        routes.add_api_route(path, look, methods=["HEAD"], include_in_schema=False)
    routes.add_api_route(
        "/metrics",
        metrics,
        methods=["GET"],
        summary="Numbers for Prometheus",
        response_class=Response,
        responses=answers(None) | {200: numbers},
    )
    return routes
