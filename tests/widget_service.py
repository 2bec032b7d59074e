"""The sites of the widget's browser tests, as a program: prints the addresses of service, wiki and a strange site, and serves.

The service is the real one over a scripted assistant, with a layer before it that makes trouble by the question. The wiki
allows no inline script or style, and nothing from elsewhere but the service. The strange site is not on the list.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

import uvicorn  # noqa: E402
from browser_library import FakeLibrary  # noqa: E402
from fastapi import FastAPI, Request, Response  # noqa: E402
from widget_library import PAGES, TROUBLE, ScriptedAssistant, as_html, other_documents, wiki  # noqa: E402

from assistant.service.app import create_app  # noqa: E402
from assistant.service.options import Options  # noqa: E402
from assistant.service.server import address_of, bind  # noqa: E402

STYLE = """
body { margin: 0; font: 15px/1.6 sans-serif; color: #202122; background: #f6f6f6; }
header { padding: 14px 24px; background: #fff; border-bottom: 1px solid #c8ccd1; font-weight: bold; }
main { max-width: 900px; margin: 0; padding: 8px 24px 1200px; background: #fff; border-right: 1px solid #c8ccd1; }
h1, h2 { font-family: serif; font-weight: normal; border-bottom: 1px solid #a2a9b1; }
aside { height: 700px; }
button { text-transform: uppercase; letter-spacing: 4px; background: red; } p { color: #202122; } * { line-height: 1.7; }
@media (prefers-color-scheme: dark) { body { color: #eaecf0; background: #101418; } header, main { background: #18191d; }
header, main { border-color: #54595d; } p { color: #eaecf0; } }
body.white { background: #fff; } body.night { background: rgb(16 20 24); } body.bare { background: none; }
body.bare-on-night { background: none; } html:has(.bare-on-night) { background: #222; }
body.broad main { box-sizing: border-box; width: 420px; }
"""
KEYS = (
    "document.addEventListener('keydown', event => { document.documentElement.dataset.keys = 'leaked ' + event.key })"
)
TAGS: dict[str, Callable[[str], str]] = {
    "none": lambda service: "",
    "shown": lambda service: f'<script src="{service}/widget.js" defer></script>',
    "plain": lambda service: f'<script src="{service}/widget.js" defer></script>',
    **dict.fromkeys(
        ("white", "night", "bare", "bare-on-night", "broad"),  # the ground of the page, or a page wider than a phone
        lambda service: f'<script src="{service}/widget.js" defer></script>',
    ),
    "named": lambda service: (
        f'<script src="{service}/widget.js?title=Ask+the+wiki&amp;position=left" data-accent="#ffd400" defer></script>'
    ),
    "element": lambda service: (
        f'<cited-assistant id="mine" server="{service}/" title="Help" lang="de" within="wiki/Remote access" '
        f'collection="default" position="left"></cited-assistant><script src="{service}/widget.js" async></script>'
    ),
    "twice": lambda service: f'<script src="{service}/widget.js"></script>' * 2,
    "inline": lambda service: (
        f'<cited-assistant mode="inline" theme="dark"></cited-assistant><script src="{service}/widget.js" defer></script>'
    ),
    "minted": lambda service: (
        f'<cited-assistant ticket-url="/ticket"></cited-assistant><script src="{service}/widget.js" defer></script>'
    ),
    "frame": lambda service: (
        f'<iframe src="{service}/embed?title=Frame&amp;lang=fr&amp;mode=float" width="400" height="640"></iframe>'
    ),
    "dead": lambda service: (
        '<cited-assistant server="http://127.0.0.1:1"></cited-assistant>'
        f'<script src="{service}/widget.js" defer></script>'
    ),
}


def site(service: Callable[[], str]) -> FastAPI:
    """A wiki with a strict policy; the cookie `tag` says how the widget is placed in its pages."""
    app = FastAPI()

    def page(request: Request, title: str) -> Response:
        title = title.replace("_", " ")
        if title not in PAGES:
            return Response(status_code=404)
        kind = request.cookies.get("tag", "plain")
        tag = TAGS[kind](service())
        own = " 'self'" if kind == "minted" else ""
        policy = (
            f"default-src 'none'; script-src {service()} 'self'; connect-src {service()}{own} http://127.0.0.1:1; "
            f"style-src 'self'; frame-src {service()}; require-trusted-types-for 'script'"
        )
        html = (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<link rel="stylesheet" href="/wiki.css"><script src="/keys.js"></script></head>'
            f'<body class="{kind}">'
            f"<header>Company wiki</header><main>{as_html(title, kind == 'shown')}</main>{tag}</body></html>"
        )
        return Response(html, media_type="text/html", headers={"content-security-policy": policy})

    def by_query(request: Request) -> Response:
        return page(request, request.query_params.get("title", "Remote access"))

    app.add_api_route("/favicon.ico", lambda: Response(status_code=204), response_model=None)
    app.add_api_route("/index.php/{title}", page, response_model=None)
    app.add_api_route("/index.php", by_query, response_model=None)
    app.add_api_route("/wiki.css", lambda: Response(STYLE, media_type="text/css"), response_model=None)
    app.add_api_route("/keys.js", lambda: Response(KEYS, media_type="text/javascript"), response_model=None)
    return app


class Trouble:
    """An ASGI layer that makes what the question of a request asks for."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.times: dict[str, int] = {}
        self.asked: list[dict[str, Any]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] != "/api/ask" or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        asked = json.loads(body)
        self.asked.append(asked)
        kind = next((name for name, question in TROUBLE.items() if question == asked["question"]), "")
        time = self.times[kind] = self.times.get(kind, 0) + 1
        origin = dict(scope["headers"]).get(b"origin", b"")
        headers = [
            (b"content-type", b"application/json"),
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", b"retry-after"),
            (b"retry-after", b"1"),
        ]
        status = {
            "busy": 429 if time == 1 else 0,
            "crowded": 429,
            "expired": 401 if time == 1 else 0,
            "unknown": 413,
        }.get(kind, 0)
        if status:
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": b'{"error": {"message": "Shorten the question."}}'})
            return

        async def again() -> Any:
            nonlocal body
            if body:
                whole, body = body, b""
                return {"type": "http.request", "body": whole, "more_body": False}
            return await receive()

        await self.app(scope, again, self._spoiled(send, kind, time))

    def _spoiled(self, send: Any, kind: str, time: int) -> Any:
        seen = 0

        async def spoiled(message: Any) -> None:
            nonlocal seen
            if kind == "slow" and message["type"] == "http.response.body" and not message.get("more_body"):
                await asyncio.sleep(0.5)  # the end comes some time after the last event
            if message["type"] == "http.response.body" and message.get("body"):
                seen += 1
                if kind == "slow":
                    await asyncio.sleep(0.5)
                if kind in ("cut", "failing") and time == 1 and seen > 4:
                    end = b'event: error\ndata: {"message": "secret", "status": 503}\n\n' if kind == "failing" else b""
                    if seen == 5:
                        await send({"type": "http.response.body", "body": end})
                    return
            if kind in ("cut", "failing") and time == 1 and seen > 4:
                return
            await send(message)

        return spoiled


async def main() -> None:
    """Serves three sites on free ports until it is ended."""
    sockets = [bind("127.0.0.1", 0) for _ in range(3)]
    service, first, strange = [address_of(one) for one in sockets]
    first, strange = first.replace("127.0.0.1", "localhost"), strange.replace("127.0.0.1", "localhost")  # other sites
    library = FakeLibrary(held=[*wiki(first).values(), *other_documents()])
    asked: list[tuple[str, str | None]] = []
    folder = tempfile.mkdtemp()
    app = create_app(
        ScriptedAssistant(library, asked),
        Options(origins=(first, service), data=Path(folder)),
    )
    trouble = Trouble(app)
    pages = site(lambda: service)

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        yield

    def ticket() -> Any:
        return {"ticket": app.state.service.access.tickets.mint(first, ["default"]), "expires_in": 60}

    pages.add_api_route("/ticket", ticket, methods=["POST"])
    pages.add_api_route("/asked", lambda: trouble.asked, methods=["GET"])
    servers = [
        uvicorn.Server(uvicorn.Config(one, log_level="error", access_log=False, timeout_graceful_shutdown=1))
        for one in (trouble, pages, site(lambda: service))
    ]
    print(service, first, strange, flush=True)
    await asyncio.gather(*(server.serve(sockets=[socket]) for server, socket in zip(servers, sockets, strict=True)))


if __name__ == "__main__":
    asyncio.run(main())
