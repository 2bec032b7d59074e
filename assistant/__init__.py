"""The reading half: questions to answers whose sentences are cited to the exact source sentence.

Names are imported when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.answer import Assistant as Assistant
    from assistant.errors import AssistantError as AssistantError
    from assistant.read import Evidence as Evidence
    from assistant.read import Reader as Reader
    from assistant.record import Answer as Answer
    from assistant.record import Citation as Citation

_HOMES = {
    "Reader": "read",
    "Evidence": "read",
    "Assistant": "answer",
    "Answer": "record",
    "Citation": "record",
    "AssistantError": "errors",
}
__all__ = ["Answer", "Assistant", "AssistantError", "Citation", "Evidence", "Reader"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"assistant.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'assistant' has no attribute {name!r}")
