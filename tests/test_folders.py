"""index/folders.py: which folder is in use, how it was left, and what is removed."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from vector_library import make_catalog, unit_vectors

from index.catalog import Catalog
from index.dense import DenseIndex
from index.folders import VectorFolders
from index.vectors import ChromaFolder


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return make_catalog(tmp_path, unit_vectors(50))


def test_folders_are_never_reused(tmp_path: Path) -> None:
    """Names of new folders differ, and names that lead out of the index are not followed."""
    folders = VectorFolders(tmp_path / "vectors")
    assert len({folders.new() for _ in range(100)}) == 100
    (tmp_path / "outside").mkdir()
    for name in ("../outside", ".", "", "/tmp", "x" * 5000, "\x00", "é"):
        (tmp_path / "vectors" / "CURRENT").write_text(name)
        assert folders.current() is None


def test_links_are_not_removed(tmp_path: Path) -> None:
    """Removing old folders leaves alone what a link among them points at."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_text("text")
    folders = VectorFolders(tmp_path / "vectors")
    (tmp_path / "vectors" / "link").symlink_to(tmp_path / "outside")
    folder = folders.new()
    folder.mkdir()
    folders.switch(folder)
    assert folders.current() == folder
    assert (tmp_path / "outside" / "file").read_text() == "text"


def test_state_says_open_while_open(catalog: Catalog) -> None:
    """While the folder is open its state says so, from before Chroma touches it until it is closed."""
    state = catalog.path.parent / "vectors" / "STATE"
    with closing(DenseIndex.open(state.parent, catalog, background=False)):
        assert '"open"' in state.read_text()
    assert '"clean"' in state.read_text()
    assert "chroma.sqlite3" in state.read_text()


def test_reading_changes_files(catalog: Catalog) -> None:
    """The surprise behind that: Chroma changes its files when it is only opened and read."""
    DenseIndex.open(catalog.path.parent / "vectors", catalog, background=False).close()
    folders = VectorFolders(catalog.path.parent / "vectors")
    folder = folders.current()
    assert folder is not None
    stamp = {"change": str(catalog.change()), "embedder": "fake/1"}
    assert folders.condition(folder, stamp) == "clean"
    with closing(ChromaFolder(folder)) as chroma:
        chroma.query(unit_vectors(1)[0], 1)
    assert folders.condition(folder, stamp) == "damaged"
