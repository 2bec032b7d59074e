"""The catalog: one SQLite file that holds documents, sentences, passages, their vectors and the lexical index.

It is the one truth; every other store can be made from it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index import schema
from index.catalog_queries import CatalogQueries
from index.embed import Vectors
from index.errors import CatalogError
from index.lexical import searchable
from index.migrations import migrate
from index.records import Document, FileFailure, Passage, Sentence


@dataclass(frozen=True, slots=True)
class Entry:
    """One document ready to be written: its sentences, its passages, and `fingerprint`, what decides if it is unchanged.

    `key` is its name in its source, and `version` what the source said of this state of it, where it says such things.
    """

    document: Document
    fingerprint: str
    sentences: tuple[Sentence, ...]
    passages: tuple[Passage, ...]
    key: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Broken:
    """A document that could not be read, and the state of it that could not: `""` for "try again"."""

    failure: FileFailure
    fingerprint: str = ""
    key: str = ""
    version: str = ""


class Catalog(CatalogQueries):
    """Readers may be many; only the process that holds the collection's lock may call a method that writes.

    CatalogError, from any method, if the file is damaged, cannot be read or written, or is from a newer version.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        super().__init__(path)
        try:
            there = path.is_file()
        except OSError as error:
            raise CatalogError(
                f"{path} cannot be a collection's place ({error.strerror}); give another --data."
            ) from error
        if not create and not there:
            raise CatalogError(f"There is no collection at {path.parent}; run `assistant ingest PATH` first.")
        if create:
            self.create(schema.TABLES, version=schema.SCHEMA_VERSION)
        migrate(self)

    def set_meta(self, **values: str) -> None:
        with self.transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def drop_meta(self, key: str) -> None:
        with self.transaction() as connection:
            connection.execute("DELETE FROM meta WHERE key = ?", (key,))

    def add_source(self, name: str, location: str, *, whole: bool = True, kind: str = "folder") -> None:
        """Adds a source, or says of a known one that it is read whole from now on: the folder, not single files of it."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT INTO sources (name, location, whole, kind) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE "
                "SET whole = max(whole, excluded.whole)",
                (name, location, whole, kind),
            )

    def place_source(self, name: str, location: str, kind: str) -> None:
        """Adds a source that is declared, or says of a known one where it is now. sqlite3.IntegrityError if another
        source is there."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT INTO sources (name, location, whole, kind) VALUES (?, ?, 1, ?) ON CONFLICT (name) DO UPDATE "
                "SET location = excluded.location, whole = 1, kind = excluded.kind",
                (name, location, kind),
            )

    def forget_source(self, name: str) -> None:
        """Removes a source that has no documents, with what is known of its failures and its syncs."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM failures WHERE source = ?", (name,))
            connection.execute("DELETE FROM syncs WHERE source = ?", (name,))
            connection.execute("DELETE FROM sources WHERE name = ?", (name,))

    def keep_vectors(self, contents: Sequence[str], vectors: Vectors) -> None:
        """Keeps vectors by content hash, before anything refers to them: embedding is the work that must not be lost."""
        with self.transaction() as connection:
            rows = ((content, row.tobytes()) for content, row in zip(contents, vectors, strict=True))
            connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)

    def write(self, entries: Sequence[Entry]) -> None:
        """Replaces these documents, all of them or none. Every passage's vector must have been kept before."""
        with self.transaction() as connection:
            for entry in entries:
                _delete(connection, entry.document.id)
                _make_way(connection, entry.document)
                connection.execute(
                    f"INSERT INTO documents VALUES ({','.join('?' * 13)})",
                    schema.document_row(entry.document, entry.fingerprint, entry.version),
                )
                connection.executemany(
                    "INSERT INTO sentences VALUES (?,?,?,?,?,?,?,?)",
                    (
                        (one.document_id, one.ordinal, one.id, one.start, one.end, one.kind, one.context, one.block)
                        for one in entry.sentences
                    ),
                )
                for passage in entry.passages:
                    _insert_passage(connection, passage)
                _forget_failures(connection, entry.document.source, entry.document.path, entry.key)
            _count_change(connection)

    def mark_versions(self, versions: Iterable[tuple[str, str]]) -> None:
        """Records that documents, by id, are still what their source has at these versions."""
        with self.transaction() as connection:
            connection.executemany(
                "UPDATE documents SET version = ? WHERE id = ?", ((version, one) for one, version in versions)
            )

    def replace_passages(self, passages: Iterable[tuple[str, Sequence[Passage]]], stamp: str) -> None:
        """Gives documents, named by id, new passages made by the embedder of this stamp, in one transaction."""
        with self.transaction() as connection:
            for document_id, ones in passages:
                _delete_passages(connection, document_id)
                for passage in ones:
                    _insert_passage(connection, passage)
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('embedder', ?)", (stamp,))
            _count_change(connection)

    def remove(self, document_ids: Iterable[str]) -> None:
        with self.transaction() as connection:
            for document_id in document_ids:
                _delete(connection, document_id)
            _count_change(connection)

    def set_failures(self, source: str, failures: Sequence[tuple[FileFailure, str]], forget: Iterable[str]) -> None:
        """Records files that could not be read, with their fingerprints, and forgets those at other paths."""
        self.set_broken(source, [Broken(failure, fingerprint) for failure, fingerprint in failures], forget)

    def set_broken(self, source: str, broken: Sequence[Broken], forget: Iterable[str] = ()) -> None:
        """Records what could not be read, in place of what was said of it before, and forgets those at other paths."""
        with self.transaction() as connection:
            connection.executemany(
                "DELETE FROM failures WHERE source = ? AND path = ?", ((source, path) for path in forget)
            )
            for one in broken:
                _forget_failures(connection, source, one.failure.path, one.key)
                connection.execute(
                    "INSERT INTO failures (source, path, reason, fingerprint, key, version) VALUES (?,?,?,?,?,?)",
                    (source, one.failure.path, one.failure.reason, one.fingerprint, one.key, one.version),
                )

    def sweep(self, of: str | None = None) -> None:
        """Drops vectors that no passage uses: all of them, or those whose content hashes are in this table.

        None of them while a reindexing is not finished, whose vectors no passage uses yet.
        """
        which = f"content IN (SELECT content FROM {of}) AND" if of else ""
        with self.transaction() as connection:
            connection.execute(
                f"DELETE FROM vectors WHERE {which} NOT EXISTS (SELECT 1 FROM passages WHERE content = vectors.content) "
                "AND NOT EXISTS (SELECT 1 FROM meta WHERE key = 'reindexing')"
            )


def _insert_passage(connection: sqlite3.Connection, passage: Passage) -> None:
    cursor = connection.execute(
        f"INSERT INTO passages ({schema.PASSAGE_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)",
        (
            passage.id,
            passage.document_id,
            passage.ordinal,
            passage.first,
            passage.last,
            passage.start,
            passage.end,
            passage.embedded_text,
            passage.content,
        ),
    )
    connection.execute(
        "INSERT INTO lexical (rowid, body) VALUES (?, ?)", (cursor.lastrowid, searchable(passage.embedded_text))
    )


def _make_way(connection: sqlite3.Connection, document: Document) -> None:
    """Another document that still has this path, as pages do that changed their names, gets one that nothing has."""
    connection.execute(
        "UPDATE documents SET path = path || ' (' || id || ')' WHERE source = ? AND path = ? AND id <> ?",
        (document.source, document.path, document.id),
    )


def _forget_failures(connection: sqlite3.Connection, source: str, path: str, key: str) -> None:
    connection.execute(
        "DELETE FROM failures WHERE source = ? AND (path = ? OR (key <> '' AND key = ?))", (source, path, key)
    )


def _delete(connection: sqlite3.Connection, document_id: str) -> None:
    _delete_passages(connection, document_id)
    connection.execute("DELETE FROM sentences WHERE document_id = ?", (document_id,))
    connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))


def _delete_passages(connection: sqlite3.Connection, document_id: str) -> None:
    connection.execute(
        "DELETE FROM lexical WHERE rowid IN (SELECT number FROM passages WHERE document_id = ?)", (document_id,)
    )
    connection.execute("DELETE FROM passages WHERE document_id = ?", (document_id,))


def _count_change(connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT INTO meta VALUES ('change', '1') ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1"
    )
