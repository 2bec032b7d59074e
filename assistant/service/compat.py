"""The OpenAI-compatible door: collections as models, questions as chats, citations beside the text.

| route | gives |
|---|---|
| `GET /v1/models` | the collections that the caller may ask |
| `GET /v1/models/{model}` | one of them |
| `POST /v1/chat/completions` | the answer to the last message of the user, whole or streamed by sentences |

The text of an answer has numbered marks and, at its end, the sources. Beside it stand two fields of our own:
`citations`, and `answer`, the whole record. No language model is asked, so `usage` counts no tokens.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from assistant.errors import AssistantError
from assistant.record import Answer
from assistant.service.answer_text import answer_pieces, answer_text
from assistant.service.api_models import answers
from assistant.service.api_route import Plain, route_class
from assistant.service.compat_request import COMPLETION, ChatRequest, question_of, whole_characters
from assistant.service.context import Caller, Refused, Service
from assistant.service.failures import told
from index.errors import IndexingError

PREFIX = "cited-"
DEFAULT_MODEL = "cited-assistant"
USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
STREAM_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}  # or a proxy would keep sentences back
_CODES = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}
_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


def router(service: Service) -> APIRouter:
    """The routes, with errors as OpenAI's clients read them."""
    routes = APIRouter(prefix="/v1", tags=["OpenAI-compatible"], route_class=_route_class(service))
    since = int(time.time())

    def listed(caller: Caller) -> list[dict[str, Any]]:
        names = models(service, caller)
        return [{"id": one, "object": "model", "created": since, "owned_by": "cited-assistant"} for one in names]

    async def list_models(request: Request) -> Response:
        return Plain({"object": "list", "data": listed(request.state.caller)})

    async def one_model(request: Request, model: str) -> Response:
        found = [one for one in listed(request.state.caller) if one["id"] == model]
        if not found:
            raise Refused(404, _NO_MODEL)
        return Plain(found[0])

    async def complete(request: Request, asked: ChatRequest) -> Response:
        collection = models(service, request.state.caller).get(asked.model)
        if collection is None:
            raise Refused(404, _NO_MODEL)
        question, within = question_of(asked), whole_characters(asked.within or "") or None
        request.state.question = question
        answer = await service.ask(request.state.caller, question, collection=collection, within=within)
        if not asked.stream:
            return Plain(_completion(answer, asked.model))
        return StreamingResponse(
            _events(_chunks(answer, asked)), media_type="text/event-stream", headers=STREAM_HEADERS
        )

    routes.add_api_route(
        "/models", list_models, methods=["GET"], summary="The collections, as models", responses=answers(None)
    )
    routes.add_api_route("/models/{model}", one_model, methods=["GET"], summary="One model", responses=_NOT_FOUND)
    routes.add_api_route(
        "/chat/completions",
        complete,
        methods=["POST"],
        summary="Answer the last message of the user",
        responses=_ANSWERED,
    )
    return routes


def models(service: Service, caller: Caller) -> dict[str, str]:
    """Collection by name of the model, of those that the caller may ask; the default one first."""
    caller.require("ask")
    allowed = [name for name in service.assistants if caller.collections is None or name in caller.collections]
    named = {PREFIX + name: name for name in allowed}
    return ({DEFAULT_MODEL: named.get(DEFAULT_MODEL, allowed[0])} if allowed else {}) | named


def _completion(answer: Answer, model: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": answer_text(answer), "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return _head(answer, model, "chat.completion") | {"choices": [choice], "usage": USAGE} | _own_fields(answer)


def _chunks(answer: Answer, asked: ChatRequest) -> Iterator[dict[str, Any]]:
    """A stream: the role, then a chunk for each piece of the text, then the end with our own fields."""
    head = _head(answer, asked.model, "chat.completion.chunk")
    usage: dict[str, Any] = {"usage": None} if asked.with_usage else {}

    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        return head | {"choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]} | usage

    yield chunk({"role": "assistant", "content": ""})
    for piece in answer_pieces(answer):
        yield chunk({"content": piece})
    yield chunk({}, "stop") | _own_fields(answer)
    if asked.with_usage:
        yield head | {"choices": [], "usage": USAGE}


async def _events(chunks: Iterator[dict[str, Any]]) -> AsyncIterator[str]:
    for chunk in chunks:
        yield f"data: {json.dumps(chunk)}\n\n"
    yield "data: [DONE]\n\n"


def _head(answer: Answer, model: str, kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{answer.id}", "object": kind, "created": int(time.time()), "model": model}


def _own_fields(answer: Answer) -> dict[str, Any]:
    record = answer.to_json()
    return {"citations": record["citations"], "answer": record}


def _route_class(service: Service) -> type[APIRoute]:
    """Routes that know their caller before they read a body, and tell what went wrong in OpenAI's shape."""

    class Route(route_class(service)):  # type: ignore[misc]  # a class that is made at run time
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def answered(request: Request) -> Response:
                try:
                    return await handle(request)  # type: ignore[no-any-return]
                except (Refused, HTTPException, RequestValidationError, AssistantError, IndexingError) as error:
                    return _failure(error)

            return answered

    return Route


def _failure(error: Exception) -> Response:
    status, reason, headers = told(error)
    kind = _TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
    body = {"message": reason, "type": kind, "param": None, "code": _CODES.get(status)}
    return JSONResponse({"error": body}, status, headers)


_NO_MODEL = "There is no such model; GET /v1/models lists those that you may ask."
_NOT_FOUND = answers(None, 404)
_ANSWERED: dict[int | str, dict[str, Any]] = answers(None, 404, 413, 429, 503) | {
    200: {
        "description": "The answer; with `stream`, events of which each is a chunk, the last one `[DONE]`.",
        "content": {
            "application/json": {"example": COMPLETION},
            "text/event-stream": {"schema": {"type": "string"}},
        },
    },
}
