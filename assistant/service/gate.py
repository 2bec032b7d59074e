"""ASGI layers around the page: which of Gradio's routes are open, who may post to them, how much, and the headers of every answer.

| layer | stands around | does |
|---|---|---|
| `Guard` | everything | unknown host names are refused; security headers on every response |
| `Gate` | Gradio alone | only the routes that the page uses, posts from our own origin only, bodies within a limit |
| `Dress` | Gradio alone | our head in Gradio's HTML document |

Written against ASGI itself: these see every byte before any framework does.
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
JSON_LIMIT = 256 * 1024  # bytes of any request to Gradio that is no upload
UPLOAD = "/gradio_api/upload"

# What the page really asks for. Everything else that Gradio serves (file and proxy routes, its API, its docs, recording,
# monitoring, login) stays shut; a new release of Gradio that adds a route does not open it here.
OPEN = re.compile(
    r"/|/assets/[\w./-]+|/static/[\w./-]+|/theme\.css|/favicon\.ico|/robots\.txt|/config"
    r"|/gradio_api/(queue/join|queue/data|heartbeat/\w+|startup-events|reset|cancel|app_id|theme\.css)/?"
)
OPEN_FOR_UPLOADS = re.compile(r"/gradio_api/(upload|upload_progress)")


def page_policy(frame_origins: Sequence[str] = ()) -> str:
    """The Content-Security-Policy of the page. Gradio writes inline scripts and styles, so those are allowed, from us only."""
    ancestors = " ".join(["'self'", *frame_origins])
    return ("default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
            "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
            f"frame-src 'self'; frame-ancestors {ancestors}")


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
                message["headers"] = [*message["headers"], *(pair for pair in self._headers.items() if pair[0] not in present)]
            await send(message)

        if self._hosts is not None and host_name(header(scope, b"host")) not in self._hosts:
            await refuse(guarded, 421, "This address does not belong to this service.")
            return
        # Gradio builds addresses from these, and no proxy stands before a loopback service: never believed.
        scope["headers"] = [pair for pair in scope["headers"] if not pair[0].startswith(b"x-forwarded-")]
        await self._app(scope, receive, guarded)


class Gate:
    """Gradio behind a list of open routes."""

    def __init__(self, app: App, *, uploads: bool, upload_limit: int) -> None:
        self._app = app
        self._uploads = uploads
        self._upload_limit = upload_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path, method = scope["path"], scope["method"]
        uploading = self._uploads and OPEN_FOR_UPLOADS.fullmatch(path) is not None
        if not uploading and not OPEN.fullmatch(path):
            await refuse(send, 404, "Not found.")
        elif method not in ("GET", "HEAD", "POST"):
            await refuse(send, 405, "Not allowed.")
        elif path == "/" and scope.get("query_string") and b"deep_link" in scope["query_string"]:
            await refuse(send, 404, "Not found.")
        elif method == "POST" and not from_us(scope):
            await refuse(send, 403, "Requests from other sites are refused.")
        else:
            limit = self._upload_limit if path == UPLOAD else JSON_LIMIT
            await Limit(self._app, limit)(scope, receive, send)


class Limit:
    """Request bodies up to a number of bytes; a longer one is answered with 413, announced or not."""

    def __init__(self, app: App, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        announced = header(scope, b"content-length")
        if announced.isdigit() and int(announced) > self._limit:
            await refuse(send, 413, f"The upload is larger than {self._limit / 2**20:g} MB.")
            return
        seen, over, started = 0, False, False

        async def counted() -> Message:
            nonlocal seen, over
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit:
                over = True
                return {"type": "http.disconnect"}
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            if over and not started:
                return
            started = True
            await send(message)

        try:
            await self._app(scope, counted, watched)
        except Exception:
            if not over:
                raise
        if over and not started:
            await refuse(send, 413, f"The upload is larger than {self._limit / 2**20:g} MB.")


class Dress:
    """Gradio's HTML document at `/`, rewritten by a function of text; everything else passes untouched."""

    def __init__(self, app: App, dress: Callable[[str], str]) -> None:
        self._app = app
        self._dress = dress

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/":
            await self._app(scope, receive, send)
            return
        scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]  # the body is to be read here
        start: Message = {}
        body = bytearray()

        async def held(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            body.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            page = self._dress(body.decode("utf-8")).encode("utf-8") if start["status"] == 200 and body else bytes(body)
            kept = [pair for pair in start["headers"] if pair[0].lower() not in (b"content-length", b"cache-control")]
            length = [(b"content-length", str(len(page)).encode("ascii"))] if body else []
            await send({**start, "headers": [*kept, *length, (b"cache-control", b"no-store")]})
            await send({"type": "http.response.body", "body": page})

        await self._app(scope, receive, held)


def header(scope: Scope, name: bytes) -> str:
    """The value of a request header, or an empty text."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def host_name(host: str) -> str:
    """The name in a Host header, without its port, in small letters: `[::1]:80` gives `::1`."""
    found = re.fullmatch(r"(?:\[([0-9a-fA-F:.]+)\]|([^:\[\]]*))(?::\d+)?", host.strip())
    return (found[1] or found[2] or "").lower().rstrip(".") if found else ""


def from_us(scope: Scope) -> bool:
    """Whether a post comes from our own pages. Browsers always say where a post comes from; programs say nothing and pass."""
    origin, site = header(scope, b"origin"), header(scope, b"sec-fetch-site")
    if site and site not in ("same-origin", "none"):
        return False
    return not origin or origin.partition("://")[2].lower() == header(scope, b"host").lower()


async def refuse(send: Send, status: int, reason: str) -> None:
    """A short answer in plain text."""
    body = reason.encode("utf-8")
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode("ascii"))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
