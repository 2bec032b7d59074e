"""What of a file could not be read reaches whoever had it read: in the reports, on the command line, in an upload."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes import HashEmbedder

from assistant.page.upload import render_report
from assistant.terminal import MOST_LISTED, show_notes, show_report
from index import Settings
from index.collection import Collection
from index.records import FileNote, IngestReport
from index.source.declaring import add_declared
from index.sync.state import read_states

LINES = '{"text": "Seals sleep on rocks."}\nno JSON\n{"text": "Boats fish at dawn."}\n'
NOTED = FileNote("log.jsonl", "Line 2 is no JSON and was not read.")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "log.jsonl").write_text(LINES)
    return docs


def test_an_ingest_tells_once_what_was_not_read(folder: Path, tmp_path: Path) -> None:
    """With the run that reads the file; the next one finds it unchanged. Through a server, too."""
    settings = Settings(tmp_path / "data")
    with Collection.open(settings, create=True, embedder=HashEmbedder(64)) as collection:
        assert collection.ingest(folder).notes == (NOTED,)
        assert collection.ingest(folder).notes == ()
    (folder / "log.jsonl").write_text(f"{LINES}more\n")
    with (
        Collection.serve(settings, HashEmbedder(64)),
        Collection.open(settings, embedder=HashEmbedder(64)) as collection,
    ):
        assert [one.note[:6] for one in collection.ingest(folder).notes] == ["Line 2", "Line 4"]


def test_a_sync_tells_it_and_does_not_keep_it(folder: Path, tmp_path: Path) -> None:
    """The report has the note, the kept state has none."""
    settings = Settings(tmp_path / "data", config=tmp_path / "assistant.toml")
    add_declared(settings.config, "docs", {"kind": "folder", "path": "docs"})
    with Collection.open(settings, create=True, embedder=HashEmbedder(64)) as collection:
        (report,) = collection.sync()
        assert report.notes == (NOTED,)
        kept = read_states(collection.catalog)["docs"].report
        assert kept is not None
        assert (kept.added, kept.notes) == (1, ())


def test_the_command_line_names_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    """One line each, of very many the first; harmless, whatever the name of the file."""
    show_report(IngestReport(added=1, notes=(FileNote("a\x1b[31m.xlsx", "The hidden sheet “X” was not read."),)))
    said = "".join(capsys.readouterr())
    assert "in part: a" in said
    assert "hidden sheet" in said
    assert "\x1b" not in said
    show_notes([NOTED] * (MOST_LISTED + 3), "docs/")
    said = "".join(capsys.readouterr())
    assert said.count("docs/log.jsonl") == MOST_LISTED
    assert "and 3 more" in said


def test_an_upload_tells_it_without_a_path() -> None:
    """Beside what was added, as text."""
    html = render_report(IngestReport(added=1, notes=(FileNote("/srv/x/<b>.jsonl", NOTED.note),)), [Path("b.jsonl")])
    assert "Line 2 is no JSON" in html
    assert "/srv" not in html
    assert "<b>" not in html
