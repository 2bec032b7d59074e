"""Archive: the members of a zip file in memory, read only after its directory promised to stay within the limit."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from typing import IO

from index.errors import LimitExceeded, LoadError

UNPACKED_BYTES = 500_000_000
PART_BYTES = 100_000_000  # of one member that is read whole: its tree takes several times as much memory
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # what an encrypted Office file begins with: it is no zip any more
ENCRYPTED = 0x1  # bit of a member's flags


class Archive:
    """A zip archive whose members are looked up by path, whatever their case and slashes; nothing is ever extracted.

    Raises `LoadError` where it is no readable zip archive, `LimitExceeded` where it says that it unpacks to more than
    `unpacked_bytes`. A zip reader unpacks no more of a member than its directory states, so that is a true bound.
    """

    def __init__(self, data: bytes, suffix: str, unpacked_bytes: int = UNPACKED_BYTES) -> None:
        self.suffix = suffix
        if data.startswith(OLE):
            raise LoadError(f"encrypted or old Office file: save it as {suffix} without a password")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            infos = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, UnicodeError, IndexError) as error:
            raise LoadError(f"damaged {suffix}: it is no readable zip archive") from error
        total = sum(info.file_size for info in infos)
        if total > unpacked_bytes:
            raise LimitExceeded(f"the document unpacks to {total:,} bytes; the limit is {unpacked_bytes:,}")
        self._members = {_key(info.filename): info for info in infos if not info.is_dir()}

    def __contains__(self, path: str) -> bool:
        return _key(path) in self._members

    def names(self) -> list[str]:
        """The members' paths as they are looked up, in the order of the archive."""
        return list(self._members)

    def size(self, path: str) -> int:
        """What a member unpacks to, in bytes; 0 where there is none."""
        info = self._members.get(_key(path))
        return info.file_size if info else 0

    def read(self, path: str) -> bytes:
        """A member's bytes. Raises `LoadError` where it is missing, damaged or encrypted, or larger than `PART_BYTES`."""
        info = self._members.get(_key(path))
        if info is None:
            raise LoadError(f"damaged {self.suffix}: its part {_shown(path)} is missing")
        if info.flag_bits & ENCRYPTED:
            raise LoadError(f"encrypted {self.suffix}: save it without a password")
        if info.file_size > PART_BYTES:
            raise LimitExceeded(
                f"its part {_shown(path)} unpacks to {info.file_size:,} bytes; the limit is {PART_BYTES:,}"
            )
        try:
            return self._zip.read(info)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
            raise LoadError(f"damaged {self.suffix}: its part {_shown(path)} cannot be unpacked") from error

    def stream(self, path: str) -> IO[bytes]:
        """A member to be read bit by bit, of any size. Raises as `read` does, and what zipfile raises while it is
        read."""
        info = self._members.get(_key(path))
        if info is None:
            raise LoadError(f"damaged {self.suffix}: its part {_shown(path)} is missing")
        try:
            return self._zip.open(info)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError) as error:
            raise LoadError(f"damaged {self.suffix}: its part {_shown(path)} cannot be unpacked") from error


def resolved(base: str, target: str) -> str:
    """The path of a part that another part names: `/x` from the root of the archive, else beside `base`.

    Steps above the root stay at the root.
    """
    target = target.replace("\\", "/")
    joined = target if target.startswith("/") else posixpath.join("/", posixpath.dirname(base), target)
    return posixpath.normpath(joined).lstrip("/")


def _key(path: str) -> str:
    return path.replace("\\", "/").lstrip("/").lower()


def _shown(path: str) -> str:
    return " ".join(path.encode("utf-8", "replace").decode("utf-8").split())[:80]
