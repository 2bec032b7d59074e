"""What the page and the service need of an assistant, as protocols: the real one and the tests' fake both obey them."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from assistant.record import Answer, Event

if TYPE_CHECKING:
    from assistant.conversation import Turn
    from assistant.writing.model import LanguageModel
    from index.catalog_queries import DocumentSummary
    from index.records import Document, Hit, IngestReport, Progress, Sentence


class Library(Protocol):
    """A collection, as far as the page and the source view read it."""

    @property
    def name(self) -> str: ...

    def documents(self, limit: int | None = None, offset: int = 0) -> Sequence[DocumentSummary]:
        """The documents, ordered by source and path: all from `offset` on, or at most `limit` of them."""
        ...

    def count(self) -> int:
        """The number of documents."""
        ...

    def document(self, document_id: str) -> Document | None:
        """The document of this id, or None."""
        ...

    def sentences(self, document_id: str) -> Sequence[Sentence]:
        """The sentences of a document in reading order; empty for an unknown id."""
        ...

    def search(self, question: str, limit: int = ..., within: str | None = None) -> Sequence[Hit]:
        """The passages that come nearest to a question, best first; `within` as in `Answers.ask`."""
        ...

    def ingest_upload(self, files: Sequence[Path], progress: Callable[[Progress], None] | None = None) -> IngestReport:
        """The report on adding these files to the collection; `progress` is called as it goes on."""
        ...


class Answers(Protocol):
    """An assistant: the collection that it reads, and the one thing that it does."""

    @property
    def collection(self) -> Library: ...

    @property
    def model(self) -> LanguageModel | None:
        """What writes the answers; None where they are quoted only."""
        ...

    def ask(self, question: str, within: str | None = None) -> Answer:
        """The answer record for one question; `within` restricts it to the documents at `source/path` or below."""
        ...

    def stream(
        self,
        question: str,
        within: str | None = None,
        history: Sequence[Turn] = (),
        cancelled: threading.Event | None = None,
    ) -> Iterator[Event]:
        """Each sentence as soon as it may be shown, and at last the answer, which is the truth and may differ from them.

        `history` is what was said before, oldest first. Once `cancelled` is set, nobody waits for the answer any more.
        """
        ...


class Visitor(Protocol):
    """Who looks at the page, and the conversation that goes on there."""

    def stream(self, question: str, history: Sequence[Turn]) -> AsyncGenerator[Event | None]:
        """What `Answers.stream` gives, for this visitor, and None now and then where there is nothing new. `history` counts
        where no conversation is kept.

        QuestionError says in one sentence why the question is not answered. Whoever stops reading gives up the answer.
        """
        ...

    async def answers(self) -> Sequence[Answer]:
        """The answers of the conversation, oldest first, their citations as the sources are now; none if none is kept."""
        ...

    async def forget(self) -> None:
        """Deletes the conversation, if one is kept."""
        ...
