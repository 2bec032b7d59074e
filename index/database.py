"""One SQLite file: a connection for each thread, transactions, snapshots, and one kind of error.

WAL with full synchronisation: what a transaction committed survives `kill -9` and a power cut.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import CatalogDamaged, CatalogError

BUSY_SECONDS = 30
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Database:
    """Every method raises CatalogError where SQLite cannot do its work; a broken constraint stays sqlite3.IntegrityError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []

    def create(self, tables: str, version: int) -> None:
        """Makes the file and its tables, unless they are there."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CatalogError(
                f"{self.path.parent} cannot be made ({error.strerror}); choose another folder with --data, "
                "or make it writable."
            ) from error
        self.query("PRAGMA journal_mode = WAL")
        with self.transaction() as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
                for statement in tables.split(";\n"):
                    connection.execute(statement)
                connection.execute("INSERT INTO meta VALUES ('schema', ?)", (str(version),))

    def query(self, statement: str, *values: object) -> list[sqlite3.Row]:
        """All rows of a statement."""
        with self._door():
            return self._connection().execute(statement, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A connection whose statements are kept all together, or none of them if anything is raised."""
        with self._door():
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # a full disk can have ended it already
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def aside(self) -> Iterator[sqlite3.Connection]:
        """A connection for what goes into temporary tables only: it takes no lock that a writer would wait for.

        These tables belong to the thread that made them.
        """
        with self._door():
            connection = self._connection()
            connection.execute("BEGIN")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # a full disk can have ended it already
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside sees the file as it was at the first read, whatever is committed meanwhile."""
        with self._door():
            connection = self._connection()
            connection.execute("BEGIN")
        try:
            yield
        finally:
            with self._door():
                connection.execute("COMMIT")

    def close(self) -> None:
        """Closes the connections of all threads; a later use opens new ones."""
        for connection in self._opened:
            connection.close()
        self._opened.clear()
        self._local = threading.local()

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            connection.row_factory = sqlite3.Row
            self._opened.append(connection)
            connection.execute("PRAGMA synchronous = FULL")
            self._local.connection = connection
        return self._local.connection  # type: ignore[no-any-return]  # thread-local storage has no types

    @contextmanager
    def _door(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.IntegrityError:
            raise
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGED:  # the rest of the code tells them apart further
                raise CatalogDamaged(
                    f"{self.path} is damaged ({error}); run `assistant restore FILE` with a backup of it, "
                    "or `assistant repair`, which keeps what can still be read."
                ) from error
            raise CatalogError(
                f"{self.path} cannot be used as a catalog ({error}); see that the disk is not full and the "
                "file writable, or restore a backup with `assistant restore FILE`."
            ) from error
