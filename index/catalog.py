"""The catalog: one SQLite file that holds documents, sentences, passages, their vectors and the lexical index.

It is the one truth; every other store can be made from it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index import schema
from index.database import Database
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


class Catalog(Database):
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
        version = self.meta().get("schema", "0")
        if version != str(schema.SCHEMA_VERSION):
            raise CatalogError(
                f"{path} has format {version}, this version reads {schema.SCHEMA_VERSION}; "
                "use the version that wrote it, or ingest into a new folder."
            )

    # -- what is there -------------------------------------------------------------------------------------------

    def meta(self) -> dict[str, str]:
        return {row["key"]: row["value"] for row in self.query("SELECT key, value FROM meta")}

    def change(self) -> int:
        """A number that grows with every committed change, seen from any process."""
        return int(self.meta().get("change", "0"))

    def sources(self) -> dict[str, str]:
        """Location by name of every source."""
        return {row["name"]: row["location"] for row in self.query("SELECT name, location FROM sources ORDER BY name")}

    def whole_sources(self) -> set[str]:
        """Names of the sources that are read as folders; of the others single files were given."""
        return {row["name"] for row in self.query("SELECT name FROM sources WHERE whole")}

    def fingerprints(self, source: str) -> dict[str, str]:
        """Fingerprint by path of every document of a source."""
        rows = self.query("SELECT path, fingerprint FROM documents WHERE source = ?", source)
        return {row["path"]: row["fingerprint"] for row in rows}

    def failures(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Reason and fingerprint by source and path of every file that could not be read."""
        rows = self.query("SELECT source, path, reason, fingerprint FROM failures ORDER BY source, path")
        return {(row["source"], row["path"]): (row["reason"], row["fingerprint"]) for row in rows}

    def documents(self) -> tuple[DocumentSummary, ...]:
        """Every document, ordered by source and path."""
        rows = self.query(
            "SELECT id, title, source, path, modified, "
            "(SELECT count(*) FROM sentences WHERE document_id = documents.id) AS sentences "
            "FROM documents ORDER BY source, path"
        )
        return tuple(DocumentSummary(*row) for row in rows)

    def document(self, document_id: str) -> Document | None:
        rows = self.query(f"SELECT {schema.DOCUMENT_COLUMNS} FROM documents WHERE id = ?", document_id)
        return schema.to_document(rows[0]) if rows else None

    def sentences(self, document: Document, first: int = 0, last: int = 2**31) -> tuple[Sentence, ...]:
        """Sentences of a document by ordinal, both ends inclusive; none if the catalog holds another revision by now."""
        rows = self.query(
            "SELECT sentences.* FROM sentences JOIN documents ON documents.id = document_id "
            "WHERE document_id = ? AND revision = ? AND ordinal BETWEEN ? AND ? ORDER BY ordinal",
            document.id,
            document.revision,
            first,
            last,
        )
        return tuple(schema.to_sentence(row, document.text) for row in rows)

    def counts(self) -> dict[str, int]:
        """Number of documents, sentences and passages."""
        names = ("documents", "sentences", "passages")
        return {name: int(self.query(f"SELECT count(*) FROM {name}")[0][0]) for name in names}

    # -- searching -----------------------------------------------------------------------------------------------

    def passages(self, ids: Sequence[str]) -> dict[str, Passage]:
        """The passages with these ids that exist, by id."""
        marks = ",".join("?" * len(ids))
        rows = self.query(f"SELECT {schema.PASSAGE_COLUMNS} FROM passages WHERE id IN ({marks})", *ids)
        return {row["id"]: schema.to_passage(row) for row in rows}

    def lexical(self, question: str, limit: int) -> list[tuple[str, float]]:
        """Passage ids with their BM25 score (k1 1.2, b 0.75; higher is better), best first, ties by id."""
        expression = match_expression(question)
        if not expression:
            return []
        rows = self.query(
            "SELECT passages.id AS id, -bm25(lexical) AS score FROM lexical JOIN passages ON passages.number = lexical.rowid "
            "WHERE lexical MATCH ? ORDER BY score DESC, passages.id LIMIT ?",
            expression,
            limit,
        )
        return [(row["id"], row["score"]) for row in rows]

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """The vectors of the passages with these ids, by id."""
        marks = ",".join("?" * len(ids))
        rows = self.query(
            "SELECT passages.id AS id, vector FROM passages JOIN vectors USING (content) "
            f"WHERE passages.id IN ({marks})",
            *ids,
        )
        return {row["id"]: np.frombuffer(row["vector"], np.float32) for row in rows}

    def vectors_of(self, contents: Sequence[str]) -> Vectors:
        """The vectors under these content hashes, one row each, in their order. KeyError if one is missing."""
        found: dict[str, Vectors] = {}
        for start in range(0, len(contents), 500):
            part = contents[start : start + 500]
            for row in self.query(
                f"SELECT content, vector FROM vectors WHERE content IN ({','.join('?' * len(part))})", *part
            ):
                found[row["content"]] = np.frombuffer(row["vector"], np.float32)
        return np.stack([found[content] for content in contents])

    def passage_ids(self, document_ids: Sequence[str]) -> list[str]:
        """The ids of all passages of these documents."""
        return [
            row["id"]
            for one in document_ids
            for row in self.query("SELECT id FROM passages WHERE document_id = ? ORDER BY ordinal", one)
        ]

    def passage_vectors(self, batch: int = 4096) -> Iterator[tuple[list[str], Vectors]]:
        """Every passage id with its vector, in batches: ids and a matrix with a row for each, ordered by number."""
        last = -1
        while rows := self.query(
            "SELECT number, id, vector FROM passages JOIN vectors USING (content) WHERE number > ? "
            "ORDER BY number LIMIT ?",
            last,
            batch,
        ):
            last = rows[-1]["number"]
            matrix = np.frombuffer(b"".join(row["vector"] for row in rows), np.float32)
            yield [row["id"] for row in rows], matrix.reshape(len(rows), -1)

    def known_contents(self, contents: Sequence[str]) -> set[str]:
        """Those of the content hashes that have a vector already."""
        found: set[str] = set()
        for start in range(0, len(contents), 500):
            part = contents[start : start + 500]
            rows = self.query(f"SELECT content FROM vectors WHERE content IN ({','.join('?' * len(part))})", *part)
            found.update(row["content"] for row in rows)
        return found

    # -- writing -------------------------------------------------------------------------------------------------

    def set_meta(self, **values: str) -> None:
        with self.transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def add_source(self, name: str, location: str, *, whole: bool = True) -> None:
        """Adds a source, or says of a known one that it is read whole from now on: the folder, not single files of it."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT INTO sources VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET whole = "
                "max(whole, excluded.whole)",
                (name, location, whole),
            )

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
                connection.execute(
                    f"INSERT INTO documents VALUES ({','.join('?' * 12)})",
                    schema.document_row(entry.document, entry.fingerprint),
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
                connection.execute(
                    "DELETE FROM failures WHERE source = ? AND path = ?", (entry.document.source, entry.document.path)
                )
            _count_change(connection)

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
        with self.transaction() as connection:
            connection.executemany(
                "DELETE FROM failures WHERE source = ? AND path = ?", ((source, path) for path in forget)
            )
            connection.executemany(
                "INSERT OR REPLACE INTO failures VALUES (?,?,?,?)",
                ((source, failure.path, failure.reason, fingerprint) for failure, fingerprint in failures),
            )

    def sweep(self) -> None:
        """Drops vectors that no passage uses."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM vectors WHERE content NOT IN (SELECT content FROM passages)")


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
