"""Any endpoint that speaks OpenAI's chat API: OpenAI itself, vLLM, llama.cpp, LM Studio and many more."""

from __future__ import annotations

from collections.abc import AsyncIterator

import openai
import openai.resources  # now, with the model, and not with the first question
from llama_index.llms.openai_like import OpenAILike

from assistant.errors import ModelError
from assistant.writing.clients.chat import CONNECT_SECONDS, CUT, Failure, failure_of
from assistant.writing.clients.llama import messages

OPENAI = "https://api.openai.com/v1"
NO_KEY = "none"  # servers on one's own machine ask for none, and the library wants one


class OpenAIClient:
    """One model of one endpoint."""

    def __init__(self, name: str, model: str, url: str, key: str) -> None:
        self.name = name
        self._model = model
        self._url = url or OPENAI
        self._key = key or NO_KEY

    async def chat(self, system: str, prompt: str, seconds: float, tokens: int) -> AsyncIterator[str]:
        """See `Client`."""
        timeout = openai.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds))
        async with openai.AsyncOpenAI(
            api_key=self._key, base_url=self._url, timeout=timeout, max_retries=0
        ) as connection:
            model = OpenAILike(
                model=self._model,
                api_base=self._url,
                api_key=self._key,
                is_chat_model=True,
                temperature=0.0,
                max_tokens=tokens,
                max_retries=0,
                async_openai_client=connection,
            )
            ended = False
            async for one in await model.astream_chat(messages(system, prompt)):
                choices = getattr(one.raw, "choices", None)
                ended = ended or bool(choices and choices[0].finish_reason)
                yield one.delta or ""
            if not ended:
                raise ModelError(CUT)

    def failure(self, error: Exception) -> Failure:
        """See `Client`."""
        if isinstance(error, openai.APIStatusError):
            return failure_of(error.status_code, error.response.headers.get("retry-after"))
        if isinstance(error, openai.APIConnectionError):
            return failure_of(None)
        return Failure(f"The language model's server sent what cannot be read ({type(error).__name__}); see its log.")
