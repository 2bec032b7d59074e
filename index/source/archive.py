"""A zip file, such as a wiki's export: its members, unpacked one at a time and never to where their names say."""

from __future__ import annotations

import os
import stat
import time
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from index.errors import LimitExceeded, LoadError, SourceError
from index.records import FileFailure
from index.source.item import Entry, Fetched, Item, Listing
from index.source.patterns import Patterns

MEMBER_BYTES = 200_000_000
ALL_BYTES = 50_000_000_000
MEMBERS = 1_000_000
ENCRYPTED = 0x1
PART = 1 << 20


class ZipSource:
    """The members of a zip file that the patterns mean. A member's key is its name; it changes with its checksum."""

    def __init__(self, path: Path, include: Sequence[str] = (), exclude: Sequence[str] = ()) -> None:
        self.path = path
        self._patterns = Patterns(include, exclude)
        self._opened: zipfile.ZipFile | None = None

    @property
    def location(self) -> str:
        return str(self.path)

    def listing(self) -> Listing:
        members = self._zip().infolist()
        total = sum(one.file_size for one in members)
        if total > ALL_BYTES or len(members) > MEMBERS:
            raise SourceError(f"{self.path} unpacks to {len(members):,} files of {total:,} bytes; that is too much.")
        return Listing(self._entries(members), complete=True)

    def changes(self, cursor: str, again: Sequence[str]) -> Listing | None:
        return None

    def fetch(self, item: Item, known: str, folder: Path) -> Fetched | None:
        member = self._zip().getinfo(item.key)
        file = folder / f"member{PurePosixPath(item.key).suffix}"
        try:
            self._unpack(member, file)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ) as error:
            raise LoadError(f"it cannot be unpacked ({error})") from error
        seconds = time.mktime((*member.date_time, 0, 0, -1))
        os.utime(file, (seconds, seconds))  # the time of the document
        return Fetched(file, folder)

    def close(self) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()

    def _zip(self) -> zipfile.ZipFile:
        if self._opened is None:
            try:
                if not stat.S_ISREG(self.path.stat().st_mode):
                    raise SourceError(f"{self.path} is no file; give the path of a zip file.")
                self._opened = zipfile.ZipFile(self.path)
            except FileNotFoundError:
                raise SourceError(f"{self.path} does not exist; give the path of a zip file.") from None
            except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeError, IndexError) as error:
                raise SourceError(f"{self.path} cannot be read as a zip file ({error}).") from error
        return self._opened

    def _entries(self, members: Sequence[zipfile.ZipInfo]) -> Iterator[Entry]:
        for member in members:
            if member.is_dir():
                continue
            name = member.filename
            if reason := _refused(member):
                yield FileFailure(name.encode("utf-8", "replace").decode(), reason)
            elif not any(part.startswith(".") for part in name.split("/")) and self._patterns.wanted(name):
                yield Item(name, name, f"{member.CRC:08x}:{member.file_size}")

    def _unpack(self, member: zipfile.ZipInfo, file: Path) -> None:
        done = 0
        with self._zip().open(member) as packed, file.open("wb") as unpacked:
            while part := packed.read(PART):
                done += len(part)
                if done > MEMBER_BYTES:
                    raise LimitExceeded(f"it unpacks to more than {MEMBER_BYTES:,} bytes")
                unpacked.write(part)


def _refused(member: zipfile.ZipInfo) -> str:
    """Why a member is not read; `""` if it is."""
    parts = PurePosixPath(member.filename).parts
    if not parts or member.filename.startswith("/") or ".." in parts or "\\" in member.filename or ":" in parts[0]:
        return "its name leads out of the archive: refused"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "symbolic link: refused"
    if member.flag_bits & ENCRYPTED:
        return "encrypted: pack it without a password"
    if member.file_size > MEMBER_BYTES:
        return f"it unpacks to {member.file_size:,} bytes; the limit is {MEMBER_BYTES:,}"
    return ""
