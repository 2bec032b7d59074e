"""The SQLite file that the service writes: its tables, their version, who can read it, and one kind of error.

| table | a row is |
|---|---|
| `conversations` | a conversation and the hash of whose it is |
| `turns` | one answer record in it, in order |
| `cited` | a document that a turn quotes |
| `feedback` | a thumb, up or down, for one turn |
| `gaps` | one time that a question was not answered, or in part, or its answer was disliked |
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.errors import StoreError
from index.database import Database

SCHEMA_VERSION = 1
TABLES = """
CREATE TABLE conversations (id TEXT PRIMARY KEY, owner TEXT NOT NULL, started TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE turns (number INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE,
  collection TEXT NOT NULL, answer TEXT NOT NULL, at TEXT NOT NULL, record TEXT NOT NULL);
CREATE INDEX turns_of ON turns (conversation, answer);
CREATE INDEX turns_at ON turns (at);
CREATE TABLE cited (turn INTEGER NOT NULL REFERENCES turns ON DELETE CASCADE, document TEXT NOT NULL,
  PRIMARY KEY (turn, document)) WITHOUT ROWID;
CREATE INDEX cited_document ON cited (document);
CREATE TABLE feedback (turn INTEGER PRIMARY KEY REFERENCES turns ON DELETE CASCADE,
  value TEXT NOT NULL, comment TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE gaps (number INTEGER PRIMARY KEY AUTOINCREMENT, turn INTEGER REFERENCES turns ON DELETE CASCADE,
  collection TEXT NOT NULL, folded TEXT NOT NULL, question TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL);
CREATE INDEX gaps_turn ON gaps (turn);
CREATE INDEX gaps_folded ON gaps (collection, folded)"""


class StoreFile(Database):
    """Thread-safe; several processes may use one file. StoreError, from any method, if the file cannot be used."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        with self._door():
            self._make()

    def _make(self) -> None:
        """The file with its tables, readable for its user only; SQLite gives its companions the same mode."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
        self.path.chmod(0o600)
        self.query("PRAGMA journal_mode = WAL")
        with self.transaction() as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                for statement in TABLES.split(";\n"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        if version > SCHEMA_VERSION:
            raise StoreError(f"{self.path} is of a newer version of this program; use that one, or move the file away.")

    def _connection(self) -> sqlite3.Connection:
        fresh = not hasattr(self._local, "connection")
        connection = super()._connection()
        if fresh:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")  # a quote that is removed is not left in the file
        return connection

    @contextmanager
    def _door(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreError(
                f"{self.path} cannot be used ({error}); see that the disk is not full and the file writable, "
                "or move it away."
            ) from error
