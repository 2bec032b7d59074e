"""The ASGI layer before the doors for programs: other sites out, permissions for the listed ones, limits, no traceback.

| request to `/api`, `/v1`, `/mcp` | answer |
|---|---|
| from a page of an origin that is not listed | 403, and no permission |
| a browser's question whether a listed one may call | 204 with the permission |
| with a body over the limit | 413 |
| that fails in a way that nobody foresaw | 500 and a fixed sentence; the log has the reason |
"""

from __future__ import annotations

import logging
import re

from assistant.service.body_limit import JSON_LIMIT, Limit
from assistant.service.guard import App, Message, Receive, Scope, Send, header, refuse_json
from assistant.service.origins import Origins

FAILED = "Something went wrong here; the service's log says what."
ELSEWHERE = "Requests from other sites are refused."
DOORS = re.compile(r"/(?:api|v1|mcp)(?:/.*)?", re.DOTALL)
UPLOAD = "/api/documents"
METHODS = b"GET, POST, DELETE"
HEADERS = b"authorization, content-type, x-assistant-owner"
EXPOSED = b"retry-after"
_OURS = re.compile(rb"access-control-.*|vary")
PERMISSION_SECONDS = b"600"

_log = logging.getLogger(__name__)


class Door:
    """Around the application, inside the guard. Cookies of ours are never part of a permission."""

    def __init__(self, app: App, origins: Origins, upload_limit: int) -> None:
        self._app = app
        self._origins = origins
        self._uploads = Limit(app, upload_limit, refuse_json)
        self._bodies = Limit(app, JSON_LIMIT, refuse_json)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif not DOORS.fullmatch(scope["path"]):
            await self._whole(self._app, scope, receive, send)
        elif (sender := self._origins.sender(scope)) == "foreign":
            await refuse_json(send, 403, ELSEWHERE)
        else:
            origin = header(scope, b"origin").encode("latin-1") if sender == "listed" else b""
            if origin and scope["method"] == "OPTIONS" and header(scope, b"access-control-request-method"):
                await send({"type": "http.response.start", "status": 204, "headers": _permission(origin)})
                await send({"type": "http.response.body", "body": b""})
                return
            limited = self._uploads if scope["path"] == UPLOAD else self._bodies
            await self._whole(limited, scope, receive, _permitting(send, origin))

    async def _whole(self, app: App, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer of the application, or a fixed sentence if it fails before it has begun to answer."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await app(scope, receive, watched)
        except Exception:
            if started:
                raise
            _log.exception("a request failed")
            await refuse_json(send, 500, FAILED)


def _permitting(send: Send, origin: bytes) -> Send:
    async def permitted(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [pair for pair in message["headers"] if not _OURS.fullmatch(pair[0].lower())]
            allowed = [(b"access-control-allow-origin", origin), (b"access-control-expose-headers", EXPOSED)]
            varied = {
                one.strip()
                for name, value in message["headers"]
                if name.lower() == b"vary"
                for one in value.split(b",")
            }
            vary = (b"vary", b", ".join(sorted({*varied, b"Origin"})))
            message["headers"] = [*kept, *(allowed if origin else ()), vary]
        await send(message)

    return permitted


def _permission(origin: bytes) -> list[tuple[bytes, bytes]]:
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-methods", METHODS),
        (b"access-control-allow-headers", HEADERS),
        (b"access-control-max-age", PERMISSION_SECONDS),
        (b"vary", b"Origin"),
    ]
