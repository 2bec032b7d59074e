"""The ASGI layer around everything: unknown host names are refused, and every response carries the security headers.

Written against ASGI itself, since it sees every byte before any framework does. What a proxy says of a request is
believed from the one proxy that is trusted, and removed otherwise; inside, these stand in the scope:

| key | is |
|---|---|
| `proxied` | whether the trusted proxy has sent it; then `client` and `scheme` are those of the browser |
| `forwarded` | whether any proxy has, so that it does not come from this machine itself |
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Collection, Iterable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Refuse = Callable[[Send, int, str], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

LOOPBACK = ("localhost", "127.0.0.1", "::1")
FORWARDED = re.compile(rb"x-forwarded-.*|forwarded|x-real-ip|via")


class Guard:
    """Refuses hosts by name, and puts the security headers on what leaves; a header that is already set stays."""

    def __init__(
        self,
        app: App,
        hosts: Collection[str] | None,
        policy: str,
        *,
        trusted_proxy: str = "",
        user_header: str = "",
        root_path: str = "",
    ) -> None:
        self._app = app
        self._hosts = None if hosts is None else {host.lower() for host in hosts}
        self._trusted_proxy = trusted_proxy
        self._user_header = user_header.lower().encode("ascii")
        self._root_path = root_path
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
        self._take_proxy(scope)
        self._take_root(scope)
        await self._app(scope, receive, guarded)

    def _take_proxy(self, scope: Scope) -> None:
        """Who is behind the proxy, if it is the trusted one. The headers go: Gradio would build addresses from them."""
        peer = scope["client"][0] if scope.get("client") else ""
        scope["proxied"] = bool(self._trusted_proxy) and peer.removeprefix("::ffff:") == self._trusted_proxy
        scope["forwarded"] = scope["proxied"] or any(FORWARDED.fullmatch(key) for key, _ in scope["headers"])
        if scope["proxied"]:
            chain = [value for key, value in scope["headers"] if key == b"x-forwarded-for"]
            nearest = chain[-1].decode("latin-1").rpartition(",")[2].strip() if chain else ""
            scope["client"] = (nearest, 0) if nearest else scope["client"]
            scheme = header(scope, b"x-forwarded-proto").lower()
            scope["scheme"] = scheme if scheme in ("http", "https") else scope["scheme"]
        untrue = b"" if scope["proxied"] else self._user_header
        scope["headers"] = [
            (key, value) for key, value in scope["headers"] if key != untrue and not FORWARDED.fullmatch(key)
        ]

    def _take_root(self, scope: Scope) -> None:
        """A path under which a proxy serves us goes, where the proxy has left it: so both kinds of proxy are right."""
        if not self._root_path:
            return
        scope["root_path"] = self._root_path
        if scope["path"].startswith(self._root_path + "/"):
            scope["path"] = scope["path"][len(self._root_path) :]
            scope["raw_path"] = scope["path"].encode("utf-8")


def page_policy(origins: Iterable[str] = ()) -> str:
    """The Content-Security-Policy of the page. Gradio writes inline scripts and styles, so those are allowed."""
    return (
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; "
        "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
        f"frame-src 'self'; {frame_ancestors(origins)}"
    )


def frame_ancestors(origins: Iterable[str] = ()) -> str:
    """The directive that says who may show it in a frame: our own origin and those on the list."""
    return " ".join(["frame-ancestors 'self'", *origins])


def header(scope: Scope, name: bytes) -> str:
    """The value of a request header, or an empty text."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def host_name(host: str) -> str:
    """The name in a Host header, without its port, in small letters: `[::1]:80` gives `::1`."""
    found = re.fullmatch(r"(?:\[([0-9a-fA-F:.]+)\]|([^:\[\]]*))(?::\d+)?", host.strip())
    return (found[1] or found[2] or "").lower().rstrip(".") if found else ""


async def refuse(send: Send, status: int, reason: str) -> None:
    """A short answer in plain text."""
    await _answer(send, status, b"text/plain; charset=utf-8", reason.encode("utf-8"))


async def refuse_json(send: Send, status: int, reason: str, retry_after: int | None = None) -> None:
    """A short answer in JSON, in the form of every error of the service."""
    later = [] if retry_after is None else [(b"retry-after", str(retry_after).encode("ascii"))]
    await _answer(send, status, b"application/json", json.dumps(error_record(reason)).encode("utf-8"), later)


def error_record(reason: str) -> dict[str, Any]:
    """What a program is told when something is not done."""
    return {"error": {"message": reason}}


async def _answer(send: Send, status: int, kind: bytes, body: bytes, more: Headers | None = None) -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode("ascii")), *(more or ())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
