"""index/collection.py: the stores together, with real files, a real reading process and a real vector index."""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from fakes import HashEmbedder

from index.collection import Collection
from index.errors import CatalogError, CollectionBusy, EmbedderMismatch, IndexingError, SettingsError, SourceError
from index.records import IngestReport
from index.settings import Settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "notes").mkdir()
    for name, text in {
        "seals.md": "# Seals\n\nSeals lie on the warm rocks. They sleep for hours.",
        "boats.txt": "Many boats fish here at dawn. They come back at noon.",
        "islands.csv": "Island,Area\nIturup,3139 square kilometres\nKunashir,1490 square kilometres\n",
    }.items():
        (tmp_path / "notes" / name).write_text(text)
    return tmp_path / "notes"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "data")


@pytest.fixture
def collection(settings: Settings, folder: Path) -> Iterator[Collection]:
    """A collection of the three documents, made with the fake embedder."""
    with Collection.open(settings, create=True, embedder=HashEmbedder(64)) as opened:
        opened.ingest(folder)
        yield opened


def found(collection: Collection, question: str) -> str:
    return collection.search(question)[0].document.path


def test_ingest_and_search(collection: Collection) -> None:
    """What was read is listed and found, each time with document and sentences."""
    assert [document.path for document in collection.documents()] == ["boats.txt", "islands.csv", "seals.md"]
    assert found(collection, "where do seals sleep?") == "seals.md"
    assert found(collection, "boats at noon") == "boats.txt"
    assert found(collection, "area of Iturup") == "islands.csv"
    document = collection.search("seals")[0].document
    assert collection.document(document.id) == document
    assert collection.document("nobody") is None
    sentences = collection.sentences(document.id)
    assert [one.ordinal for one in sentences] == list(range(len(sentences)))
    assert collection.sentences("nobody") == ()
    assert all(document.text[one.start : one.end] == one.text for one in sentences)


def test_within(tmp_path: Path) -> None:
    """Restricted to a place, the search finds there what it would find there alone, and nothing elsewhere."""
    for folder in ("maps", "laws"):
        (tmp_path / "docs" / folder).mkdir(parents=True)
        (tmp_path / "docs" / folder / "a.md").write_text(f"The treaty in {folder} is old and was never signed.")
    with Collection.open(Settings(data=tmp_path / "data"), create=True, embedder=HashEmbedder()) as collection:
        collection.ingest(tmp_path / "docs")
        assert len(collection.search("treaty")) == 2
        (hit,) = collection.search("treaty", within="docs/laws")
        assert hit.document.path == "laws/a.md"
        assert collection.search("treaty", within="docs/none") == ()


def test_limit(collection: Collection) -> None:
    """At most as many hits as asked for."""
    assert len(collection.search("seals", 2)) == 2
    assert collection.search("seals", 0) == ()


def test_opened_again(collection: Collection, settings: Settings) -> None:
    """A second opening, also while the first is open, finds the same, without loading a real model."""
    hits = collection.search("seals")
    with Collection.open(settings, embedder=HashEmbedder(64)) as again:
        assert again.search("seals") == hits
        assert again.status() == collection.status()


def test_not_there(settings: Settings) -> None:
    """A collection that is not there is a CatalogError, and reading makes no folder."""
    with pytest.raises(CatalogError, match="There is no collection"):
        Collection.open(settings)
    assert not settings.data.exists()


def test_settings_from_environment(settings: Settings, collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without settings, those of the environment are used."""
    monkeypatch.setenv("ASSISTANT_DATA", str(settings.data))
    with Collection.open(embedder=HashEmbedder(64)) as again:
        assert len(again.documents()) == 3
    monkeypatch.setenv("ASSISTANT_COLLECTION", "../x")
    with pytest.raises(SettingsError):
        Collection.open()


def test_collections_are_apart(collection: Collection, settings: Settings, tmp_path: Path) -> None:
    """Two collections in one data folder share nothing."""
    with Collection.open(Settings(settings.data, "other"), create=True, embedder=HashEmbedder(64)) as other:
        assert other.documents() == ()
        assert other.search("seals") == ()
        assert len(collection.documents()) == 3


def test_status(collection: Collection, settings: Settings, folder: Path) -> None:
    """Status counts documents, sentences, passages and bytes, and names the embedder and each file that failed."""
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing more")
    collection.ingest(folder)
    status = collection.status()
    counts = collection.catalog.counts()
    assert (status.documents, status.sentences, status.passages) == (3, counts["sentences"], counts["passages"])
    assert status.embedder == "hash@1/64"
    assert status.bytes > 10_000
    assert [failure.path for failure in status.failures] == ["notes/broken.pdf"]
    assert status.failures[0].reason


def test_folders(collection: Collection, folder: Path, tmp_path: Path) -> None:
    """The folders read before can be given again, and then nothing is new; before any, there is a SourceError."""
    assert collection.folders() == [folder]
    report = collection.ingest(*collection.folders())
    assert (report.unchanged, report.added, report.changed, report.removed) == (3, 0, 0, 0)
    with (
        Collection.open(Settings(tmp_path / "empty"), create=True, embedder=HashEmbedder()) as empty,
        pytest.raises(SourceError),
    ):
        empty.folders()


def test_single_file_again(settings: Settings, folder: Path) -> None:
    """Reading everything again after a single file was read reads that file, and not its whole folder."""
    with Collection.open(settings, create=True, embedder=HashEmbedder()) as collection:
        collection.ingest(folder / "seals.md")
        report = collection.ingest(*collection.folders())
        assert (report.added, report.unchanged) == (0, 1)
        assert [document.path for document in collection.documents()] == ["seals.md"]


def test_reading_process_that_does_not_start(settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When files could not be read for a reason that lies not in them, the next run reads them."""
    with Collection.open(settings, create=True, embedder=HashEmbedder()) as collection:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "executable", "/bin/false")
            with suppress(IndexingError):
                collection.ingest(folder)
        assert collection.ingest(folder).added == 3
        assert collection.status().failures == ()


def test_link_inside_the_folder(collection: Collection, folder: Path) -> None:
    """A link to a file inside the folder is listed, so it is read."""
    (folder / "also.md").symlink_to(folder / "seals.md")
    report = collection.ingest(folder)
    assert (report.added, report.failures) == (1, ())


def test_folder_swapped_for_a_link(collection: Collection, folder: Path, tmp_path: Path) -> None:
    """A folder that becomes a link to the outside after it was listed gives nothing from outside."""
    (folder / "sub").mkdir()
    (folder / "sub" / "a.md").write_text("A harmless sentence stands here.")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "a.md").write_text("The secret password is swordfish today.")

    def swap(at: object) -> None:
        if (folder / "sub" / "a.md").exists() and not (folder / "sub").is_symlink():
            (folder / "sub").rename(tmp_path / "away")
            (folder / "sub").symlink_to(tmp_path / "secret")

    (folder / "boats.txt").write_text("A change makes it be read first.")
    collection.ingest(folder, progress=swap)
    assert all("swordfish" not in hit.document.text for hit in collection.search("secret password swordfish"))


def test_upload(collection: Collection, tmp_path: Path) -> None:
    """Uploaded files are copied into the collection and found; one of the same name takes its place."""
    upload = tmp_path / "upload" / "walrus.md"
    upload.parent.mkdir()
    upload.write_text("A walrus rests upon the ice.")
    assert collection.ingest_upload([upload]).added == 1
    upload.write_text("A walrus dives below the ice.")
    assert collection.ingest_upload([upload]).changed == 1
    upload.unlink()
    assert found(collection, "walrus") == "walrus.md"
    document = collection.search("walrus dives")[0].document
    assert document.source == "uploads"
    assert "dives" in document.text
    assert len(collection.documents()) == 4


@pytest.mark.parametrize(
    "name", [".hidden.md", "a:b.md", "x" * 240 + ".md", "日" * 80 + ".md", "a\x1b[31m.md", "-rf.md", "a b.md"]
)
def test_upload_names(collection: Collection, tmp_path: Path, name: str) -> None:
    """An upload of any name is stored inside the collection's own folder, its suffix kept, and is read."""
    upload = tmp_path / name
    upload.write_text("A walrus rests upon the ice.")
    report = collection.ingest_upload([upload])
    assert report.added == 1
    assert report.failures == ()
    (stored,) = (collection.settings.folder / "uploads").iterdir()
    assert stored.name.isprintable()
    assert not stored.name.startswith(".")


def test_uploads_of_one_name(collection: Collection, tmp_path: Path) -> None:
    """Two long names that begin alike are two documents."""
    names = [f"{'report ' * 20}{n}.md" for n in (1, 2)]
    for name in names:
        (tmp_path / name).write_text(f"The report number {name[-4]} stands here.")
    assert collection.ingest_upload([tmp_path / name for name in names]).added == 2


def test_remove_an_upload(collection: Collection, settings: Settings, tmp_path: Path) -> None:
    """A removed upload is gone from list, search, vectors and disk, and reading everything again does not bring it back."""
    upload = tmp_path / "walrus.md"
    upload.write_text("A walrus rests upon the ice.")
    collection.ingest_upload([upload])
    (document,) = [one for one in collection.documents() if one.path == "walrus.md"]
    passages = collection.catalog.passage_ids([document.id])
    assert collection.remove(document.id)
    assert collection.document(document.id) is None
    assert collection.search("walrus on ice")[0].document.path != "walrus.md"
    assert collection.catalog.vectors(passages) == {}
    assert list((settings.folder / "uploads").iterdir()) == []
    assert upload.exists()
    assert collection.ingest(*collection.folders()).added == 0
    assert not collection.remove(document.id)
    collection.close()
    with Collection.serve(settings, HashEmbedder(64)) as server:
        assert server.search("walrus on ice")[0].document.path != "walrus.md"


def test_remove_from_the_vectors_in_use(collection: Collection, settings: Settings, tmp_path: Path) -> None:
    """The process that serves a collection removes from the vectors that it searches."""
    collection.close()
    upload = tmp_path / "walrus.md"
    upload.write_text("A walrus rests upon the ice.")
    with Collection.serve(settings, HashEmbedder(64)) as server:
        server.ingest_upload([upload])
        found_first = server.search("a walrus rests upon the ice")[0].document
        assert found_first.path == "walrus.md"
        assert server.remove(found_first.id)
        assert all(hit.document.id != found_first.id for hit in server.search("a walrus rests upon the ice"))


def test_uploads_beside_what_is_read(tmp_path: Path) -> None:
    """An upload stays when a folder around the collection is read again, though its files are not listed there."""
    (tmp_path / "all").mkdir()
    (tmp_path / "all" / "a.md").write_text("Seals lie on the warm rocks.")
    (tmp_path / "walrus.md").write_text("A walrus rests upon the ice.")
    with Collection.open(Settings(tmp_path / "all" / "data"), create=True, embedder=HashEmbedder()) as collection:
        collection.ingest(tmp_path / "all")
        collection.ingest_upload([tmp_path / "walrus.md"])
        assert collection.ingest(tmp_path / "all").removed == 0
        assert collection.ingest(*collection.folders()).unchanged == 2
        assert [one.source for one in collection.documents()] == ["all", "uploads"]


def test_remove_a_single_file(settings: Settings, folder: Path) -> None:
    """A document that was given as a single file is removed, and its file, which is not ours, stays."""
    with Collection.open(settings, create=True, embedder=HashEmbedder(64)) as collection:
        collection.ingest(folder / "seals.md", folder / "boats.txt")
        (document,) = [one for one in collection.documents() if one.path == "seals.md"]
        assert collection.remove(document.id)
        assert [one.path for one in collection.documents()] == ["boats.txt"]
        assert (folder / "seals.md").exists()
        assert collection.ingest(*collection.folders()).added == 0


def test_remove_from_a_folder(collection: Collection, folder: Path) -> None:
    """A document of a folder that is read whole stays, since it would come back: a SourceError says what to do."""
    (document,) = [one for one in collection.documents() if one.path == "seals.md"]
    with pytest.raises(SourceError, match=r"notes/seals\.md lies in a folder .* delete the file"):
        collection.remove(document.id)
    assert len(collection.documents()) == 3
    assert not collection.remove("nobody")


def test_other_embedder(collection: Collection, settings: Settings, folder: Path) -> None:
    """Another embedder is an error that names both, for searching and for reading in; the collection stays as it is."""
    change = collection.catalog.change()
    with Collection.open(settings, embedder=HashEmbedder(8)) as other:
        for act in (lambda: other.search("seals"), lambda: other.ingest(folder)):
            with pytest.raises(EmbedderMismatch, match=r"hash@1/64.*hash@1/8.*assistant reindex"):
                act()
        assert len(other.documents()) == 3  # reading needs no embedder
    assert collection.catalog.change() == change
    assert collection.status().embedder == "hash@1/64"


def test_server_is_the_only_writer(collection: Collection, settings: Settings, folder: Path) -> None:
    """While it is served nobody else serves or embeds it anew; others read it, and hand their ingest to the server."""
    collection.close()
    with Collection.serve(settings, HashEmbedder(64)) as server:
        with pytest.raises(CollectionBusy):
            Collection.serve(settings, HashEmbedder(64))
        with Collection.open(settings, embedder=HashEmbedder(64)) as reader:
            with pytest.raises(CollectionBusy):
                reader.reindex()
            assert found(reader, "seals") == "seals.md"
            (folder / "walrus.md").write_text("A walrus rests upon the ice.")
            assert reader.ingest(folder).added == 1
            assert found(reader, "walrus") == found(server, "walrus") == "walrus.md"
            (folder / "otter.md").write_text("An otter swims below the kelp.")
            assert server.ingest(folder).added == 1
            assert reader.search("where do seals sleep?") == server.search("where do seals sleep?")
    with Collection.serve(settings, HashEmbedder(64)) as again:
        assert found(again, "walrus") == "walrus.md"


def test_questions_while_ingesting(collection: Collection, folder: Path) -> None:
    """Questions asked by other threads during an ingest are answered, each hit whole."""
    errors: list[BaseException] = []
    ended = threading.Event()

    def ask() -> None:
        try:
            while not ended.is_set():
                for hit in collection.search("seals on the rocks", 5):
                    assert hit.sentences
                    assert all(hit.document.text[one.start : one.end] == one.text for one in hit.sentences)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for round_ in range(4):
        for number in range(8):
            (folder / f"{number}.md").write_text(f"Seals of round {round_} lie on rock {number}. " * (1 + round_))
        collection.ingest(folder)
    ended.set()
    for thread in threads:
        thread.join(20)
    assert errors == []


def test_progress_and_report(settings: Settings, folder: Path) -> None:
    """A run reports each file as it goes, and what it did at the end."""
    seen: list[tuple[int, int]] = []
    with Collection.open(settings, create=True, embedder=HashEmbedder()) as collection:
        report = collection.ingest(folder, progress=lambda at: seen.append((at.done, at.total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert isinstance(report, IngestReport)
    assert report.seconds > 0


def test_missing_path_changes_nothing(collection: Collection, folder: Path) -> None:
    """A path that is not there is a SourceError, and the lock is free again."""
    change = collection.catalog.change()
    with pytest.raises(SourceError):
        collection.ingest(folder / "missing")
    assert collection.catalog.change() == change
    assert collection.ingest(folder).unchanged == 3


def test_vectors_folder_is_disposable(collection: Collection, settings: Settings, folder: Path) -> None:
    """A vector index that was deleted or overwritten is built anew at the next run, without embedding."""
    hits = collection.search("seals")
    collection.close()
    for path in (settings.folder / "vectors").rglob("*"):
        if path.is_file():
            path.write_bytes(b"garbage")
    embedder = HashEmbedder(64)
    with Collection.open(settings, embedder=embedder) as again:
        assert again.ingest(folder).passages == 0
        assert embedder.embedded == []
        assert again.search("seals") == hits


def test_lock_file_and_catalog_only(collection: Collection, settings: Settings) -> None:
    """Nothing of a question is written: a search leaves every table as it was."""

    def rows() -> list[str]:
        with closing(sqlite3.connect(settings.folder / "catalog.sqlite")) as database:
            return list(database.iterdump())

    before = rows()
    collection.search("seals")
    assert rows() == before
