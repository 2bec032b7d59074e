"""What an OpenAI-compatible client may send: a chat, its question, and what is refused. Pure functions.

Parameters that steer a language model (temperature, seed, max_tokens and the like) mean nothing here and are ignored.
What would change the shape of the answer is refused, since the client would wait for something that never comes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.conversation import Turn, understand
from assistant.said import LANGUAGES, Said
from assistant.service.api_examples import ANSWER
from assistant.service.asking import EARLIER
from assistant.service.caller import Refused

MOST_CHARACTERS = 4000  # of an earlier message that are looked at
_LABELS = sorted({Said(one)(name) for one in LANGUAGES for name in ("sources", "nearest")})
_BELOW = re.compile(rf"\n\n(?:{'|'.join(map(re.escape, _LABELS))}):\n\n")
_MARKS = re.compile(r"\s?(?:\[\d{1,3}\])+")

EXAMPLE: dict[str, Any] = {
    "model": "cited-assistant",
    "messages": [{"role": "user", "content": "Why is there no peace treaty?"}],
    "stream": False,
}

COMPLETION: dict[str, Any] = {
    "id": f"chatcmpl-{ANSWER['id']}",
    "object": "chat.completion",
    "created": 1764000000,
    "model": "cited-assistant",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": f"{ANSWER['sentences'][0]['text']} [1]", "refusal": None},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
    "citations": ANSWER["citations"],
    "answer": {key: value for key, value in ANSWER.items() if key != "views"} | {"conversation": None},
}


class Message(BaseModel):
    """One message of the chat; `content` is text, or parts of which each is text."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[dict[str, Any]] | None = None


class StreamOptions(BaseModel):
    include_usage: bool | None = None


class ChatRequest(BaseModel):
    """A chat, of which the last message of the user is the question, and what was said before it the history."""

    model_config = ConfigDict(extra="ignore", json_schema_extra={"examples": [EXAMPLE]})

    model: str
    messages: Annotated[list[Message], Field(min_length=1)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    within: Annotated[
        str | None, Field(description="Only documents at this `source/path` or below it; a field of our own.")
    ] = None
    n: int | None = None
    tools: list[Any] | None = None
    functions: list[Any] | None = None
    modalities: list[str] | None = None
    response_format: dict[str, Any] | None = None

    @property
    def with_usage(self) -> bool:
        """Whether a stream ends with the count of tokens."""
        return bool(self.stream_options and self.stream_options.include_usage)


def question_of(asked: ChatRequest) -> str:
    """The text of the last message of the user. Refused(400) if there is none, or if more than text is wanted."""
    for wrong, reason in _unanswerable(asked):
        if wrong:
            raise Refused(400, reason)
    said = [message for message in asked.messages if message.role == "user"]
    if not said:
        raise Refused(400, "There is no message with the role user: the last one of them is the question.")
    return _text(said[-1])


def history_of(messages: Sequence[Message]) -> tuple[Turn, ...]:
    """What was said before the last message of the user, as turns: each question with the answer that followed it.

    Of our own answers, the marks and the list of sources are left out.
    """
    last = max(number for number, message in enumerate(messages) if message.role == "user")
    turns: list[Turn] = []
    for message in messages[:last][-4 * EARLIER :]:
        words = _words(message)
        if message.role == "user" and words:
            understood = understand(words, turns[-EARLIER:])
            turns.append(Turn(understood.text, ""))
        elif message.role == "assistant" and turns:
            turns[-1] = Turn(turns[-1].question, f"{turns[-1].answer} {words}".strip())
    return tuple(turns[-EARLIER:])


def _words(message: Message) -> str:
    """The text of an earlier message, what is not text left out."""
    content = message.content
    texts = [content] if isinstance(content, str) else [str(part.get("text") or "") for part in content or ()]
    said = _BELOW.split(whole_characters("\n".join(texts))[:MOST_CHARACTERS])[0]
    return " ".join(_MARKS.sub("", said).split())


def whole_characters(text: str) -> str:
    """The text with halves of characters, which JSON can write and nothing else can, as marks for unreadable ones."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unanswerable(asked: ChatRequest) -> Iterator[tuple[bool, str]]:
    yield asked.n not in (None, 1), "There is one answer to a question: leave n at 1."
    yield bool(asked.tools or asked.functions), "Tools are not called here: leave out tools and functions."
    yield any(one != "text" for one in asked.modalities or ()), "Answers are text: leave modalities at text."
    form = (asked.response_format or {}).get("type", "text")
    yield form != "text", "Answers are text: leave response_format at text. The record is in the field answer."


def _text(message: Message) -> str:
    if isinstance(message.content, str):
        return whole_characters(message.content)
    texts = []
    for part in message.content or ():
        if part.get("type") != "text" or not isinstance(part.get("text"), str):
            raise Refused(400, "A question is text: pictures, sound and files are not read here.")
        texts.append(part["text"])
    return whole_characters("\n".join(texts))
