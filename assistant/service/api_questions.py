"""The API's routes for questions: ask, look at a conversation again, say what an answer was worth.

| route | gives |
|---|---|
| `POST /api/ask` | the answer record, or its parts as server-sent events |
| `GET /api/conversations/{conversation}` | its answers as they were given, their citations as the sources are now |
| `DELETE /api/conversations/{conversation}` | nothing; it is gone |
| `POST /api/feedback` | that a thumb is kept |
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from assistant.record import Answer, Event
from assistant.service.access import OWNER, OWNER_LENGTH
from assistant.service.api_models import AnswerRecord, AskRequest, ConversationRecord, FeedbackRequest, Kept, answers
from assistant.service.api_route import Plain, route_class
from assistant.service.asking import Asked, Running
from assistant.service.context import Service
from assistant.service.events import (
    EVENT_SCHEMA,
    MEDIA_TYPE,
    PULSE,
    PULSE_SECONDS,
    SOON,
    STREAM_HEADERS,
    done_event,
    error_event,
    shown_events,
    start_event,
    understood_event,
)
from assistant.service.failures import told
from assistant.service.kept import Remembered, renewed
from assistant.service.leaving import until_gone
from assistant.service.store import KeptTurn

_log = logging.getLogger(__name__)

_OWNED: dict[str, Any] = {
    "parameters": [
        {
            "name": OWNER,
            "in": "header",
            "required": False,
            "description": f"A secret of {OWNER_LENGTH[0]} to {OWNER_LENGTH[1]} characters that the caller has made up, by "
            "which its conversations are its own; without it they are those of the key, or none is kept.",
            "schema": {"type": "string"},
        }
    ]
}
_ANSWERED: dict[str, Any] = {
    "model": AnswerRecord,
    "description": "The answer record. With `Accept: text/event-stream` the same as events: `start`, `understood` with the "
    "question as it was understood, for each sentence, as soon as it is checked, its new `citation`s and then the "
    "`sentence`, and `done` with the whole record, which is the truth and takes the place of what came before, or `error`.",
    "content": {MEDIA_TYPE: {"schema": EVENT_SCHEMA}},
}


def router(service: Service) -> APIRouter:
    """The routes, whose errors leave them as exceptions."""
    routes = APIRouter(prefix="/api", tags=["Questions"], route_class=route_class(service))

    def owner(request: Request) -> str:
        request.state.caller.require("ask")
        return service.access.owner(request, request.state.caller)

    async def ask(request: Request, asked: AskRequest) -> Response:
        request.state.question = asked.question
        caller = request.state.caller
        question = Asked(
            asked.question,
            asked.collection,
            asked.within or None,
            asked.conversation,
            service.access.owner(request, caller),
        )
        running, name = service.start(caller, question), service.collection_name(caller, asked.collection)
        if _wants_events(request):
            return await _streamed(service, name, question, running)
        answer = await until_gone(request, running.answer())
        return Plain(_with_views(service, name, answer.to_json()))

    async def conversation(request: Request, conversation: str) -> Response:
        turns = await asyncio.to_thread(service.turns, request.state.caller, conversation, owner(request))
        return Plain({"conversation": conversation, "turns": await asyncio.to_thread(_shown, service, turns)})

    async def forget(request: Request, conversation: str) -> Response:
        await asyncio.to_thread(service.store.delete, conversation, owner(request))
        return Response(status_code=204)

    async def feedback(request: Request, given: FeedbackRequest) -> Response:
        kept = (given.conversation, given.answer, owner(request), given.value, (given.comment or "").strip())
        await asyncio.to_thread(service.store.feedback, *kept)
        return Plain({"kept": True})

    one = "/conversations/{conversation}"
    routes.add_api_route(
        "/ask",
        ask,
        methods=["POST"],
        summary="Answer one question",
        responses=answers(AnswerRecord, 404, 413, 429, 503) | {200: _ANSWERED},
        openapi_extra=_OWNED,
    )
    routes.add_api_route(
        one,
        conversation,
        methods=["GET"],
        summary="A conversation again",
        responses=answers(ConversationRecord, 404, 503),
        openapi_extra=_OWNED,
    )
    routes.add_api_route(
        one,
        forget,
        methods=["DELETE"],
        status_code=204,
        summary="Delete a conversation",
        responses=answers(None, 404, 503),
        openapi_extra=_OWNED,
    )
    routes.add_api_route(
        "/feedback",
        feedback,
        methods=["POST"],
        summary="Like or dislike an answer",
        responses=answers(Kept, 404, 413, 503),
        openapi_extra=_OWNED,
    )
    return routes


def _with_views(service: Service, collection: str, record: dict[str, Any]) -> dict[str, Any]:
    """The record, and for each number of a citation (or, where there is none, of a nearest sentence) its source view."""
    shown = record["citations"] or record["nearest"]
    views = {str(one["number"]): service.view(collection, one["document"]["id"], one["sentence_id"]) for one in shown}
    return record | {"views": views}


def _shown(service: Service, turns: tuple[KeptTurn, ...]) -> list[dict[str, Any]]:
    libraries = {name: Remembered(service.assistants[name].collection) for name in {turn.collection for turn in turns}}
    return [
        {
            "at": turn.at,
            "collection": turn.collection,
            "feedback": turn.feedback,
            "answer": _with_views(service, turn.collection, renewed(turn.record, libraries[turn.collection])),
        }
        for turn in turns
    ]


def _wants_events(request: Request) -> bool:
    return any(MEDIA_TYPE in one.lower() for one in request.headers.getlist("accept"))


async def _streamed(service: Service, collection: str, asked: Asked, running: Running) -> Response:
    """The answer as events. What is refused at once is refused with its status, as without events."""
    try:
        first = await running.next(SOON)
    except BaseException:
        running.give_up()
        raise
    events = _events(service, collection, asked, running, first)
    return StreamingResponse(events, media_type=MEDIA_TYPE, headers=STREAM_HEADERS)


async def _events(
    service: Service, collection: str, asked: Asked, running: Running, first: Event | None
) -> AsyncIterator[bytes]:
    """The events of a running answer; `first` is the one that was waited for already."""
    told_question = False
    try:
        yield start_event(asked.question, asked.conversation)
        said = first or await running.next(PULSE_SECONDS)
        while not isinstance(said, Answer):
            if said is None:
                yield PULSE
            else:
                if not told_question:
                    yield understood_event(said.standalone_question or asked.question)
                    told_question = True
                views = {
                    one.number: service.view(collection, one.document.id, one.sentence_id) for one in said.citations
                }
                for one in shown_events(said, views):
                    yield one
            said = await running.next(PULSE_SECONDS)
        yield done_event(_with_views(service, collection, said.to_json()))
    except Exception as error:
        yield error_event(*_told(error))
    finally:
        running.give_up()


def _told(error: Exception) -> tuple[int, str]:
    status, reason, _ = told(error)
    if status == 500:
        _log.exception("a question failed")
    return status, reason
