"""What went wrong → the same JSON everywhere: a status and one sentence that repeats nothing of the request."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from assistant.errors import AssistantError, QuestionError
from assistant.service.caller import Refused
from assistant.service.guard import error_record
from index.errors import IndexingError, LoadError, SourceError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

UNAVAILABLE = "This cannot be answered now; whoever runs the service finds the reason in its log."
UNKNOWN_FIELD = "There is a field that is not known here."
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")

_log = logging.getLogger(__name__)


def add_failures(app: FastAPI) -> None:
    """Handlers for everything that is raised on purpose."""
    from fastapi.exceptions import RequestValidationError
    from fastapi.responses import JSONResponse
    from starlette.exceptions import HTTPException

    def answer(request: Request, error: Exception) -> Response:
        status, reason, headers = told(error)
        return JSONResponse(error_record(reason), status, headers)

    for kind in (Refused, AssistantError, IndexingError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, answer)


def add_unknown(app: FastAPI) -> None:
    """What stands after all doors for programs: 405 for another method of a route that is there, else 404."""
    from fastapi.responses import JSONResponse
    from starlette.routing import Match

    def unknown(request: Request) -> Response:
        scopes = [dict(request.scope) | {"method": method} for method in METHODS]
        methods = [one["method"] for one in scopes if any(route.matches(one)[0] is Match.FULL for route in doors)]
        if methods:
            return JSONResponse(error_record("This is not done here."), 405, {"allow": ", ".join(methods)})
        return JSONResponse(error_record("There is nothing at this address."), 404)

    doors = list(app.router.routes)
    for path in ("/api/{rest:path}", "/v1/{rest:path}"):
        app.router.add_route(path, unknown, methods=list(METHODS), include_in_schema=False)


def told(error: Exception) -> tuple[int, str, dict[str, str] | None]:
    """Status, sentence and headers for an error that was raised on purpose."""
    if isinstance(error, Refused):
        headers = {"retry-after": str(error.retry_after)} if error.retry_after is not None else None
        return error.status, error.reason, {"www-authenticate": "Bearer"} if error.status == 401 else headers
    if isinstance(error, QuestionError | LoadError | SourceError):
        return 400, str(error), None
    if isinstance(error, AssistantError | IndexingError):
        _log.error("a request could not be answered: %s", error)
        return 503, UNAVAILABLE, None
    if hasattr(error, "errors"):
        return 400, _invalid(error.errors()), None
    status: int = getattr(error, "status_code", 500)
    return status, f"{HTTPStatus(status).phrase}.", getattr(error, "headers", None)


def _invalid(errors: list[dict[str, Any]]) -> str:
    """What is wrong with a request, without the values that it sent."""
    first = errors[0] if errors else {"loc": (), "msg": "not valid", "type": ""}
    if first["type"] == "extra_forbidden":
        return UNKNOWN_FIELD
    place = ".".join(str(one) for one in first["loc"] if one != "body" and not isinstance(one, int))
    return f"{place}: {first['msg']}." if place else f"{first['msg']}."
