"""The worker: one bad file costs that file, never the run, and nothing outlives its parent."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from test_load_builder import check_invariants

from index.errors import LimitExceeded, LoadError, UnsupportedFormat
from index.load.formats import load_file
from index.load.limits import Limits
from index.load.wire import loaded_message, more_message, pack, read_answer, seconds_asked
from index.load.worker import LoadWorker

SHARED = Path(os.environ.get("ASSISTANT_SHARED") or Path(__file__).resolve().parents[2] / "shared")
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def text_file(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text(
        "A heading\n\nThe storm came over the coast on Monday – and stayed.\n\n• one\n• two", encoding="utf-8"
    )
    return tmp_path / "a.txt"


def is_running(process: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


def test_the_worker_returns_what_the_loader_makes(text_file: Path) -> None:
    """A document comes out of the child exactly as it was made there, several files in one process."""
    with LoadWorker() as worker:
        assert worker.load(text_file) == load_file(text_file)
        child = worker._child
        assert worker.load(text_file) == load_file(text_file)
        assert worker._child is child


def test_reasons_keep_their_class(tmp_path: Path) -> None:
    """A failure in the child is raised in the parent as the same error with the same reason, and the child goes on."""
    (tmp_path / "a.xls").write_bytes(b"PK")
    (tmp_path / "b.pdf").write_bytes(b"no")
    os.mkfifo(tmp_path / "c.txt")
    with LoadWorker() as worker:
        for name, kind, reason in (
            ("a.xls", UnsupportedFormat, ".xlsx"),
            ("b.pdf", LoadError, "not a PDF"),
            ("c.txt", LoadError, "named pipe"),
        ):
            with pytest.raises(kind, match=reason):
                worker.load(tmp_path / name)


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path, text_file: Path) -> None:
    """Past the limit on time the child is killed and the file named; the next file is read by a fresh child."""
    (tmp_path / "slow.md").write_text("* a [b](c) **d** `e`\n" * 200_000)
    with LoadWorker(Limits(seconds=1.0)) as worker:
        started = time.monotonic()
        with pytest.raises(LimitExceeded, match="longer than 1 seconds"):
            worker.load(tmp_path / "slow.md")
        assert time.monotonic() - started < 5
        worker.limits = Limits()
        assert worker.load(text_file).blocks


def test_a_file_that_takes_too_much_memory_is_given_up(tmp_path: Path, text_file: Path) -> None:
    """Past the limit on memory the file is named, and the next is read by a fresh child."""
    (tmp_path / "large.json").write_text("[" + "[1]," * 3_000_000 + "1]")
    with LoadWorker(Limits(memory_bytes=150_000_000)) as worker:
        with pytest.raises(LimitExceeded, match="memory"):
            worker.load(tmp_path / "large.json")
        assert worker.load(text_file).blocks


def test_large_files_and_bombs_are_refused(tmp_path: Path) -> None:
    """A file over the limit on its size is not read."""
    (tmp_path / "a.txt").write_text("x " * 1000)
    with LoadWorker(Limits(file_bytes=1000)) as worker, pytest.raises(LimitExceeded, match="the limit is 1,000"):
        worker.load(tmp_path / "a.txt")


def test_a_killed_child_is_replaced(text_file: Path) -> None:
    """A child that was killed between two files is replaced without a word."""
    with LoadWorker() as worker:
        worker.load(text_file)
        assert worker._child is not None
        os.kill(worker._child.pid, signal.SIGKILL)
        worker._child.wait()
        assert worker.load(text_file).blocks


def test_links_are_followed_inside_the_folder_only(tmp_path: Path, text_file: Path) -> None:
    """With the folder given, a link inside it is read and one that leads out is refused."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "b.txt").write_text("Inside words stand here.")
    (tmp_path / "in" / "inside.txt").symlink_to("b.txt")
    (tmp_path / "in" / "out.txt").symlink_to(text_file)
    with LoadWorker() as worker:
        assert worker.load(tmp_path / "in" / "inside.txt", within=tmp_path / "in").text == "Inside words stand here."
        with pytest.raises(LoadError, match="outside the folder"):
            worker.load(tmp_path / "in" / "out.txt", within=tmp_path / "in")


def test_names_of_any_bytes_can_be_asked_for(tmp_path: Path) -> None:
    """A path whose name is no valid UTF-8 reaches the child unharmed."""
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))
    file.write_text("The café is open.", encoding="utf-8")
    with LoadWorker() as worker:
        assert worker.load(file).title == "caf?"


def test_nothing_is_imported_from_the_working_directory(
    tmp_path: Path, text_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Python file among the documents is not run when the worker starts there."""
    (tmp_path / "json.py").write_text("raise SystemExit('run')")
    monkeypatch.chdir(tmp_path)
    with LoadWorker() as worker:
        assert worker.load(text_file).blocks


def test_secrets_do_not_reach_the_child(monkeypatch: pytest.MonkeyPatch, text_file: Path) -> None:
    """The child's environment holds none of the parent's keys."""
    monkeypatch.setenv("OPENAI_API_KEY", "key-of-the-parent")
    with LoadWorker() as worker:
        worker.load(text_file)
        assert worker._child is not None
        assert b"key-of-the-parent" not in Path(f"/proc/{worker._child.pid}/environ").read_bytes()


def test_the_child_ends_with_its_parent(text_file: Path) -> None:
    """When the parent is killed, even in the middle of a file, the child ends too."""
    code = (
        "import sys, time; from pathlib import Path; from index.load.worker import LoadWorker\n"
        "worker = LoadWorker(); worker.load(Path(sys.argv[1])); print(worker._child.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(text_file)], stdout=subprocess.PIPE, cwd=ROOT)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 10
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(child)


def test_an_answer_is_checked_before_it_is_believed(text_file: Path) -> None:
    """An answer with ranges outside the text, of a wrong type or no JSON at all is a named failure."""
    message = loaded_message(load_file(text_file))
    assert read_answer(pack(message)[8:]) == load_file(text_file)
    for broken in (
        {"blocks": [[0, 10**9, "prose", ""]]},
        {"blocks": [[5, 9, "prose", ""], [0, 4, "prose", ""]]},
        {"title": 7},
        {"blocks": [[0, 4, "evil", ""]]},
        {"text": "\ud800"},
    ):
        with pytest.raises(LoadError, match="damaged answer"):
            read_answer(pack({**message, **broken})[8:])
    assert seconds_asked(pack(more_message(12.5))[8:]) == 12.5
    for body in (
        pack(message)[8:],
        b'{"more": "x"}',
        b'{"more": 1e99}',
        b'{"more": -1}',
        b'{"more": 1',
    ):
        assert seconds_asked(body) is None
    for body in (b"", b"[]", b"{", b'{"error": 1}'):
        with pytest.raises(LoadError, match="damaged answer"):
            read_answer(body)


def test_notes_cross_the_wire(text_file: Path) -> None:
    """What a loader noted of a file is in the document that comes out of the child."""
    loaded = replace(load_file(text_file), notes=("Page 3 has no text.",))
    assert read_answer(pack(loaded_message(loaded))[8:]) == loaded


@pytest.mark.skipif(not (SHARED / "data" / "files").is_dir(), reason="the files are not shared here")
def test_awkward_files_give_text_or_a_reason() -> None:
    """Every awkward file gives a document that keeps the promises, or a reason; no process is lost on the way."""
    reasons: list[str] = []
    with LoadWorker(Limits(seconds=20)) as worker:
        for file in sorted((SHARED / "data" / "files").iterdir()):
            try:
                check_invariants(worker.load(file))
            except LoadError as error:
                reasons.append(str(error))
    assert all(reason and "damaged answer" not in reason and "process" not in reason for reason in reasons)
