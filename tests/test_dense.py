"""index/dense.py: right answers at every moment, and Chroma's again as soon as it can be trusted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
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

from index import dense, health, waiting
from index.catalog import Catalog
from index.dense import DenseIndex, IndexState
from index.folders import VectorFolders
from index.health import Health, Reconciled


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return make_catalog(tmp_path, unit_vectors(200))


def abandoned(catalog: Catalog) -> None:
    """Opens the index and leaves it as a killed process would: its files as they are, marked open."""
    index = DenseIndex.open(catalog.path.parent / "vectors", catalog, background=False)
    assert index._chroma is not None
    index._chroma.close()


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of checks and builds as they are made."""
    made: list[str] = []

    def noted(name: str) -> Callable[..., Health]:
        real = getattr(health, name)

        def call(*arguments: object) -> Health:
            made.append(name)
            return real(*arguments)  # type: ignore[no-any-return]

        return call

    for name in ("check", "build", "examine"):
        monkeypatch.setattr(health, name, noted(name))
    return made


@pytest.mark.parametrize("background", [True, False])
def test_first_opening(catalog: Catalog, background: bool) -> None:
    """An index that is not there is made from the catalog, and then finds what the catalog holds."""
    with opened(catalog, background) as index:
        assert_right(index, catalog)
        assert wait(index) == IndexState("ready")
        assert_right(index, catalog)


def test_clean_opening(catalog: Catalog, checks: list[str]) -> None:
    """After a clean end the folder is taken as it is: nothing is checked in a child, nothing is built."""
    with opened(catalog):
        pass
    checks.clear()
    folder = VectorFolders(catalog.path.parent / "vectors").current()
    with opened(catalog) as index:
        assert index.state == IndexState("ready")
        assert index._chroma is not None
        assert index._chroma.folder == folder
        assert_right(index, catalog)
    assert checks == []


def test_unclean_end(catalog: Catalog, checks: list[str]) -> None:
    """After an unclean end the folder is checked in a child, and kept if it is sound."""
    abandoned(catalog)
    checks.clear()
    folder = VectorFolders(catalog.path.parent / "vectors").current()
    with opened(catalog) as index:
        assert index.state == IndexState("ready")
        assert index._chroma is not None
        assert index._chroma.folder == folder
    assert checks == ["check"]


def test_exact_while_checking(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a check goes on in the background answers are exact, and writes are found at once and kept for later."""
    abandoned(catalog)
    going = threading.Event()
    monkeypatch.setattr(health, "check", lambda *_: Health(going.wait(30), ""))
    with opened(catalog, background=True) as index:
        while index.state.reason == "":
            time.sleep(0.001)
        assert index.state.name == "checking"
        assert_right(index, catalog)
        new = unit_vectors(3, 99)
        index.upsert([one.id for one in document_entry("new", new).passages], new)
        added = add_document(catalog, "new", new)
        assert index.search(new[2], 1) == [added[2]]
        going.set()
        assert wait(index) == IndexState("ready")
        assert_right(index, catalog)
        assert index.search(new[2], 1) == [added[2]]


def test_taken_up_between_the_stores(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that is in the index and not yet in the catalog when the index gets ready is not lost."""
    going = threading.Event()
    real = health.examine
    monkeypatch.setattr(health, "examine", lambda *arguments: going.wait(30) and real(*arguments))
    with opened(catalog, background=True) as index:
        new = unit_vectors(3, 99)
        entry = document_entry("new", new)
        index.upsert([one.id for one in entry.passages], new)
        going.set()
        assert wait(index) == IndexState("ready")
        catalog.keep_vectors([one.content for one in entry.passages], new)
        catalog.write([entry])
        assert index._chroma is not None
        assert index._chroma.count() == 203
        assert_right(index, catalog)


def test_removed_while_waiting(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written and removed again while the index is not ready does not come back with it."""
    going = threading.Event()
    real = health.examine
    monkeypatch.setattr(health, "examine", lambda *arguments: going.wait(30) and real(*arguments))
    monkeypatch.setattr(waiting, "MOST", 4)
    with opened(catalog, background=True) as index:
        for name in ("one", "two", "three"):
            entry = document_entry(name, unit_vectors(5, 99))
            index.upsert([one.id for one in entry.passages], unit_vectors(5, 99))
            ids = add_document(catalog, name, unit_vectors(5, 99))
        catalog.remove([entry.document.id])
        index.delete(ids)
        assert len(index._waiting._vectors) <= 5
        going.set()
        assert wait(index) == IndexState("ready")
        assert index._chroma is not None
        assert index._chroma.ids() == set(all_vectors(catalog))


def test_rebuild(catalog: Catalog) -> None:
    """A rebuild takes up new vectors under the same ids, into a folder of a new name; the old one is removed."""
    with opened(catalog) as index:
        assert index._chroma is not None
        old, new = index._chroma.folder, unit_vectors(200, 8)
        contents = [
            document_entry(str(name), part).passages for name, part in enumerate(np.array_split(unit_vectors(200), 5))
        ]
        catalog.keep_vectors([one.content for passages in contents for one in passages], new)
        catalog.write([])
        index.rebuild()
        assert index.state == IndexState("ready")
        assert index._chroma is not None
        assert index._chroma.folder != old
        assert not old.exists()
        assert_right(index, catalog)


def test_rebuild_during_another(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rebuild that is asked for while one goes on breaks that off, so that its old vectors are not taken up."""
    monkeypatch.setattr(dense, "BUILT_HERE", 10)
    built: list[bool] = []
    real = health.build

    def slow(folder: Path, catalog: Catalog, cancelled: threading.Event) -> Health:
        if not built:
            built.append(cancelled.wait(30))
            return Health(True, "")
        return real(folder, catalog, cancelled)

    monkeypatch.setattr(health, "build", slow)
    with opened(catalog, background=True) as index:
        while index.state.name != "rebuilding":
            time.sleep(0.001)
        index.rebuild()
        assert built == [True]
        assert index.state == IndexState("ready")
        assert_right(index, catalog)


def test_reconcile(catalog: Catalog) -> None:
    """Reconciling removes what the catalog does not have and puts back what it has."""
    with opened(catalog) as index:
        assert index.reconcile() == Reconciled(0, 0)
        index.upsert(["surplus"], unit_vectors(1, 7))
        index.delete(list(all_vectors(catalog))[:3])
        assert index.reconcile() == Reconciled(1, 3)
        assert_right(index, catalog)


@pytest.mark.parametrize("ends", ["cleanly", "killed"])
def test_crash_between_the_stores(catalog: Catalog, ends: str) -> None:
    """A batch in the index and not in the catalog, and the reverse, are put right by closing or by the next opening."""
    index = DenseIndex.open(catalog.path.parent / "vectors", catalog, background=False)
    index.upsert(["half-written", "other"], unit_vectors(2, 7))
    index.delete(list(all_vectors(catalog))[:5])
    if ends == "cleanly":
        index.close()
    else:
        assert index._chroma is not None
        index._chroma.close()
    with opened(catalog) as index:
        assert index.state == IndexState("ready")
        assert index._chroma is not None
        assert index._chroma.ids() == set(all_vectors(catalog))
        assert_right(index, catalog)


def test_catalog_restored(catalog: Catalog, checks: list[str]) -> None:
    """After a clean end, a catalog that changed without the index makes it suspect, and it follows the catalog."""
    with opened(catalog):
        pass
    checks.clear()
    add_document(catalog, "new", unit_vectors(4, 9))
    with opened(catalog) as index:
        assert index.state == IndexState("ready")
        assert_right(index, catalog)
    assert checks[:1] == ["check"]


def test_other_embedder(catalog: Catalog, checks: list[str]) -> None:
    """Vectors of another embedder under the same ids are found out at the next opening."""
    with opened(catalog):
        pass
    checks.clear()
    parts = enumerate(np.array_split(unit_vectors(200), 5))
    contents = [one.content for name, part in parts for one in document_entry(str(name), part).passages]
    catalog.keep_vectors(contents, unit_vectors(200, 8))
    catalog.set_meta(embedder="fake/2")
    with opened(catalog) as index:
        assert index.state == IndexState("ready")
        assert_right(index, catalog)
    assert checks == ["check", "examine"]


def test_built_in_a_child(catalog: Catalog, checks: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A larger collection is built in a child process, with the same result."""
    monkeypatch.setattr(dense, "BUILT_HERE", 10)
    with opened(catalog, background=True) as index:
        assert wait(index) == IndexState("ready")
        assert_right(index, catalog)
    assert checks == ["build"]
