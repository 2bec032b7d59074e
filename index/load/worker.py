"""LoadWorker: reads files in one long-lived child process, with limits on time, memory and size for each file."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from index.errors import LimitExceeded, LoadError, ReadingFailed
from index.load.builder import BLOCKS, TEXT_CHARACTERS
from index.load.limits import Limits
from index.load.wire import LENGTH, pack, read_answer, seconds_asked
from index.records import Loaded

# JSON needs at most twelve characters for one of the text, and about 300 for a block with its context.
ANSWER_BYTES = 12 * TEXT_CHARACTERS + 600 * BLOCKS
START_SECONDS = 60.0  # a cold disk under load; a start takes 0.1 s otherwise
ROOT = Path(__file__).resolve().parents[2]  # where `index` can be imported from, installed or not
# Neither keys nor tokens of the parent's environment reach the process that reads untrusted files.
KEPT_VARIABLES = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "PYTHONHOME",
    "SYSTEMROOT",
    "TESSDATA_PREFIX",
)
SIGNALS = {signal.SIGSEGV: "crashed", signal.SIGABRT: "crashed", signal.SIGBUS: "crashed", signal.SIGILL: "crashed"}


class LoadWorker:
    """A context manager whose `load` reads files. Each file that breaks its process is named; the next gets a fresh
    one.

    One file at a time: calls from several threads wait for each other.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._child: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the child process, in the middle of a file if need be."""
        child, self._child = self._child, None
        if child is not None:
            _end(child)

    def load(self, path: Path, *, within: Path | None = None) -> Loaded:
        """The document in the file, boilerplate marked. With `within`, links are followed inside that folder and
        nowhere else.

        Raises `UnsupportedFormat`, `LimitExceeded` or `LoadError`, each with its reason.
        """
        limits = self.limits
        request = pack(
            {
                "path": os.path.realpath(path) if within is not None else os.path.abspath(path),
                "within": os.path.abspath(within) if within is not None else "",
                "file_bytes": limits.file_bytes,
                "unpacked_bytes": limits.unpacked_bytes,
                "ocr_seconds": limits.ocr_seconds,
                "ocr_languages": limits.ocr_languages,
            }
        )
        with self._turn:
            child = self._alive()
            try:
                return read_answer(_exchange(child, request, limits))
            except BaseException as error:
                # Kept only after a plain failure, fully answered. Not after a limit, which may
                # leave memory in pieces, nor
                # after Ctrl-C: an answer half read would be taken for the next file's.
                if isinstance(error, LimitExceeded) or not isinstance(error, LoadError):
                    self.close()
                raise

    def _alive(self) -> subprocess.Popen[bytes]:
        """The running child, or a fresh one where it has ended since."""
        if self._child is not None and self._child.poll() is not None:
            self.close()
        if self._child is None:
            self._child = _start(self.limits)
        return self._child


def _start(limits: Limits) -> subprocess.Popen[bytes]:
    """A child that is ready. Its own session keeps Ctrl-C in the terminal from it, and makes it a group to kill."""
    variables = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    variables["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    child = subprocess.Popen(
        # -P: the working directory, which may be the folder being read, is no place to import from.
        [sys.executable, "-P", "-m", "index.load.child", str(os.getpid()), str(limits.memory_bytes)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=variables,
        start_new_session=True,
        bufsize=0,
    )
    try:
        _receive(child, time.monotonic() + START_SECONDS, 10_000)
    except BaseException as error:
        _end(child)
        if isinstance(error, (EOFError, OSError)):  # TimeoutError is an OSError
            raise ReadingFailed(
                "the reading process did not start; `python -c 'import index.load.child'` may say why"
            ) from error
        raise
    return child


def _exchange(child: subprocess.Popen[bytes], request: bytes, limits: Limits) -> bytes:
    assert child.stdin is not None
    deadline = time.monotonic() + limits.seconds
    try:
        child.stdin.write(request)  # shorter than the pipe's buffer, so it cannot wait
        answer = _receive(child, deadline, ANSWER_BYTES)
        seconds = seconds_asked(answer)
        if seconds is None:
            return answer
        return _receive(child, deadline + min(seconds, limits.ocr_seconds), ANSWER_BYTES)  # once, and no more
    except TimeoutError as error:
        raise LimitExceeded(f"reading the file took longer than {limits.seconds:g} seconds") from error
    except (EOFError, OSError) as error:
        raise _death(child) from error


def _receive(child: subprocess.Popen[bytes], deadline: float, limit: int) -> bytes:
    """One answer's body. Raises `TimeoutError`, `EOFError` where the child ends, `LimitExceeded` beyond `limit`
    bytes."""
    head = _read_exactly(child, LENGTH.size, deadline)
    length = LENGTH.unpack(head)[0]
    if length > limit:
        raise LimitExceeded(f"the file's text has {length:,} bytes; the limit is {limit:,}")
    return _read_exactly(child, length, deadline)


def _read_exactly(child: subprocess.Popen[bytes], count: int, deadline: float) -> bytes:
    assert child.stdout is not None
    descriptor = child.stdout.fileno()
    parts: list[bytes] = []
    poll = select.poll()  # not select(), which fails beyond 1,024 open files
    poll.register(descriptor, select.POLLIN)
    while count:
        left = deadline - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise TimeoutError
        part = os.read(descriptor, min(count, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _death(child: subprocess.Popen[bytes]) -> LoadError:
    """The failure to report for the file whose child ended without an answer."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(timeout=5)
    code = child.returncode
    if code is not None and -code in SIGNALS:
        return LoadError(
            f"the reading process {SIGNALS[signal.Signals(-code)]} on this file ({signal.Signals(-code).name})"
        )
    if code == -signal.SIGKILL:
        return LimitExceeded("the reading process was killed on this file, most likely for lack of memory")
    return ReadingFailed(f"the reading process ended on this file without an answer (status {code})")


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kills the child and whatever it started, and waits for it."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(timeout=10)
    for stream in (child.stdin, child.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
