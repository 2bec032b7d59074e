"""The ASGI layer that counts requests of every kind by client: whoever sends too many is told when to come back.

It stands inside the door, so that a page of a listed site can read the refusal. A client is a network address, the browser's
own where the proxy before us is the trusted one: who asks is not known yet, and finding out costs time, too.
"""

from __future__ import annotations

import re

from assistant.service.guard import App, Receive, Scope, Send, refuse_json
from assistant.service.limits import Limits, client_of

COUNTED = re.compile(
    r"/(?:api|v1|mcp|source|signin|signout|metrics|gradio_api/(?:queue/join|upload))(?:/.*)?", re.DOTALL
)
TOO_MANY = "Too many requests in a short time; come back in a moment."


class Pace:
    """Answers 429 with `Retry-After` where a client has sent more than a minute's requests."""

    def __init__(self, app: App, limits: Limits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and COUNTED.fullmatch(scope["path"]):
            client = client_of(scope["client"][0]) if scope.get("client") else "unknown"
            wait = self._limits.request(client)
            if wait:
                await refuse_json(send, 429, TOO_MANY, wait)
                return
        await self._app(scope, receive, send)
