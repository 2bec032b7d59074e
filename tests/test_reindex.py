"""index/reindex.py: another embedder takes over in one step, and until then the old one answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import HashEmbedder

import index.collection as collection_module
from index import collection_reading
from index.check import check
from index.collection import Collection
from index.dense import DenseIndex
from index.errors import CollectionBusy, EmbedderMismatch
from index.records import Hit
from index.settings import Settings

OLD, NEW = 16, 48


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A collection of six documents, made by the old embedder."""
    settings = Settings(tmp_path / "data")
    (tmp_path / "notes").mkdir()
    for number in range(6):
        (tmp_path / "notes" / f"{number}.md").write_text(
            f"# Island {number}\n\nSeals lie on island {number} all day. Boats come at {number}."
        )
    with Collection.open(settings, create=True, embedder=HashEmbedder(OLD)) as collection:
        collection.ingest(tmp_path / "notes")
    return settings


@pytest.fixture
def old(settings: Settings) -> Iterator[Collection]:
    with Collection.open(settings, embedder=HashEmbedder(OLD)) as collection:
        yield collection


@pytest.fixture
def new(settings: Settings) -> Iterator[Collection]:
    with Collection.open(settings, embedder=HashEmbedder(NEW)) as collection:
        yield collection


def same(one: tuple[Hit, ...], other: tuple[Hit, ...]) -> bool:
    return [hit.passage.id for hit in one] == [hit.passage.id for hit in other]


def test_before_and_after(old: Collection, new: Collection) -> None:
    """Before, only the old embedder may search; after, only the new one, in both stores."""
    with pytest.raises(EmbedderMismatch):
        new.search("seals")
    number = new.reindex()
    assert number == new.catalog.counts()["passages"] == old.catalog.counts()["passages"]
    assert new.search("seals on island 3")[0].document.path == "3.md"
    assert new.status().embedder == f"hash@1/{NEW}"
    with pytest.raises(EmbedderMismatch):
        old.search("seals")


def test_old_answers_until_then(old: Collection, new: Collection) -> None:
    """While it goes on, other processes are answered by the old passages and vectors, each time the same."""
    before = old.search("seals on island 3")
    during = []
    new.reindex(lambda done, total: during.append((done, total, same(old.search("seals on island 3"), before))))
    assert during == [(number, 6, True) for number in range(1, 7)]


def test_as_if_ingested(new: Collection, tmp_path: Path) -> None:
    """The result is that of reading everything with the new embedder: passages, vectors, hits."""
    new.reindex()
    with Collection.open(Settings(tmp_path / "other"), create=True, embedder=HashEmbedder(NEW)) as fresh:
        fresh.ingest(tmp_path / "notes")
        ids = [one for batch, _ in fresh.catalog.passage_vectors() for one in batch]
        assert sorted(ids) == sorted(one for batch, _ in new.catalog.passage_vectors() for one in batch)
        assert new.catalog.passages(ids) == fresh.catalog.passages(ids)
        for identity, vector in fresh.catalog.vectors(ids).items():
            assert np.array_equal(new.catalog.vectors([identity])[identity], vector)
        assert new.search("boats") == fresh.search("boats")


def test_interrupted(old: Collection, new: Collection) -> None:
    """Interrupted in the middle, the old one still answers; the next attempt embeds only what is missing."""
    before = old.search("seals")

    def stop(done: int, total: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        new.reindex(stop)
    assert old.search("seals") == before
    embedder = HashEmbedder(NEW)
    with Collection.open(new.settings, embedder=embedder) as again:
        assert again.reindex() == 6
        assert len(embedder.embedded) == 2
        assert again.search("seals on island 3")


def test_stopped_between_the_stores(new: Collection, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped after the catalog changed over and before the vector index did, the next opening puts it right."""

    def stop(_: DenseIndex) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(DenseIndex, "rebuild", stop)
        with pytest.raises(KeyboardInterrupt):
            new.reindex()
    expected = new.search("seals on island 3")
    new.close()
    with Collection.serve(settings, HashEmbedder(NEW)) as server:
        assert server.ingest(settings.data.parent / "notes").unchanged == 6
        assert server.search("seals on island 3") == expected


def test_old_vectors_are_swept(new: Collection) -> None:
    """Afterwards the catalog keeps the new vectors only."""
    new.reindex()
    rows = new.catalog.query("SELECT length(vector) FROM vectors")
    assert {row[0] for row in rows} == {4 * NEW}
    assert len(rows) == 6


def test_ingest_goes_on_after_it(new: Collection, tmp_path: Path) -> None:
    """After it, ingest works with the new embedder, and reads only what changed."""
    new.reindex()
    (tmp_path / "notes" / "6.md").write_text("A walrus rests upon the ice.")
    report = new.ingest(tmp_path / "notes")
    assert (report.added, report.unchanged) == (1, 6)
    assert new.search("walrus")[0].document.path == "6.md"


def test_same_embedder(old: Collection) -> None:
    """With the same embedder it changes nothing, and embeds nothing."""
    before = old.search("seals")
    old.embedder.embedded.clear()  # type: ignore[attr-defined]
    assert old.reindex() == 6
    assert old.embedder.embedded == []
    assert old.search("seals") == before


@pytest.mark.parametrize("documents", [0])
def test_empty(tmp_path: Path, documents: int) -> None:
    """An empty collection is changed over, too."""
    settings = Settings(tmp_path / "data")
    (tmp_path / "notes").mkdir()
    with Collection.open(settings, create=True, embedder=HashEmbedder(OLD)) as old:
        old.ingest(tmp_path / "notes")
    seen: list[int] = []
    with Collection.open(settings, embedder=HashEmbedder(NEW)) as new:
        assert new.reindex(lambda done, _: seen.append(done)) == documents
        assert seen == []
        assert new.search("seals") == ()


@pytest.fixture
def server(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Collection]:
    """A server that uses the old embedder, and finds the new one by its name."""
    for module in (collection_module, collection_reading):
        monkeypatch.setattr(module, "open_embedder", lambda name: HashEmbedder(int(name)))
    with Collection.serve(settings, HashEmbedder(OLD)) as serving:
        yield serving


def by_name(settings: Settings, dimension: int) -> Collection:
    """Another process's collection, whose settings name this embedder."""
    return Collection.open(replace(settings, embedder=str(dimension)))


def test_under_a_server(server: Collection, settings: Settings) -> None:
    """A running server does it, answers every question meanwhile, and from the change on with the new embedder."""
    before = [hit.passage.id for hit in server.search("seals on island 3")]
    wrong: list[object] = []
    ended, asked = threading.Event(), 0

    def ask() -> None:
        nonlocal asked
        while not ended.is_set():
            try:
                found = server.search("seals on island 3")
                if found[0].document.path != "3.md" or len(found) != 6:
                    wrong.append(found)
            except Exception as error:
                wrong.append(error)
            asked += 1

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    shown: list[tuple[int, int]] = []
    for dimension in (NEW, OLD, NEW):  # there and back: the moment of the change is short
        with by_name(settings, dimension) as other:
            assert other.reindex(lambda done, total: shown.append((done, total))) == 6
            assert [hit.passage.id for hit in other.search("seals on island 3")]
            assert server.embedder.stamp == f"hash@1/{dimension}"
    ended.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert asked > 20
    assert shown[-1] == (6, 6)
    assert server.search("seals on island 3")[0].passage.id == before[0]
    assert server.ingest(settings.data.parent / "notes").unchanged == 6
    assert server._index is not None
    assert server._index.state.name == "ready"


def test_documents_that_come_meanwhile(server: Collection, settings: Settings) -> None:
    """What a server reads while a reindexing goes on is there before and after the change, embedded anew as well."""
    new = settings.data.parent / "late.md"
    new.write_text("A walrus rests upon the ice.")

    def upload(done: int, total: int) -> None:
        if done == 2:
            assert server.ingest_upload([new]).added == 1
            assert server.search("walrus")[0].document.path == "late.md"

    assert server._reindex(lambda: HashEmbedder(NEW), upload) == 7
    assert server.search("walrus")[0].document.path == "late.md"
    assert {row[0] for row in server.catalog.query("SELECT length(vector) FROM vectors")} == {4 * NEW}
    assert server.catalog.meta().get("reindexing") is None


def test_no_sync_meanwhile(server: Collection) -> None:
    """A sync does not begin while a reindexing goes on: its documents would be those of the old embedder."""

    def sync(done: int, total: int) -> None:
        with pytest.raises(CollectionBusy, match="reindexed"), server._long_turn():
            pass

    server._reindex(lambda: HashEmbedder(NEW), sync)


def test_interrupted_and_then_other_work(old: Collection, new: Collection, tmp_path: Path) -> None:
    """What an interrupted reindexing embedded is kept, also when documents are read and removed in between."""

    def stop(done: int, total: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        new.reindex(stop)
    (tmp_path / "notes" / "0.md").unlink()
    (tmp_path / "notes" / "6.md").write_text("A walrus rests upon the ice.")
    report = old.ingest(tmp_path / "notes")
    assert (report.added, report.removed) == (1, 1)
    embedder = HashEmbedder(NEW)
    with Collection.open(new.settings, embedder=embedder) as again:
        assert again.reindex() == 6
        assert len(embedder.embedded) <= 3
        assert again.search("walrus")[0].document.path == "6.md"
        assert {row[0] for row in again.catalog.query("SELECT length(vector) FROM vectors")} == {4 * NEW}


def test_sound_afterwards(new: Collection, settings: Settings) -> None:
    """After it the collection is sound, by its own check, vector index included."""
    new.reindex()
    new.close()
    assert list(check(settings)) == []
