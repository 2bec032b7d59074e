"""Read: a regular file's bytes, opened so that nothing can be swapped under its name or block the reader."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from index.errors import LimitExceeded, LoadError

FILE_BYTES = 200_000_000


def read_file(path: Path, *, within: Path | None = None, limit: int = FILE_BYTES) -> bytes:
    """The file's bytes. Raises what `open_file` raises, and `LimitExceeded` beyond `limit` bytes."""
    with open_file(path, within=within) as stream:
        size = os.fstat(stream.fileno()).st_size
        if size > limit:
            raise LimitExceeded(f"the file has {size:,} bytes; the limit is {limit:,}")
        return _read_all(stream, size, limit)


@contextmanager
def open_file(path: Path, *, within: Path | None = None) -> Iterator[BufferedReader]:
    """The open file. Raises `LoadError` unless it is a regular file, not a link, whose real place is inside `within`.

    What was opened is what is checked: a link or pipe that took the file's place since the listing is refused.
    """
    try:
        # O_NONBLOCK: opening a pipe that nobody writes to would otherwise wait for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise LoadError(_reason(path, error)) from error
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise LoadError(f"not a regular file: {kind_of(status.st_mode)}")
        if within is not None and not _is_within(handle, path, within):
            raise LoadError("its real path lies outside the folder")
    except BaseException:
        os.close(handle)
        raise
    with os.fdopen(handle, "rb") as stream:
        yield stream


def kind_of(mode: int) -> str:
    """The kind of a file in words, from its `st_mode`: `named pipe`, `socket`, `device`, `folder`, `symbolic link`."""
    for test, name in (
        (stat.S_ISFIFO, "named pipe"),
        (stat.S_ISSOCK, "socket"),
        (stat.S_ISDIR, "folder"),
        (stat.S_ISLNK, "symbolic link"),
    ):
        if test(mode):
            return name
    return "device"


def _reason(path: Path, error: OSError) -> str:
    if path.is_symlink():
        return "symbolic link: not followed"
    if isinstance(error, FileNotFoundError):
        return "the file is gone"
    if isinstance(error, PermissionError):
        return "permission denied: make the file readable"
    return f"cannot be opened: {error.strerror or error}"


def _is_within(handle: int, path: Path, within: Path) -> bool:
    try:
        real = Path(os.readlink(f"/proc/self/fd/{handle}"))  # the place of what is open, whatever the name now means
    except OSError:
        real = Path(os.path.realpath(path))  # no /proc outside Linux
    return real.is_relative_to(os.path.realpath(within))


def _read_all(stream: BufferedReader, size: int, limit: int) -> bytes:
    try:
        data = stream.read(size)  # not the limit: as much memory as is asked for is taken at once
        while len(data) <= limit and (more := stream.read(1 << 20)):  # it grew, or its file system says no size
            data += more
    except OSError as error:
        raise LoadError(f"cannot be read: {error.strerror or error}") from error
    if len(data) > limit:
        raise LimitExceeded(f"the file grew past the limit of {limit:,} bytes while it was read")
    return data
