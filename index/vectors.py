"""One Chroma folder: vectors by passage id, nearest first. The only file that imports chromadb, and only when used.

Chroma is never trusted with the only copy, its folder is not crash-safe, and a damaged one can end the process: the
caller (dense.py) opens only folders that were closed cleanly or verified in another process (health.py).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from index.embed import Vectors
from index.errors import VectorsError

DATABASE = "chroma.sqlite3"
COLLECTION = "passages"
AT_ONCE = 1000  # Chroma refuses more than 5,461 in one call, and holds the interpreter for as long as one takes
HNSW = {"space": "cosine", "max_neighbors": 32, "ef_construction": 400, "ef_search": 400}
NO_FUNCTION = ("legacy", "unknown")  # how Chroma writes that a collection has no embedding function


class ChromaFolder:
    """An open folder. Every method raises VectorsError, and nothing else, when Chroma fails. Close it.

    Queries may run in many threads, also during one write; writes one at a time.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self.folder = folder
        self._client: Any = None
        if not create:
            refuse_foreign(folder)
        with _door(f"opening {folder}"):
            import chromadb

            self._client = chromadb.PersistentClient(path=str(folder.absolute()), settings=_settings())
            try:
                self._collection = self._made() if create else self._found()
            except BaseException:
                self._client.close()
                raise

    def upsert(self, ids: Sequence[str], vectors: Vectors, at_once: int = AT_ONCE) -> None:
        """Puts vectors, one row for each id, in place of those under the same ids. Equal ids in one call: the last."""
        rows = {identity: row for row, identity in enumerate(ids)}  # Chroma refuses an id twice in one call
        unique = list(rows)
        with _door(f"writing to {self.folder}"):
            for start in range(0, len(unique), at_once):
                part = unique[start : start + at_once]
                self._collection.upsert(ids=part, embeddings=vectors[[rows[identity] for identity in part]])

    def delete(self, ids: Sequence[str]) -> None:
        """Removes vectors; ids that are not there are passed over."""
        with _door(f"deleting from {self.folder}"):
            for start in range(0, len(ids), AT_ONCE):
                self._collection.delete(ids=list(ids[start : start + AT_ONCE]))

    def query(self, vector: Vectors, limit: int) -> list[str]:
        """At most `limit` ids, nearest first as far as the approximate index knows."""
        return self.query_many(np.asarray(vector, np.float32)[None, :], limit)[0]

    def query_many(self, vectors: Vectors, limit: int) -> list[list[str]]:
        """For each row, at most `limit` ids, nearest first."""
        with _door(f"searching {self.folder}"):
            found = self._collection.query(query_embeddings=vectors, n_results=limit, include=[])
            return list(found["ids"])

    def count(self) -> int:
        with _door(f"counting {self.folder}"):
            return int(self._collection.count())

    def ids(self) -> set[str]:
        """All ids; an id listed here can still have lost its vector."""
        with _door(f"listing {self.folder}"):
            return set(self._collection.get(include=[])["ids"])

    def some_ids(self, start: int, number: int) -> list[str]:
        """At most so many ids from a position on, in an order that only writing changes."""
        with _door(f"listing {self.folder}"):
            return list(self._collection.get(limit=number, offset=start, include=[])["ids"])

    def existing(self, ids: Sequence[str]) -> set[str]:
        """Those of these ids that are there."""
        with _door(f"reading {self.folder}"):
            return set(self._collection.get(ids=list(ids), include=[])["ids"])

    def stored(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """The vectors under these ids as the index holds them, by id; ids that are not there are left out."""
        with _door(f"reading {self.folder}"):
            found = self._collection.get(ids=list(ids), include=["embeddings"])
            return dict(zip(found["ids"], found["embeddings"], strict=True))

    def close(self) -> None:
        """Writes nothing: whatever a call returned for is in the files already. May be called twice."""
        if self._client is None:
            return
        client, self._client, self._collection = self._client, None, None
        with _door(f"closing {self.folder}"):
            client.close()

    def _made(self) -> Any:
        return self._client.create_collection(COLLECTION, configuration={"hnsw": dict(HNSW)}, embedding_function=None)

    def _found(self) -> Any:
        return self._client.get_collection(COLLECTION, embedding_function=None)


def refuse_foreign(folder: Path) -> None:
    """VectorsError unless the folder holds one collection with our settings and no embedding function.

    Reads the stored configuration itself: to Chroma an embedding function named there is code to be loaded, and an
    unnamed distance is l2.
    """
    path = folder / DATABASE
    if not path.is_file():
        raise VectorsError(f"{path} is missing.")
    try:
        # rw, as after a crash the database must roll back its journal before it can be read
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=10)) as database:
            rows = database.execute("SELECT name, config_json_str, schema_str FROM collections").fetchall()
            metadata = database.execute("SELECT count(*) FROM collection_metadata").fetchone()[0]
        documents = [json.loads(text) for row in rows for text in row[1:] if text]
    except (sqlite3.Error, ValueError, RecursionError) as error:
        raise VectorsError(f"{path} cannot be read ({error}).") from error
    if [row[0] for row in rows] != [COLLECTION] or metadata:
        raise VectorsError(f"{path} does not hold exactly the collection {COLLECTION!r} as this program makes it.")
    for function in (found for document in documents for found in _values(document, "embedding_function")):
        if function is not None and (not isinstance(function, dict) or function.get("type") not in NO_FUNCTION):
            raise VectorsError(f"{path} names an embedding function ({str(function)[:80]}); it is not opened.")
    if [_used(hnsw) for document in documents for hnsw in _indexes(document)] != [HNSW]:
        raise VectorsError(f"{path} was built with other settings than {HNSW}.")


def _indexes(document: Any) -> Iterator[dict[str, Any]]:
    """Each configuration of the index over the vectors: settings of its graph, and the distance beside them."""
    embedding = document.get("keys", {}).get("#embedding", {}) if isinstance(document, dict) else {}
    for config in _values(embedding, "config"):
        if isinstance(config, dict) and isinstance(config.get("hnsw"), dict):
            yield {"space": config.get("space"), **config["hnsw"]}


def _used(hnsw: dict[str, Any]) -> dict[str, Any]:
    return {key: hnsw.get(key) for key in HNSW}


def _values(document: Any, name: str) -> Iterator[Any]:
    """Every value that stands under a name, at any depth."""
    if isinstance(document, dict):
        for key, value in document.items():
            if key == name:
                yield value
            yield from _values(value, name)
    elif isinstance(document, list):
        for value in document:
            yield from _values(value, name)


def _settings() -> Any:
    """Everything that could reach the network or be set from outside is named, as chromadb reads the environment."""
    from chromadb.config import Settings

    return Settings(
        _env_file=None,  # it would read a `.env` of whatever folder we are started in
        anonymized_telemetry=False,
        allow_reset=False,
        chroma_api_impl="chromadb.api.rust.RustBindingsAPI",
        chroma_otel_collection_endpoint="",
        chroma_otel_granularity=None,
        is_persistent=True,
        migrations="apply",
    )


@contextmanager
def _door(what: str) -> Iterator[None]:
    """Turns whatever Chroma throws into VectorsError; a panic of its Rust part is no `Exception`."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, VectorsError):
        raise
    except BaseException as error:
        text = ""
        with suppress(Exception):
            text = " ".join(str(error).split())[:200]
        raise VectorsError(f"Chroma failed when {what} ({type(error).__name__}: {text}).") from error
