"""A follow-up rewritten by a language model, which is believed only where it kept to the words of the conversation."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.conversation.record import Turn, Understood
from assistant.conversation.talk import without_thanks
from assistant.errors import ModelError
from assistant.prompts import filled
from index.lexical import content_stems, words

if TYPE_CHECKING:
    from assistant.writing.model import LanguageModel, Limit

TURNS = 4  # that the model sees
QUESTION_CHARACTERS, ANSWER_CHARACTERS = 300, 400  # of each
TOKENS = 80
SECONDS = 15.0  # at most, of the time that the whole answer has
SHARE = 0.25  # of that time
MOST_CHARACTERS = 400  # of a rewritten question, or twice the asked one
_LABEL = re.compile(
    r"^\W*(?:(?:rewritten|standalone|stand-alone|new)(?: question)?|question|answer)\s*:\s*", re.IGNORECASE
)
_STRANGE = re.compile(r"[<>\[\]{}|`\\*_#]|https?:|www\.|\w+@\w", re.IGNORECASE)
_NEGATIONS = frozenset("no not never none nobody nothing neither nor without cannot t".split())


def by_model(question: str, history: Sequence[Turn], model: LanguageModel, limit: Limit | None) -> Understood | None:
    """The question as the model rewrites it; None if it fails, is too slow, or did anything else than name what is meant."""
    try:
        written = _written(question, history[-TURNS:], model, _share(limit))
    except ModelError:
        return None
    text = _line(written)
    if not text or not _trusted(text, question, history[-TURNS:]):
        return None
    added = [word for word in words(text) if set(content_stems(word)) - set(content_stems(question))]
    carried = [word for word in text.split() if set(words(word)) & set(added)]
    if not carried:
        return Understood("question", question)
    return Understood("question", text, tuple(dict.fromkeys(word.strip('.,;:?!()"“”') for word in carried)))


def _share(limit: Limit | None) -> Limit:
    """A part of the time that is left, so that a slow model leaves enough for the answer."""
    from assistant.writing.model import Limit

    if limit is None:
        return Limit.of(SECONDS)
    return replace(limit, deadline=time.monotonic() + min(SECONDS, SHARE * limit.left()))


def _written(question: str, turns: Sequence[Turn], model: LanguageModel, limit: Limit) -> str:
    lines = []
    for turn in turns:
        lines.append(f"Question: {_folded(turn.question, QUESTION_CHARACTERS)}")
        if turn.answer:
            lines.append(f"Answer: {_folded(turn.answer, ANSWER_CHARACTERS)}")
    prompt = filled("follow_up", history="\n".join(lines), question=_folded(question, 2 * MOST_CHARACTERS))
    written = ""
    for piece in model.stream(filled("follow_up_system"), prompt, limit, tokens=TOKENS):
        limit.check()
        written += piece
        if len(written) > 4 * MOST_CHARACTERS or "\n" in written.strip():
            break
    return written


def _folded(text: str, most: int) -> str:
    return " ".join(text.split())[:most]


def _line(written: str) -> str:
    """The first line that was written, without a label before it and quotation marks around it."""
    line = next((line.strip() for line in written.splitlines() if line.strip()), "")
    return _LABEL.sub("", line).strip(" \"“”'")


def _trusted(text: str, question: str, turns: Sequence[Turn]) -> bool:
    """Whether a rewritten question kept what was asked and added only words that the conversation has."""
    if len(text) > max(MOST_CHARACTERS, 2 * len(question)) or (_STRANGE.search(text) and not _STRANGE.search(question)):
        return False
    if ("?" in question and not text.endswith("?")) or text.count("?") > max(1, question.count("?")):
        return False
    asked = set(content_stems(without_thanks(question)))
    said = {stem for turn in turns for stem in content_stems(f"{turn.question} {turn.answer}")}
    written = set(content_stems(text))
    negated = _NEGATIONS & set(words(text)) == _NEGATIONS & set(words(without_thanks(question)))
    return asked <= written and written <= asked | said | set(content_stems(question)) and negated
