"""The OpenAI-compatible door: collections as models, questions as chats, citations beside the text.

| route | gives |
|---|---|
| `GET /v1/models` | the collections that the caller may ask |
| `GET /v1/models/{model}` | one of them |
| `POST /v1/chat/completions` | the answer to the last message of the user, whole or streamed by sentences |

The text of an answer has numbered marks and, at its end, the sources. Beside it stand two fields of our own:
`citations`, and `answer`, the whole record, which is the truth where a stream said something else before. The messages
before the question are its history. Tokens of a language model are not counted here: `usage` says 0.
"""

from __future__ import annotations

import json
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from assistant.errors import AssistantError
from assistant.record import Answer, AnswerSentence, Event
from assistant.service.answer_text import answer_text, late_pieces, sentence_piece
from assistant.service.api_models import answers
from assistant.service.api_route import Plain, route_class
from assistant.service.asking import Asked, Running
from assistant.service.caller import Caller, Refused
from assistant.service.compat_request import COMPLETION, ChatRequest, history_of, question_of, whole_characters
from assistant.service.context import Service
from assistant.service.events import MEDIA_TYPE, PULSE, PULSE_SECONDS, SOON, STREAM_HEADERS
from assistant.service.failures import told
from assistant.service.leaving import until_gone
from index.errors import IndexingError

PREFIX = "cited-"
DEFAULT_MODEL = "cited-assistant"
USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
_CODES = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}
_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


_log = logging.getLogger(__name__)


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
        running = service.start(
            request.state.caller, Asked(question, collection, within, history=history_of(asked.messages))
        )
        if not asked.stream:
            return Plain(_completion(await until_gone(request, running.answer()), asked.model))
        try:
            first = await running.next(SOON)
        except BaseException:
            running.give_up()
            raise
        return StreamingResponse(_stream(running, first, asked), media_type=MEDIA_TYPE, headers=STREAM_HEADERS)

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
    head = _head(f"chatcmpl-{answer.id}", model, "chat.completion")
    return head | {"choices": [choice], "usage": USAGE} | _own_fields(answer)


async def _stream(running: Running, first: Event | None, asked: ChatRequest) -> AsyncIterator[str | bytes]:
    """Chunks as events: the role, a chunk for each sentence as soon as it is checked, the rest, the end with our fields."""
    chunks, shown = _Chunks(asked), list[AnswerSentence]()
    try:
        yield chunks.event({"role": "assistant", "content": ""})
        said = first or await running.next(PULSE_SECONDS)
        while not isinstance(said, Answer):
            if said is None:
                yield PULSE
            else:
                yield chunks.event({"content": sentence_piece(len(shown), said.sentence, said.standalone_question)})
                shown.append(said.sentence)
            said = await running.next(PULSE_SECONDS)
        for piece in late_pieces(said, shown):
            yield chunks.event({"content": piece})
        for event in chunks.end(said):
            yield event
        yield "data: [DONE]\n\n"
    except Exception as error:
        status, reason, _ = told(error)
        if status == 500:
            _log.exception("a question failed")
        yield _data({"error": _problem(status, reason)})
    finally:
        running.give_up()


class _Chunks:
    """The chunks of one stream, under one id."""

    def __init__(self, asked: ChatRequest) -> None:
        self._head = _head(f"chatcmpl-{secrets.token_hex(8)}", asked.model, "chat.completion.chunk")
        self._usage: dict[str, Any] = {"usage": None} if asked.with_usage else {}

    def event(self, delta: dict[str, Any], finish: str | None = None, **more: Any) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _data(self._head | {"choices": [choice]} | self._usage | more)

    def end(self, answer: Answer) -> Iterator[str]:
        yield self.event({}, "stop", **_own_fields(answer))
        if self._usage:
            yield _data(self._head | {"choices": [], "usage": USAGE})


def _data(plain: Mapping[str, Any]) -> str:
    return f"data: {json.dumps(plain)}\n\n"


def _head(identity: str, model: str, kind: str) -> dict[str, Any]:
    return {"id": identity, "object": kind, "created": int(time.time()), "model": model}


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
    return JSONResponse({"error": _problem(status, reason)}, status, headers)


def _problem(status: int, reason: str) -> dict[str, Any]:
    kind = _TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
    return {"message": reason, "type": kind, "param": None, "code": _CODES.get(status)}


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
