"""The application: an assistant to a FastAPI app with the page, the source view and its own headers.

Routes of ours come first, Gradio is mounted last, at `/`, behind the gate.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assistant.page.contract import Answers
from assistant.page.head import ASSET_ROUTE, ASSETS, FOLDER, dress
from assistant.service.gate import Dress, Gate
from assistant.service.guard import LOOPBACK, Guard, page_policy
from assistant.service.source import POLICY, render_missing, render_source

if TYPE_CHECKING:
    from fastapi import APIRouter, FastAPI

UPLOAD_LIMIT = 50 * 2**20  # bytes of one upload


def create_app(
    assistant: Answers,
    *,
    host: str = "127.0.0.1",
    names: Sequence[str] = (),
    examples: Sequence[str] = (),
    uploads: bool = True,
    upload_limit: int = UPLOAD_LIMIT,
    frame_origins: Sequence[str] = (),
    cors_origins: Sequence[str] = (),
    routers: Sequence[APIRouter] = (),
) -> FastAPI:
    """The whole service as an ASGI application.

    `host` is the address that will be bound: on a loopback address only loopback names are answered, against DNS
    rebinding, and the further `names`; on any other address every name, unless `names` says which. `routers` are
    further doors (API, widget), placed before the page. `frame_origins` may show the page in a frame, `cors_origins`
    may call it. `upload_limit` is in bytes.
    """
    from fastapi import FastAPI
    from starlette.middleware.cors import CORSMiddleware

    from assistant.page.page import add_page, upload_folder

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    # Gradio opens itself to every origin unless its parent has this middleware, even with an empty list.
    app.add_middleware(
        CORSMiddleware, allow_origins=list(cors_origins), allow_methods=["GET", "POST"], allow_headers=["content-type"]
    )
    app.add_middleware(Guard, hosts=allowed_hosts(host, names), policy=page_policy(frame_origins))
    for router in routers:
        app.include_router(router)
    _own_routes(app, assistant)
    add_page(app, assistant, examples, uploads=uploads, max_file_size=upload_limit)
    mounted: Any = app.router.routes[-1]
    page = Dress(mounted.app, lambda html: dress(html, upload_limit))
    gate = Gate(page, uploads=uploads, upload_limit=upload_limit, upload_folder=upload_folder())
    mounted.app = app.state.gate = gate
    return app


def allowed_hosts(host: str, names: Sequence[str] = ()) -> tuple[str, ...] | None:
    """The host names that are answered, or None for every name."""
    if host in LOOPBACK or host.startswith("127."):
        return (*LOOPBACK, host, *names)
    return tuple(names) or None


def _own_routes(app: FastAPI, assistant: Answers) -> None:
    from fastapi.responses import FileResponse, HTMLResponse, Response

    here = {name: FOLDER / name for name in ASSETS} | {"source.css": FOLDER.parent / "service" / "source.css"}

    def asset(name: str) -> Response:
        if name not in here:
            return Response(status_code=404)
        return FileResponse(here[name], headers={"cache-control": "no-cache"})

    def source(document: str, sentence: str = "", theme: str = "") -> Response:
        found = assistant.collection.document(document)
        headers = {"content-security-policy": POLICY, "cache-control": "no-store"}
        if found is None:
            return HTMLResponse(render_missing(theme), 404, headers)
        page = render_source(found, assistant.collection.sentences(found.id), sentence or None, theme)
        return HTMLResponse(page, headers=headers)

    app.add_api_route(ASSET_ROUTE + "/{name}", asset, methods=["GET"], response_model=None)
    app.add_api_route("/source/{document}", source, methods=["GET"], response_model=None)
