"""Damage to any file of the vector index: it is noticed, answers stay right meanwhile, and it heals."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from vector_library import add_document, all_vectors, best_by_hand, closed_collection, unit_vectors

from index import dense
from index.catalog import Catalog
from index.dense import DenseIndex
from index.folders import VectorFolders
from index.vectors import DATABASE, ChromaFolder

FILES = [DATABASE, "data_level0.bin", "header.bin", "index_metadata.pickle", "length.bin", "link_lists.bin"]
QUERIES = unit_vectors(10, 50)


def truncate(path: Path, _: int) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def zero(path: Path, _: int) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def flip(path: Path, seed: int) -> None:
    """One bit at each of eight places."""
    content = bytearray(path.read_bytes())
    random = np.random.default_rng(seed)
    for at in random.choice(len(content), min(8, len(content)), replace=False):
        content[at] ^= 1 << int(random.integers(8))
    path.write_bytes(content)


def flip_once(path: Path, seed: int) -> None:
    content = bytearray(path.read_bytes())
    at, bit = divmod(int(np.random.default_rng(seed).integers(8 * len(content))), 8)
    content[at] ^= 1 << bit
    path.write_bytes(content)


def overwrite(path: Path, seed: int) -> None:
    """Noise of the same length."""
    path.write_bytes(np.random.default_rng(seed).bytes(path.stat().st_size))


def remove(path: Path, _: int) -> None:
    path.unlink()


Damage = Callable[[Path, int], None]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return closed_collection(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def collection(sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(dense, "BUILT_HERE", 2000)  # the same build, without the time another process takes to start
    shutil.copytree(sound, tmp_path / "collection")
    return tmp_path / "collection"


def chroma_folder(collection: Path) -> Path:
    folder = VectorFolders(collection / "vectors").current()
    assert folder is not None
    return folder


def file_named(collection: Path, name: str) -> Path:
    return next(chroma_folder(collection).rglob(name))


def expected(catalog: Catalog, queries: np.ndarray = QUERIES) -> list[list[str]]:
    vectors = all_vectors(catalog)
    return [[identity for identity, _ in best_by_hand(vectors, query, 10)] for query in queries]


def assert_heals(collection: Path) -> Path:
    """Opens it and asks all the time until the index is ready and longer; returns the folder then in use."""
    catalog = Catalog(collection / "catalog.sqlite")
    right = expected(catalog)
    index = DenseIndex.open(collection / "vectors", catalog, background=True)
    try:
        asked = 0
        while any(thread.is_alive() for thread in index._threads) or asked < 2 * len(QUERIES):
            assert index.search(QUERIES[asked % len(QUERIES)], 10) == right[asked % len(QUERIES)]
            asked += 1
            time.sleep(0.01)  # lets the rebuild get on
        assert index.state.name == "ready"
        chroma = index._chroma
        assert chroma is not None
        assert chroma.ids() == set(all_vectors(catalog))
        assert chroma.query_many(QUERIES, 10) == right
        return chroma.folder
    finally:
        index.close()
        catalog.close()


def test_files_are_known(collection: Path) -> None:
    """These tests know every file that a Chroma folder has."""
    assert sorted(path.name for path in chroma_folder(collection).rglob("*") if path.is_file()) == sorted(FILES)


@pytest.mark.parametrize(
    ("name", "damage"), list(zip(FILES, [flip, zero, truncate, remove, flip, truncate], strict=True))
)
def test_after_a_clean_end(collection: Path, name: str, damage: Damage) -> None:
    """Any change to any file after a clean end is noticed, and a new folder is built."""
    before = chroma_folder(collection)
    damage(file_named(collection, name), 1)
    assert assert_heals(collection) != before
    assert not before.exists()


@pytest.mark.parametrize(
    ("name", "damage"), list(zip(FILES, [truncate, zero, remove, truncate, remove, zero], strict=True))
)
def test_after_an_unclean_end(collection: Path, name: str, damage: Damage) -> None:
    """After a crash no hashes can be compared: damage is found by the check, or does no harm to any answer."""
    VectorFolders(collection / "vectors").mark_open()
    damage(file_named(collection, name), 1)
    assert_heals(collection)


def lose_folder(vectors: Path, folder: Path) -> None:
    shutil.rmtree(folder)


def lose_files(vectors: Path, folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


def lose_graph(vectors: Path, folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)


def lose_everything(vectors: Path, folder: Path) -> None:
    shutil.rmtree(vectors)


def lose_current(vectors: Path, folder: Path) -> None:
    (vectors / "CURRENT").unlink()


def current_nowhere(vectors: Path, folder: Path) -> None:
    (vectors / "CURRENT").write_text("0-" + "0" * 32)


def current_garbage(vectors: Path, folder: Path) -> None:
    (vectors / "CURRENT").write_bytes(b"\xff\x00../..")


def strange_file(vectors: Path, folder: Path) -> None:
    (folder / "chroma.sqlite3-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(500))


@pytest.mark.parametrize(
    "damage",
    [
        lose_folder,
        lose_files,
        lose_graph,
        lose_everything,
        lose_current,
        current_nowhere,
        current_garbage,
        strange_file,
    ],
)
def test_whole_folders(collection: Path, damage: Callable[[Path, Path], None]) -> None:
    """A folder that is lost in whole or in part, or that CURRENT does not lead to, is built anew."""
    before = chroma_folder(collection)
    damage(collection / "vectors", before)
    assert assert_heals(collection) != before
    assert len([path for path in (collection / "vectors").iterdir() if path.is_dir()]) == 1


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"{",
        b"\xff\xfe",
        b'{"state": "clean", "folder": 1, "files": 2, "catalog": 3}',
        b"[" * 100_000,
    ],
)
def test_state_garbage(collection: Path, content: bytes | None) -> None:
    """A STATE that is lost or says anything else makes the folder suspect: it is checked, and kept as it is sound."""
    state, before = collection / "vectors" / "STATE", chroma_folder(collection)
    if content is None:
        state.unlink()
    else:
        state.write_bytes(content)
    assert assert_heals(collection) == before
    assert json.loads(state.read_bytes())["state"] == "clean"


def test_damage_in_use(collection: Path) -> None:
    """Files lost while they are open: whatever Chroma then does, nothing is lost and the next opening heals."""
    catalog = Catalog(collection / "catalog.sqlite")
    index = DenseIndex.open(collection / "vectors", catalog, background=True)
    for thread in index._threads:
        thread.join()
    shutil.rmtree(chroma_folder(collection))
    new = unit_vectors(30, 60)
    added = add_document(catalog, "new", new)
    index.upsert(added, new)
    for query, right in zip(QUERIES, expected(catalog), strict=True):
        assert index.search(query, 10) == right
    index.close()
    catalog.close()
    assert_heals(collection)


@pytest.mark.soak
@pytest.mark.parametrize("clean", [True, False], ids=["clean", "unclean"])
@pytest.mark.parametrize("damage", [truncate, zero, flip, flip_once, overwrite, remove])
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("seed", range(6))
def test_soak(collection: Path, name: str, damage: Damage, clean: bool, seed: int) -> None:
    """As above, more of it: every answer is right, before and after, whatever was done to which file."""
    if not clean:
        VectorFolders(collection / "vectors").mark_open()
    damage(file_named(collection, name), seed)
    before = chroma_folder(collection)
    after = assert_heals(collection)
    if clean:
        assert after != before


WRITE = """
import sys
from pathlib import Path
from vector_library import add_document, document_entry, unit_vectors
from index.catalog import Catalog
from index.dense import DenseIndex
folder = Path(sys.argv[1])
catalog = Catalog(folder / "catalog.sqlite")
index = DenseIndex.open(folder / "vectors", catalog, background=False)
print("open", flush=True)
for turn in range(1000):
    vectors = unit_vectors(100, int(sys.argv[2]) + turn)
    index.upsert([one.id for one in document_entry(f"{sys.argv[2]}/{turn}", vectors).passages], vectors)
    add_document(catalog, f"{sys.argv[2]}/{turn}", vectors)
"""


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(40))
def test_soak_kill(collection: Path, seed: int) -> None:
    """A process that is killed with signal 9 while it writes leaves a collection that opens and answers rightly."""
    root = Path(__file__).parent.parent
    child = subprocess.Popen(
        [sys.executable, "-c", WRITE, str(collection), str(10_000 * (seed + 1))],
        cwd=root,
        env={**os.environ, "PYTHONPATH": f"{root}:{root / 'tests'}"},
        stdout=subprocess.PIPE,
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"open\n"
        time.sleep(float(np.random.default_rng(seed).uniform(0, 1.5)))
        child.kill()
    assert_heals(collection)


def test_template_is_whole(collection: Path) -> None:
    """The collection that is damaged here is sound before: it opens as it is, and its folder stays in use."""
    before = chroma_folder(collection)
    assert assert_heals(collection) == before
    with closing(ChromaFolder(before)) as chroma:
        assert chroma.count() == 1100
