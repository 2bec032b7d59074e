"""What the MCP tools take and give: their arguments, their results and their descriptions.

| tool | takes | gives |
|---|---|---|
| `ask` | `Question` | the answer record |
| `search` | `Query` | `Found` |
| `get_document` | `Part` | `Text` |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from assistant.record import Answer
from assistant.service.answer_text import one_line, visible, web_address
from assistant.service.api_models import Body
from assistant.service.caller import Refused
from index.passages import heading_path
from index.records import Document, Hit

DOCUMENT_LENGTH = 20_000  # characters of a document in one result
MOST_LENGTH = 100_000
MOST_PASSAGES = 20

Collection = Annotated[str | None, Field(description="Name of the collection; the first one if left out.")]
Within = Annotated[
    str | None,
    Field(
        description="Only documents at this place or below it: a source and path as in a document's `source`, "
        "such as handbook/travel or wiki/Help:"
    ),
]


class Arguments(Body):
    """The arguments of a tool; others are refused."""

    collection: Collection = None


class Question(Arguments):
    question: Annotated[str, Field(description="The question, in words, as a person would ask it.")]
    within: Within = None
    conversation: Annotated[
        str | None,
        Field(
            max_length=64, description="The `conversation` of an earlier answer, which a follow-up question goes on."
        ),
    ] = None


class Query(Arguments):
    query: Annotated[str, Field(description="A question or words to search for.")]
    limit: Annotated[int, Field(ge=1, le=MOST_PASSAGES, description="Most passages.")] = 8
    within: Within = None


class Part(Arguments):
    document_id: Annotated[str, Field(description="The `id` of a document, as a citation or a passage gives it.")]
    start: Annotated[int, Field(ge=0, description="First character, from 0; `next` of the result before.")] = 0
    length: Annotated[
        int | None,
        Field(
            ge=1,
            le=MOST_LENGTH,
            description="Just so many characters; about 20,000, to the end of a line, if left out.",
        ),
    ] = None


class Origin(BaseModel):
    """A document without its text; `source` is the name of its source and the path in it."""

    id: str
    revision: str
    title: str
    source: str
    modified: str
    address: str | None

    @classmethod
    def of(cls, document: Document) -> Origin:
        return cls(
            id=document.id,
            revision=document.revision,
            title=document.title,
            source=f"{document.source}/{document.path}",
            modified=document.modified,
            address=web_address(document.address) or None,
        )


class Passage(BaseModel):
    """`text` is characters `start` to `end` of the document's text; `similarity` is the cosine with the query.

    `heading` is what stands above it. `context` is no part of it: a table's header row, the line that leads into a list.
    """

    document: Origin
    start: int
    end: int
    similarity: float
    heading: list[str]
    context: str
    text: str

    @classmethod
    def of(cls, hit: Hit) -> Passage:
        start, end = hit.passage.start, hit.passage.end
        return cls(
            document=Origin.of(hit.document),
            start=start,
            end=end,
            similarity=hit.similarity,
            heading=[one for one in heading_path(hit.document.headings, start) if one != hit.document.title],
            context="\n".join(dict.fromkeys(one.context for one in hit.sentences if one.context)),
            text=hit.document.text[start:end],
        )

    def as_text(self) -> str:
        where = " › ".join(map(one_line, [self.document.title, *self.heading]))
        context = f"{visible(self.context)}\n" if self.context else ""
        return (
            f"{where} (document {self.document.id}, {one_line(self.document.source)}, characters {self.start}–{self.end}, "
            f"similarity {self.similarity:.2f})\n{context}{visible(self.text)}"
        )


class Found(BaseModel):
    """Passages, best first."""

    passages: list[Passage]

    @classmethod
    def of(cls, hits: Sequence[Hit]) -> Found:
        return cls(passages=[Passage.of(hit) for hit in hits])

    def as_text(self) -> str:
        numbered = [f"{number}. {one.as_text()}" for number, one in enumerate(self.passages, start=1)]
        return "\n\n".join(numbered) or "Nothing was found."


class Text(BaseModel):
    """Characters `start` to `end` of a document of so many `characters`; `next` is where to go on, or null at its end."""

    document: Origin
    start: int
    end: int
    characters: int
    next: int | None
    text: str

    @classmethod
    def of(cls, document: Document, start: int, length: int | None = None) -> Text:
        start = min(start, len(document.text))
        end = _end(document.text, start) if length is None else min(start + length, len(document.text))
        return cls(
            document=Origin.of(document),
            start=start,
            end=end,
            characters=len(document.text),
            next=end if end < len(document.text) else None,
            text=document.text[start:end],
        )

    def as_text(self) -> str:
        more = f" Go on with start={self.next}." if self.next is not None else ""
        return (
            f"{one_line(self.document.title)} ({one_line(self.document.source)}), characters {self.start}–{self.end} "
            f"of {self.characters}.{more}\n\n{visible(self.text)}"
        )


TOOLS: Mapping[str, tuple[type[Arguments], str, str]] = {
    "ask": (
        Question,
        "Ask the documents",
        "Answers a question from the indexed documents alone. Every sentence of the answer carries the numbers of its "
        "citations; a citation has the exact quote, its document and its range of characters there. If the documents "
        "do not answer, the verdict is not_found and the nearest sentences are given: then say so, and do not fill in. "
        "Keep the numbers and quotes when you pass the answer on. For a follow-up question pass the `conversation` of the "
        "answer before; the record's standalone_question says how it was understood.",
    ),
    "search": (
        Query,
        "Search the documents",
        "Finds the passages that come nearest to a question or to words, best first, each with its document and its "
        "range of characters there.",
    ),
    "get_document": (
        Part,
        "Read a document",
        "Gives the text of a document, a long one in parts: go on with `start` set to `next` until `next` is null.",
    ),
}


def output_schema(tool: str) -> dict[str, Any]:
    """The JSON schema of what a tool gives."""
    if tool == "ask":
        schema = TypeAdapter(Answer).json_schema()
        schema["properties"] = {"schema": {"type": "integer"}} | schema["properties"]
        return schema
    return (Found if tool == "search" else Text).model_json_schema()


def input_schema(tool: str, collections: Sequence[str]) -> dict[str, Any]:
    """The JSON schema of what a tool takes, with the names of the collections that may be asked."""
    schema = TOOLS[tool][0].model_json_schema()
    if collections:
        schema["properties"]["collection"]["anyOf"][0]["enum"] = list(collections)
    return schema


_Taken = TypeVar("_Taken", bound=Arguments)


def taken(kind: type[_Taken], arguments: Mapping[str, Any]) -> _Taken:
    """The arguments of a tool; Refused(400) if they are others than it takes."""
    try:
        return kind.model_validate(arguments)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = next(iter(first["loc"]), "")
        if place not in kind.model_fields:
            raise Refused(400, f"This tool takes {', '.join(kind.model_fields)} and nothing else.") from None
        raise Refused(400, f"The argument {place} is not right: {first['msg'][0].lower()}{first['msg'][1:]}.") from None


def _end(text: str, start: int) -> int:
    """Where a part ends: behind the last line, sentence or word that ends in its second half, or at its full length."""
    end, half = start + DOCUMENT_LENGTH, start + DOCUMENT_LENGTH // 2
    if end >= len(text):
        return len(text)
    found = (text.rfind(mark, half, end) + len(mark) for mark in ("\n", ". ", " "))
    return next((one for one in found if one > half), end)
