"""A client that goes away while its answer is made: the work is given up, and nothing is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import Request

from assistant.service.caller import CLOSING, Refused

LOOK_SECONDS = 0.5  # between two looks at whether the client is still there
T = TypeVar("T")


async def until_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """What the work gives. It is cancelled when the client has gone, and then nobody reads the Refused(503)."""
    task = asyncio.ensure_future(work)
    try:
        while not (await asyncio.wait({task}, timeout=LOOK_SECONDS))[0]:
            if await request.is_disconnected():
                raise Refused(503, CLOSING)
        return task.result()
    finally:
        task.cancel()
