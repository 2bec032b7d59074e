"""The one door to language models.

| name | is |
|---|---|
| `Limit` | until when a model may work, and whether anybody still waits |
| `LanguageModel` | what every model does: pieces of text for a prompt |
| `open_model` | the model that a specification names |
| `ModelError` | whatever goes wrong with a model |
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from assistant.errors import ModelError

__all__ = ["LanguageModel", "Limit", "ModelError", "open_model"]
KINDS = ("openai", "ollama", "anthropic", "gguf")  # kinds of model, and the extras that bring what they need


@dataclass(frozen=True, slots=True)
class Limit:
    """Until when a model may work, by `time.monotonic`, and whether it was told to stop."""

    deadline: float
    cancelled: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def of(cls, seconds: float, cancelled: threading.Event | None = None) -> Limit:
        """One that ends so many seconds from now."""
        return cls(time.monotonic() + seconds, cancelled or threading.Event())

    def left(self) -> float:
        """Seconds that are left; 0 once it is over or cancelled."""
        return 0.0 if self.cancelled.is_set() else max(0.0, self.deadline - time.monotonic())

    def check(self) -> None:
        """Returns while there is time; ModelError once it is over or cancelled."""
        if self.cancelled.is_set():
            raise ModelError("The language model was stopped, because nobody waits for the answer any more.")
        if self.left() <= 0:
            raise ModelError("The language model took too long; raise ASSISTANT_LLM_SECONDS if it is a slow one.")


class LanguageModel(Protocol):
    """Writes text for a prompt; any model plugs in here. Thread-safe."""

    name: str  # for people: as it was specified

    def stream(self, system: str, prompt: str, limit: Limit, *, tokens: int = 600) -> Iterator[str]:
        """Pieces of what the model writes, at most `tokens` tokens; ModelError on any failure, and when the limit is over."""
        ...


def open_model(spec: str, url: str = "", key: str = "") -> LanguageModel:
    """The model that `spec` names, as `openai:NAME`, `ollama:NAME`, `anthropic:NAME` or `gguf:PATH`.

    `url` is the endpoint's address where it is not the usual one. ModelError says in one sentence what is wrong.
    """
    kind, _, name = spec.strip().partition(":")
    if kind not in KINDS or not name.strip():
        raise ModelError(
            f"ASSISTANT_LLM is {spec!r}; write it as openai:NAME, ollama:NAME, anthropic:NAME or gguf:PATH."
        )
    if url and not re.match(r"https?://[^/\s@]+(/\S*)?$", url):
        raise ModelError("ASSISTANT_LLM_URL is no address; write it as in http://127.0.0.1:8000/v1.")
    if not key and (kind == "anthropic" or (kind == "openai" and not url)):
        raise ModelError(f"{spec} needs a key; set ASSISTANT_LLM_KEY.")
    try:
        return _open(kind, name.strip(), spec.strip(), url.rstrip("/"), key)
    except ImportError as error:
        raise ModelError(
            f"{spec} needs a package that is not installed ({error.name}); install it: pip install 'cited-assistant[{kind}]'."
        ) from error


def _open(kind: str, name: str, spec: str, url: str, key: str) -> LanguageModel:
    if kind == "gguf":
        from assistant.writing.clients.gguf import GgufModel

        return GgufModel(spec, Path(name).expanduser())
    from assistant.writing.clients.chat import ChatModel

    if kind == "openai":
        from assistant.writing.clients.openai_like import OpenAIClient

        return ChatModel(OpenAIClient(spec, name, url, key))
    if kind == "ollama":
        from assistant.writing.clients.ollama import OllamaClient

        return ChatModel(OllamaClient(spec, name, url, key))
    from assistant.writing.clients.anthropic import AnthropicClient

    return ChatModel(AnthropicClient(spec, name, url, key))
