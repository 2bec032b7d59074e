"""A collection made sound again: what can be made from sound parts is made anew, what cannot is dropped and named.

| damaged | what is done |
|---|---|
| the file of the catalog | the sound documents go into a new file (salvage.py); the damaged one is kept beside it |
| a document's text, its sentences | the document is dropped, for it to be read again: nothing else says what they were |
| passages | made anew from the sentences |
| vectors | embedded again |
| lexical index, vector index | built anew from the passages and their vectors |
| rows of what is not there | removed |
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field

from index import schema
from index.catalog import Catalog
from index.check import (
    CATALOG,
    ORPHANS,
    catalog_faults,
    content_problems,
    lexical_problems,
    stored_document,
)
from index.check_document import Part, Problem
from index.dense import DenseIndex
from index.embed import Embedder, mismatch
from index.errors import CatalogDamaged, CatalogError
from index.folders import VectorFolders
from index.lexical import searchable
from index.lock import CollectionLock
from index.passages import make_passages
from index.salvage import salvage
from index.settings import Settings
from index.writing import embed_missing

AT_ONCE = 500  # rows
LEXICAL = next(one for one in schema.TABLES.split(";\n") if one.startswith("CREATE VIRTUAL TABLE lexical"))


@dataclass(slots=True)
class Repaired:
    """What was done: `done` in sentences; `dropped` are places of documents to be read again, where that is known."""

    done: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)


def repair(settings: Settings, embedder: Callable[[], Embedder]) -> Repaired:
    """Repairs a collection. CollectionBusy if another process holds it, CatalogError if there is none.

    The embedder is loaded if something must be embedded again. EmbedderMismatch if it is not the collection's.
    """
    path, report = settings.folder / CATALOG, Repaired()
    if not path.is_file():
        raise CatalogError(f"There is no collection at {settings.folder}; restore one with `assistant restore FILE`.")
    with CollectionLock(settings.folder / "lock", "repair"):
        if _file_is_damaged(settings):
            kept, aside, dropped = salvage(path)
            report.done.append(
                f"The catalog's file was damaged: {kept} documents are in a new one; the old one is {aside}."
            )
            report.dropped += dropped
        with closing(Catalog(path)) as catalog:
            _Repair(catalog, embedder, report).run()
            folders = VectorFolders(settings.folder / "vectors")
            if report.done or report.dropped:
                folders.mark_damaged()
            index = DenseIndex.open(folders.root, catalog, background=False)
            state = index.state
            index.close()
    report.done.append("The vector index is sound." if state.name == "ready" else f"The vector index: {state.reason}.")
    return report


def _file_is_damaged(settings: Settings) -> bool:
    try:
        with closing(Catalog(settings.folder / CATALOG)) as catalog:
            return any(fault.part == "catalog" for fault in catalog_faults(catalog))
    except CatalogDamaged:
        return True


class _Repair:
    """The repair of a catalog whose file is sound. Each step is one transaction: it can be interrupted."""

    def __init__(self, catalog: Catalog, embedder: Callable[[], Embedder], report: Repaired) -> None:
        self.catalog = catalog
        self.report = report
        self._load = embedder
        self._embedder: Embedder | None = None

    @property
    def embedder(self) -> Embedder:
        if self._embedder is None:
            self._embedder = self._load()
            built = self.catalog.meta().get("embedder") or self._embedder.stamp
            if built != self._embedder.stamp:
                advice = "set ASSISTANT_EMBEDDER back to repair it"
                raise mismatch("The collection", built, self._embedder.stamp, advice)
        return self._embedder

    def run(self) -> None:
        self._remove_orphans()
        self._rebuild_lexical()  # first, as an entry of no passage is in the way of a new passage
        for _ in range(3):  # of a document, what lies below a damaged part is checked once that part is sound
            problems = [one for one in content_problems(self.catalog) if isinstance(one, Problem)]
            documents = {one.document: one.part for one in reversed(problems) if one.document and one.part != "lexical"}
            for identity, part in documents.items():
                self._mend(identity, part)
            if not documents:
                break
        self._rebuild_lexical(any(one.part == "lexical" for one in problems))
        if self.report.done or self.report.dropped:
            self.catalog.drop_meta("reindexing")
            self.catalog.sweep()

    def _mend(self, identity: str, part: Part) -> None:
        stored = stored_document(self.catalog, identity)
        if stored is None:
            return
        if part in ("document", "sentences"):
            self.report.dropped.append(self._place(stored.row))
            self.catalog.remove([identity])
        elif part == "passages":
            self._rebuild_passages(identity)
            self.report.done.append(f"{stored.name}: its passages were made anew.")
        else:
            contents = {row["content"] for row in stored.passages}
            with self.catalog.transaction() as connection:
                connection.executemany("DELETE FROM vectors WHERE content = ?", ((one,) for one in contents))
            self._rebuild_passages(identity)
            self.report.done.append(f"{stored.name}: its vectors were made anew.")

    def _rebuild_passages(self, identity: str) -> None:
        document = self.catalog.document(identity)
        assert document is not None
        embedder = self.embedder
        passages = make_passages(document.title, document.headings, self.catalog.sentences(document), embedder)
        embed_missing(self.catalog, embedder, passages)
        self.catalog.replace_passages([(identity, passages)], embedder.stamp)

    def _place(self, row: sqlite3.Row) -> str:
        """Where a document came from, as `assistant ingest` takes it if it was a file."""
        location = self.catalog.sources().get(row["source"], row["source"])
        return f"{location}/{row['path']}"

    def _remove_orphans(self) -> None:
        removed = 0
        with self.catalog.transaction() as connection:
            for _, orphans in ORPHANS:
                removed += connection.execute(f"DELETE FROM {orphans}").rowcount
            lost = connection.execute(
                "SELECT id, source FROM documents WHERE source NOT IN (SELECT name FROM sources)"
            ).fetchall()
            for row in lost:  # their source is unknown: it stays by its name, and is never read
                connection.execute(
                    "INSERT OR IGNORE INTO sources (name, location, whole) VALUES (?, ?, 0)", (row[1], row[1])
                )
        if removed:
            self.report.done.append(f"{removed} rows of what is not there were removed.")

    def _rebuild_lexical(self, needed: bool = False) -> None:
        if not needed and not any(lexical_problems(self.catalog)):
            return
        self.report.done.append("The lexical index was built anew.")
        with self.catalog.transaction() as connection:
            connection.execute("DROP TABLE lexical")
            connection.execute(LEXICAL)
            for rows in _batches(connection):
                connection.executemany(
                    "INSERT INTO lexical (rowid, body) VALUES (?, ?)", ((row[0], searchable(row[1])) for row in rows)
                )


def _batches(connection: sqlite3.Connection) -> Iterator[list[sqlite3.Row]]:
    last = -1
    while rows := connection.execute(
        "SELECT number, embedded_text FROM passages WHERE number > ? ORDER BY number LIMIT ?", (last, AT_ONCE)
    ).fetchall():
        yield rows
        last = rows[-1][0]
