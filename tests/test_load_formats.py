"""Formats: the suffix chooses the loader, the content is checked, everything else is refused by name."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from test_load_builder import check_outcome

from index.errors import LimitExceeded, LoadError, UnsupportedFormat
from index.load.formats import ADVICE, load_bytes, load_file, supported

SHARED = Path(os.environ.get("ASSISTANT_SHARED") or Path(__file__).resolve().parents[2] / "shared")


@pytest.mark.parametrize("name", ["a.sqlite", "archive.tar.gz", "b.Dwg"])
def test_an_unsupported_format_is_named(name: str) -> None:
    """The reason names the suffix and formats to convert to, each of which can be read."""
    with pytest.raises(UnsupportedFormat) as raised:
        load_bytes(b"x", name)
    assert Path(name).suffix.lower() in str(raised.value)
    assert all(supported(Path(f"a{word.strip(',')}")) for word in str(raised.value).split("such as ")[1].split())


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("a.doc", ".docx"),
        ("b.XLS", ".xlsx"),
        ("c.ppt", ".pptx"),
        ("d.msg", ".eml"),
        ("e.pages", ".docx"),
        ("f.png", ".pdf"),
    ],
)
def test_an_old_format_has_its_successor_named(name: str, advice: str) -> None:
    """A format of old programs is refused with the word to save the file as the newer one, which can be read."""
    with pytest.raises(UnsupportedFormat, match=rf"save it as \{advice}$"):
        load_bytes(b"\xd0\xcf\x11\xe0", name)
    assert all(supported(Path(f"a{suffix}")) for suffix in ADVICE.values())


def test_a_file_without_a_suffix_is_unsupported() -> None:
    """A name without a suffix has no loader, and the reason says so."""
    assert not supported(Path("README"))
    with pytest.raises(UnsupportedFormat, match="without a suffix"):
        load_bytes(b"x", "README")


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.pdf", b"<html>", "not a PDF: it is a web page"),
        ("a.docx", b"plain", r"not a \.docx: it is no zip archive"),
        ("a.docx", b"\x89PNG\r\n\x1a\n", r"not a \.docx: it is a PNG picture"),
        ("a.rtf", b"%PDF-1.4", "not a rich text file: it is a PDF"),
        ("a.txt", b"%PDF-1.4\n\x00", "binary data, not text: it is a PDF"),
        ("a.md", b" \n\t\r\n", "the file is empty"),
        ("a.csv", b"", "the file is empty"),
    ],
)
def test_content_that_is_not_what_the_name_says(name: str, data: bytes, reason: str) -> None:
    """A file whose content is of another kind than its name says is refused with the reason."""
    with pytest.raises(LoadError, match=reason):
        load_bytes(data, name)


def test_suffixes_are_read_in_any_case(tmp_path: Path) -> None:
    """`NOTES.TXT` is a text file."""
    (tmp_path / "NOTES.TXT").write_text("The storm came on Monday.")
    assert load_file(tmp_path / "NOTES.TXT").text == "The storm came on Monday."


def test_links_pipes_and_large_files_are_not_opened(tmp_path: Path) -> None:
    """A symbolic link, a pipe nobody writes to, and a file over the limit are refused at once."""
    (tmp_path / "real.txt").write_text("The storm came on Monday.")
    (tmp_path / "link.txt").symlink_to("real.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    for name, reason in (("link.txt", "symbolic link"), ("pipe.txt", "named pipe"), ("gone.txt", "is gone")):
        with pytest.raises(LoadError, match=reason):
            load_file(tmp_path / name)
    with pytest.raises(LimitExceeded, match="the limit is 10"):
        load_file(tmp_path / "real.txt", file_bytes=10)


def test_a_file_outside_the_folder_is_refused(tmp_path: Path) -> None:
    """A file reached through a folder that is a link out of the source is refused."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.txt").write_text("Secret words.")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "sub").symlink_to(tmp_path / "out")
    with pytest.raises(LoadError, match="outside the folder"):
        load_file(tmp_path / "in" / "sub" / "a.txt", within=tmp_path / "in")


def test_heavy_libraries_wait_until_they_are_needed() -> None:
    """Reading a text file imports none of the libraries that other formats need."""
    code = (
        "import sys; from index.load.formats import load_bytes; load_bytes(b'Some words.', 'a.txt')\n"
        "print([name for name in ('pypdf', 'pypdfium2', 'lxml', 'docutils', 'pygments', 'markdown_it') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1]
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(not (SHARED / "data" / "naughty_strings.txt").is_file(), reason="the list is not shared here")
@pytest.mark.parametrize("suffix", [".txt", ".md", ".html", ".csv"])
def test_naughty_strings_keep_the_invariants(suffix: str) -> None:
    """Each awkward string, as a file of its own, gives a document that keeps the promises, or a reason; so does the
    whole list."""
    lines = (SHARED / "data" / "naughty_strings.txt").read_bytes().split(b"\n")
    for data in [*lines, b"\n".join(lines)]:
        check_outcome(partial(load_bytes, data, f"a{suffix}"))
