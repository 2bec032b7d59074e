"""index/dense.py when Chroma fails in use: nothing is raised or lost, and a new folder takes its place."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from vector_library import (
    add_document,
    all_vectors,
    assert_right,
    document_entry,
    make_catalog,
    opened,
    unit_vectors,
    wait,
)

from index import health
from index.catalog import Catalog
from index.dense import DenseIndex, IndexState
from index.embed import Vectors
from index.errors import VectorsError
from index.health import Health
from index.vectors import ChromaFolder


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return make_catalog(tmp_path, unit_vectors(200))


def fail(*_: object, **__: object) -> None:
    raise VectorsError("Chroma failed.")


@pytest.mark.parametrize("background", [True, False])
@pytest.mark.parametrize("method", ["query", "upsert", "delete"])
def test_failure_in_use(catalog: Catalog, monkeypatch: pytest.MonkeyPatch, method: str, background: bool) -> None:
    """When Chroma fails nothing is raised or lost: answers are exact, then a new folder takes its place."""
    with opened(catalog, background) as index:
        wait(index)
        old = index._chroma
        assert old is not None
        monkeypatch.setattr(old, method, fail)
        new = unit_vectors(2, 99)
        index.upsert([one.id for one in document_entry("new", new).passages], new)
        add_document(catalog, "new", new)
        gone = list(all_vectors(catalog))[:40]
        catalog.remove([document_entry("0", unit_vectors(200)[:40]).document.id])
        index.delete(gone)
        assert_right(index, catalog)
        if background:
            assert wait(index) == IndexState("ready")
            assert index._chroma is not old
        else:
            assert index.state == IndexState("exact", "Chroma failed.")
        assert_right(index, catalog)
    with opened(catalog) as index:
        assert index.state == IndexState("ready")
        assert index._chroma is not None
        assert index._chroma.folder != old.folder
        assert index._chroma.ids() == set(all_vectors(catalog))
        assert_right(index, catalog)


def test_too_few_found(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that finds fewer than there are shows a broken graph: it is answered exactly, and a rebuild follows."""
    with opened(catalog, background=True) as index:
        wait(index)
        old = index._chroma
        assert old is not None
        monkeypatch.setattr(old, "query", lambda vector, limit: ["a"])
        assert_right(index, catalog)
        assert wait(index) == IndexState("ready")
        assert index._chroma is not old


def test_fewer_passages_than_asked(tmp_path: Path) -> None:
    """A limit above the number of passages is no failure: all of them are found, none when there are none."""
    catalog = make_catalog(tmp_path, unit_vectors(0))
    with opened(catalog) as index:
        assert index.search(unit_vectors(1)[0], 10) == []
        assert index.state.name == "ready"
        new = unit_vectors(3, 99)
        index.upsert([one.id for one in document_entry("new", new).passages], new)
        added = add_document(catalog, "new", new)
        assert set(index.search(new[0], 10)) == set(added)
        assert index.state.name == "ready"


def test_wrong_dimension(catalog: Catalog) -> None:
    """A query of another dimension is the caller's error and no reason to rebuild."""
    with opened(catalog) as index:
        with pytest.raises(ValueError):
            index.search(unit_vectors(1, dimension=5)[0], 3)
        assert index.state == IndexState("ready")


def test_gives_up(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Chroma that fails each time is built anew three times, then answers stay exact."""
    monkeypatch.setattr(ChromaFolder, "query", fail)
    with opened(catalog, background=True) as index:
        for _ in range(6):
            wait(index)
            assert_right(index, catalog)
        assert index.state == IndexState("exact", "Chroma failed.")
        assert index._rebuilds == 4


def test_build_fails(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """If no new folder can be built, for whatever reason, answers are exact and the state says why."""

    def full(*_: object) -> Health:
        raise OSError(28, "No space left on device")

    for outcome in (full, lambda *_: Health(False, "it was killed")):
        monkeypatch.setattr(health, "examine", outcome)
        with opened(catalog) as index:
            assert index.state.name == "exact"
            assert "No space" in index.state.reason or "killed" in index.state.reason
            assert_right(index, catalog)


def test_closed_while_building(tmp_path: Path) -> None:
    """Closing breaks off a build that goes on in the background; the next opening makes a new one."""
    catalog = make_catalog(tmp_path, unit_vectors(4000, dimension=384))
    index = DenseIndex.open(tmp_path / "vectors", catalog, background=True)
    while not list((tmp_path / "vectors").glob("*/*")):
        time.sleep(0.01)
    started = time.monotonic()
    index.close()
    assert time.monotonic() - started < 3
    assert index._chroma is None
    catalog.remove([document.id for document in catalog.documents()[1:]])
    with opened(catalog) as index:
        assert index.state == IndexState("ready")
    assert len([one for one in (tmp_path / "vectors").iterdir() if one.is_dir()]) == 1


def test_searches_during_everything(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads that search while documents come and go and Chroma fails always find what was there all the time."""
    vectors = list(all_vectors(catalog).items())
    wrong: list[object] = []
    done = threading.Event()

    def ask(index: DenseIndex, seed: int) -> None:
        random = np.random.default_rng(seed)
        while not done.is_set():
            identity, vector = vectors[int(random.integers(len(vectors)))]
            try:
                if index.search(vector, 1) != [identity]:
                    wrong.append(identity)
            except Exception as error:
                wrong.append(error)

    with opened(catalog, background=True) as index:
        threads = [threading.Thread(target=ask, args=(index, seed)) for seed in range(4)]
        for thread in threads:
            thread.start()
        for turn in range(12):
            write_and_remove(index, catalog, turn)
            if turn in (4, 8) and index._chroma is not None:
                monkeypatch.setattr(index._chroma, "query", fail)
        assert wait(index) == IndexState("ready")
        done.set()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert index._chroma is not None
        assert index._chroma.ids() == set(all_vectors(catalog))


def write_and_remove(index: DenseIndex, catalog: Catalog, turn: int) -> None:
    """One document comes as an ingest brings it, and the one before it goes."""
    new: Vectors = unit_vectors(20, 1000 + turn)
    index.upsert(ids_of(f"turn{turn}", new), new)
    add_document(catalog, f"turn{turn}", new)
    if turn:
        old = document_entry(f"turn{turn - 1}", unit_vectors(20, 999 + turn))
        catalog.remove([old.document.id])
        index.delete([one.id for one in old.passages])


def ids_of(name: str, vectors: Vectors) -> Sequence[str]:
    return [one.id for one in document_entry(name, vectors).passages]
