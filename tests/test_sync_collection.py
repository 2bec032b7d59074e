"""Collection.sync: real stores, a real folder, one writer at a time, and readers that never see half a document."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from fakes import HashEmbedder

from assistant.service.changes import Changes
from assistant.service.store import Store
from index import Settings
from index.collection import Collection
from index.errors import CollectionBusy, SettingsError, SourceError
from index.records import Progress
from index.source.declaring import add_declared, remove_declared
from index.sync.keeper import Keeper

ROOT = Path(__file__).parent.parent


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a folder `docs` of three documents, declared and watched."""
    docs = tmp_path / "docs"
    docs.mkdir()
    for name, text in {
        "seals": "Seals sleep on rocks.",
        "boats": "Boats fish at dawn.",
        "tea": "Tea is at five.",
    }.items():
        (docs / f"{name}.md").write_text(f"# {name}\n\n{text}\n")
    made = Settings(tmp_path / "data", config=tmp_path / "assistant.toml")
    add_declared(made.config, "docs", {"kind": "folder", "path": "docs", "schedule": "watch"})
    return made


def opened(settings: Settings) -> Collection:
    return Collection.open(settings, create=True, embedder=HashEmbedder(64))


def found(collection: Collection, question: str) -> str:
    hits = collection.search(question, 1)
    return hits[0].document.text if hits else ""


def wait_for(condition: Callable[[], bool], seconds: float = 20.0) -> float:
    """How long it took until the condition held."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < seconds
        time.sleep(0.02)
    return time.monotonic() - started


def test_end_to_end(settings: Settings, tmp_path: Path) -> None:
    """Plan, sync, change, sync: the collection has what the folder has, and search finds it."""
    with opened(settings) as collection:
        (plan,) = collection.plan()
        assert (plan.source, plan.counts["add"], plan.problem) == ("docs", 3, "")
        assert sorted(plan.steps) == [("add", "boats.md"), ("add", "seals.md"), ("add", "tea.md")]
        assert collection.documents() == ()
        (report,) = collection.sync()
        assert (report.added, report.failed, report.complete) == (3, 0, True)
        (tmp_path / "docs" / "boats.md").write_text("Boats fish at midnight.")
        (tmp_path / "docs" / "tea.md").unlink()
        (report,) = collection.sync("docs")
        assert (report.changed, report.removed, report.unchanged) == (1, 1, 1)
        assert "midnight" in found(collection, "when do boats fish?")


def test_unknown_source(settings: Settings) -> None:
    """A name that is not declared is an error that names those that are."""
    with opened(settings) as collection, pytest.raises(SettingsError, match="has docs"):
        collection.sync("nowhere")


def test_one_source_down_does_not_stop_the_others(settings: Settings, tmp_path: Path) -> None:
    """A source whose folder is gone is reported, and the next one is synced."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x.md").write_text("Whales sing at night.")
    add_declared(settings.config, "other", {"kind": "folder", "path": "other"})
    with opened(settings) as collection:
        collection.sync()
        (tmp_path / "docs").rename(tmp_path / "away")
        (tmp_path / "other" / "y.md").write_text("Whales dive deep.")
        docs, other = collection.sync()
        assert "does not exist" in docs.problem
        assert (docs.removed, docs.held, other.added) == (0, 0, 1)
        assert len(collection.documents()) == 5


def test_declared_folder_is_not_ingested(settings: Settings, tmp_path: Path) -> None:
    """What is declared is synced, not ingested: its rules would be passed over. `folders` leaves it out, too."""
    (tmp_path / "loose").mkdir()
    (tmp_path / "loose" / "a.md").write_text("A loose note.")
    with opened(settings) as collection:
        collection.sync()
        for path in (tmp_path / "docs", tmp_path / "docs" / "tea.md"):
            with pytest.raises(SourceError, match="assistant sync docs"):
                collection.ingest(path)
        with pytest.raises(SourceError, match="Nothing has been read"):
            collection.folders()
        collection.ingest(tmp_path / "loose")
        assert collection.folders() == [tmp_path / "loose"]


def test_folder_that_was_ingested_before(settings: Settings, tmp_path: Path) -> None:
    """A folder that was ingested and is declared later under its name is the same source; under another, it is told."""
    remove_declared(settings.config, "docs")
    with opened(settings) as collection:
        collection.ingest(tmp_path / "docs")
        add_declared(settings.config, "mine", {"kind": "folder", "path": "docs"})
        (report,) = collection.sync()
        assert "call it [sources.docs]" in report.problem
        remove_declared(settings.config, "mine")
        add_declared(settings.config, "docs", {"kind": "folder", "path": "docs"})
        (report,) = collection.sync()
        assert (report.unchanged, report.added, report.problem) == (3, 0, "")


def test_sources_inside_each_other(settings: Settings, tmp_path: Path) -> None:
    """The files of a source inside another's folder are that source's alone."""
    (tmp_path / "docs" / "inner").mkdir()
    (tmp_path / "docs" / "inner" / "deep.md").write_text("Deep things lie here.")
    add_declared(settings.config, "inner", {"kind": "folder", "path": "docs/inner"})
    with opened(settings) as collection:
        collection.sync("inner")
        collection.sync("docs")
        paths = [(one.source, one.path) for one in collection.documents()]
        assert paths == [("docs", "boats.md"), ("docs", "seals.md"), ("docs", "tea.md"), ("inner", "deep.md")]


def test_forget(settings: Settings) -> None:
    """A source that is no longer declared can be forgotten with its documents; a declared one cannot."""
    with opened(settings) as collection:
        collection.sync()
        with pytest.raises(SettingsError, match="remove it there first"):
            collection.forget("docs")
        remove_declared(settings.config, "docs")
        assert collection.forget("docs") == 3
        assert collection.documents() == ()
        assert collection.catalog.sources() == {}


def test_second_writer_is_told(settings: Settings) -> None:
    """While one process syncs, another is refused in one sentence that names it; afterwards it may."""
    entered, leave = threading.Event(), threading.Event()

    def hold(at: Progress) -> None:
        entered.set()
        leave.wait(20)

    with opened(settings) as first, opened(settings) as second:
        thread = threading.Thread(target=lambda: first.sync(progress=hold))
        thread.start()
        assert entered.wait(20)
        try:
            with pytest.raises(CollectionBusy, match=r"in use by process \d+ \(ingest\)"):
                second.sync()
            with pytest.raises(CollectionBusy, match="are being synced"):
                first.sync()
            assert second.search("seals") == ()  # reading waits for nobody
        finally:
            leave.set()
            thread.join()
        assert second.sync()[0].unchanged == 3


def test_server_does_it(settings: Settings, tmp_path: Path) -> None:
    """While a server holds the collection, it does the syncs of others, with their progress, and its searches see them
    at once; uploads come in between."""
    with Collection.serve(settings, HashEmbedder(64)) as server, opened(settings) as other:
        seen: list[Progress] = []
        (report,) = other.sync(progress=seen.append)
        assert (report.added, report.failures) == (3, ())
        assert max(at.done for at in seen) == 3
        assert "rocks" in found(server, "where do seals sleep?")
        (tmp_path / "docs" / "tea.md").unlink()
        assert other.sync()[0].removed == 1
        (tmp_path / "docs" / "seals.md").unlink()
        (tmp_path / "docs" / "boats.md").unlink()
        assert other.sync()[0].held == 2
        assert other.sync(yes=True)[0].removed == 2
        assert server.documents() == ()


def test_uploads_come_in_between(settings: Settings, tmp_path: Path) -> None:
    """In a server, an upload does not wait for the end of a sync."""
    entered, leave, left = threading.Event(), threading.Event(), list[bool]()

    def hold(at: Progress) -> None:
        if at.done == 1:
            entered.set()
            left.append(leave.wait(20))

    (tmp_path / "up.md").write_text("Whales sing at night.")
    with Collection.serve(settings, HashEmbedder(64)) as server:
        thread = threading.Thread(target=lambda: server.sync(progress=hold))
        thread.start()
        assert entered.wait(20)
        try:
            assert server.ingest_upload([tmp_path / "up.md"]).added == 1
            assert "Whales" in found(server, "what do whales do?")
        finally:
            leave.set()
            thread.join()
        assert left == [True], "the upload had to wait for the sync"
        assert len(server.documents()) == 4


def test_readers_see_whole_documents(settings: Settings, tmp_path: Path) -> None:
    """While documents are rewritten again and again, every hit of every reader is of one state of its document."""
    texts = [
        "\n\n".join(f"The {word} number {n} sings on rock {n}." for n in range(30))
        for word in ("seal", "whale", "gull")
    ]
    stop, wrong, seen = threading.Event(), list[str](), set[str]()

    def read() -> None:
        with opened(settings) as reader:
            while not stop.is_set():
                for hit in reader.search("who sings on rock 7?"):
                    whole = hit.document.text in texts
                    cut = [hit.document.text[one.start : one.end] == one.text for one in hit.sentences]
                    if not whole or not all(cut) or not cut:
                        wrong.append(hit.document.text[:80])
                    seen.add(hit.document.text[4:8])

    for name in ("boats", "seals", "tea"):
        (tmp_path / "docs" / f"{name}.md").write_text(texts[0])
    with opened(settings) as collection:
        collection.sync()
        readers = [threading.Thread(target=read) for _ in range(2)]
        for one in readers:
            one.start()
        for round_ in range(1, 8):
            for name in ("boats", "seals", "tea"):
                (tmp_path / "docs" / f"{name}.md").write_text(texts[round_ % 3])
            collection.sync()
        stop.set()
        for one in readers:
            one.join()
    assert wrong == []
    assert len(seen) > 1, "the readers saw no change"


def test_kept_in_step(settings: Settings, tmp_path: Path) -> None:
    """A server's watched folder: what is saved, changed and deleted there is found, changed and gone by itself; what is
    committed is seen within two seconds. A source that is declared meanwhile is taken up."""
    docs, said = tmp_path / "docs", list[str]()
    with Collection.serve(settings, HashEmbedder(64)) as server, Keeper(server, said.append):
        wait_for(lambda: len(server.documents()) == 3)
        (docs / "whales.md").write_text("Whales sing at night.")
        committed = time.time()
        wait_for(lambda: "Whales" in found(server, "what do whales do?"))
        with closing(sqlite3.connect(settings.folder / "catalog.sqlite")) as other:
            (ended,) = other.execute("SELECT max(ended) FROM syncs").fetchone()
        assert ended
        (docs / "whales.md").write_text("Whales dive at noon.")
        wait_for(lambda: "noon" in found(server, "what do whales do?"))
        (docs / "whales.md").unlink()
        wait_for(lambda: len(server.documents()) == 3)
        (tmp_path / "more").mkdir()
        (tmp_path / "more" / "gulls.md").write_text("Gulls steal bread.")
        add_declared(settings.config, "more", {"kind": "folder", "path": "more", "schedule": "10s"})
        wait_for(lambda: "Gulls" in found(server, "what do gulls steal?"))
        assert time.time() - committed < 60
    assert any(line.startswith("docs: 1 added") for line in said)


def test_seen_within_two_seconds_of_the_commit(settings: Settings, tmp_path: Path) -> None:
    """From the commit of a document, seen from another process, to its being found by the server: under two seconds."""
    database = settings.folder / "catalog.sqlite"
    with Collection.serve(settings, HashEmbedder(64)) as server, Keeper(server, lambda _: None):
        wait_for(lambda: len(server.documents()) == 3)

        def committed() -> bool:
            with closing(sqlite3.connect(database)) as other:
                return bool(other.execute("SELECT 1 FROM documents WHERE path = 'new.md'").fetchone())

        (tmp_path / "docs" / "new.md").write_text("Narwhals carry a tusk.")
        wait_for(committed)
        assert wait_for(lambda: "Narwhals" in found(server, "what do narwhals carry?"), 2.0) < 2.0


def test_wrong_declaration_is_told_once(settings: Settings) -> None:
    """A server whose declarations become wrong says so once and goes on; when they are right again it syncs."""
    said: list[str] = []
    text = settings.config.read_text()
    with Collection.serve(settings, HashEmbedder(64)) as server:
        settings.config.write_text("[sources.docs]\nkind = 'nonsense'")
        with Keeper(server, said.append):
            wait_for(lambda: bool(said))
            time.sleep(1.5)
            assert len(said) == 1
            assert "kind must be one of" in said[0]
            settings.config.write_text(text)
            wait_for(lambda: len(server.documents()) == 3)


def test_keeper_ends_in_the_middle(settings: Settings, tmp_path: Path) -> None:
    """Closing does not wait for the end of a long sync; what was finished is kept."""
    for number in range(400):
        (tmp_path / "docs" / f"{number}.md").write_text(f"Note {number} says that seal {number} sleeps here.")
    with Collection.serve(settings, HashEmbedder(64)) as server:
        with Keeper(server, lambda _: None):
            wait_for(lambda: len(server.documents()) > 0)
        assert 0 < len(server.documents()) < 403


def test_commands(settings: Settings, tmp_path: Path) -> None:
    """The commands declare, plan, sync and list, and say by their status whether all is well."""
    environment = {"ASSISTANT_CONFIG": str(tmp_path / "other.toml"), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}

    def run(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "assistant", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )
        return done.returncode, " ".join((done.stdout + done.stderr).split())

    data = ("--data", str(tmp_path / "data"))
    docs = str(tmp_path / "docs")
    assert run("source", "add", "folder", docs, "--exclude", "tea.*", "--set", "delete_share=0")[0] == 0
    assert (tmp_path / "other.toml").read_text().count("[sources.docs]") == 1
    assert run("source", "add", "folder", docs)[0] == 2
    status, said = run("sync", "--dry-run", *data)
    assert (status, "docs: 2 to add to add: boats.md to add: seals.md" in said) == (0, True)
    status, said = run("sync", *data)
    assert (status, "docs: 2 added" in said) == (0, True), said
    (tmp_path / "docs" / "boats.md").write_bytes(b"\x00\x01\x02")
    (tmp_path / "docs" / "seals.md").unlink()
    (tmp_path / "docs" / "new.md").write_text("Something new.")
    status, said = run("sync", *data)
    assert status == 1
    assert "failed: docs/boats.md" in said
    assert run("source", "remove", "docs", "--documents", *data)[1].endswith("2 documents removed.")
    assert "No source is declared" in run("source", "list", *data)[1]


def test_the_service_syncs_and_reads_again(settings: Settings, tmp_path: Path) -> None:
    """What `POST /api/sync` does: declared sources are synced, loose folders read again, and one report says both;
    what is held back, and a source that is down, are named among the failures."""
    (tmp_path / "loose").mkdir()
    (tmp_path / "loose" / "a.md").write_text("A loose note.")
    with Collection.serve(settings, HashEmbedder(64)) as server, closing(Store.open(tmp_path / "data")) as store:
        server.ingest(tmp_path / "loose")
        changes = Changes(store)
        report = asyncio.run(changes.read_again("default", server))
        assert (report["added"], report["unchanged"], len(report["documents"])) == (3, 1, 3)
        for name in ("tea", "boats"):
            (tmp_path / "docs" / f"{name}.md").unlink()
        report = asyncio.run(changes.read_again("default", server))
        assert (report["removed"], report["unchanged"]) == (0, 2)
        (held,) = report["failures"]
        assert (held["path"], "2 documents would be removed" in held["reason"]) == ("docs", True)
        (tmp_path / "docs").rename(tmp_path / "away")
        (down,) = asyncio.run(changes.read_again("default", server))["failures"]
        assert (down["path"], "could not be listed" in down["reason"]) == ("docs", True)
