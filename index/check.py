"""Whether a collection is sound: everything that must hold of its stores, checked without changing what they hold.

| checked | by |
|---|---|
| the catalog's file | SQLite's own integrity check, and that of its foreign keys |
| each document | its checksum, ids, ranges, passages, vectors and lexical entries, in a snapshot of its own |
| the tables together | no rows of documents that are not there |
| the lexical index | FTS5's own integrity check |
| the vector index | the hashes of its files, then every vector, in another process |

The last two need the collection to themselves: while another process holds it, a note says that they were left out.
Memory holds one document at a time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from index import health
from index.catalog import Catalog
from index.check_document import Part, Problem, StoredDocument, document_problems
from index.errors import CatalogDamaged, CatalogError, CollectionBusy
from index.folders import VectorFolders
from index.lock import CollectionLock
from index.settings import Settings

CATALOG = "catalog.sqlite"
IDS_AT_ONCE = 1000
MOST_FAULTS = 20  # of the file, as SQLite names them
NAMED_BY_PATH = "folder"  # kind of the sources whose documents' ids are made from their paths

# Rows that belong to nothing: what is wrong, and how many.
ORPHANS = (
    ("sentences of no document", "sentences WHERE document_id NOT IN (SELECT id FROM documents)"),
    ("passages of no document", "passages WHERE document_id NOT IN (SELECT id FROM documents)"),
    ("failures of no source", "failures WHERE source NOT IN (SELECT name FROM sources)"),
    ("syncs of no source", "syncs WHERE source NOT IN (SELECT name FROM sources)"),
)
LEXICAL_ORPHANS = "SELECT count(*) FROM lexical_docsize WHERE id NOT IN (SELECT number FROM passages)"


@dataclass(frozen=True, slots=True)
class Note:
    """Something that holds, or that could not be checked, and that a person should know; in one sentence."""

    text: str


def check(settings: Settings) -> Iterator[Problem | Note]:
    """What does not hold, as it is found; nothing if all is well. CatalogError if there is no collection, or a newer one."""
    try:
        catalog = Catalog(settings.folder / CATALOG)
    except CatalogDamaged as error:
        yield Problem("catalog", str(error))
        return
    with closing(catalog):
        damaged = False
        for fault in catalog_faults(catalog):
            damaged |= fault.part == "catalog"
            yield fault
        if damaged:
            yield Note("What the catalog holds was not checked, as its file is damaged.")
            return
        yield from content_problems(catalog)
        try:
            with CollectionLock(settings.folder / "lock", "check"):
                yield from lexical_problems(catalog)
                yield from _index(catalog, VectorFolders(settings.folder / "vectors"))
        except CollectionBusy as error:
            yield Note(f"{error} Until then its vector index is not checked, nor the inside of its lexical index.")


def catalog_faults(catalog: Catalog) -> Iterator[Problem]:
    """What SQLite finds wrong with the file of the catalog; newer ones look into the lexical index, too."""
    try:
        for row in catalog.query(f"PRAGMA integrity_check({MOST_FAULTS})"):
            if row[0] != "ok":
                part: Part = "lexical" if "fts5" in row[0].lower() else "catalog"
                yield Problem(part, f"{catalog.path} is damaged: {' '.join(row[0].split())}.")
    except CatalogDamaged as error:
        yield Problem("catalog", str(error))


def content_problems(catalog: Catalog) -> Iterator[Problem | Note]:
    """What does not hold of the documents, one by one and together. CatalogError if the file is damaged."""
    embedder = catalog.meta().get("embedder", "")
    dimension = _dimension(catalog)
    for stored in stored_documents(catalog):
        yield from document_problems(stored, embedder, dimension)
    for row in catalog.query("PRAGMA foreign_key_check"):
        yield Problem("rows", f"A row of {row['table']} belongs to no row of {row['parent']}.")
    for name, orphans in ORPHANS:
        number = catalog.query(f"SELECT count(*) FROM {orphans}")[0][0]
        if number:
            yield Problem("rows", f"There are {number} {name}.")
    unused = catalog.query("SELECT count(*) FROM vectors WHERE content NOT IN (SELECT content FROM passages)")[0][0]
    if unused:
        yield Note(f"{unused} vectors of a run that was interrupted, or that goes on, are kept for it.")
    coming = catalog.meta().get("reindexing")
    if coming:
        yield Note(f"A reindexing with {coming} was interrupted, or goes on; `assistant reindex` goes on with it.")


def stored_documents(catalog: Catalog) -> Iterator[StoredDocument]:
    """Every document, in the order of the ids, each as it is at one moment."""
    last = ""
    while ids := catalog.query("SELECT id FROM documents WHERE id > ? ORDER BY id LIMIT ?", last, IDS_AT_ONCE):
        for (identity,) in ids:
            stored = stored_document(catalog, identity)
            if stored is not None:
                yield stored
        last = ids[-1][0]


def stored_document(catalog: Catalog, identity: str) -> StoredDocument | None:
    """The rows of a document; None if it is gone. What of its lexical entries cannot be read is not there."""
    passages = (
        "SELECT passages.*, vector, %s FROM passages LEFT JOIN vectors USING (content) %s "
        "WHERE document_id = ? ORDER BY ordinal"
    )
    with catalog.snapshot():
        rows = catalog.query(
            "SELECT documents.*, kind FROM documents LEFT JOIN sources ON name = source WHERE id = ?", identity
        )
        if not rows:
            return None
        sentences = catalog.query("SELECT * FROM sentences WHERE document_id = ? ORDER BY ordinal", identity)
        try:
            joined = passages % ("body", "LEFT JOIN lexical ON lexical.rowid = number")
            found = catalog.query(joined, identity)
        except CatalogError:
            found = catalog.query(passages % ("NULL AS body", ""), identity)
    return StoredDocument(rows[0], sentences, found, rows[0]["kind"] == NAMED_BY_PATH)


def lexical_problems(catalog: Catalog) -> Iterator[Problem]:
    """What does not hold of the lexical index. FTS5 counts its check as a write, so the caller holds the lock."""
    try:
        orphans = catalog.query(LEXICAL_ORPHANS)[0][0]
        if orphans:
            yield Problem("lexical", f"The lexical index has {orphans} entries of no passage.")
        with catalog.transaction() as connection:
            connection.execute("INSERT INTO lexical (lexical) VALUES ('integrity-check')")
    except (CatalogError, sqlite3.IntegrityError) as error:
        yield Problem("lexical", f"The lexical index is damaged ({error.__cause__ or error}).")


def _index(catalog: Catalog, folders: VectorFolders) -> Iterator[Problem | Note]:
    """The caller holds the lock. Only a folder that was closed cleanly is opened, and it is closed cleanly again."""
    folder = folders.current()
    if folder is None:
        yield Note("There is no vector index; it is built when the collection is next opened.")
        return
    condition = folders.condition(folder, health.stamp(catalog))
    if condition == "damaged":
        yield Problem(
            "index", "The files of the vector index are not those that were left; they are built anew next time."
        )
        return
    if condition == "unclean":
        yield Note("The vector index was not closed; when the collection is next opened it is checked, and healed.")
        return
    folders.mark_open()  # Chroma changes its files even when it only reads
    verdict = health.compare(folder, catalog)
    if verdict.ok:
        folders.mark_clean(folder, health.stamp(catalog))
    else:
        folders.mark_damaged()
        yield Problem("index", f"The vector index is not the catalog's: {verdict.reason}; it is built anew next time.")


def _dimension(catalog: Catalog) -> int:
    """The numbers of most vectors, as far as a sample tells: that of a damaged one must not be taken for all."""
    rows = catalog.query(
        "SELECT length(vector) / 4 AS size FROM (SELECT vector FROM passages JOIN vectors USING (content) LIMIT 1000) "
        "GROUP BY size ORDER BY count(*) DESC LIMIT 1"
    )
    return int(rows[0][0]) if rows else 0
