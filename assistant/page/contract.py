"""What the page and the service need of an assistant, as protocols: the real one and the tests' fake both obey them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from assistant.record import Answer

if TYPE_CHECKING:
    from index.catalog_queries import DocumentSummary
    from index.records import Document, Hit, IngestReport, Progress, Sentence


class Library(Protocol):
    """A collection, as far as the page and the source view read it."""

    @property
    def name(self) -> str: ...

    def documents(self) -> Sequence[DocumentSummary]:
        """Every document that is indexed, ordered by source and path."""
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

    def ask(self, question: str, within: str | None = None) -> Answer:
        """The answer record for one question; `within` restricts it to the documents at `source/path` or below."""
        ...
