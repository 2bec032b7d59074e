"""index/health.py: a sound folder passes, and each kind of damage is named."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from vector_library import add_document, all_vectors, make_catalog, unit_vectors

from index import health
from index.catalog import Catalog
from index.health import Health, Reconciled, canary_positions
from index.vectors import DATABASE, ChromaFolder

ROOT = Path(__file__).parent.parent


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    vectors = unit_vectors(300)
    vectors[100:140] = vectors[99]  # equal vectors: none of them need be the first found
    return make_catalog(tmp_path, vectors)


@pytest.fixture
def folder(tmp_path: Path, catalog: Catalog) -> Path:
    with closing(ChromaFolder(tmp_path / "sound", create=True)) as chroma:
        for ids, matrix in catalog.passage_vectors():
            chroma.upsert(ids, matrix)
    return tmp_path / "sound"


def test_sound(folder: Path, catalog: Catalog) -> None:
    """A folder that holds what the catalog holds is sound, equal vectors or not, and the child says what it checked."""
    assert health.check(folder, catalog) == Health(True, "300 vectors are the catalog's, 60 were found by themselves")


def test_built(tmp_path: Path, catalog: Catalog) -> None:
    """A folder built by the child holds every vector and answers as one built here."""
    assert health.build(tmp_path / "new", catalog).ok
    with closing(ChromaFolder(tmp_path / "new")) as chroma:
        assert chroma.ids() == set(all_vectors(catalog))


def test_built_over_another(folder: Path, catalog: Catalog) -> None:
    """A folder that is there already is not built over."""
    assert not health.build(folder, catalog).ok


def test_left_by_a_crash(folder: Path, catalog: Catalog) -> None:
    """What a crash between the two stores leaves is put right and is no damage: surplus ids and missing ones."""
    with closing(ChromaFolder(folder)) as chroma:
        chroma.delete(list(all_vectors(catalog))[10:30])
        chroma.upsert(["half-written"], unit_vectors(1, 8))
    assert health.check(folder, catalog).ok
    with closing(ChromaFolder(folder)) as chroma:
        assert chroma.ids() == set(all_vectors(catalog))
        assert health.reconcile(chroma, catalog) == Reconciled(0, 0)


def test_reconcile_counts(folder: Path, catalog: Catalog) -> None:
    """Reconciling says how many ids it removed and how many vectors it put back."""
    with closing(ChromaFolder(folder)) as chroma:
        chroma.upsert(["surplus"], unit_vectors(1, 8))
        add_document(catalog, "new", unit_vectors(3, 9))
        assert health.reconcile(chroma, catalog) == Reconciled(1, 3)
        assert chroma.query(unit_vectors(3, 9)[1], 1) == [list(all_vectors(catalog))[-2]]


def swap_vectors(folder: Path, catalog: Catalog) -> None:
    ids = list(all_vectors(catalog))[:2]
    with closing(ChromaFolder(folder)) as chroma:
        chroma.upsert(ids, np.stack([all_vectors(catalog)[one] for one in reversed(ids)]))


def lose_graph(folder: Path, _: Catalog) -> None:
    with closing(ChromaFolder(folder)) as chroma:
        chroma.upsert([f"more{row}" for row in range(2000)], unit_vectors(2000, 4))  # so that the graph is on the disk
    for file in folder.glob("*/*"):
        file.unlink()


def break_database(folder: Path, _: Catalog) -> None:
    content = bytearray((folder / DATABASE).read_bytes())
    for at in range(20_000, len(content), 4096):
        content[at : at + 64] = b"\xff" * 64
    (folder / DATABASE).write_bytes(content)


def other_dimension(folder: Path, catalog: Catalog) -> None:
    for file in sorted(folder.rglob("*"), reverse=True):
        file.unlink() if file.is_file() else file.rmdir()
    folder.rmdir()
    with closing(ChromaFolder(folder, create=True)) as chroma:
        chroma.upsert(list(all_vectors(catalog)), unit_vectors(300, 1, dimension=8))


@pytest.mark.parametrize(
    "damage",
    [swap_vectors, lose_graph, break_database, other_dimension, lambda folder, _: (folder / DATABASE).unlink()],
)
def test_damage(folder: Path, catalog: Catalog, damage: Callable[[Path, Catalog], None]) -> None:
    """Vectors of others, a lost graph, a broken or missing database and another dimension are found out."""
    damage(folder, catalog)
    verdict = health.check(folder, catalog)
    assert not verdict.ok
    assert verdict.reason


def test_dead_child(folder: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that is killed, as by a segmentation fault, is a verdict with its status."""
    monkeypatch.setattr(sys, "executable", str(folder.parent / "crash"))
    (folder.parent / "crash").write_text("#!/bin/sh\nkill -SEGV $$\n")
    (folder.parent / "crash").chmod(0o700)
    assert health.check(folder, catalog) == Health(False, "the process that checked it ended with status -11")


def test_slow_child(folder: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that hangs is ended when its time is over, or at once when the check is broken off."""
    monkeypatch.setattr(sys, "executable", str(folder.parent / "hang"))
    (folder.parent / "hang").write_text("#!/bin/sh\nexec sleep 60\n")
    (folder.parent / "hang").chmod(0o700)
    assert "within" in health._in_child([], 0.2, None).reason
    cancelled, started = threading.Event(), time.monotonic()
    threading.Timer(0.2, cancelled.set).start()
    assert health.check(folder, catalog, cancelled) == Health(False, "the check was broken off")
    assert time.monotonic() - started < 5


def test_child_ends_with_its_parent(tmp_path: Path) -> None:
    """When the parent is killed its child ends too, so that no two processes have one folder open."""
    catalog = make_catalog(tmp_path, unit_vectors(3000, dimension=384))
    code = (
        "import sys; from pathlib import Path; from index import health; from index.catalog import Catalog\n"
        "health.build(Path(sys.argv[1]), Catalog(Path(sys.argv[2])))"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "new"), str(catalog.path)], cwd=ROOT)
    database = tmp_path / "new" / DATABASE
    while not database.is_file():
        time.sleep(0.01)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    limit = time.monotonic() + 5
    while children(tmp_path / "new"):
        assert time.monotonic() < limit, "the child goes on"
        time.sleep(0.02)


def children(folder: Path) -> list[str]:
    """The ids of processes that were started for this folder."""
    found = []
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            arguments = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if str(folder).encode() in arguments:
            found.append(process)
    return found


@pytest.mark.parametrize("passages", [0, 1, 5, 31, 32, 33, 64, 65, 1000])
def test_canary_positions(passages: int) -> None:
    """At most 64 positions, all of them where there are few; the first, the last and the newest are among them."""
    positions = canary_positions(passages)
    assert positions == sorted(set(positions))
    assert all(0 <= one < passages for one in positions)
    assert len(positions) <= 64
    assert passages > 32 or positions == list(range(passages))
    assert positions[-32:] == list(range(max(0, passages - 32), passages))
