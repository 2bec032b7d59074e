"""`POST /api/ticket`: what a widget asks with for about a minute, and renews."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from assistant.service.context import Service
from assistant.service.guard import error_record
from assistant.service.tickets import TICKET_SECONDS

if TYPE_CHECKING:
    from fastapi import APIRouter

_EXAMPLE: dict[str, Any] = {
    "ticket": "eyJhbGciOi….eyJvcmciOi….J5kd…",
    "expires_in": TICKET_SECONDS,
    "collection": "default",
}
_REFUSED: dict[int | str, dict[str, Any]] = {
    status: {"description": why, "content": {"application/json": {"example": error_record(why)}}}
    for status, why in (
        (401, "This key is not known."),
        (403, "This origin is not on the list of the service."),
        (404, "There is no such collection."),
        (429, "Too many requests in a short time; come back in a moment."),
    )
}


class TicketRequest(BaseModel):
    """What a ticket is for; none of it is needed. `origin` is believed with a key only."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"collection": "default"}})

    origin: Annotated[str | None, Field(max_length=300, description="Origin of the pages that will use it.")] = None
    collection: Annotated[str | None, Field(max_length=63, description="The only collection that it opens.")] = None


class TicketGiven(BaseModel):
    """A ticket, to be sent as `Authorization: Bearer …` from pages of its origin."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    ticket: str
    expires_in: Annotated[int, Field(description="Seconds.")]
    collection: Annotated[str, Field(description="The collection that is asked where none is named.")]


def router(service: Service) -> APIRouter:
    """The one route."""
    from fastapi import APIRouter, Request
    from fastapi.responses import JSONResponse

    def give(request: Any, asked: TicketRequest | None = None) -> Any:
        wanted = asked or TicketRequest()
        ticket, name = service.access.mint(request, wanted.origin, wanted.collection)
        given = TicketGiven(ticket=ticket, expires_in=TICKET_SECONDS, collection=name)
        return JSONResponse(given.model_dump(), headers={"cache-control": "no-store"})

    give.__annotations__ = {"request": Request, "asked": TicketRequest | None}  # FastAPI is imported in here only
    routes = APIRouter(tags=["Widget"])
    routes.add_api_route(
        "/api/ticket",
        give,
        methods=["POST"],
        response_model=TicketGiven,
        responses=_REFUSED,
        summary="A ticket for a page of an allowed origin",
        description="For the page that asks, by the Origin that its browser sends; a server names another origin with a key.",
    )
    return routes
