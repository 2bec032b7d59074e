"""The ASGI layer that ends request bodies at a number of bytes, announced or not."""

from __future__ import annotations

from assistant.service.guard import App, Message, Receive, Refuse, Scope, Send, header, refuse

JSON_LIMIT = 256 * 1024  # bytes of any request that is no upload


class Limit:
    """Request bodies up to a number of bytes; a longer one is answered with 413, announced or not."""

    def __init__(self, app: App, limit: int, refuse: Refuse = refuse) -> None:
        self._app = app
        self._limit = limit
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        announced = header(scope, b"content-length")
        if announced.isdigit() and int(announced) > self._limit:
            await self._refuse(send, 413, f"The upload is larger than {self._limit / 2**20:g} MB.")
            return
        seen, over, started = 0, False, False

        async def counted() -> Message:
            nonlocal seen, over
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit:
                over = True
                return {"type": "http.disconnect"}
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            if over and not started:
                return
            started = True
            await send(message)

        try:
            await self._app(scope, counted, watched)
        except Exception:
            if not over:
                raise
        if over and not started:
            await self._refuse(send, 413, f"The upload is larger than {self._limit / 2**20:g} MB.")
