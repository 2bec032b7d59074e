"""Anthropic's models, through Anthropic's own library: llama-index's brings those of two clouds, which clash with Chroma's."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anthropic

from assistant.errors import ModelError
from assistant.writing.clients.chat import CONNECT_SECONDS, CUT, Failure, failure_of

ANTHROPIC = "https://api.anthropic.com"


class AnthropicClient:
    """One model of Anthropic, or of an endpoint that speaks its API."""

    def __init__(self, name: str, model: str, url: str, key: str) -> None:
        self.name = name
        self._model = model
        self._url = url or ANTHROPIC
        self._key = key

    async def chat(self, system: str, prompt: str, seconds: float, tokens: int) -> AsyncIterator[str]:
        """See `Client`. No temperature is set: the newest models take none."""
        timeout = anthropic.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds))
        async with anthropic.AsyncAnthropic(
            api_key=self._key, base_url=self._url, timeout=timeout, max_retries=0
        ) as connection:
            ended = False
            async with await connection.messages.create(
                model=self._model,
                system=system,
                messages=[{"role": "user", "content": prompt}],
                max_tokens=tokens,
                stream=True,
            ) as events:
                async for event in events:
                    if event.type == "content_block_delta" and event.delta.type == "text_delta":
                        yield event.delta.text
                    ended = ended or event.type == "message_stop"
            if not ended:
                raise ModelError(CUT)

    def failure(self, error: Exception) -> Failure:
        """See `Client`."""
        if isinstance(error, anthropic.APIStatusError):
            return failure_of(error.status_code, error.response.headers.get("retry-after"))
        if isinstance(error, anthropic.APIConnectionError):
            return failure_of(None)
        return Failure(f"The language model's server sent what cannot be read ({type(error).__name__}); see its log.")
