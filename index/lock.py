"""The lock of a collection: the one process that holds it may write and may open the vector index.

It is `flock` on a file that stays: the kernel releases it when the holder ends, however it ends, so there is no stale
lock to be removed by hand. Who holds it stands in the file as JSON.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType

from index.errors import CollectionBusy, SettingsError

_held: set[int] = set()  # descriptors of locks held by this process, closed in a forked child
_guarding = threading.Lock()
_registered = False


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that holds a lock: its process id and what it is, `server` or `ingest`."""

    pid: int
    role: str


class CollectionLock:
    """`with CollectionLock(folder / "lock", "ingest"):`, or `acquire` and `release`.

    CollectionBusy, in one sentence that names the holder, if it is held already, by this process or by another.
    SettingsError if the folder is not there or cannot be written.
    """

    def __init__(self, path: Path, role: str) -> None:
        self.path = path
        self.role = role
        self._descriptor: int | None = None

    def acquire(self) -> CollectionLock:
        """This lock, now held. It never waits."""
        if self._descriptor is not None:
            raise CollectionBusy(self._refusal())
        descriptor = self._opened()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise CollectionBusy(self._refusal()) from None
        except OSError as error:
            os.close(descriptor)
            raise SettingsError(
                f"{self.path} cannot be locked ({error.strerror}); keep the collection on a local disk "
                "and set ASSISTANT_DATA to it."
            ) from error
        self._descriptor = descriptor
        _close_in_children(descriptor)
        content = json.dumps(asdict(Holder(os.getpid(), self.role))).encode()
        with suppress(OSError):  # a full disk: the name is only shown, the lock holds without it
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, content, 0)
        return self

    def release(self) -> None:
        """Gives the lock back; nothing happens if it is not held. The file stays: removing it would let two in."""
        if self._descriptor is None:
            return
        descriptor, self._descriptor = self._descriptor, None
        _held.discard(descriptor)
        with suppress(OSError):  # whatever the disk says, the lock is given back
            os.ftruncate(descriptor, 0)
        os.close(descriptor)

    def __enter__(self) -> CollectionLock:
        return self.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _opened(self) -> int:
        try:
            return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise SettingsError(
                f"{self.path} cannot be opened for writing ({error.strerror}); give this user write "
                "access to the folder, or set ASSISTANT_DATA to another one."
            ) from error

    def _refusal(self) -> str:
        holder = read_holder(self.path)
        who = f"process {holder.pid} ({holder.role})" if holder else "another process"
        return f"The collection {self.path.parent} is in use by {who}; stop it, or wait until it has finished."


def read_holder(path: Path) -> Holder | None:
    """Who wrote the lock file last and has not released it; None if nobody, or if it cannot be read.

    A killed holder's name stays in the file, so this says who holds the lock only when it is known to be held.
    """
    try:
        content = json.loads(path.read_bytes()[:1000])
        return Holder(int(content["pid"]), str(content["role"])[:40])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _close_in_children(descriptor: int) -> None:
    """A forked child shares the lock and would keep it when the holder is gone; it gives its copy back at once."""
    global _registered
    with _guarding:
        if not _registered:
            os.register_at_fork(after_in_child=_close_all)
            _registered = True
    _held.add(descriptor)


def _close_all() -> None:
    while _held:
        with suppress(OSError):
            os.close(_held.pop())
