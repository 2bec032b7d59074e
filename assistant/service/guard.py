"""The ASGI layer around everything: unknown host names are refused, and every response carries the security headers.

Written against ASGI itself, since it sees every byte before any framework does.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, MutableMapping, Sequence
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Guard:
    """Refuses hosts by name, and puts the security headers on what leaves; a header that is already set stays."""

    def __init__(self, app: App, hosts: Collection[str] | None, policy: str) -> None:
        self._app = app
        self._hosts = None if hosts is None else {host.lower() for host in hosts}
        self._headers = {
            b"content-security-policy": policy.encode("ascii"),
            b"x-content-type-options": b"nosniff",
            b"referrer-policy": b"no-referrer",
            b"cross-origin-resource-policy": b"same-origin",
            b"cross-origin-opener-policy": b"same-origin",
            b"permissions-policy": b"camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # nothing here speaks it
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(pair for pair in self._headers.items() if pair[0] not in present),
                ]
            await send(message)

        if self._hosts is not None and host_name(header(scope, b"host")) not in self._hosts:
            await refuse(guarded, 421, "This address does not belong to this service.")
            return
        # Gradio builds addresses from these, and no proxy stands before a loopback service: never believed.
        scope["headers"] = [pair for pair in scope["headers"] if not pair[0].startswith(b"x-forwarded-")]
        await self._app(scope, receive, guarded)


def page_policy(frame_origins: Sequence[str] = ()) -> str:
    """The Content-Security-Policy of the page. Gradio writes inline scripts and styles, so those are allowed."""
    ancestors = " ".join(["'self'", *frame_origins])
    return (
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; "
        "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
        f"frame-src 'self'; frame-ancestors {ancestors}"
    )


def header(scope: Scope, name: bytes) -> str:
    """The value of a request header, or an empty text."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def host_name(host: str) -> str:
    """The name in a Host header, without its port, in small letters: `[::1]:80` gives `::1`."""
    found = re.fullmatch(r"(?:\[([0-9a-fA-F:.]+)\]|([^:\[\]]*))(?::\d+)?", host.strip())
    return (found[1] or found[2] or "").lower().rstrip(".") if found else ""


async def refuse(send: Send, status: int, reason: str) -> None:
    """A short answer in plain text."""
    body = reason.encode("utf-8")
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode("ascii"))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
