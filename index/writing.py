"""Loaded documents to the stores, in batches that are kept whole or not at all.

The order makes `kill -9` harmless: vectors are kept in the catalog as soon as they exist, then put into the vector
index, then one transaction shows the documents. What an interrupted run left in the index and not in the catalog is
removed when the index is next opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from index.catalog import Catalog, Entry
from index.embed import Embedder, Vectors
from index.identity import revision
from index.passages import make_passages
from index.records import Document, Loaded, Passage
from index.sentences import split

BATCH_PASSAGES = 128  # what a crash can cost; fewer would make more of the slow, synchronised commits
EMBED_AT_ONCE = 64
REMOVE_AT_ONCE = 100  # documents
UNSWEPT = "unswept"  # in the catalog's meta while a run may leave vectors that nothing uses
LEFT = "temp.left_vectors"


class VectorIndex(Protocol):
    """Where passages' vectors go besides the catalog; whatever it loses can be rebuilt."""

    def upsert(self, ids: Sequence[str], vectors: Vectors) -> None: ...
    def delete(self, ids: Sequence[str]) -> None: ...


class WholeIndex(VectorIndex, Protocol):
    """A vector index that can be made anew: in between it is of no use."""

    def retire(self, reason: str) -> None: ...
    def rebuild(self) -> None: ...


Turn = Callable[[], AbstractContextManager[VectorIndex]]
IndexTurn = Callable[[], AbstractContextManager[WholeIndex]]


class Writer:
    """Takes documents one by one; what was added is shown once a batch is full, or after `flush`.

    `turn` gives the right to write, with the vector index, for as long as one batch takes: a server lets uploads in
    between the batches of a long run. `passages` counts those embedded.
    """

    def __init__(self, catalog: Catalog, turn: Turn, embedder: Embedder) -> None:
        self.catalog = catalog
        self.turn = turn
        self.embedder = embedder
        self.passages = 0
        self._batch: list[Entry] = []
        self._waiting: list[Passage] = []  # of the batch, not embedded yet
        self._begun = False
        self._interrupted = False

    @classmethod
    def over(cls, catalog: Catalog, vectors: VectorIndex, embedder: Embedder) -> Writer:
        """A writer for a process that has the right to write already."""
        return cls(catalog, lambda: nullcontext(vectors), embedder)

    def add(self, document: Document, loaded: Loaded, fingerprint: str, key: str = "", version: str = "") -> None:
        """Cuts a document and puts it into the batch; its passages are embedded with those of others."""
        self._begin()
        sentences = split(document.id, loaded)
        passages = make_passages(document.title, document.headings, sentences, self.embedder)
        self._batch.append(Entry(document, fingerprint, sentences, passages, key, version))
        self._waiting += passages
        if len(self._waiting) >= EMBED_AT_ONCE:
            self._embed()
        if sum(len(entry.passages) for entry in self._batch) >= BATCH_PASSAGES:
            self.flush()

    def flush(self) -> None:
        """Shows what was added."""
        batch, self._batch = self._batch, []
        if not batch:
            return
        self._embed()
        passages = {one.id: one for entry in batch for one in entry.passages}
        with self.turn() as vectors:
            # Once more: whoever wrote in between has dropped the vectors that nothing refers to yet.
            self.passages += embed_missing(self.catalog, self.embedder, list(passages.values()))
            before = self._leaving([entry.document.id for entry in batch])
            if passages:
                contents = [one.content for one in passages.values()]
                vectors.upsert(list(passages), self.catalog.vectors_of(contents))
            self.catalog.write(batch)
            vectors.delete([identity for identity in before if identity not in passages])

    def remove(self, documents: Sequence[str]) -> None:
        """Removes documents by id, some at a time."""
        for ids in chunks(documents, REMOVE_AT_ONCE):
            self._begin()
            with self.turn() as vectors:
                passages = self._leaving(ids)
                self.catalog.remove(ids)
                vectors.delete(passages)

    def sweep(self) -> None:
        """Drops the vectors that nothing uses any more; at the end of a run.

        Those that this run left, or, where a run before this one did not come to its end, all that there are.
        """
        if not self._begun and UNSWEPT not in self.catalog.meta():
            return
        with self.turn():
            self.catalog.sweep(LEFT if self._begun and not self._interrupted else None)
            self.catalog.drop_meta(UNSWEPT)
        self._begun = False

    def _embed(self) -> None:
        waiting, self._waiting = self._waiting, []
        self.passages += embed_missing(self.catalog, self.embedder, waiting)

    def _begin(self) -> None:
        if self._begun:
            return
        self._interrupted = UNSWEPT in self.catalog.meta()
        self.catalog.set_meta(**{UNSWEPT: "1"})
        with self.catalog.aside() as connection:
            connection.execute(f"DROP TABLE IF EXISTS {LEFT}")
            connection.execute(
                f"CREATE TEMP TABLE {LEFT.removeprefix('temp.')} (content TEXT PRIMARY KEY) WITHOUT ROWID"
            )
        self._begun = True

    def _leaving(self, documents: Sequence[str]) -> list[str]:
        """Ids of the passages that these documents have now; that their vectors may be left without use is noted."""
        with self.catalog.aside() as connection:
            connection.executemany(
                f"INSERT OR IGNORE INTO {LEFT} SELECT content FROM passages WHERE document_id = ?",
                ((one,) for one in documents),
            )
        return self.catalog.passage_ids(documents)


def stored(document_id: str, source: str, path: str, loaded: Loaded, modified: str) -> Document:
    """The document that a loaded one becomes in this source. `modified` is for one that does not say its own time."""
    return Document(
        id=document_id,
        source=source,
        path=path,
        title=loaded.title,
        text=loaded.text,
        revision=revision(loaded),
        modified=loaded.modified or modified,
        headings=loaded.headings,
        pages=loaded.pages,
        address=loaded.address,
        language=loaded.language,
    )


def embed_missing(catalog: Catalog, embedder: Embedder, passages: Sequence[Passage]) -> int:
    """Embeds the passages whose vectors the catalog does not have, and keeps them there; returns how many those were.

    They are kept a few at a time, so that an interrupted long document goes on where it stopped.
    """
    known = catalog.known_contents([passage.content for passage in passages])
    missing = {one.content: one.embedded_text for one in passages if one.content not in known}
    for contents in chunks(list(missing), EMBED_AT_ONCE):
        catalog.keep_vectors(contents, embedder.embed([missing[content] for content in contents]))
    return len(missing)


def chunks(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """The items, at most `size` at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
