"""What is asked of the catalog: documents, sentences, passages, vectors, and the lexical search. Nothing here writes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from index import schema
from index.database import Database
from index.embed import Vectors
from index.lexical import match_expression
from index.records import Document, Passage, Sentence


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """A document without its text; `sentences` is their number. Built for lists."""

    id: str
    title: str
    source: str
    path: str
    modified: str
    sentences: int


class CatalogQueries(Database):
    """The reading half of the catalog; any number of processes may use it while one writes."""

    # -- what is there -------------------------------------------------------------------------------------------

    def meta(self) -> dict[str, str]:
        return {row["key"]: row["value"] for row in self.query("SELECT key, value FROM meta")}

    def change(self) -> int:
        """A number that grows with every committed change, seen from any process."""
        return int(self.meta().get("change", "0"))

    def sources(self, kind: str = "") -> dict[str, str]:
        """Location by name of every source, or of those of one kind."""
        rows = self.query("SELECT name, location FROM sources WHERE ? IN ('', kind) ORDER BY name", kind)
        return {row["name"]: row["location"] for row in rows}

    def documents_of(self, source: str) -> list[str]:
        """Ids of all documents of a source."""
        return [row["id"] for row in self.query("SELECT id FROM documents WHERE source = ?", source)]

    def document_counts(self) -> dict[str, int]:
        """Number of documents by name of the source."""
        rows = self.query("SELECT source, count(*) AS number FROM documents GROUP BY source")
        return {row["source"]: row["number"] for row in rows}

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

    def documents(self, limit: int | None = None, offset: int = 0) -> tuple[DocumentSummary, ...]:
        """The documents, ordered by source and path: all from `offset` on, or at most `limit` of them."""
        rows = self.query(
            "SELECT id, title, source, path, modified, "
            "(SELECT count(*) FROM sentences WHERE document_id = documents.id) AS sentences "
            "FROM documents ORDER BY source, path LIMIT ? OFFSET ?",
            -1 if limit is None else limit,
            offset,
        )
        return tuple(DocumentSummary(*row) for row in rows)

    def document_count(self) -> int:
        return int(self.query("SELECT count(*) FROM documents")[0][0])

    def documents_within(self, place: str) -> list[str]:
        """Ids of the documents at `source/path`, or below it: a folder, or a wiki's namespace with its colon."""
        below = place if place.endswith(("/", ":")) else f"{place}/"
        rows = self.query(
            "SELECT id FROM documents WHERE source || '/' || path = ? OR substr(source || '/' || path, 1, ?) = ? ORDER BY id",
            place,
            len(below),
            below,
        )
        return [row["id"] for row in rows]

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

    def lexical(self, question: str, limit: int, documents: Sequence[str] | None = None) -> list[tuple[str, float]]:
        """Passage ids with their BM25 score (k1 1.2, b 0.75; higher is better), best first, ties by id.

        `documents` restricts the search to the documents with these ids.
        """
        expression = match_expression(question)
        if not expression:
            return []
        only = "" if documents is None else "AND passages.document_id IN (SELECT value FROM json_each(?)) "
        rows = self.query(
            "SELECT passages.id AS id, -bm25(lexical) AS score FROM lexical JOIN passages ON passages.number = lexical.rowid "
            f"WHERE lexical MATCH ? {only}ORDER BY score DESC, passages.id LIMIT ?",
            expression,
            *([] if documents is None else [json.dumps(list(documents))]),
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
