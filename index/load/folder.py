"""Folder: the files below a folder that may be read, and the names of those that may not, each with its reason."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
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


@dataclass(slots=True)
class Listing:
    """The result in the making."""

    root: str
    files: list[str] = field(default_factory=list)
    failures: list[FileFailure] = field(default_factory=list)
    unlisted: list[str] = field(default_factory=list)


def find_files(root: Path) -> FoundFiles:
    """What lies below a folder. Hidden entries and editors' leftovers are passed over in silence.

    Raises `SourceError` where the folder itself does not exist, is no folder, or cannot be listed.
    """
    _check(root)
    listing = Listing(os.path.realpath(root))
    waiting = [""]
    while waiting:  # a stack of its own: folders nest deeper than Python may
        waiting.extend(_list(listing, waiting.pop()))
    files = sorted(listing.files)
    return FoundFiles(
        files=tuple(files),
        failures=tuple(sorted(listing.failures, key=lambda failure: failure.path)),
        unsupported=tuple(file for file in files if not supported(Path(file))),
        unlisted=tuple(sorted(listing.unlisted)),
    )


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


def _list(listing: Listing, folder: str) -> Iterator[str]:
    """Enters one folder's files into the listing; yields the folders in it."""
    try:
        with os.scandir(os.path.join(listing.root, folder)) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        listing.failures.append(FileFailure(folder, f"folder cannot be listed: {error.strerror}"))
        listing.unlisted.append(folder + "/")
        return
    for entry in found:
        if _is_passed_over(entry.name):
            continue
        path = f"{folder}/{entry.name}" if folder else entry.name
        if not _is_utf8(entry.name):
            listing.failures.append(FileFailure(_shown(path), "its name is not valid UTF-8: rename it"))
        elif entry.is_dir(follow_symlinks=False):
            yield path
        else:
            _enter(listing, entry, path)


def _enter(listing: Listing, entry: os.DirEntry[str], path: str) -> None:
    try:
        mode = entry.stat(follow_symlinks=False).st_mode
        reason = _link_reason(listing.root, entry) if stat.S_ISLNK(mode) else _kind_reason(mode)
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
    if reason:
        listing.failures.append(FileFailure(path, reason))
    else:
        listing.files.append(path)


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
