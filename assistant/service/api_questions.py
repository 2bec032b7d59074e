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
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from assistant.service.access import OWNER, OWNER_LENGTH
from assistant.service.api_models import AnswerRecord, AskRequest, ConversationRecord, FeedbackRequest, Kept, answers
from assistant.service.api_route import Plain, route_class
from assistant.service.context import Caller, Refused, Service
from assistant.service.events import EVENT_SCHEMA, MEDIA_TYPE, PULSE, answer_events, error_event
from assistant.service.failures import told
from assistant.service.kept import Remembered, renewed
from assistant.service.store import NO_CONVERSATION, Turn

_log = logging.getLogger(__name__)

SOON = 1.0  # seconds in which most questions are answered or refused; until then the status is not yet sent
PULSE_SECONDS = 10.0
_STREAM_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}  # or a proxy would keep events back
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
    "description": "The answer record. With `Accept: text/event-stream` the same as events: `start`, for each sentence "
    "its new `citation`s and then the `sentence`, and `done` with the whole record, or `error`.",
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
        finding = _answer(service, request, asked)
        return await _streamed(finding) if _wants_events(request) else Plain(await finding)

    async def conversation(request: Request, conversation: str) -> Response:
        turns = await asyncio.to_thread(service.store.conversation, conversation, owner(request))
        readable = service.collections(request.state.caller)
        if any(turn.collection not in readable for turn in turns):
            raise Refused(404, NO_CONVERSATION)
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


async def _answer(service: Service, request: Request, asked: AskRequest) -> dict[str, Any]:
    caller: Caller = request.state.caller
    answer = await service.ask(
        caller,
        asked.question,
        collection=asked.collection,
        within=asked.within or None,
        conversation=asked.conversation,
        owner=service.access.owner(request, caller),
    )
    return _with_views(service, service.collection_name(caller, asked.collection), answer.to_json())


def _with_views(service: Service, collection: str, record: dict[str, Any]) -> dict[str, Any]:
    """The record, and for each number of a citation (or, where there is none, of a nearest sentence) its source view."""
    shown = record["citations"] or record["nearest"]
    views = {str(one["number"]): service.view(collection, one["document"]["id"], one["sentence_id"]) for one in shown}
    return record | {"views": views}


def _shown(service: Service, turns: tuple[Turn, ...]) -> list[dict[str, Any]]:
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


async def _streamed(finding: Coroutine[Any, Any, dict[str, Any]]) -> Response:
    """The answer as events. What is refused at once is refused with its status, as without events."""
    task = asyncio.create_task(finding)
    try:
        done, _ = await asyncio.wait({task}, timeout=SOON)
    except BaseException:
        task.cancel()
        raise
    if done:
        task.result()
    return StreamingResponse(_events(task), media_type=MEDIA_TYPE, headers=_STREAM_HEADERS)


async def _events(task: asyncio.Task[dict[str, Any]]) -> AsyncIterator[bytes]:
    try:
        while not (await asyncio.wait({task}, timeout=PULSE_SECONDS))[0]:
            yield PULSE
        for one in answer_events(task.result()):
            yield one
    except Exception as error:
        status, reason, _ = told(error)
        if status == 500:
            _log.exception("a question failed")
        yield error_event(status, reason)
    finally:
        task.cancel()
