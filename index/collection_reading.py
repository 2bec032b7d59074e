"""What is asked of a collection: the reading half of `Collection`, which any number of processes may use."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from index.catalog import Catalog
from index.catalog_queries import DocumentSummary
from index.dense import DenseIndex
from index.embed import Embedder, Vectors, embedder_stamp, mismatch, open_embedder
from index.exact import ExactSearch
from index.records import Document, FileFailure, Hit, Sentence
from index.search import DenseSearch, search
from index.settings import Settings

HITS = 12


@dataclass(frozen=True, slots=True)
class Status:
    """What a collection holds. `bytes` is the size of its folder."""

    documents: int
    sentences: int
    passages: int
    bytes: int
    embedder: str
    failures: tuple[FileFailure, ...]


class CollectionReading:
    """A collection that is only read. `index` is there in the process that serves it, and answers then."""

    def __init__(self, settings: Settings, catalog: Catalog, embedder: Embedder | None = None) -> None:
        self.settings = settings
        self.name = settings.collection
        self.catalog = catalog
        self._given_embedder = embedder
        self._exact = ExactSearch(catalog)
        self._index: DenseIndex | None = None
        self._expected: Embedder | None = None  # what the passages will be made with from some moment on

    @cached_property
    def embedder(self) -> Embedder:
        """The embedder of the settings, loaded at first use."""
        return self._given_embedder or open_embedder(self.settings.embedder)

    def search(self, question: str, limit: int = HITS, within: str | None = None) -> tuple[Hit, ...]:
        """The passages found for a question, best first. EmbedderMismatch if the collection was built with another one.

        `within` restricts the search to what stands at `source/path` or below it, and is then exact.
        """
        while True:
            self._check_embedder()
            embedder = self.embedder
            try:
                found = self._found(question, embedder.embed([question])[0], limit, within)
            except ValueError:  # a vector of one embedder, and vectors of another one
                if self.catalog.meta().get("embedder", embedder.stamp) == embedder.stamp:
                    raise
            else:
                if self.catalog.meta().get("embedder", embedder.stamp) == embedder.stamp:
                    return found

    def _found(self, question: str, vector: Vectors, limit: int, within: str | None) -> tuple[Hit, ...]:
        if within:
            documents = self.catalog.documents_within(within)
            inside = self.catalog.passage_ids(documents)
            return search(self.catalog, partial(self._search_exactly, ids=inside), question, vector, limit, documents)
        dense: DenseSearch = self._index.search if self._index is not None else self._search_exactly
        return search(self.catalog, dense, question, vector, limit)

    def documents(self, limit: int | None = None, offset: int = 0) -> tuple[DocumentSummary, ...]:
        """The documents without their text, ordered by source and path: all from `offset` on, or at most `limit`."""
        return self.catalog.documents(limit, offset)

    def count(self) -> int:
        """The number of documents."""
        return self.catalog.document_count()

    def document(self, document_id: str) -> Document | None:
        return self.catalog.document(document_id)

    def sentences(self, document_id: str) -> tuple[Sentence, ...]:
        """All sentences of a document in reading order; empty if there is no such document."""
        with self.catalog.snapshot():
            document = self.catalog.document(document_id)
            return self.catalog.sentences(document) if document else ()

    def status(self) -> Status:
        failures = tuple(
            FileFailure(f"{source}/{path}", reason) for (source, path), (reason, _) in self.catalog.failures().items()
        )
        return Status(
            **self.catalog.counts(),
            bytes=_size(self.settings.folder),
            embedder=self.catalog.meta().get("embedder", "none yet"),
            failures=failures,
        )

    def _search_exactly(self, vector: Vectors, limit: int, ids: Sequence[str] | None = None) -> list[str]:
        return [identity for identity, _ in self._exact.search(vector, limit, ids)]

    def _expect(self, embedder: Embedder) -> None:
        """From the moment on at which the passages are made with this embedder, questions are embedded with it, too."""
        self._expected = embedder

    def _check_embedder(self) -> None:
        """EmbedderMismatch if the passages were embedded by another embedder than the settings name."""
        built = self.catalog.meta().get("embedder")
        expected = self._expected
        if expected is not None and built == expected.stamp:
            self._given_embedder = self.__dict__["embedder"] = expected
        wanted = self._given_embedder.stamp if self._given_embedder else embedder_stamp(self.settings.embedder)
        wanted = wanted or self.embedder.stamp
        if built is not None and built != wanted:
            advice = "set ASSISTANT_EMBEDDER back, or run `assistant reindex`"
            raise mismatch(f"Collection {self.name!r}", built, wanted, advice)


def _size(folder: Path) -> int:
    """Bytes of all files below a folder; files that vanish meanwhile count nothing."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return total
