"""index/lock.py: one holder, whatever happens to it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from index.errors import CollectionBusy, SettingsError
from index.lock import CollectionLock, read_holder

ROOT = Path(__file__).parent.parent
# The child does nothing that another thread could block.
FORKS = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
HOLD = """
import sys, time
from pathlib import Path
from index.lock import CollectionLock
with CollectionLock(Path(sys.argv[1]), "server"):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_elsewhere(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that holds the lock until its standard input is closed."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout
    assert child.stdout.readline() == b"held\n"
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def test_refusal_names_the_holder(tmp_path: Path) -> None:
    """A second process is refused in one sentence with the holder's process id, its role, and what to do."""
    with held_elsewhere(tmp_path / "lock") as child:
        with pytest.raises(CollectionBusy) as refusal:
            CollectionLock(tmp_path / "lock", "ingest").acquire()
        text = str(refusal.value)
        assert f"process {child.pid} (server)" in text
        assert "stop it, or wait until it has finished." in text
        assert text.count(". ") == 0
        holder = read_holder(tmp_path / "lock")
        assert holder is not None
        assert (holder.pid, holder.role) == (child.pid, "server")


def test_free_after_kill(tmp_path: Path) -> None:
    """A holder that is killed with signal 9 leaves the lock free at once."""
    with held_elsewhere(tmp_path / "lock") as child:
        child.send_signal(signal.SIGKILL)
        child.wait()
        with CollectionLock(tmp_path / "lock", "ingest"):
            assert json.loads((tmp_path / "lock").read_text()) == {"pid": os.getpid(), "role": "ingest"}


def test_same_process(tmp_path: Path) -> None:
    """Within one process, too, a second lock is refused, and can be had after the release."""
    first, second = CollectionLock(tmp_path / "lock", "server"), CollectionLock(tmp_path / "lock", "ingest")
    with first:
        with pytest.raises(CollectionBusy):
            second.acquire()
        with pytest.raises(CollectionBusy):
            first.acquire()
    with second:
        assert read_holder(tmp_path / "lock") is not None
    assert read_holder(tmp_path / "lock") is None
    second.release()


@FORKS
@pytest.mark.parametrize("execute", [True, False], ids=["exec", "fork"])
def test_children_do_not_inherit(tmp_path: Path, execute: bool) -> None:
    """A child that outlives the release does not keep the lock, be it another program or only forked."""
    lock = CollectionLock(tmp_path / "lock", "server").acquire()
    if execute:
        pid = os.posix_spawnp("sleep", ["sleep", "30"], os.environ)  # closes nothing by itself
    else:
        pid = os.fork()
        if not pid:
            signal.pause()
            os._exit(0)
    try:
        os.kill(pid, 0)
        lock.release()
        for _ in range(200):  # a forked child gives its copy back as soon as it runs
            try:
                with CollectionLock(tmp_path / "lock", "ingest"):
                    return
            except CollectionBusy:
                os.sched_yield()
        pytest.fail("the child kept the lock")
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


@FORKS
def test_child_does_not_free_it(tmp_path: Path) -> None:
    """A forked child that ends leaves its parent's lock held."""
    with CollectionLock(tmp_path / "lock", "server"):
        pid = os.fork()
        if not pid:
            os._exit(0)
        os.waitpid(pid, 0)
        with pytest.raises(CollectionBusy):
            CollectionLock(tmp_path / "lock", "ingest").acquire()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"pid": "x"}', b"\xff\xff", b'{"pid": 1}'])
def test_unreadable_holder(tmp_path: Path, content: bytes) -> None:
    """A lock file with anything in it still locks; the refusal then speaks of another process."""
    lock = CollectionLock(tmp_path / "lock", "server").acquire()
    (tmp_path / "lock").write_bytes(content)
    with pytest.raises(CollectionBusy, match="another process"):
        CollectionLock(tmp_path / "lock", "ingest").acquire()
    lock.release()


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """A folder where no file can be made is a SettingsError that names the file and the setting."""
    for folder in (Path("/proc/self"), tmp_path / "missing"):
        with pytest.raises(SettingsError, match="ASSISTANT_DATA") as error:
            CollectionLock(folder / "lock", "server").acquire()
        assert str(folder / "lock") in str(error.value)


def test_no_link_is_followed(tmp_path: Path) -> None:
    """A link in place of the lock file is refused: what it points at is not overwritten."""
    (tmp_path / "precious").write_text("text")
    (tmp_path / "lock").symlink_to(tmp_path / "precious")
    with pytest.raises(SettingsError):
        CollectionLock(tmp_path / "lock", "server").acquire()
    assert (tmp_path / "precious").read_text() == "text"
