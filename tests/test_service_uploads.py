"""assistant/service/uploads.py: names of uploaded files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.service.uploads import safe_name


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
        ("a\u202egpj.md", "a_gpj.md"),
        ("Übersicht 日本.md", "Übersicht 日本.md"),
        ("half \ud800.md", "half _.md"),
    ],
)
def test_names(sent: str, kept: str) -> None:
    """The last part of a path, without what a file system or a terminal would act on; other letters stay."""
    assert safe_name(sent) == kept


@given(st.one_of(st.text(), st.text(st.sampled_from("日é./\\ \x00\ud800x"), max_size=600)))
def test_any_name_is_a_file_of_its_folder(tmp_path: Path, name: str) -> None:
    """A file of this name can be made, lies directly in the folder, and is not hidden."""
    path = tmp_path / safe_name(name)
    path.write_text("x")
    assert path.resolve().parent == tmp_path.resolve()
    assert not path.name.startswith(".")
    assert path.name.isprintable()
    path.unlink()


def test_the_suffix_of_a_long_name_stays() -> None:
    """By it the loader is chosen."""
    assert safe_name("日" * 400 + ".md").endswith(".md")
    assert safe_name("x" * 400 + ".pdf").endswith("x.pdf")
