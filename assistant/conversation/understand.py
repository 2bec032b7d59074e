"""A question in its conversation to a question that stands alone, by a language model if there is one, else by rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.conversation.record import Turn, Understood
from assistant.conversation.rules import by_rules
from assistant.conversation.talk import talk

if TYPE_CHECKING:
    from assistant.writing.model import LanguageModel, Limit

MOST_TURNS = 20  # that are looked at


def understand(
    question: str, history: Sequence[Turn] = (), model: LanguageModel | None = None, limit: Limit | None = None
) -> Understood:
    """The question as it is meant after `history` (oldest turn first); never fails, whatever the texts and the model do.

    Chit-chat and questions about the assistant come back with a reply. Without a model, or where its rewriting is not
    to be trusted, the rules decide: the same history then always gives the same question.
    """
    said = talk(question)
    if said is not None:
        return said
    turns = [turn for turn in history[-MOST_TURNS:] if talk(turn.question) is None]
    ruled = by_rules(question, turns)
    if model is None or not turns:
        return ruled
    from assistant.conversation.guided import by_model

    return by_model(question, turns, model, limit) or ruled
