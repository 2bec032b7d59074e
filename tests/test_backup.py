"""index/backup.py and restore.py: everything to one file and back, while it is served, and nothing lost on the way."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import stat
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fakes import HashEmbedder
from sound_library import DIMENSION, answers, catalog_of, change, make, problems, write_notes
from typer.testing import CliRunner

from assistant.cli import app
from assistant.service.keys import Keys
from assistant.service.store import Store
from index import backup, restore
from index.backup import Place, back_up
from index.catalog import Catalog
from index.collection import Collection
from index.errors import BackupError, CollectionBusy
from index.restore import restore as put_back
from index.settings import Settings

FILES = ("service.sqlite", "keys.json")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an upload, a second collection, conversations, a key and a sources' file."""
    folder = tmp_path_factory.mktemp("sound")
    data = make(folder)
    (folder / "walrus.md").write_text("A walrus eats clams.")
    with Collection.open(Settings(data), embedder=HashEmbedder(DIMENSION)) as collection:
        collection.ingest_upload([folder / "walrus.md"])
    with Collection.open(Settings(data, "second"), create=True, embedder=HashEmbedder(DIMENSION)) as collection:
        collection.ingest(folder / "notes" / "1.md")
    Store.open(data).close()
    Keys(data).add("intranet")
    (folder / "assistant.toml").write_text("# sources\n")
    return data


@pytest.fixture
def place(sound: Path, tmp_path: Path) -> Place:
    shutil.copytree(sound, tmp_path / "data")
    shutil.copy(sound.parent / "assistant.toml", tmp_path / "assistant.toml")
    return Place(tmp_path / "data", FILES, tmp_path / "assistant.toml")


@pytest.fixture(scope="module")
def made(sound: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of all that."""
    file = tmp_path_factory.mktemp("backup") / "all.zip"
    back_up(Place(sound, FILES, sound.parent / "assistant.toml"), file)
    return file


@pytest.fixture
def empty(tmp_path: Path) -> Place:
    return Place(tmp_path / "new" / "data", FILES, tmp_path / "new" / "assistant.toml")


def content(data: Path, name: str = "default") -> list[str]:
    with closing(sqlite3.connect(data / name / "catalog.sqlite")) as database:
        return [line for line in database.iterdump() if "lexical" not in line]


def files(place: Place) -> dict[str, bytes]:
    """Every file of a place but the databases' companions and the vector index."""
    root = place.data.parent
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm", "lock")) and "vectors" not in path.parts
    }


def test_there_and_back(made: Path, sound: Path, empty: Place) -> None:
    """What is restored into an empty folder is sound, answers the same, and has everything: uploads, keys, conversations."""
    assert put_back(made, empty) == ["default", "second"]
    moved = [line.replace(str(sound), str(empty.data)) for line in content(sound)]
    assert content(empty.data) == moved
    assert content(empty.data, "second") == content(sound, "second")
    assert answers(empty.data) == answers(sound)
    assert (empty.data / "default" / "uploads" / "walrus.md").read_text() == "A walrus eats clams."
    assert [key.name for key in Keys(empty.data).all()] == ["intranet"]
    assert empty.config is not None
    assert empty.config.read_text() == "# sources\n"
    with closing(Catalog(catalog_of(empty.data))) as catalog:
        assert catalog.query("PRAGMA journal_mode")[0][0] == "wal"
    with Collection.open(Settings(empty.data), embedder=HashEmbedder(DIMENSION)) as collection:
        assert collection.ingest(empty.data / "default" / "uploads" / "walrus.md").unchanged == 1
    assert problems(empty.data) == []
    assert [path.name for path in empty.data.parent.rglob(".*")] == []


def test_for_its_user_only(made: Path, empty: Place) -> None:
    """Nobody else can read the backup, or what is restored."""
    put_back(made, empty)
    paths = [made, catalog_of(empty.data), empty.data / "keys.json"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in paths] == [0o600] * 3


def test_no_secret(made: Path) -> None:
    """The secret that signs tickets is not in it, and no vector index is."""
    with zipfile.ZipFile(made) as archive:
        names = archive.namelist()
    assert sorted(names) == [
        "collections/default/catalog.sqlite", "collections/default/uploads/walrus.md",
        "collections/second/catalog.sqlite", "config/assistant.toml", "data/keys.json", "data/service.sqlite",
        "manifest.json",
    ]  # fmt: skip


def test_while_it_is_written(place: Place, tmp_path: Path, empty: Place) -> None:
    """Taken while a server reads documents, it holds one moment: it is sound, with some of the documents or all."""
    with Collection.serve(Settings(place.data), HashEmbedder(DIMENSION)) as server:
        more = write_notes(tmp_path / "more", 40)
        seen: list[int] = []
        reached = threading.Event()
        thread = threading.Thread(
            target=lambda: server.ingest(more, progress=lambda at: (seen.append(at.done), reached.set())) and None
        )
        thread.start()
        assert reached.wait(60)
        back_up(place, tmp_path / "one.zip")
        thread.join()
        assert len(seen) == 40
        answer = server.search("walrus")
    assert answer
    put_back(tmp_path / "one.zip", empty)
    with closing(Catalog(catalog_of(empty.data))) as catalog:
        assert 7 <= catalog.document_count() <= 47
    with Collection.open(Settings(empty.data), embedder=HashEmbedder(DIMENSION)) as collection:
        collection.ingest(more)
        assert collection.count() == 47
    assert problems(empty.data) == []


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def flip(seed: int) -> Callable[[Path], None]:
    def change_one(file: Path) -> None:
        whole = bytearray(file.read_bytes())
        at = random.Random(seed).randrange(len(whole))
        whole[at] ^= 1 << random.Random(seed).randrange(8)
        file.write_bytes(whole)

    return change_one


def other(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", "{}")


def outside(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("data/../../x", "x")
        archive.writestr("manifest.json", '{"format": 1, "entries": {"data/../../x": {"bytes": 1, "sha256": ""}}}')


def newer(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", '{"format": 2, "entries": {}}')


def text(file: Path) -> None:
    file.write_text("not a zip")


DAMAGES = [cut, other, outside, newer, text, *(flip(seed) for seed in range(12))]


@pytest.mark.parametrize("damage", DAMAGES, ids=[*(one.__name__ for one in DAMAGES[:5]), *map(str, range(12))])
def test_damaged_backup(made: Path, place: Place, tmp_path: Path, damage: Callable[[Path], None]) -> None:
    """A backup in which anything changed is refused, or restores to exactly what was backed up; nothing else happens."""
    file = Path(shutil.copy(made, tmp_path / "damaged.zip"))
    damage(file)
    change(place.data, "UPDATE documents SET title = 'changed'")
    before = files(place)
    refused = ""
    try:
        put_back(file, place, replace=True)
    except BackupError as error:
        refused = str(error)
    if refused:
        assert str(file) in refused
        assert files(place) == before
    else:  # a bit that nothing depends on, such as a date in the list of contents
        assert damage.__name__ == "change_one"
        assert "'changed'" not in "".join(content(place.data))
        assert problems(place.data) == []


def test_not_over_something(made: Path, place: Place) -> None:
    """What is there is not replaced unconfirmed; confirmed, it is, and other collections stay."""
    shutil.move(place.data / "second", place.data / "third")
    change(place.data, "UPDATE documents SET title = 'changed'")
    before = files(place)
    with pytest.raises(BackupError, match="--replace"):
        put_back(made, place)
    assert files(place) == before
    put_back(made, place, replace=True)
    assert "'changed'" not in "".join(content(place.data))
    assert backup.collections_in(place.data) == ["default", "second", "third"]
    assert problems(place.data) == []


def test_not_under_a_server(made: Path, place: Place) -> None:
    """A folder with a collection in use is not restored into, whatever is said."""
    server = Collection.serve(Settings(place.data, "second"), HashEmbedder(DIMENSION))
    with server, pytest.raises(CollectionBusy, match="server"):
        put_back(made, place, replace=True)


@pytest.mark.parametrize("step", range(5))
def test_failure_midway(made: Path, place: Place, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """When a move fails, those before it are taken back: everything is as it was."""
    change(place.data, "UPDATE documents SET title = 'changed'")
    before = files(place)
    real, calls = restore._exchange, iter(range(100))

    def exchange(source: Path, target: Path) -> None:
        if next(calls) == step:
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr(restore, "_exchange", exchange)
    with pytest.raises(BackupError, match="nothing was changed"):
        put_back(made, place, replace=True)
    assert files(place) == before


@pytest.mark.parametrize("step", range(4))
def test_killed_midway(made: Path, place: Place, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Wherever it is killed, each collection is the old one or the new one, and restoring again gives the new one."""
    change(place.data, "UPDATE documents SET title = 'changed'")
    pid = os.fork()
    if pid == 0:
        real, calls = restore._exchange, iter(range(100))

        def exchange(source: Path, target: Path) -> None:
            if next(calls) == step:
                os._exit(9)
            real(source, target)

        restore._exchange = exchange  # type: ignore[assignment]
        put_back(made, place, replace=True)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
    for name in ("default", "second"):
        with closing(Catalog(place.data / name / "catalog.sqlite")) as catalog:
            assert catalog.document_count() == (7 if name == "default" else 1)
    put_back(made, place, replace=True)
    assert "'changed'" not in "".join(content(place.data))
    assert list(place.data.glob(".restoring-*")) == []


def test_two_steps(made: Path, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a system that cannot exchange two files at once, it is done in two steps."""

    class Without:
        def __init__(self, *_: object, **__: object) -> None:
            pass

    monkeypatch.setattr(restore.ctypes, "CDLL", Without)
    change(place.data, "UPDATE documents SET title = 'changed'")
    put_back(made, place, replace=True)
    assert "'changed'" not in "".join(content(place.data))


def test_old_writes_do_not_come_back(made: Path, place: Place, sound: Path) -> None:
    """What an earlier database still had beside it does not find its way into the one that replaces it."""
    with closing(sqlite3.connect(place.data / "service.sqlite")) as database:
        database.execute("INSERT INTO conversations VALUES ('x', 'x', 'x')")
        database.commit()
        shutil.copy(place.data / "service.sqlite-wal", place.data / "keep")
    shutil.move(place.data / "keep", place.data / "service.sqlite-wal")
    put_back(made, place, replace=True)
    with closing(sqlite3.connect(place.data / "service.sqlite")) as database:
        assert database.execute("SELECT count(*) FROM conversations").fetchone()[0] == 0


def test_damaged_catalog_is_not_backed_up(place: Place, tmp_path: Path) -> None:
    """A backup of a damaged catalog is refused, as it would be of no use; no file is left."""
    path = catalog_of(place.data)
    with path.open("r+b") as file:
        file.seek(4096 * 5)
        file.write(os.urandom(4096))
    with pytest.raises(BackupError, match="assistant repair"):
        back_up(place, tmp_path / "out.zip")
    assert list(tmp_path.glob("*.zip")) + list(tmp_path.glob(".*")) == []


def test_no_half_backup(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a full disk no file is made, and an older backup of this name stays."""
    (tmp_path / "out.zip").write_text("older")

    def full(*_: object) -> Iterator[Any]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup._Writer, "manifest", full)
    with pytest.raises(BackupError, match="No space"):
        back_up(place, tmp_path / "out.zip", replace=True)
    assert (tmp_path / "out.zip").read_text() == "older"
    assert list(tmp_path.glob(".*")) == []


def test_command(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands do both, refuse an existing file, and name what is missing."""
    monkeypatch.setenv("ASSISTANT_CONFIG", str(place.config))
    run, file, data = CliRunner().invoke, str(tmp_path / "x.zip"), str(place.data)
    assert "default, second; 6 files" in run(app, ["backup", file, "--data", data]).stdout.replace("\n", " ")
    assert run(app, ["backup", file, "--data", data]).exit_code == 2
    assert run(app, ["backup", file, "--data", data, "--replace", "--collection", "second"]).exit_code == 0
    assert run(app, ["backup", file + "2", "--data", data, "--collection", "none"]).exit_code == 2
    assert run(app, ["restore", file, "--data", str(tmp_path / "new")]).exit_code == 0
    assert backup.collections_in(tmp_path / "new") == ["second"]
    assert "--replace" in run(app, ["restore", file, "--data", data]).stderr
    assert "is not there" in run(app, ["restore", file + "9", "--data", data]).stderr
