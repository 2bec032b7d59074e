"""Folder: the files below a folder that may be read, and the names of those that may not, each with its reason."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index.errors import SourceError
from index.load.formats import supported
from index.load.read import kind_of
from index.records import FileFailure

LEFTOVERS = ("~", ".swp", ".swo", ".swx", ".tmp~", ".bak~")
LOCKS = ("~$", ".~lock.", "#")  # what word processors and editors put beside an open file


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """Paths relative to the folder, `/` between parts, sorted.

    `files` are regular files whose real path lies inside the folder, of any format; `unsupported` those of them without
    a loader. `failures` were left out. `unlisted` are folders, ending in `/`, that could not be listed: what they held
    before is unknown, not gone.
    """

    files: tuple[str, ...]
    failures: tuple[FileFailure, ...] = ()
    unsupported: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A regular file that may be read, and its state, or that of what a link leads to."""

    path: str
    state: os.stat_result


@dataclass(frozen=True, slots=True)
class UnlistedFolder:
    """A folder, ending in `/`, that could not be listed."""

    path: str


Ignored = Callable[[str, bool], bool]  # of a relative path, and whether it is a folder's


def nothing(path: str, is_folder: bool) -> bool:
    """What an `Ignored` says that passes over nothing."""
    return False


def find_files(root: Path, ignored: Ignored = nothing) -> FoundFiles:
    """What lies below a folder. Hidden entries, editors' leftovers and what is ignored are passed over in silence.

    Raises `SourceError` where the folder itself does not exist, is no folder, or cannot be listed.
    """
    files, failures, unlisted = [], [], []
    for one in walk_files(root, ignored):
        if isinstance(one, FoundFile):
            files.append(one.path)
        elif isinstance(one, FileFailure):
            failures.append(one)
        else:
            unlisted.append(one.path)
    files.sort()
    return FoundFiles(
        files=tuple(files),
        failures=tuple(sorted(failures, key=lambda failure: failure.path)),
        unsupported=tuple(file for file in files if not supported(Path(file))),
        unlisted=tuple(sorted(unlisted)),
    )


def walk_files(root: Path, ignored: Ignored = nothing) -> Iterator[FoundFile | FileFailure | UnlistedFolder]:
    """What lies below a folder, as it is met.

    Raises `SourceError` as `find_files`.
    """
    _check(root)
    real = os.path.realpath(root)
    waiting = [""]
    while waiting:  # a stack of its own: folders nest deeper than Python may
        folder = waiting.pop()
        try:
            with os.scandir(os.path.join(real, folder)) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield FileFailure(folder, f"folder cannot be listed: {error.strerror}")
            yield UnlistedFolder(folder + "/")
            continue
        for entry in found:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if _is_passed_over(entry.name):
                continue
            if not _is_utf8(entry.name):
                yield FileFailure(_shown(path), "its name is not valid UTF-8: rename it")
            elif entry.is_dir(follow_symlinks=False):
                if not ignored(path, True):
                    waiting.append(path)
            elif not ignored(path, False):
                yield _found(real, entry, path)


def _check(root: Path) -> None:
    if not root.exists():
        raise SourceError(f"{root} does not exist; give the path of a folder.")
    if not root.is_dir():
        raise SourceError(f"{root} is a file, not a folder; give the folder that holds it.")
    try:
        os.scandir(root).close()
    except OSError as error:
        raise SourceError(
            f"{root} cannot be listed ({error.strerror}); make it readable, or give another folder."
        ) from error


def _found(root: str, entry: os.DirEntry[str], path: str) -> FoundFile | FileFailure:
    try:
        state = entry.stat(follow_symlinks=False)
        if stat.S_ISLNK(state.st_mode):
            reason = _link_reason(root, entry)
            state = state if reason else entry.stat()
        else:
            reason = _kind_reason(state.st_mode)
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
    return FileFailure(path, reason) if reason else FoundFile(path, state)


def _kind_reason(mode: int) -> str:
    return "" if stat.S_ISREG(mode) else f"not a regular file: {kind_of(mode)}"


def _link_reason(root: str, entry: os.DirEntry[str]) -> str:
    """Why a symbolic link is left out; `""` where it leads to a regular file inside the folder."""
    target = os.path.realpath(entry.path)
    if not Path(target).is_relative_to(root):
        return "symbolic link: its real path lies outside the folder"
    if any(part.startswith(".") for part in Path(target).relative_to(root).parts):
        return "symbolic link: it leads to a hidden file"
    try:
        mode = os.stat(target, follow_symlinks=False).st_mode
    except OSError:
        return "symbolic link: it leads nowhere"
    return "symbolic link: to a folder, which is not followed" if stat.S_ISDIR(mode) else _kind_reason(mode)


def _is_passed_over(name: str) -> bool:
    return name.startswith((".", *LOCKS)) or name.endswith(LEFTOVERS)


def _is_utf8(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:  # undecodable bytes of a name stand in it as lone surrogates
        return False
    return True


def _shown(path: str) -> str:
    return os.fsencode(path).decode("utf-8", "replace")
