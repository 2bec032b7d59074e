"""The catalog's tables and how their rows become records."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict

from index.records import Document, Heading, Page, Passage, Sentence

SCHEMA_VERSION = 2

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sources (
    name TEXT PRIMARY KEY, location TEXT NOT NULL UNIQUE, whole INTEGER NOT NULL, kind TEXT NOT NULL DEFAULT 'folder'
) WITHOUT ROWID;
CREATE TABLE documents (
    id TEXT PRIMARY KEY, source TEXT NOT NULL REFERENCES sources(name), path TEXT NOT NULL,
    title TEXT NOT NULL, text TEXT NOT NULL, revision TEXT NOT NULL, modified TEXT NOT NULL,
    headings TEXT NOT NULL, pages TEXT NOT NULL, address TEXT, language TEXT NOT NULL,
    fingerprint TEXT NOT NULL, version TEXT NOT NULL DEFAULT '',
    UNIQUE (source, path)
) WITHOUT ROWID;
CREATE INDEX documents_by_state ON documents (source, id, path, version, fingerprint, address);
CREATE TABLE sentences (
    document_id TEXT NOT NULL, ordinal INTEGER NOT NULL, id TEXT NOT NULL UNIQUE,
    start INTEGER NOT NULL, end INTEGER NOT NULL, kind TEXT NOT NULL, context TEXT NOT NULL, block INTEGER NOT NULL,
    PRIMARY KEY (document_id, ordinal)
) WITHOUT ROWID;
CREATE TABLE passages (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, document_id TEXT NOT NULL, ordinal INTEGER NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    embedded_text TEXT NOT NULL, content TEXT NOT NULL
);
CREATE INDEX passages_by_document ON passages (document_id, ordinal);
CREATE INDEX passages_by_content ON passages (content);
CREATE TABLE vectors (content TEXT PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE failures (
    source TEXT NOT NULL, path TEXT NOT NULL, reason TEXT NOT NULL, fingerprint TEXT NOT NULL,
    key TEXT NOT NULL DEFAULT '', version TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (source, path)
) WITHOUT ROWID;
CREATE TABLE syncs (
    source TEXT PRIMARY KEY, cursor TEXT NOT NULL, listed TEXT NOT NULL, ended TEXT NOT NULL, report TEXT NOT NULL
) WITHOUT ROWID;
CREATE VIRTUAL TABLE lexical USING fts5 (body, tokenize = "porter unicode61 remove_diacritics 2");
"""

# What makes each older format the next one, by the number of the older.
MIGRATIONS = {
    1: """
ALTER TABLE sources ADD COLUMN kind TEXT NOT NULL DEFAULT 'folder';
ALTER TABLE documents ADD COLUMN version TEXT NOT NULL DEFAULT '';
ALTER TABLE failures ADD COLUMN key TEXT NOT NULL DEFAULT '';
ALTER TABLE failures ADD COLUMN version TEXT NOT NULL DEFAULT '';
CREATE INDEX documents_by_state ON documents (source, id, path, version, fingerprint, address);
CREATE TABLE syncs (
    source TEXT PRIMARY KEY, cursor TEXT NOT NULL, listed TEXT NOT NULL, ended TEXT NOT NULL, report TEXT NOT NULL
) WITHOUT ROWID;
"""
}

DOCUMENT_COLUMNS = "id, source, path, title, text, revision, modified, headings, pages, address, language"
PASSAGE_COLUMNS = "id, document_id, ordinal, first, last, start, end, embedded_text, content"


def document_row(document: Document, fingerprint: str, version: str = "") -> tuple[object, ...]:
    headings = json.dumps([list(asdict(heading).values()) for heading in document.headings], ensure_ascii=False)
    pages = json.dumps([list(asdict(page).values()) for page in document.pages])
    return (
        document.id,
        document.source,
        document.path,
        document.title,
        document.text,
        document.revision,
        document.modified,
        headings,
        pages,
        document.address,
        document.language,
        fingerprint,
        version,
    )


def to_document(row: sqlite3.Row) -> Document:
    return Document(
        id=row["id"],
        source=row["source"],
        path=row["path"],
        title=row["title"],
        text=row["text"],
        revision=row["revision"],
        modified=row["modified"],
        address=row["address"],
        language=row["language"],
        headings=tuple(Heading(*values) for values in json.loads(row["headings"])),
        pages=tuple(Page(*values) for values in json.loads(row["pages"])),
    )


def to_sentence(row: sqlite3.Row, text: str) -> Sentence:
    return Sentence(
        row["id"],
        row["document_id"],
        row["ordinal"],
        row["start"],
        row["end"],
        text[row["start"] : row["end"]],
        row["kind"],
        row["context"],
        row["block"],
    )


def to_passage(row: sqlite3.Row) -> Passage:
    return Passage(
        row["id"],
        row["document_id"],
        row["ordinal"],
        row["first"],
        row["last"],
        row["start"],
        row["end"],
        row["embedded_text"],
        row["content"],
    )
