"""The shapes of the API: what is taken, checked, and what is said of answers in its description.

Requests are checked by these. Answers are made from the records themselves; their shapes here only describe them, and a
test holds the two together.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from assistant.record import AnswerSentence, Citation, Coverage
from assistant.service.api_examples import ANSWER, CONVERSATION, LISTED, REASONS, REPORT

Name = Annotated[str, Field(min_length=1, max_length=63)]
Identity = Annotated[str, Field(min_length=1, max_length=64)]


class Body(BaseModel):
    """What is sent: a field that is not known is an error, not a silence."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _whole_characters(cls, given: Any) -> Any:
        """Half a character, which JSON can write and nothing else can, becomes the mark for an unreadable one."""
        if not isinstance(given, dict):
            return given
        return {key: _whole(value) if isinstance(value, str) else value for key, value in given.items()}


class AskRequest(Body):
    """One question."""

    question: Annotated[str, Field(min_length=1, max_length=100_000, description="The question, in words.")]
    conversation: Annotated[
        Identity | None, Field(description="Id of a conversation that goes on; none: a new one.")
    ] = None
    collection: Annotated[
        Name | None, Field(description="Name of a collection; none: the first one that the caller may ask.")
    ] = None
    within: Annotated[
        str | None,
        Field(
            max_length=1000, description="Only documents at this `source/path` or below; a namespace with its colon."
        ),
    ] = None

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"question": "When was the lighthouse built?"}]}
    )


class FeedbackRequest(Body):
    """A thumb for one answer."""

    conversation: Identity
    answer: Annotated[Identity, Field(description="The `id` of the answer record.")]
    value: Literal["up", "down"]
    comment: Annotated[str | None, Field(max_length=2000)] = None

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"conversation": ANSWER["conversation"], "answer": ANSWER["id"], "value": "down"}]
        },
    )


class AnswerRecord(BaseModel):
    """The answer record, and for each citation number the address of its source view, below the root of the service."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    id: str
    conversation: str | None
    mode: Literal["extractive", "generated"]
    verdict: Literal["answered", "partial", "not_found", "talk"]
    question: str
    standalone_question: str
    notes: list[str]
    withheld: int
    sentences: list[AnswerSentence]
    citations: list[Citation]
    coverage: Coverage
    nearest: list[Citation]
    timings_ms: dict[str, float]
    views: dict[str, str]

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [ANSWER]})


class ConversationTurn(BaseModel):
    """One answer as it was given, its citations as its sources are now."""

    at: Annotated[str, Field(description="ISO 8601, UTC")]
    collection: str
    feedback: Literal["up", "down"] | None
    answer: AnswerRecord


class ConversationRecord(BaseModel):
    """A conversation, oldest turn first."""

    conversation: str
    turns: list[ConversationTurn]

    model_config = ConfigDict(json_schema_extra={"examples": [CONVERSATION]})


class ListedDocument(BaseModel):
    """A document without its text."""

    id: str
    title: str
    source: str
    path: str
    modified: str
    sentences: int


class DocumentList(BaseModel):
    """A part of the documents of a collection, ordered by source and path; `next` is the offset of the next part, or null."""

    collection: str
    total: int
    offset: int
    next: int | None
    documents: list[ListedDocument]

    model_config = ConfigDict(json_schema_extra={"examples": [LISTED]})


class Failure(BaseModel):
    """A file that was not indexed, and why."""

    path: str
    reason: str
    unsupported: bool


class Note(BaseModel):
    """What of a file that was read could not be, as a sentence."""

    path: str
    note: str


class Report(BaseModel):
    """What was read: numbers of documents, the ids of new and changed ones, the files that could not be read, and those
    of which a part could not."""

    collection: str
    added: int
    changed: int
    unchanged: int
    removed: int
    passages: int
    seconds: float
    documents: list[str]
    failures: list[Failure]
    notes: list[Note]

    model_config = ConfigDict(json_schema_extra={"examples": [REPORT]})


class Kept(BaseModel):
    """What was asked for is done."""

    kept: Literal[True]

    model_config = ConfigDict(json_schema_extra={"examples": [{"kept": True}]})


class Problem(BaseModel):
    """Why, in one sentence."""

    message: str


class ErrorRecord(BaseModel):
    """The shape of every error."""

    error: Problem


def _whole(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def answers(model: type[BaseModel] | None, *statuses: int) -> dict[int | str, dict[str, Any]]:
    """The description of a route's answers: 200 of this shape, and these errors beside 400, 401, 403, 429 and 500."""
    good: dict[int | str, dict[str, Any]] = {200: {"model": model}} if model else {}
    return good | {
        status: {
            "model": ErrorRecord,
            "description": REASONS[status][0],
            "content": {"application/json": {"example": {"error": {"message": REASONS[status][1]}}}},
        }
        for status in sorted({*statuses, 400, 401, 403, 429, 500})
    }
