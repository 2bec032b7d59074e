"""assistant/page/upload.py: uploading in the page, without a browser."""

from __future__ import annotations

from pathlib import Path

from browser_library import FakeLibrary

from assistant.page.upload import ingest, render_report
from index.errors import CollectionBusy
from index.records import FileFailure, IngestReport


def test_upload_tells_progress_then_the_result_by_name(tmp_path: Path) -> None:
    """One bar per file, and at last what was added and what failed, with reasons; the copies are gone."""
    files = [tmp_path / "new.md", tmp_path / "bad<b>.pdf"]
    for file in files:
        file.write_text("A sentence of its own.")
    steps = list(ingest(FakeLibrary(pause=0), files))
    assert len(steps) == 4
    assert "<progress" in steps[1]
    assert "1 added, 1 not added" in steps[-1]
    assert "new.md" in steps[-1]
    assert "no text found (scanned?)" in steps[-1]
    assert "<b>" not in steps[-1]
    assert str(tmp_path) not in steps[-1]
    assert not any(file.exists() for file in files)


def test_an_upload_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    """An error of the index is told in its own sentence, any other in ours."""

    class Busy(FakeLibrary):
        error: Exception = CollectionBusy("Another process is writing.")

        def ingest_upload(self, files, progress=None):  # type: ignore[no-untyped-def]
            raise self.error

    assert "Another process is writing." in list(ingest(Busy(), [tmp_path / "a"]))[-1]
    Busy.error = RuntimeError("secret /etc/path")
    assert "could not be added" in (last := list(ingest(Busy(), [tmp_path / "a"]))[-1])
    assert "secret" not in last


def test_a_report_shows_names_and_no_paths() -> None:
    """Failures are told by file name."""
    html = render_report(
        IngestReport(changed=1, unchanged=2, failures=(FileFailure("/srv/x/y.pdf", "encrypted"),)), [Path("z.md")]
    )
    assert "1 changed, 2 already up to date, 1 not added" in html
    assert "/srv" not in html
