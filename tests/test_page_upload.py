"""assistant/page/upload.py and chat.py: events of the page, without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser_library import ANSWERED, BROKEN, REFUSED, FakeAssistant, FakeLibrary

from assistant.page import chat as chat_module
from assistant.page.chat import LIMIT, Chat
from assistant.page.upload import ingest, render_report
from index.errors import CollectionBusy
from index.records import FileFailure, IngestReport


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_module, "PAUSE", 0)


def messages(update: tuple[object, ...]) -> str:
    """All text of the chatbot in one update."""
    value = getattr(update[0], "value", None)
    return repr(value)


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


def test_an_answer_appears_sentence_by_sentence() -> None:
    """Waiting, then one sentence more in each update, then the whole with its sources."""
    updates = [messages(update) for update in Chat(FakeAssistant()).ask(ANSWERED, [])]
    assert "Reading the documents" in updates[0]
    assert [update.count("sentence source") for update in updates[1:]] == [1, 2, 3, 4]
    assert "Sources" in updates[-1]
    assert "Sources" not in updates[-2]


def test_nothing_is_asked_for_an_empty_or_a_too_long_question() -> None:
    """An empty question changes nothing; a long one says by how much, and keeps the text in the field."""
    chat = Chat(FakeAssistant())
    assert len(list(chat.ask("  \n ", []))) == 1
    (update,) = chat.ask("x" * (LIMIT + 7), [])
    assert "7 characters over the limit of 2,000" in str(update[4])


def test_an_exception_becomes_a_plain_sentence(caplog: pytest.LogCaptureFixture) -> None:
    """The page says that it failed, the log says why."""
    updates = [messages(update) for update in Chat(FakeAssistant()).ask(BROKEN, [])]
    assert "Something went wrong" in updates[-1]
    assert "secret" not in updates[-1]
    assert "secret detail" in caplog.text


def test_the_history_grows_and_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exchanges are kept in order; the oldest leave when there are too many."""
    monkeypatch.setattr(chat_module, "KEPT", 2)
    chat, history = Chat(FakeAssistant()), []
    for question in (REFUSED, ANSWERED, REFUSED):
        history = list(chat.ask(question, history))[-1][2]
    assert [message["role"] for message in history] == ["user", "assistant"] * 2
    assert "lighthouse" in history[0]["content"]
