"""An ingest handed to the server that holds the collection."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fakes import HashEmbedder

from index import Collection, Progress, Settings
from index.errors import CollectionBusy, SourceError
from index.lock import CollectionLock
from index.remote import ingest_there


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(Settings(), data=tmp_path / "data")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    for number in range(3):
        (folder / f"page{number}.txt").write_text(
            f"The harbour master closes gate number {number} at dusk every day.\n"
        )
    return folder


def test_the_server_does_the_ingest_of_another_opener(settings: Settings, folder: Path) -> None:
    """An ingest while a server holds the collection is done there, with its progress, and searched there at once."""
    with Collection.serve(settings, HashEmbedder()) as server:
        seen: list[Progress] = []
        with Collection.open(settings, embedder=HashEmbedder()) as other:
            report = other.ingest(folder, progress=seen.append)
        assert (report.added, report.failures) == (3, ())
        assert [at.done for at in seen] == [1, 2, 3]
        assert server.search("when does gate 2 close?")[0].document.path == "page2.txt"


def test_errors_of_the_server_reach_the_one_who_asked(settings: Settings, tmp_path: Path) -> None:
    """A path that does not exist is the same SourceError there as here."""
    with (
        Collection.serve(settings, HashEmbedder()),
        Collection.open(settings, embedder=HashEmbedder()) as other,
        pytest.raises(SourceError, match="does not exist"),
    ):
        other.ingest(tmp_path / "nowhere")


def test_a_second_server_is_refused(settings: Settings) -> None:
    """The second server of a collection is told who holds it."""
    with Collection.serve(settings, HashEmbedder()), pytest.raises(CollectionBusy, match="server"):
        Collection.serve(settings, HashEmbedder())


def test_a_lock_without_a_server_is_told(settings: Settings, folder: Path) -> None:
    """While another ingest holds the lock there is nobody to hand over to: CollectionBusy."""
    with Collection.open(settings, create=True, embedder=HashEmbedder()) as collection:
        with CollectionLock(settings.folder / "lock", "ingest"), pytest.raises(CollectionBusy):
            collection.ingest(folder)
        assert ingest_there(settings.folder, [folder], None) is None
