"""The API's routes for documents: list, upload, delete, read everything again.

| route | scope | gives |
|---|---|---|
| `GET /api/documents` | ask | the documents of a collection, in parts |
| `POST /api/documents` | ingest | the report on the uploaded files |
| `DELETE /api/documents/{document}` | ingest | nothing; it is gone |
| `POST /api/sync` | ingest | the report on reading everything again |
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from assistant.errors import AssistantError
from assistant.page.contract import Library
from assistant.service.api_models import DocumentList, Report, answers
from assistant.service.api_route import Plain, route_class
from assistant.service.caller import Scope
from assistant.service.changes import Changes, Synced
from assistant.service.context import Service
from assistant.service.uploads import FORM, uploaded
from index.errors import IndexingError

_log = logging.getLogger(__name__)
Named = Annotated[
    str | None, Query(max_length=63, description="Name of a collection; none: the first one that the caller may ask.")
]

MOST_LISTED = 1000  # documents in one answer
Most = Annotated[int, Query(ge=1, le=MOST_LISTED, description="Most documents in the answer.")]
From = Annotated[int, Query(ge=0, le=2**53, description="How many to pass over; `next` of the answer before.")]


def router(service: Service) -> APIRouter:
    """The routes, whose errors leave them as exceptions. Changes under way end when the application does."""
    changes = Changes(service.store)

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        for name, one in service.assistants.items():
            try:
                await asyncio.to_thread(changes.forget_gone, name, one.collection)
            except (AssistantError, IndexingError) as error:  # it is told where it is met again
                _log.error("answers over %s could not be checked: %s", name, error)
            if isinstance(one.collection, Synced):
                one.collection.when_removed = partial(changes.forget_gone, name, one.collection)
        yield
        changes.close()

    def library(request: Request, scope: Scope, collection: str | None) -> tuple[str, Library]:
        request.state.caller.require(scope)
        name = service.collection_name(request.state.caller, collection)
        return name, service.assistants[name].collection

    async def listed(request: Request, collection: Named = None, limit: Most = 100, offset: From = 0) -> Response:
        name, here = library(request, "ask", collection)
        total = await asyncio.to_thread(here.count)
        documents = await asyncio.to_thread(here.documents, limit, offset)
        end = offset + len(documents)
        shown = {"total": total, "offset": offset, "next": end if documents and end < total else None}
        return Plain({"collection": name} | shown | {"documents": [asdict(one) for one in documents]})

    async def upload(request: Request, collection: Named = None) -> Response:
        name, here = library(request, "ingest", collection)
        changes.check(name)
        with tempfile.TemporaryDirectory(prefix="upload-") as folder:
            files = await uploaded(
                request, Path(folder)
            )  # however slowly it comes, it is nobody else's turn that waits
            with changes.turn(name):
                return Plain(await changes.add(name, here, files))

    async def delete(request: Request, document: str, collection: Named = None) -> Response:
        name, here = library(request, "ingest", collection)
        with changes.turn(name):
            await changes.remove(name, here, document)
        return Response(status_code=204)

    async def sync(request: Request, collection: Named = None) -> Response:
        name, here = library(request, "ingest", collection)
        with changes.turn(name):
            return Plain(await changes.read_again(name, here))

    routes = APIRouter(prefix="/api", tags=["Documents"], route_class=route_class(service), lifespan=lifespan)
    routes.add_api_route(
        "/documents",
        listed,
        methods=["GET"],
        summary="The documents of a collection",
        description="In parts, ordered by source and path: go on with `offset` set to `next` until that is null.",
        responses=answers(DocumentList, 404, 503),
    )
    routes.add_api_route(
        "/documents",
        upload,
        methods=["POST"],
        summary="Add documents",
        description="Files are copied into the collection's own folder; one of the same name is replaced. What could not "
        "be read is told in `failures`. Everybody who may ask the collection can read them.",
        responses=answers(Report, 404, 409, 413, 503),
        openapi_extra=FORM,
    )
    routes.add_api_route(
        "/documents/{document}",
        delete,
        methods=["DELETE"],
        status_code=204,
        summary="Remove an uploaded document",
        description="Answers that quote it lose the quotes. A document of a folder that is read whole would come back: "
        "409 says so.",
        responses=answers(None, 404, 409, 503),
    )
    routes.add_api_route(
        "/sync",
        sync,
        methods=["POST"],
        summary="Read everything again",
        description="Reads what has changed in the folders and files read before, and removes what has vanished there.",
        responses=answers(Report, 404, 409, 503),
    )
    return routes
