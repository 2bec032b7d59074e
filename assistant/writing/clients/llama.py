"""The messages that llama-index's models take."""

from __future__ import annotations

from llama_index.core.base.llms.types import ChatMessage, MessageRole


def messages(system: str, prompt: str) -> list[ChatMessage]:
    """What the model is, then what it is asked."""
    return [ChatMessage(role=MessageRole.SYSTEM, content=system), ChatMessage(role=MessageRole.USER, content=prompt)]
