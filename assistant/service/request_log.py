"""The ASGI layer that writes one line of JSON for each request, and counts the refused ones. No question is in it.

Logged are method, route template, status, milliseconds and the kind of caller. Addresses, queries, headers and bodies
are not: they hold questions, names and keys. The text of questions is added only where that was switched on.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import Any

from assistant.service.guard import App, Message, Receive, Scope, Send
from assistant.service.metrics import Metrics

LOGGER = "assistant.requests"
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"))
_log = logging.getLogger(LOGGER)


class RequestLog:
    """Outermost of all layers, so that what the others refuse is seen, too.

    What a door knows it leaves in `scope["state"]`: `caller`, and `question` when it is asked one.
    """

    def __init__(self, app: App, metrics: Metrics, *, log_questions: bool = False) -> None:
        self._app = app
        self._metrics = metrics
        self._log_questions = log_questions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        started, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            if status >= 400:
                self._metrics.refused(status)
            line = self._line(scope, state, status, time.perf_counter() - started)
            level = logging.ERROR if status >= 500 else logging.INFO
            _log.log(level, json.dumps(line), extra={"request": line})

    def _line(self, scope: Scope, state: dict[str, Any], status: int, seconds: float) -> dict[str, Any]:
        line = {
            "method": scope["method"] if scope["method"] in METHODS else "other",
            "route": _route(scope),
            "status": status,
            "ms": round(1000 * seconds, 1),
            "caller": getattr(state.get("caller"), "kind", None),
        }
        return line | {"question": state["question"]} if self._log_questions and "question" in state else line


class ForPeople(logging.Formatter):
    """Lines for a terminal: a request in a few words, everything else as it is said."""

    def format(self, record: logging.LogRecord) -> str:
        line = getattr(record, "request", None)
        if line is None:
            return super().format(record)
        return f"{line['method']} {line['route']}: {line['status']} after {line['ms']:.0f} ms"


def log_to_stderr() -> logging.Handler:
    """A handler of our log: a line of JSON for each request, and whatever else is told; on a terminal only failed requests."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    if sys.stderr.isatty():
        handler.setFormatter(ForPeople("%(message)s"))
        handler.addFilter(lambda record: record.levelno >= logging.WARNING or not hasattr(record, "request"))
    return handler


def _route(scope: Scope) -> str:
    """The template of the route, as `/api/documents/{document}`; never the address itself, which may name a document."""
    return str(getattr(scope.get("route"), "path", "") or "other")
