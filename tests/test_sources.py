"""index/sources.py: which files a path means, under which source, and never more than was given."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from index.catalog import Catalog
from index.errors import SourceError
from index.sources import Target, targets


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with closing(Catalog(tmp_path / "data" / "default" / "catalog.sqlite", create=True)) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """notes/ with a.md, sub/b.md and sub/deep/c.md."""
    for name in ("a.md", "sub/b.md", "sub/deep/c.md"):
        path = tmp_path / "notes" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Text.")
    return tmp_path / "notes"


def one(catalog: Catalog, path: Path) -> Target:
    (target,) = targets(catalog, [path])
    return target


def test_folder(catalog: Catalog, folder: Path) -> None:
    """A folder is a source of its name, with all files below it, `/` between parts."""
    assert one(catalog, folder) == Target("notes", folder, ("a.md", "sub/b.md", "sub/deep/c.md"), (), "", ())
    assert catalog.sources() == {"notes": str(folder)}


def test_folder_again(catalog: Catalog, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same folder, by whatever path or link, is the same source."""
    first = one(catalog, folder)
    (folder.parent / "link").symlink_to(folder)
    monkeypatch.chdir(folder)
    for path in (folder, Path("."), Path("../notes"), folder.parent / "link", Path("sub/..")):
        assert one(catalog, path) == first
    assert len(catalog.sources()) == 1


def test_folder_inside_a_source(catalog: Catalog, folder: Path) -> None:
    """A folder below a known source belongs to that source, and only what lies below it is meant."""
    one(catalog, folder)
    assert one(catalog, folder / "sub") == Target("notes", folder, ("sub/b.md", "sub/deep/c.md"), (), "sub/", ())


def test_file(catalog: Catalog, folder: Path) -> None:
    """A file is read under the source that its folder lies in, and nothing else of that folder is meant."""
    one(catalog, folder)
    assert one(catalog, folder / "sub" / "b.md") == Target("notes", folder, ("sub/b.md",), (), None, ())


def test_file_of_a_new_folder(catalog: Catalog, folder: Path) -> None:
    """A file of an unknown folder makes that folder a source, without its other files."""
    assert one(catalog, folder / "sub" / "b.md") == Target("sub", folder / "sub", ("b.md",), (), None, ())


def test_folder_around_a_source(catalog: Catalog, folder: Path) -> None:
    """The files of a source inside the folder stay that source's: no document is stored twice."""
    one(catalog, folder / "sub")
    around = one(catalog, folder)
    assert around.source == "notes"
    assert around.files == ("a.md",)
    assert one(catalog, folder / "sub" / "deep").source == "sub"


def test_names_like_a_source(catalog: Catalog, folder: Path) -> None:
    """A folder whose name only begins like an inner source's is not taken for it."""
    one(catalog, folder / "sub")
    (folder / "subway").mkdir()
    (folder / "subway" / "d.md").write_text("Text.")
    assert one(catalog, folder).files == ("a.md", "subway/d.md")


def test_two_folders_of_one_name(catalog: Catalog, folder: Path) -> None:
    """Folders of the same name have sources of different names."""
    other = folder.parent / "other" / "notes"
    other.mkdir(parents=True)
    assert [target.source for target in targets(catalog, [folder, other])] == ["notes", "notes-2"]


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("a b", "a-b"),
        ("ünï", "ünï"),
        ("\x1b[31m", "31m"),
        ("a\nb", "a-b"),
        ("...", "files"),
        ("-x-", "x"),
        ("日本", "日本"),
    ],
)
def test_source_names(catalog: Catalog, tmp_path: Path, name: str, source: str) -> None:
    """A source's name has letters, digits, `_`, `.` and `-` only."""
    (tmp_path / name).mkdir()
    assert one(catalog, tmp_path / name).source == source


def test_own_folder_is_not_listed(catalog: Catalog, folder: Path, tmp_path: Path) -> None:
    """The collections' own folder is not part of a folder around it."""
    assert set(one(catalog, tmp_path).files) == {"notes/a.md", "notes/sub/b.md", "notes/sub/deep/c.md"}


def test_own_folder_is_the_folder(catalog: Catalog, tmp_path: Path) -> None:
    """Where documents lie in the collections' folder itself, they are read, and the stores' files are not."""
    (tmp_path / "data" / "mine.md").write_text("Text.")
    (tmp_path / "data" / "default" / "vectors").mkdir()
    (tmp_path / "data" / "default" / "vectors" / "STATE").write_text("{}")
    assert one(catalog, tmp_path / "data").files == ("mine.md",)


@pytest.mark.parametrize("name", ["missing", "notes/missing.md", "a\0b", "x" * 300, "x/" * 3000])
def test_no_such_path(catalog: Catalog, folder: Path, name: str) -> None:
    """A path that is not there, or that cannot be one, is a SourceError that names it, and makes no source."""
    with pytest.raises(SourceError, match="does not exist"):
        one(catalog, folder.parent / name)
    assert catalog.sources() == {}


def test_one_of_several_is_missing(catalog: Catalog, folder: Path) -> None:
    """When one of several paths is not there, none becomes a source."""
    with pytest.raises(SourceError):
        targets(catalog, [folder, folder / "missing"])
    assert catalog.sources() == {}


def test_link_in_a_circle(catalog: Catalog, tmp_path: Path) -> None:
    """A link to itself is a SourceError."""
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(SourceError):
        one(catalog, tmp_path / "loop")


def test_name_that_is_no_text(catalog: Catalog, tmp_path: Path) -> None:
    """A file whose name is not UTF-8 is reported, given alone as within its folder."""
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/odd"))
    odd.mkdir()
    file = Path(os.fsdecode(os.fsencode(odd) + b"/caf\xe9.md"))
    file.write_text("Text.")
    folder = one(catalog, odd)
    assert folder.files == ()
    assert len(folder.failures) == 1
    try:
        alone = one(catalog, file)
    except SourceError:
        return
    assert alone.files == ()
    assert len(alone.failures) == 1


def test_folder_name_that_is_no_text(catalog: Catalog, tmp_path: Path) -> None:
    """A folder whose name is not UTF-8 can be read, or is refused in one sentence."""
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    odd.mkdir()
    (odd / "a.md").write_text("Text.")
    with suppress(SourceError):
        assert one(catalog, odd).files == ("a.md",)


def test_links(catalog: Catalog, folder: Path, tmp_path: Path) -> None:
    """A link out of the folder is a failure with its reason; one inside it is a file like any other."""
    (tmp_path / "secret.md").write_text("Secret.")
    (folder / "out.md").symlink_to(tmp_path / "secret.md")
    (folder / "in.md").symlink_to(folder / "a.md")
    target = one(catalog, folder)
    assert "in.md" in target.files
    assert "out.md" not in target.files
    assert [(failure.path, "outside" in failure.reason) for failure in target.failures] == [("out.md", True)]


def test_ignore_file(catalog: Catalog, folder: Path) -> None:
    """What the ignore files name is not listed, also below a folder that is given alone."""
    (folder / ".assistantignore").write_text("a.md\ndeep/\n")
    assert one(catalog, folder).files == ("sub/b.md",)
    assert one(catalog, folder / "sub").files == ("sub/b.md",)
    assert one(catalog, folder / "sub" / "deep").files == ()
