"""What a browser opens beside the page: the styles and scripts, and the source view of a document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from assistant.page.contract import Library
from assistant.page.head import ASSET_ROUTE, ASSETS, FOLDER
from assistant.service.caller import Refused
from assistant.service.context import Service
from assistant.service.source import POLICY, render_missing, render_source

if TYPE_CHECKING:
    from fastapi import APIRouter, Request, Response

HEADERS = {"content-security-policy": POLICY, "cache-control": "no-store"}


def router(service: Service) -> APIRouter:
    """`GET /assets/assistant/{name}` and `GET /source/{document}`."""
    from fastapi import APIRouter
    from fastapi.responses import FileResponse, HTMLResponse, Response

    here = {name: FOLDER / name for name in ASSETS} | {"source.css": FOLDER.parent / "service" / "source.css"}

    def asset(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in here:
            return Response(status_code=404)
        return FileResponse(here[name], headers={"cache-control": "no-cache"})

    def source(request: Request) -> Response:
        """Whoever may not see a document is told the same as of one that is not there."""
        identity, asked = request.path_params["document"], request.query_params
        theme, cited = asked.get("theme", ""), asked.get("sentence") or None
        for library in _libraries(service, request, identity):
            document = library.document(identity)
            if document is not None:
                page = render_source(document, library.sentences(document.id), cited, theme)
                return HTMLResponse(page, headers=HEADERS)
        return HTMLResponse(render_missing(theme), 404, HEADERS)

    routes = APIRouter()
    routes.add_route(ASSET_ROUTE + "/{name}", asset, methods=["GET"], include_in_schema=False)
    routes.add_route("/source/{document}", source, methods=["GET"], include_in_schema=False)
    return routes


def _libraries(service: Service, request: Request, document: str) -> Iterable[Library]:
    """Where this visitor may look for the document: by a pass in the collection that it names, else in the visitor's own."""
    token, named = request.query_params.get("pass"), request.query_params.get("collection")
    try:
        if token:
            names = [service.access.tickets.passes(token, document)]
        else:
            caller = service.access.visitor(request.scope)
            caller.require("ask")
            names = [one for one in service.collections(caller) if named in (None, "", one)]
    except Refused:
        return ()
    return [service.assistants[name].collection for name in names if name in service.assistants]
