"""A damaged catalog → a new one with every document that is whole, and the damaged one kept beside it."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path

import numpy as np

from index import schema
from index.catalog import Catalog, Entry
from index.check import stored_document
from index.check_document import StoredDocument, document_problems
from index.errors import CatalogError

BESIDE = ("", "-wal", "-shm")  # the files of a database
# Where the ids of documents stand: a table that is broken in the middle is read from both ends, and from its indexes.
IDS = (
    "SELECT id FROM documents NOT INDEXED ORDER BY id",
    "SELECT id FROM documents NOT INDEXED ORDER BY id DESC",
    "SELECT id FROM documents INDEXED BY documents_by_state",
    "SELECT document_id FROM sentences",
    "SELECT document_id FROM sentences ORDER BY document_id DESC",
    "SELECT document_id FROM passages INDEXED BY passages_by_document",
)


def salvage(path: Path) -> tuple[int, Path, list[str]]:
    """How many documents the new catalog at `path` has, where the damaged one is, and the names of what was lost.

    The caller holds the lock. The damaged one is at its place until the new one is on the disk.
    """
    fresh = path.with_name(f"{path.name}.repairing")
    for end in BESIDE:
        Path(f"{fresh}{end}").unlink(missing_ok=True)
    with closing(Catalog(fresh, create=True)) as new, closing(_opened(path)) as old:
        kept, lost = _copied(old, new)
        new.query("PRAGMA wal_checkpoint(TRUNCATE)")
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    aside = path.with_name(f"{path.name}.damaged-{time.time_ns():x}")
    os.link(path, aside)
    for end in BESIDE[1:]:
        with suppress(FileNotFoundError):
            Path(f"{path}{end}").replace(f"{aside}{end}")
    fresh.replace(path)
    return kept, aside, lost


class _Readable(Catalog):
    """A damaged catalog, read as far as it goes."""

    def __init__(self, path: Path) -> None:
        super(Catalog, self).__init__(path)

    def some(self, statement: str) -> Iterator[sqlite3.Row]:
        """The rows before the first one that cannot be read."""
        with suppress(sqlite3.Error):
            yield from self._connection().execute(statement)


def _opened(path: Path) -> _Readable:
    return _Readable(path)


def _copied(old: _Readable, new: Catalog) -> tuple[int, list[str]]:
    with new.transaction() as connection:
        for name in ("meta", "sources", "failures", "syncs"):
            for row in old.some(f"SELECT * FROM {name}"):
                columns, marks = ",".join(row.keys()), ",".join("?" * len(row))
                connection.execute(f"INSERT OR IGNORE INTO {name} ({columns}) VALUES ({marks})", tuple(row))
    embedder = new.meta().get("embedder", "")
    ids = dict.fromkeys(row[0] for statement in IDS for row in old.some(statement))
    kept, lost = 0, []
    for identity in ids:
        stored = _whole(old, identity, embedder)
        if stored is None:
            lost.append(_name(old, identity))
            continue
        _write(new, stored)
        kept += 1
    return kept, lost


def _whole(old: _Readable, identity: str, embedder: str) -> StoredDocument | None:
    """The rows of a document whose text, sentences and passages are whole; its vectors need not be."""
    try:
        stored = stored_document(old, identity)
    except CatalogError:
        stored = _without_vectors(old, identity)
    if stored is None:
        return None
    problems = document_problems(stored, embedder, 0)
    return None if any(one.part in ("document", "sentences", "passages") for one in problems) else stored


def _without_vectors(old: _Readable, identity: str) -> StoredDocument | None:
    try:
        rows = old.query("SELECT documents.*, '' AS kind FROM documents WHERE id = ?", identity)
        if not rows:
            return None
        sentences = old.query("SELECT * FROM sentences WHERE document_id = ? ORDER BY ordinal", identity)
        passages = old.query(
            "SELECT *, NULL AS vector, NULL AS body FROM passages WHERE document_id = ? ORDER BY ordinal", identity
        )
    except CatalogError:
        return None
    return StoredDocument(rows[0], sentences, passages, named_by_path=False)


def _write(new: Catalog, stored: StoredDocument) -> None:
    row = stored.row
    document = schema.to_document(row)
    with new.transaction() as connection:  # a source whose row was lost keeps its name
        connection.execute(
            "INSERT OR IGNORE INTO sources (name, location, whole) VALUES (?, ?, 0)", (document.source, document.source)
        )
    vectors = {one["content"]: one["vector"] for one in stored.passages if _is_vector(one["vector"])}
    if vectors:
        _keep(new, list(vectors), list(vectors.values()))
    sentences = tuple(schema.to_sentence(one, document.text) for one in stored.sentences)
    passages = tuple(schema.to_passage(one) for one in stored.passages)
    new.write([Entry(document, row["fingerprint"], sentences, passages, version=row["version"])])


def _is_vector(content: object) -> bool:
    if not isinstance(content, bytes) or len(content) % 4 or not content:
        return False
    return bool(abs(float(np.linalg.norm(np.frombuffer(content, np.float32).astype(np.float64))) - 1) < 1e-3)


def _keep(new: Catalog, contents: Sequence[str], vectors: Sequence[bytes]) -> None:
    with new.transaction() as connection:
        connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", zip(contents, vectors, strict=True))


def _name(old: _Readable, identity: str) -> str:
    with suppress(CatalogError):
        for row in old.query("SELECT source, path FROM documents INDEXED BY documents_by_state WHERE id = ?", identity):
            return f"{row['source']}/{row['path']}"
    return f"the document {identity}"
