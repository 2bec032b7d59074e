"""The catalog: one SQLite file that holds documents, sentences, passages, their vectors and the lexical index.

It is the one truth. WAL with full synchronisation: what a transaction committed survives `kill -9` and a power cut.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index import schema
from index.embed import Vectors
from index.errors import CatalogError
from index.lexical import match_expression, searchable
from index.records import Document, FileFailure, Passage, Sentence


@dataclass(frozen=True, slots=True)
class Entry:
    """One document ready to be written: its sentences, its passages, and `fingerprint`, what decides if it is unchanged."""

    document: Document
    fingerprint: str
    sentences: tuple[Sentence, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """A document without its text; `sentences` is their number. Built for lists."""

    id: str
    title: str
    source: str
    path: str
    modified: str
    sentences: int


class Catalog:
    """Readers may be many; only the process that holds the collection's lock may call a method that writes.

    Each thread gets a connection of its own. `CatalogError` if the file is damaged or from a newer version.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        if not create and not path.is_file():
            raise CatalogError(f"There is no collection at {path.parent}; run `assistant ingest PATH` first.")
        self.path = path
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        try:
            if create:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._prepare()
            version = int(self.meta().get("schema", "0"))
        except (sqlite3.DatabaseError, OSError, ValueError) as error:
            raise CatalogError(f"{path} cannot be opened as a catalog ({error}); restore it from a backup, or delete the "
                               "folder and ingest again.") from error
        if version != schema.SCHEMA_VERSION:
            raise CatalogError(f"{path} has format {version}, this version reads {schema.SCHEMA_VERSION}; "
                               "use the version that wrote it, or ingest into a new folder.")

    def close(self) -> None:
        for connection in self._opened:
            connection.close()
        self._opened.clear()
        self._local = threading.local()

    # -- what is there -------------------------------------------------------------------------------------------

    def meta(self) -> dict[str, str]:
        return {row["key"]: row["value"] for row in self._query("SELECT key, value FROM meta")}

    def change(self) -> int:
        """A number that grows with every committed change, seen from any process."""
        return int(self.meta().get("change", "0"))

    def sources(self) -> dict[str, str]:
        """Location by name of every source."""
        return {row["name"]: row["location"] for row in self._query("SELECT name, location FROM sources ORDER BY name")}

    def fingerprints(self, source: str) -> dict[str, str]:
        """Fingerprint by path of every document of a source."""
        rows = self._query("SELECT path, fingerprint FROM documents WHERE source = ?", source)
        return {row["path"]: row["fingerprint"] for row in rows}

    def failures(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Reason and fingerprint by source and path of every file that could not be read."""
        rows = self._query("SELECT source, path, reason, fingerprint FROM failures ORDER BY source, path")
        return {(row["source"], row["path"]): (row["reason"], row["fingerprint"]) for row in rows}

    def documents(self) -> tuple[DocumentSummary, ...]:
        """Every document, ordered by source and path."""
        rows = self._query(
            "SELECT id, title, source, path, modified, "
            "(SELECT count(*) FROM sentences WHERE document_id = documents.id) AS sentences "
            "FROM documents ORDER BY source, path")
        return tuple(DocumentSummary(*row) for row in rows)

    def document(self, document_id: str) -> Document | None:
        rows = self._query(f"SELECT {schema.DOCUMENT_COLUMNS} FROM documents WHERE id = ?", document_id)
        return schema.to_document(rows[0]) if rows else None

    def sentences(self, document: Document, first: int = 0, last: int = 2**31) -> tuple[Sentence, ...]:
        """Sentences of a document by ordinal, both ends inclusive."""
        rows = self._query("SELECT * FROM sentences WHERE document_id = ? AND ordinal BETWEEN ? AND ? ORDER BY ordinal",
                           document.id, first, last)
        return tuple(schema.to_sentence(row, document.text) for row in rows)

    def counts(self) -> dict[str, int]:
        """Number of documents, sentences and passages."""
        names = ("documents", "sentences", "passages")
        return {name: int(self._query(f"SELECT count(*) FROM {name}")[0][0]) for name in names}

    # -- searching -----------------------------------------------------------------------------------------------

    def passages(self, ids: Sequence[str]) -> dict[str, Passage]:
        """The passages with these ids that exist, by id."""
        marks = ",".join("?" * len(ids))
        rows = self._query(f"SELECT {schema.PASSAGE_COLUMNS} FROM passages WHERE id IN ({marks})", *ids)
        return {row["id"]: schema.to_passage(row) for row in rows}

    def lexical(self, question: str, limit: int) -> list[tuple[str, float]]:
        """Passage ids with their BM25 score (k1 1.2, b 0.75; higher is better), best first, ties by id."""
        expression = match_expression(question)
        if not expression:
            return []
        rows = self._query(
            "SELECT passages.id AS id, -bm25(lexical) AS score FROM lexical JOIN passages ON passages.number = lexical.rowid "
            "WHERE lexical MATCH ? ORDER BY score DESC, passages.id LIMIT ?", expression, limit)
        return [(row["id"], row["score"]) for row in rows]

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """The vectors of the passages with these ids, by id."""
        marks = ",".join("?" * len(ids))
        rows = self._query("SELECT passages.id AS id, vector FROM passages JOIN vectors USING (content) "
                           f"WHERE passages.id IN ({marks})", *ids)
        return {row["id"]: np.frombuffer(row["vector"], np.float32) for row in rows}

    def vectors_of(self, contents: Sequence[str]) -> Vectors:
        """The vectors under these content hashes, one row each, in their order. KeyError if one is missing."""
        found: dict[str, Vectors] = {}
        for start in range(0, len(contents), 500):
            part = contents[start : start + 500]
            for row in self._query(f"SELECT content, vector FROM vectors WHERE content IN ({','.join('?' * len(part))})", *part):
                found[row["content"]] = np.frombuffer(row["vector"], np.float32)
        return np.stack([found[content] for content in contents])

    def passage_ids(self, document_ids: Sequence[str]) -> list[str]:
        """The ids of all passages of these documents."""
        return [row["id"] for one in document_ids
                for row in self._query("SELECT id FROM passages WHERE document_id = ? ORDER BY ordinal", one)]

    def passage_vectors(self, batch: int = 4096) -> Iterator[tuple[list[str], Vectors]]:
        """Every passage id with its vector, in batches: ids and a matrix with a row for each, ordered by number."""
        last = -1
        while rows := self._query(
                "SELECT number, id, vector FROM passages JOIN vectors USING (content) WHERE number > ? "
                "ORDER BY number LIMIT ?", last, batch):
            last = rows[-1]["number"]
            matrix = np.frombuffer(b"".join(row["vector"] for row in rows), np.float32)
            yield [row["id"] for row in rows], matrix.reshape(len(rows), -1)

    def known_contents(self, contents: Sequence[str]) -> set[str]:
        """Those of the content hashes that have a vector already."""
        found: set[str] = set()
        for start in range(0, len(contents), 500):
            part = contents[start : start + 500]
            rows = self._query(f"SELECT content FROM vectors WHERE content IN ({','.join('?' * len(part))})", *part)
            found.update(row["content"] for row in rows)
        return found

    # -- writing -------------------------------------------------------------------------------------------------

    def set_meta(self, **values: str) -> None:
        with self._transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def add_source(self, name: str, location: str) -> None:
        with self._transaction() as connection:
            connection.execute("INSERT INTO sources VALUES (?, ?)", (name, location))

    def keep_vectors(self, contents: Sequence[str], vectors: Vectors) -> None:
        """Keeps vectors by content hash, before anything refers to them: embedding is the work that must not be lost."""
        with self._transaction() as connection:
            rows = ((content, row.tobytes()) for content, row in zip(contents, vectors, strict=True))
            connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)

    def write(self, entries: Sequence[Entry]) -> None:
        """Replaces these documents, all of them or none. Every passage's vector must have been kept before."""
        with self._transaction() as connection:
            for entry in entries:
                _delete(connection, entry.document.id)
                connection.execute(f"INSERT INTO documents VALUES ({','.join('?' * 12)})",
                                   schema.document_row(entry.document, entry.fingerprint))
                connection.executemany("INSERT INTO sentences VALUES (?,?,?,?,?,?,?,?)", (
                    (one.document_id, one.ordinal, one.id, one.start, one.end, one.kind, one.context, one.block)
                    for one in entry.sentences))
                for passage in entry.passages:
                    _insert_passage(connection, passage)
                connection.execute("DELETE FROM failures WHERE source = ? AND path = ?",
                                   (entry.document.source, entry.document.path))
            _count_change(connection)

    def replace_passages(self, passages: Iterable[tuple[str, Sequence[Passage]]], stamp: str) -> None:
        """Gives documents, named by id, new passages made by the embedder of this stamp, in one transaction."""
        with self._transaction() as connection:
            for document_id, ones in passages:
                _delete_passages(connection, document_id)
                for passage in ones:
                    _insert_passage(connection, passage)
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('embedder', ?)", (stamp,))
            _count_change(connection)

    def remove(self, document_ids: Iterable[str]) -> None:
        with self._transaction() as connection:
            for document_id in document_ids:
                _delete(connection, document_id)
            _count_change(connection)

    def set_failures(self, source: str, failures: Sequence[tuple[FileFailure, str]], forget: Iterable[str]) -> None:
        """Records files that could not be read, with their fingerprints, and forgets those at other paths."""
        with self._transaction() as connection:
            connection.executemany("DELETE FROM failures WHERE source = ? AND path = ?", ((source, path) for path in forget))
            connection.executemany("INSERT OR REPLACE INTO failures VALUES (?,?,?,?)", (
                (source, failure.path, failure.reason, fingerprint) for failure, fingerprint in failures))

    def sweep(self) -> None:
        """Drops vectors that no passage uses."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM vectors WHERE content NOT IN (SELECT content FROM passages)")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside sees the catalog as it was at the first read, whatever is committed meanwhile."""
        connection = self._connection()
        connection.execute("BEGIN")
        try:
            yield
        finally:
            connection.execute("COMMIT")

    # -- connections ---------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        connection = self._connection()
        connection.execute("PRAGMA journal_mode = WAL")
        with self._transaction():
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
                for statement in schema.TABLES.split(";\n"):
                    connection.execute(statement)
                connection.execute("INSERT INTO meta VALUES ('schema', ?)", (str(schema.SCHEMA_VERSION),))

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            connection = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA synchronous = FULL")
            self._local.connection = connection
            self._opened.append(connection)
        return self._local.connection  # type: ignore[no-any-return]  # thread-local storage has no types

    def _query(self, statement: str, *values: object) -> list[sqlite3.Row]:
        return self._connection().execute(statement, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def _insert_passage(connection: sqlite3.Connection, passage: Passage) -> None:
    cursor = connection.execute(
        f"INSERT INTO passages ({schema.PASSAGE_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)",
        (passage.id, passage.document_id, passage.ordinal, passage.first, passage.last, passage.start, passage.end,
         passage.embedded_text, passage.content))
    connection.execute("INSERT INTO lexical (rowid, body) VALUES (?, ?)",
                       (cursor.lastrowid, searchable(passage.embedded_text)))


def _delete(connection: sqlite3.Connection, document_id: str) -> None:
    _delete_passages(connection, document_id)
    connection.execute("DELETE FROM sentences WHERE document_id = ?", (document_id,))
    connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))


def _delete_passages(connection: sqlite3.Connection, document_id: str) -> None:
    connection.execute("DELETE FROM lexical WHERE rowid IN (SELECT number FROM passages WHERE document_id = ?)",
                       (document_id,))
    connection.execute("DELETE FROM passages WHERE document_id = ?", (document_id,))


def _count_change(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO meta VALUES ('change', '1') "
                       "ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1")
