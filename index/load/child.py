"""The child of `LoadWorker`: reads files that its standard input names, one at a time, and answers on its standard
output."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from index.errors import LimitExceeded, LoadError, ReadingFailed
from index.load.formats import load_file
from index.load.ocr import Ocr
from index.load.wire import LENGTH, error_message, loaded_message, more_message, pack
from index.records import Loaded

PR_SET_PDEATHSIG = 1
RECURSION = 3000


def main() -> int:
    """Serves until standard input ends; the parent's process id is the first argument, the limit on memory the
    second."""
    parent, memory_bytes = int(sys.argv[1]), int(sys.argv[2])
    _die_with(parent)
    answers = _keep_output_apart()
    _limit_memory(memory_bytes)
    sys.setrecursionlimit(RECURSION)
    requests = sys.stdin.buffer
    answers.write(pack({"ready": os.getpid()}))
    while True:
        head = requests.read(LENGTH.size)
        if len(head) < LENGTH.size:
            return 0
        request = json.loads(requests.read(LENGTH.unpack(head)[0]))
        answers.write(_answer(request, lambda seconds: answers.write(pack(more_message(seconds)))))


def _answer(request: dict[str, Any], ask_time: Callable[[float], object]) -> bytes:
    try:
        return pack(loaded_message(_load(request, ask_time)))
    except LoadError as error:
        return pack(error_message(error))
    except MemoryError:
        return pack(error_message(LimitExceeded("reading the file took more memory than the limit allows")))
    except RecursionError:
        return pack(error_message(LoadError("the file is nested too deeply")))
    except Exception as error:  # a library's bug on one file is that file's failure, not the folder's
        where = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        return pack(error_message(ReadingFailed(f"the file could not be read ({where})")))


def _load(request: dict[str, Any], ask_time: Callable[[float], object]) -> Loaded:
    return load_file(
        Path(request["path"]),
        within=Path(request["within"]) if request["within"] else None,
        file_bytes=request["file_bytes"],
        unpacked_bytes=request["unpacked_bytes"],
        ocr=Ocr(request["ocr_languages"], request["ocr_seconds"], ask_time),
    )


def _die_with(parent: int) -> None:
    """Asks the kernel to end this process when the parent ends, even in the middle of a file; on Linux only."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(0)  # it ended before the kernel was asked


def _keep_output_apart() -> BinaryIO:
    """The channel for answers. What a library prints goes to nowhere, and cannot stand between two answers."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return _Whole(answers)  # type: ignore[return-value]  # only `write` is used


class _Whole:
    """A pipe takes at most 64 KiB at once; `write` here returns when everything is written."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def write(self, data: bytes) -> int:
        view = memoryview(data)
        while view:
            view = view[self._raw.write(view) :]
        return len(data)


def _limit_memory(memory_bytes: int) -> None:
    """Limits the address space to what is in use now plus `memory_bytes`; no memory image is written on a crash."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError, ValueError):
        base = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (base + memory_bytes, base + memory_bytes))


if __name__ == "__main__":
    sys.exit(main())
