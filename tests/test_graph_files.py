"""index/graph_files.py: files of a graph that a killed process left half written are told before anything opens them."""

from __future__ import annotations

import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from vector_library import closed_collection

from index import dense, health
from index.catalog import Catalog
from index.dense import DenseIndex
from index.folders import VectorFolders
from index.graph_files import torn


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return closed_collection(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def graph(sound: Path, tmp_path: Path) -> Path:
    """The folder of a graph's files, in a copy of the collection."""
    shutil.copytree(sound, tmp_path / "collection")
    return next((tmp_path / "collection" / "vectors").rglob("header.bin")).parent


def changed(file: Path, at: int, content: bytes) -> None:
    with file.open("r+b") as stream:
        stream.seek(at)
        stream.write(content)


def grow(graph: Path) -> None:
    """As was seen after a kill: a file with a hole of terabytes."""
    os.truncate(graph / "link_lists.bin", 3 << 40)


def cut(name: str) -> Callable[[Path], None]:
    return lambda graph: os.truncate(graph / name, (graph / name).stat().st_size - 40)


DAMAGES = {
    "a hole": grow,
    "lists cut": cut("link_lists.bin"),
    "elements cut": cut("data_level0.bin"),
    "a list too long": lambda graph: changed(graph / "link_lists.bin", 0, struct.pack("<I", 1 << 31)),
    "too many neighbours": lambda graph: changed(graph / "data_level0.bin", 332 * 7, struct.pack("<H", 65)),
    "no such neighbour": lambda graph: changed(graph / "data_level0.bin", 332 * 7 + 4, struct.pack("<I", 1000)),
    "more elements than room": lambda graph: changed(graph / "header.bin", 20, struct.pack("<Q", 1 << 40)),
}


def test_whole(graph: Path) -> None:
    """A graph that was closed, one of another layout, and a folder without any are not objected to."""
    assert torn(graph) is None
    changed(graph / "header.bin", 0, struct.pack("<i", 2))
    grow(graph)
    assert torn(graph) is None
    assert torn(graph.parent.parent / "none") is None


@pytest.mark.parametrize("damage", DAMAGES)
def test_torn(graph: Path, damage: str) -> None:
    """Each is told, and what was told is no sentence of another kind."""
    DAMAGES[damage](graph)
    assert "graph" in (torn(graph.parent) or "")


def test_a_torn_graph_is_built_anew(graph: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Left open by a killed process, it is not opened but replaced, and every passage is found."""
    monkeypatch.setattr(dense, "BUILT_HERE", 2000)
    folders = VectorFolders(graph.parent.parent)
    before = folders.current()
    grow(graph)
    folders.mark_open()
    catalog = Catalog(folders.root.parent / "catalog.sqlite")
    index = DenseIndex.open(folders.root, catalog, background=False)
    assert index.state.name == "ready"
    index.close()
    after = folders.current()
    assert after is not None
    assert after != before
    assert health.examine(after, catalog).ok
    catalog.close()
