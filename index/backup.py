"""A backup: everything of a data folder that cannot be made anew, in one zip file, taken while it is in use.

| in the file | is |
|---|---|
| `collections/NAME/catalog.sqlite` | the catalog of a collection, as it was at one moment |
| `collections/NAME/uploads/…` | the files that were uploaded into it |
| `data/NAME` | files that the service keeps beside the collections: conversations, keys |
| `config/assistant.toml` | what declares the sources |
| `manifest.json` | the format, the folder that it was, and the size and SHA-256 of each file; it is written last |

The vector index is not in it: it is built anew from the catalog.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from index.errors import BackupError

FORMAT = 1
MANIFEST = "manifest.json"
CATALOG = "catalog.sqlite"
UPLOADS = "uploads"
CONFIG = "config/assistant.toml"
SQLITE = b"SQLite format 3\0"
PIECE = 2**20  # bytes read at once


@dataclass(frozen=True, slots=True)
class Place:
    """What is backed up, and where it is restored to: a data folder, files in it by name, and the sources' file."""

    data: Path
    files: tuple[str, ...] = ()
    config: Path | None = None


@dataclass(slots=True)
class BackedUp:
    """What is in a backup: names of its collections, number of files, and the bytes of the backup itself."""

    collections: list[str] = field(default_factory=list)
    files: int = 0
    bytes: int = 0


def collections_in(data: Path) -> list[str]:
    """Names of the collections of a data folder."""
    return sorted(path.parent.name for path in data.glob(f"[!.]*/{CATALOG}"))


def back_up(place: Place, file: Path, only: Sequence[str] = (), *, replace: bool = False) -> BackedUp:
    """Writes a backup of all collections, or of those that are named. BackupError, and no file, if that fails.

    The file is for its user only: it holds every document. It is at its place when it is whole.
    """
    names = list(only) or collections_in(place.data)
    missing = [name for name in names if not (place.data / name / CATALOG).is_file()]
    if missing or not names:
        raise BackupError(
            f"There is no collection at {place.data / (missing[0] if missing else '')}; nothing was done."
        )
    if file.exists() and not replace:
        raise BackupError(f"{file} exists; give another name, or --replace.")
    partial = file.with_name(f".{file.name}.partial")
    try:
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as scratch, _created(partial) as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                writer = _Writer(archive, Path(scratch) / "copy")
                for name in names:
                    writer.collection(place.data / name, name)
                if not only:
                    writer.others(place)
                writer.manifest(place.data)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(file)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"The backup {file} could not be written ({error}); no file was made.") from error
    finally:
        partial.unlink(missing_ok=True)
    return BackedUp(names, len(writer.entries), file.stat().st_size)


class _Writer:
    """Puts files into an archive, and notes what they are. `scratch` is a place for the copy of a database."""

    def __init__(self, archive: zipfile.ZipFile, scratch: Path) -> None:
        self.entries: dict[str, dict[str, object]] = {}
        self._archive = archive
        self._scratch = scratch

    def collection(self, folder: Path, name: str) -> None:
        """Uploads first and what came meanwhile last: the catalog names no upload that the backup has not."""
        self._uploads(folder / UPLOADS, name)
        self._database(folder / CATALOG, f"collections/{name}/{CATALOG}")
        self._uploads(folder / UPLOADS, name)

    def others(self, place: Place) -> None:
        for name in place.files:
            path = place.data / name
            if path.is_file():
                with path.open("rb") as stream:
                    is_database = stream.read(len(SQLITE)) == SQLITE
                (self._database if is_database else self._file)(path, f"data/{name}")
        if place.config is not None and place.config.is_file():
            self._file(place.config, CONFIG)

    def manifest(self, data: Path) -> None:
        made = datetime.now(UTC).isoformat(timespec="seconds")
        content = {"format": FORMAT, "made": made, "data": os.path.realpath(data), "entries": self.entries}
        self._archive.writestr(MANIFEST, json.dumps(content, indent=1))

    def _uploads(self, folder: Path, collection: str) -> None:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            entry = f"collections/{collection}/{UPLOADS}/{path.relative_to(folder).as_posix()}"
            if entry not in self.entries and path.is_file() and not path.is_symlink():
                try:
                    stream = path.open("rb")
                except FileNotFoundError:  # removed meanwhile
                    continue
                with stream:
                    self._add(stream, entry)

    def _file(self, path: Path, entry: str) -> None:
        with path.open("rb") as stream:
            self._add(stream, entry)

    def _database(self, path: Path, entry: str) -> None:
        """A copy as of one moment; nobody waits for it to be made."""
        self._scratch.unlink(missing_ok=True)
        with closing(sqlite3.connect(path, timeout=30)) as source, closing(sqlite3.connect(self._scratch)) as copy:
            try:
                source.backup(copy)
                found = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                found = str(error)
        if found != "ok":
            raise BackupError(f"{path} is damaged ({found}); run `assistant repair` first. No file was made.")
        self._file(self._scratch, entry)
        self._scratch.unlink()

    def _add(self, stream: BinaryIO, entry: str) -> None:
        digest, size = hashlib.sha256(), 0
        with self._archive.open(entry, "w", force_zip64=True) as out:
            while piece := stream.read(PIECE):
                digest.update(piece)
                size += len(piece)
                out.write(piece)
        self.entries[entry] = {"sha256": digest.hexdigest(), "bytes": size}


@contextmanager
def _created(path: Path) -> Iterator[BinaryIO]:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        yield stream
