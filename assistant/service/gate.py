"""ASGI layers around Gradio: which of its routes are open, who may post to them and how much, and our head in its page.

| layer | does |
|---|---|
| `Gate` | opens the page's routes only, to those who may ask, takes posts from our own pages only, can end event streams |
| `OwnFiles` | refuses events that name a file which was not uploaded |
| `Dress` | rewrites Gradio's HTML document by a function of text |
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.service.body_limit import JSON_LIMIT, Limit
from assistant.service.caller import Refused
from assistant.service.caller import Scope as Right
from assistant.service.guard import App, Message, Receive, Scope, Send, refuse
from assistant.service.signin import turn_to_signin

if TYPE_CHECKING:
    from assistant.service.access import Access

UPLOAD = "/gradio_api/upload"
JOIN = "/gradio_api/queue/join"

# What the page really asks for. Everything else that Gradio serves (file and proxy routes, its API, its docs,
# recording, monitoring, login) stays shut; a new release of Gradio that adds a route does not open it here.
OPEN = re.compile(
    r"/|/assets/[\w./-]+|/static/[\w./-]+|/theme\.css|/favicon\.ico|/robots\.txt|/config"
    r"|/gradio_api/(queue/join|queue/data|heartbeat/\w+|startup-events|reset|cancel|app_id|theme\.css)/?"
)
STREAMS = re.compile(r"/gradio_api/(queue/data|heartbeat/|upload_progress)")
PUBLIC = re.compile(
    r"/(?:assets|static)/.*|/theme\.css|/favicon\.ico|/robots\.txt"
)  # the library's files, the same anywhere
OPEN_FOR_UPLOADS = re.compile(r"/gradio_api/(upload|upload_progress)")


class Gate:
    """Gradio behind a list of open routes, for those who may ask the collection of the page."""

    def __init__(
        self, app: App, access: Access, collection: str, *, uploads: bool, upload_limit: int, upload_folder: Path
    ) -> None:
        self._app = OwnFiles(app, upload_folder)
        self._access = access
        self._collection = collection
        self._uploads = uploads
        self._upload_limit = upload_limit
        self._streams: set[asyncio.Task[Any]] = set()
        self._closing = False

    def close(self) -> None:
        """Ends the event streams, which never end by themselves: with it the server stops at once, and quietly."""
        self._closing = True
        for task in self._streams:
            task.cancel()

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
        elif method == "POST" and self._access.origins.sender(scope) != "own":
            await refuse(send, 403, "Requests from other sites are refused.")
        elif not PUBLIC.fullmatch(path) and (refused := self._refused(scope, "ingest" if uploading else "ask")):
            await self._turn_away(refused, scope, send)
        else:
            limit = self._upload_limit if path == UPLOAD else JSON_LIMIT
            await self._ending(Limit(self._app, limit), scope, receive, send)

    def _refused(self, scope: Scope, needed: Right) -> Refused | None:
        """Why the visitor may not do this, if so."""
        try:
            caller = self._access.visitor(scope)
            caller.require(needed)
        except Refused as refused:
            return refused
        if caller.collections is not None and self._collection not in caller.collections:
            return Refused(403, "This key does not open the documents of this page.")
        return None

    async def _turn_away(self, refused: Refused, scope: Scope, send: Send) -> None:
        if refused.status == 401 and scope["path"] == "/" and scope["method"] != "POST":
            await turn_to_signin(send)
        else:
            await refuse(send, refused.status, refused.reason)

    async def _ending(self, app: App, scope: Scope, receive: Receive, send: Send) -> None:
        task = asyncio.current_task()
        if task is None or not STREAMS.match(scope["path"]):
            await app(scope, receive, send)
            return
        self._streams.add(task)
        last: Message = {}

        async def watched(message: Message) -> None:
            nonlocal last
            last = message
            await send(message)

        try:
            await app(scope, receive, watched)
        except asyncio.CancelledError:
            if not self._closing:
                raise
            if not last:
                await refuse(send, 503, "Closing.")
            elif last["type"] == "http.response.start" or last.get("more_body"):
                await send({"type": "http.response.body", "body": b""})
        finally:
            self._streams.discard(task)


class OwnFiles:
    """Events may name uploaded files only.

    Mounted in another application, Gradio 6.31 does not check this (`has_launched` stays False): whoever can post could
    name any file of this machine, or an address for it to fetch, as the value of any component.
    """

    def __init__(self, app: App, folder: Path) -> None:
        self._app = app
        self._folder = folder.resolve()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].rstrip("/") != JOIN or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        try:
            paths = list(named_paths(json.loads(body)))
        except (ValueError, RecursionError):
            await refuse(send, 400, "This is no event.")
            return
        if not all(self._is_ours(path) for path in paths):
            await refuse(send, 403, "Only uploaded files can be named.")
            return
        pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            return pending.pop() if pending else await receive()

        await self._app(scope, again, send)

    def _is_ours(self, path: str) -> bool:
        try:
            return Path(path).is_absolute() and Path(path).resolve().is_relative_to(self._folder)
        except (OSError, ValueError):
            return False


def named_paths(value: Any) -> Iterator[str]:
    """Every file path in the data of an event: Gradio takes any object with the key `path` for a file."""
    if isinstance(value, dict):
        if "path" in value:
            yield str(value["path"])
        for inner in value.values():
            yield from named_paths(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from named_paths(inner)


class Dress:
    """Gradio's HTML document at `/`, rewritten by a function of text; everything else passes untouched."""

    def __init__(self, app: App, dress: Callable[[str], str]) -> None:
        self._app = app
        self._dress = dress

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/":
            await self._app(scope, receive, send)
            return
        scope["headers"] = [
            pair for pair in scope["headers"] if pair[0] != b"accept-encoding"
        ]  # the body is to be read here
        start: Message = {}
        body = bytearray()

        async def held(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            if message["type"] != "http.response.body":
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
