"""What the API's routes have in common: they know who calls before they read a body, and answer in plain JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from assistant.service.caller import Refused
from assistant.service.context import Service

JSON = "application/json"  # no form of another site can send it without asking first


class Plain(JSONResponse):
    """JSON that nobody keeps, whatever characters are in it."""

    def __init__(self, content: Any, status_code: int = 200) -> None:
        super().__init__(content, status_code, {"cache-control": "no-store"})

    def render(self, content: Any) -> bytes:
        return json.dumps(content, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def route_class(service: Service) -> type[APIRoute]:
    """Routes that know who calls before they read a body: `request.state.caller`."""

    class Route(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle, takes_json = super().get_route_handler(), self.body_field is not None

            async def answered(request: Request) -> Response:
                request.state.caller = service.access.caller(request)
                if takes_json and request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
                    raise Refused(400, f"Send JSON, with `Content-Type: {JSON}`.")
                return await handle(request)

            return answered

    return Route
