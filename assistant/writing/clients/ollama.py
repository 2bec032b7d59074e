"""Models that Ollama runs."""

from __future__ import annotations

from collections.abc import AsyncIterator

import ollama
from llama_index.llms.ollama import Ollama

from assistant.errors import ModelError
from assistant.writing.clients.chat import CUT, Failure, failure_of
from assistant.writing.clients.llama import messages

HERE = "http://127.0.0.1:11434"
CONTEXT = 8192  # tokens; said outright, or the library asks the server for it


class OllamaClient:
    """One model of one server."""

    def __init__(self, name: str, model: str, url: str, key: str) -> None:
        self.name = name
        self._model = model
        self._url = url or HERE
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}

    async def chat(self, system: str, prompt: str, seconds: float, tokens: int) -> AsyncIterator[str]:
        """See `Client`."""
        connection = ollama.AsyncClient(self._url, timeout=seconds, headers=self._headers)
        try:
            model = Ollama(
                model=self._model,
                base_url=self._url,
                temperature=0.0,
                context_window=CONTEXT,
                request_timeout=seconds,
                thinking=False,
                additional_kwargs={"num_predict": tokens},
                async_client=connection,
            )
            ended = False
            async for one in await model.astream_chat(messages(system, prompt)):
                ended = ended or bool(one.raw and one.raw.get("done"))
                yield one.delta or ""
            if not ended:
                raise ModelError(CUT)
        finally:
            await connection.close()  # type: ignore[no-untyped-call]

    def failure(self, error: Exception) -> Failure:
        """See `Client`. The library hands no headers on, so a wish to wait is not known."""
        if isinstance(error, ollama.ResponseError):
            return failure_of(error.status_code if error.status_code > 0 else 500)
        if isinstance(error, ConnectionError) or type(error).__name__ in ("ConnectError", "ConnectTimeout"):
            return failure_of(None)
        return Failure(f"Ollama sent what cannot be read ({type(error).__name__}); see its log.")
