"""index/uploads.py: names of uploaded files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.uploads import copied, safe_name


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("notes.md", "notes.md"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\notes.md", "notes.md"),
        ("/", "document"),
        ("..", "document"),
        ("", "document"),
        (".hidden.md", "hidden.md"),
        ("a\x00b\n.md", "a_b_.md"),
        ("a:b.md", "a_b.md"),
        ("a\u202egpj.md", "a_gpj.md"),
        ("Übersicht 日本.md", "Übersicht 日本.md"),
        ("half \ud800.md", "half _.md"),
    ],
)
def test_names(sent: str, kept: str) -> None:
    """The last part of a path, without what a file system or a terminal would act on; other letters stay."""
    assert safe_name(sent) == kept


@given(st.one_of(st.text(), st.text(st.sampled_from("日é😀./\\ \x00\ud800x"), max_size=600)))
def test_any_name_is_a_file_of_its_folder(tmp_path: Path, name: str) -> None:
    """A file of this name can be made, lies directly in the folder, is not hidden, and keeps its name a second time."""
    path = tmp_path / safe_name(name)
    path.write_text("x")
    assert path.resolve().parent == tmp_path.resolve()
    assert not path.name.startswith(".")
    assert path.name.isprintable()
    assert safe_name(path.name) == path.name
    path.unlink()


def test_long_names_stay_apart_and_keep_their_suffix() -> None:
    """By the suffix the loader is chosen; two names that begin alike are two files."""
    one, other = (safe_name("日" * 400 + f"{number}.md") for number in (1, 2))
    assert one != other
    assert one.endswith(".md")
    assert safe_name("x" * 400 + ".pdf").endswith(".pdf")


def test_copies_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    """Two files of one upload that have the same name, in folders of their own, become two; a later one replaces the first."""
    for number in (1, 2, 3):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "a.md").write_text(f"{number}")
    files = [tmp_path / str(number) / "a.md" for number in (1, 2, 3)]
    assert [one.read_text() for one in copied(files, tmp_path / "kept")] == ["1", "2", "3"]
    assert copied(files[1:2], tmp_path / "kept")[0].name == "a.md"
    assert (tmp_path / "kept" / "a.md").read_text() == "2"
