"""A GGUF file, run inside this process by llama.cpp."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import xllamacpp

from assistant.errors import ModelError
from assistant.writing.clients.chat import CUT
from assistant.writing.model import Limit
from assistant.writing.pieces import Stop, pieces

CONTEXT = 8192  # tokens, for all answers that are written at once
AT_ONCE = 2


class GgufModel:
    """A `LanguageModel` from a file; loaded when it is made. ModelError if it cannot be."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        if not path.is_file():
            raise ModelError(
                f"There is no file {str(path)!r}; ASSISTANT_LLM=gguf:PATH names a model in the format GGUF."
            )
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(path)
        parameters.n_ctx = CONTEXT
        parameters.n_parallel = AT_ONCE
        parameters.sampling.temp = 0.0
        parameters.verbosity = -1
        # llama.cpp opens a port even for use in the same process: with a key that nobody knows, and no pages.
        parameters.api_keys = [secrets.token_urlsafe(32)]
        parameters.cors_origins = ""
        parameters.ui = parameters.endpoint_slots = False
        try:
            self._server = xllamacpp.Server(parameters)
        except RuntimeError:
            raise ModelError(f"{str(path)!r} cannot be loaded; is it a whole model in the format GGUF?") from None

    def stream(self, system: str, prompt: str, limit: Limit, *, tokens: int = 600) -> Iterator[str]:
        """See `LanguageModel`."""
        request = {
            "messages": [{"role": "system", "content": system}, {"role": "user", "content": prompt}],
            "max_tokens": tokens,
            "stream": True,
        }

        def work(put: Callable[[str], None], stop: Stop) -> None:
            self._run(request, put, lambda: stop.is_set() or limit.left() <= 0)

        return pieces(work, limit, native=True)

    def _run(self, request: dict[str, Any], put: Callable[[str], None], over: Callable[[], bool]) -> None:
        ended, refused = threading.Event(), threading.Event()

        def take(chunk: Any) -> bool:
            """Whether to stop."""
            if isinstance(chunk, dict) and "error" in chunk:
                refused.set()
            for choice in chunk.get("choices") or () if isinstance(chunk, dict) else ():
                if piece := (choice.get("delta") or {}).get("content"):
                    put(piece)
                if choice.get("finish_reason"):
                    ended.set()
            return over()

        self._server.handle_chat_completions(request, take)
        if refused.is_set():
            raise ModelError(f"{self.name} did not take the prompt; it may be a model for less text, or not for chats.")
        if not ended.is_set():
            raise ModelError(CUT)
