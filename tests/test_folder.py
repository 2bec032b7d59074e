"""Folder: which files below a folder are read, and which are named as left out."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from index.errors import SourceError
from index.load.folder import find_files


def test_files_come_sorted_with_their_paths(tmp_path: Path) -> None:
    """All regular files below the folder come by relative path, sorted; those without a loader are said to be so."""
    for name in ("b.txt", "a/c.md", "a/b.bin", "z"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    found = find_files(tmp_path)
    assert found.files == ("a/b.bin", "a/c.md", "b.txt", "z")
    assert found.unsupported == ("a/b.bin", "z")
    assert found.failures == ()


def test_hidden_and_leftover_files_are_passed_over(tmp_path: Path) -> None:
    """Hidden entries, backups and locks of editors are neither read nor reported."""
    for name in (".git/config.txt", ".env", "a.txt~", ".a.txt.swp", "~$b.docx", "#c.txt#"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    found = find_files(tmp_path)
    assert (found.files, found.failures) == ((), ())


def test_what_is_no_regular_file_inside_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Links out of the folder or to nowhere, linked folders, pipes and sockets are left out with a reason; links
    inside are read."""
    root = tmp_path / "docs"
    root.mkdir()
    (tmp_path / "secret.txt").write_text("x")
    (root / "a.txt").write_text("x")
    (root / "sub").mkdir()
    (root / "inside.txt").symlink_to("a.txt")
    (root / "out.txt").symlink_to(tmp_path / "secret.txt")
    (root / "nowhere.txt").symlink_to("gone.txt")
    (root / "linked").symlink_to("sub")
    os.mkfifo(root / "pipe.txt")
    monkeypatch.chdir(root)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind("door.txt")
        found = find_files(root)
    assert found.files == ("a.txt", "inside.txt")
    reasons = {failure.path: failure.reason for failure in found.failures}
    assert set(reasons) == {"out.txt", "nowhere.txt", "linked", "pipe.txt", "door.txt"}
    said = {"out": "outside the folder", "nowhere": "nowhere", "pipe": "named pipe", "door": "socket"}
    assert all(words in reasons[f"{name}.txt"] for name, words in said.items())
    assert "not followed" in reasons["linked"]


def test_a_name_that_is_no_utf8_is_named(tmp_path: Path) -> None:
    """A file whose name is no valid UTF-8 is reported under a readable name, and the others are found."""
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_text("x")
    (tmp_path / "a.txt").write_text("x")
    found = find_files(tmp_path)
    assert found.files == ("a.txt",)
    assert [failure.path for failure in found.failures] == ["caf\ufffd.txt"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list every folder")
def test_a_folder_that_cannot_be_listed_is_named(tmp_path: Path) -> None:
    """An unreadable folder is reported, and marked as unknown rather than empty."""
    (tmp_path / "closed").mkdir(mode=0)
    found = find_files(tmp_path)
    assert [failure.path for failure in found.failures] == ["closed"]
    assert found.unlisted == ("closed/",)


def test_a_folder_that_fails_while_listing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that vanishes or is closed while its parent is listed is reported, and marked as unknown."""
    (tmp_path / "closed").mkdir()
    (tmp_path / "a.txt").write_text("x")
    scan = os.scandir

    def refusing(path: str | Path) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refusing)
    found = find_files(tmp_path)
    assert (found.files, found.unlisted) == (("a.txt",), ("closed/",))


def test_deep_folders_are_found(tmp_path: Path) -> None:
    """Folders nested deeper than a recursive walk would want are listed."""
    deep = tmp_path.joinpath(*["d"] * 500)
    deep.mkdir(parents=True)
    (deep / "a.txt").write_text("x")
    assert len(find_files(tmp_path).files) == 1


@pytest.mark.parametrize(("name", "reason"), [("gone", "does not exist"), ("a.txt", "is a file, not a folder")])
def test_a_root_that_is_no_folder_says_what_to_do(tmp_path: Path, name: str, reason: str) -> None:
    """A root that does not exist or is a file is an error that says what to give instead."""
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(SourceError, match=rf"{reason}; give "):
        find_files(tmp_path / name)
