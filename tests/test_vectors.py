"""index/vectors.py: what Chroma does with our settings, and what is refused before Chroma sees it."""

from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from vector_library import DIMENSION, best_by_hand, unit_vectors

from index.errors import VectorsError
from index.vectors import DATABASE, HNSW, ChromaFolder, refuse_foreign

ROOT = Path(__file__).parent.parent
NUMBER = 300
IDS = [f"p{row:04d}" for row in range(NUMBER)]


@pytest.fixture
def chroma(tmp_path: Path) -> Iterator[ChromaFolder]:
    folder = ChromaFolder(tmp_path / "one", create=True)
    folder.upsert(IDS, unit_vectors(NUMBER))
    yield folder
    folder.close()


def test_finds_the_nearest(chroma: ChromaFolder) -> None:
    """At this size the nearest ids, in order, are those of a loop over all vectors."""
    vectors = dict(zip(IDS, unit_vectors(NUMBER), strict=True))
    for query in unit_vectors(20, 5):
        assert chroma.query(query, 10) == [identity for identity, _ in best_by_hand(vectors, query, 10)]


def test_reopened(chroma: ChromaFolder) -> None:
    """What was written is there when the folder is opened again: ids, count, and the vectors but for rounding."""
    chroma.close()
    with closing(ChromaFolder(chroma.folder)) as again:
        assert again.ids() == set(IDS)
        assert again.count() == NUMBER
        stored = again.stored([*IDS, "nobody"])
        assert list(stored) == IDS or set(stored) == set(IDS)
        assert np.allclose(np.stack([stored[one] for one in IDS]), unit_vectors(NUMBER), rtol=0, atol=1e-6)


def test_upsert_replaces(chroma: ChromaFolder) -> None:
    """An id written again has the new vector, and of equal ids in one call the last one counts."""
    new = unit_vectors(2, 9)
    chroma.upsert(["p0001", "p0001"], new)
    assert chroma.count() == NUMBER
    assert chroma.query(new[1], 1) == ["p0001"]


def test_delete(chroma: ChromaFolder) -> None:
    """Deleted ids are found no more; others, and ids that are not there, do no harm."""
    chroma.delete([*IDS[:290], "nobody"])
    chroma.delete([])
    assert chroma.count() == 10
    assert set(chroma.query(unit_vectors(1)[0], 50)) == set(IDS[290:])


def test_more_than_one_call_takes(chroma: ChromaFolder) -> None:
    """More vectors than Chroma takes in one call (5,461) are written and deleted."""
    ids = [f"many{row}" for row in range(5_600)]
    chroma.upsert(ids, unit_vectors(5_600, 3, dimension=DIMENSION))
    assert chroma.count() == NUMBER + 5_600
    chroma.delete(ids)
    assert chroma.ids() == set(IDS)


def test_empty(tmp_path: Path) -> None:
    """A folder with nothing in it finds nothing, and a limit above what there is gives what there is."""
    with closing(ChromaFolder(tmp_path / "empty", create=True)) as folder:
        assert folder.query(unit_vectors(1)[0], 5) == []
        assert folder.ids() == set()
        assert folder.count() == 0
        folder.upsert(["a"], unit_vectors(1))
        assert folder.query(unit_vectors(1)[0], 5) == ["a"]


def test_settings_are_stored(chroma: ChromaFolder) -> None:
    """The distance is cosine and the graph has our numbers, in the folder itself."""
    with closing(sqlite3.connect(chroma.folder / DATABASE)) as database:
        schema = json.loads(database.execute("SELECT schema_str FROM collections").fetchone()[0])
    config = schema["keys"]["#embedding"]["float_list"]["vector_index"]["config"]
    assert config["space"] == "cosine"
    assert {**config["hnsw"], "space": config["space"]}.items() >= HNSW.items()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda folder: folder.query(unit_vectors(1, dimension=5)[0], 3),
        lambda folder: folder.upsert(["x"], unit_vectors(1, dimension=5)),
        lambda folder: folder.upsert([""], np.full((1, DIMENSION), np.nan, np.float32)),
        lambda folder: folder.query(unit_vectors(1)[0], -1),
    ],
)
def test_errors(chroma: ChromaFolder, wrong: Callable[[ChromaFolder], object]) -> None:
    """Whatever Chroma objects to is a VectorsError that names the folder."""
    with pytest.raises(VectorsError, match="one"):
        wrong(chroma)


def test_closed(chroma: ChromaFolder) -> None:
    """Closing twice is allowed, use after it is a VectorsError, and Chroma keeps nothing of the folder."""
    from chromadb.api.shared_system_client import SharedSystemClient

    chroma.close()
    chroma.close()
    assert str(chroma.folder) not in SharedSystemClient._identifier_to_system
    with pytest.raises(VectorsError):
        chroma.query(unit_vectors(1)[0], 1)


class Panic(BaseException):
    """As pyo3_runtime.PanicException: no Exception."""


@pytest.mark.parametrize(
    ("thrown", "seen"),
    [
        (Panic, VectorsError),
        (ValueError, VectorsError),
        (KeyboardInterrupt, KeyboardInterrupt),
        (SystemExit, SystemExit),
    ],
)
def test_panics(
    chroma: ChromaFolder, monkeypatch: pytest.MonkeyPatch, thrown: type[BaseException], seen: type[BaseException]
) -> None:
    """A panic of Chroma's Rust part is a VectorsError, an interrupt by the user stays one."""

    def fail() -> None:
        raise thrown("inside")

    monkeypatch.setattr(chroma._collection, "count", fail)
    with pytest.raises(seen):
        chroma.count()


def tamper(folder: Path, statement: str, *values: str) -> None:
    with closing(sqlite3.connect(folder / DATABASE)) as database, database:
        database.execute(statement, values)


FUNCTION = {"type": "known", "name": "ollama", "config": {"url": "http://127.0.0.1:1"}}


@pytest.mark.parametrize("column", ["config_json_str", "schema_str"])
def test_embedding_function_refused(chroma: ChromaFolder, column: str) -> None:
    """A folder that names an embedding function, in either of its two places, is refused before Chroma opens it."""
    chroma.close()
    with closing(sqlite3.connect(chroma.folder / DATABASE)) as database:
        stored = json.loads(database.execute(f"SELECT {column} FROM collections").fetchone()[0])
    stored["embedding_function"] = FUNCTION
    tamper(chroma.folder, f"UPDATE collections SET {column} = ?", json.dumps(stored))
    with pytest.raises(VectorsError, match="embedding function"):
        ChromaFolder(chroma.folder)


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("UPDATE collections SET schema_str = replace(schema_str, 'cosine', ?)", "l2"),
        ("UPDATE collections SET schema_str = replace(schema_str, '\"ef_search\":400', ?)", '"ef_search":10'),
        ("UPDATE collections SET schema_str = ?", "{"),
        ("UPDATE collections SET schema_str = ?", "[]"),
        ("UPDATE collections SET schema_str = ?", "{}"),
        ("UPDATE collections SET name = ?", "other"),
        ("DELETE FROM collections WHERE name != ?", "x"),
        ("INSERT INTO collection_metadata (collection_id, key, str_value) SELECT id, 'x', ? FROM collections", "l2"),
        ("DROP TABLE collections --?", ""),
    ],
)
def test_other_settings_refused(chroma: ChromaFolder, statement: str, value: str) -> None:
    """A folder with another distance, other numbers or another collection than ours is refused."""
    chroma.close()
    tamper(chroma.folder, statement, *([value] if "--" not in statement else []))
    with pytest.raises(VectorsError):
        refuse_foreign(chroma.folder)


@pytest.mark.parametrize("content", [None, b"", b"no database", bytes(8192)])
def test_no_database(tmp_path: Path, content: bytes | None) -> None:
    """A folder without a readable database is refused, and nothing is made in it."""
    if content is not None:
        (tmp_path / DATABASE).write_bytes(content)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(VectorsError):
        ChromaFolder(tmp_path)
    assert sorted(tmp_path.iterdir()) == before


def test_environment_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither variables nor a `.env` file can point Chroma at another service or switch on its reports."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("CHROMA_API_IMPL=chromadb.api.fastapi.FastAPI\nANONYMIZED_TELEMETRY=true\n")
    monkeypatch.setenv("CHROMA_OTEL_COLLECTION_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("CHROMA_OTEL_GRANULARITY", "all")
    monkeypatch.setenv("CHROMA_API_IMPL", "chromadb.api.fastapi.FastAPI")

    def refuse(*_: object) -> None:
        raise AssertionError("Chroma reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with closing(ChromaFolder(tmp_path / "one", create=True)) as folder:
        folder.upsert(["a"], unit_vectors(1))
        assert folder.query(unit_vectors(1)[0], 1) == ["a"]


def test_lazy() -> None:
    """Importing the module does not import chromadb, which takes most of a second."""
    code = "import sys, index.vectors; sys.exit('chromadb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_threads(chroma: ChromaFolder) -> None:
    """Searches in several threads during a write all find what was there before it."""
    vectors, failed = unit_vectors(NUMBER), []

    def ask() -> None:
        for row in range(0, NUMBER, 3):
            if chroma.query(vectors[row], 1) != [IDS[row]]:
                failed.append(row)

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for start in range(0, 1000, 50):
        chroma.upsert([f"new{start + row}" for row in range(50)], unit_vectors(50, start + 1))
    for thread in threads:
        thread.join()
    assert failed == []
