"""index/source/folder.py and patterns.py: which files of a folder are meant, and when one is read again."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sync_library import World, counts

from index.errors import SettingsError, SourceError
from index.records import FileFailure
from index.source import folder as folders
from index.source.folder import FolderSource
from index.source.item import Item, Unlisted
from index.source.patterns import Patterns
from index.sync.plan import Rules


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("a.md", "b.txt", "sub/c.md", "sub/deep/d.md", "drafts/e.md"):
        path = tmp_path / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"This is {name} and it says so.")
    return tmp_path / "docs"


def listed(source: FolderSource) -> set[str]:
    return {one.path for one in source.listing().entries if isinstance(one, Item)}


ALL = {"a.md", "b.txt", "sub/c.md", "sub/deep/d.md", "drafts/e.md"}


@pytest.mark.parametrize(
    ("include", "exclude", "ignore", "left"),
    [
        ([], [], {}, ALL),
        (["*.md"], [], {}, ALL - {"b.txt"}),
        (["/a.md", "sub/"], [], {}, {"a.md", "sub/c.md", "sub/deep/d.md"}),
        ([], ["drafts/"], {}, ALL - {"drafts/e.md"}),
        (["*.md"], ["sub/*", "!sub/c.md"], {}, {"a.md", "sub/c.md", "drafts/e.md"}),
        ([], [], {"": "*.md\n# words\n"}, {"b.txt"}),
        ([], [], {"": "*.md\n!a.md\n"}, {"a.md", "b.txt"}),
        ([], [], {"sub": "*.md\n"}, {"a.md", "b.txt", "drafts/e.md"}),
        ([], [], {"": "*.md\n", "sub": "!c.md\n"}, {"b.txt", "sub/c.md"}),
        ([], [], {"sub": "/d.md\n"}, ALL),
        (["*.txt"], [], {"": "*.txt"}, set()),
    ],
)
def test_which_files(
    root: Path, include: list[str], exclude: list[str], ignore: dict[str, str], left: set[str]
) -> None:
    """Patterns and ignore files choose files as .gitignore does; an ignore file counts from its own folder on."""
    for folder, text in ignore.items():
        (root / folder / ".assistantignore").write_text(text)
    assert listed(FolderSource(root, include, exclude)) == left


def test_ignored_folder_is_not_entered(root: Path) -> None:
    """What lies in a folder that is passed over is not even looked at."""
    (root / "drafts").chmod(0)
    try:
        assert listed(FolderSource(root, exclude=["drafts/"])) == ALL - {"drafts/e.md"}
        entries = list(FolderSource(root, exclude=["drafts/"]).listing().entries)
        assert not any(isinstance(one, FileFailure | Unlisted) for one in entries)
    finally:
        (root / "drafts").chmod(0o755)


def test_bad_ignore_file(root: Path, tmp_path: Path) -> None:
    """An ignore file that cannot be used stops the sync instead of bringing in what it may name."""
    (tmp_path / "elsewhere").write_text("*.md")
    (root / ".assistantignore").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SettingsError, match="assistantignore"):
        listed(FolderSource(root))


def test_bad_pattern() -> None:
    """A pattern that is none is named."""
    with pytest.raises(SettingsError, match="gitignore"):
        Patterns(["!"])


def test_links(root: Path, tmp_path: Path) -> None:
    """A link inside the folder is a file of it; one that leads out is a failure, and nothing of it is read."""
    (tmp_path / "secret.md").write_text("The secret is out.")
    (root / "out.md").symlink_to(tmp_path / "secret.md")
    (root / "in.md").symlink_to(root / "a.md")
    (root / "folder").symlink_to(tmp_path)
    entries = list(FolderSource(root).listing().entries)
    assert {one.path for one in entries if isinstance(one, Item)} == ALL | {"in.md"}
    assert {one.path for one in entries if isinstance(one, FileFailure)} == {"out.md", "folder"}


def test_missing_folder(tmp_path: Path) -> None:
    """A folder that is not there is a SourceError."""
    with pytest.raises(SourceError, match="does not exist"):
        list(FolderSource(tmp_path / "nowhere").listing().entries)


def test_others_inside(root: Path) -> None:
    """Folders and files that belong to other sources are not listed."""
    source = FolderSource(root, apart=("sub/deep/", "drafts/"), apart_files=frozenset({"b.txt"}))
    assert listed(source) == {"a.md", "sub/c.md"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    with closing(made.catalog):
        yield made


def settle(root: Path) -> None:
    """Makes the files look as if they had not changed for a while, as far as a test can: by their time."""
    for path in root.rglob("*"):
        os.utime(path, (time.time() - 100, time.time() - 100))


def test_settled_files_are_not_read(world: World, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file whose state on disk is the same is not opened; one that is young is, and is found unchanged."""
    monkeypatch.setattr(folders, "SETTLED", 0)
    source = FolderSource(root)
    assert counts(world.sync(source)) == (5, 0, 0, 0, 0)
    opened: list[str] = []
    fetch = source.fetch
    source.fetch = lambda item, known, folder: opened.append(item.path) or fetch(item, known, folder)  # type: ignore[func-returns-value,method-assign]
    assert counts(world.sync(source)) == (0, 0, 5, 0, 0)
    assert opened == []
    (root / "a.md").write_text("It says something else.")
    os.utime(root / "b.txt")
    assert counts(world.sync(source)) == (0, 1, 4, 0, 0)
    assert sorted(opened) == ["a.md", "b.txt"]
    opened.clear()
    monkeypatch.setattr(folders, "SETTLED", 10**12)
    assert counts(world.sync(source)) == (0, 0, 5, 0, 0)
    assert len(opened) == 5


def test_edit_in_the_same_moment(world: World, root: Path) -> None:
    """An edit of the same length and time as what was read a moment ago is found."""
    source = FolderSource(root)
    world.sync(source)
    state = (root / "a.md").stat()
    (root / "a.md").write_text("That is a.md and it says so.")
    os.utime(root / "a.md", ns=(state.st_atime_ns, state.st_mtime_ns))
    assert (root / "a.md").stat().st_size == state.st_size
    assert counts(world.sync(source)) == (0, 1, 4, 0, 0)


def test_vanished_and_newly_excluded(world: World, root: Path) -> None:
    """What is deleted goes, and so does what is excluded from now on."""
    world.sync(FolderSource(root))
    (root / "a.md").unlink()
    assert world.sync(FolderSource(root, exclude=["b.txt"]), Rules(yes=True)).removed == 2
    assert set(world.texts()) == ALL - {"a.md", "b.txt"}


def test_folder_that_cannot_be_listed(world: World, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies in a folder that cannot be listed is unknown, not gone."""
    world.sync(FolderSource(root))
    scandir = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    report = world.sync(FolderSource(root), Rules(yes=True))
    assert (report.removed, report.failed) == (0, 1)
    assert set(world.texts()) == ALL


def test_empty_folder_where_the_disk_was(world: World, root: Path) -> None:
    """A disk that is not mounted leaves an empty folder: nothing is removed without a yes."""
    world.sync(FolderSource(root))
    root.rename(root.parent / "away")
    root.mkdir()
    assert world.sync(FolderSource(root)).held == 5
    assert set(world.texts()) == ALL
