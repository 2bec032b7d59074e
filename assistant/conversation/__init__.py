"""Conversations: a question in its history to a question that stands alone."""

from assistant.conversation.record import Turn, Understood
from assistant.conversation.understand import understand

__all__ = ["Turn", "Understood", "understand"]
