"""A backup → a data folder. Everything is unpacked and verified beside what is there, and then takes its place.

Nothing is lost if that fails midway: what is replaced is moved, not written over, and moved back; each collection and each file
changes places with its successor in one step.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import shutil
import sqlite3
import uuid
import zipfile
import zlib
from collections.abc import Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path, PurePosixPath
from typing import Any

from index.backup import CATALOG, CONFIG, FORMAT, MANIFEST, PIECE, UPLOADS, Place, collections_in
from index.catalog import Catalog
from index.errors import BackupError, CatalogError
from index.lock import CollectionLock
from index.settings import NAME

EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2)
HERE = -100  # AT_FDCWD
COMPANIONS = ("-wal", "-shm", "-journal")  # of a database; one of another database would be taken for its own
STAGE = ".restoring-"


def restore(file: Path, place: Place, *, replace: bool = False) -> list[str]:
    """The names of the collections that were restored; others in the data folder stay as they are.

    BackupError, and nothing changed, if the file is no whole backup, or if something is there already and `replace` is not
    said. CollectionBusy if a collection of the folder is in use.
    """
    place.data.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        for name in collections_in(place.data):
            held.enter_context(CollectionLock(place.data / name / "lock", "restore"))
        _clean_up(place.data)
        stage = place.data / f"{STAGE}{uuid.uuid4().hex}"
        try:
            moves = _unpacked(file, stage, place)
            there = [target for _, target in moves if _occupied(target)]
            if there and not replace:
                raise BackupError(f"{there[0]} is there already; say --replace to put the backup in its place.")
            _swap(moves)
        except OSError as error:
            raise BackupError(f"{file} could not be restored ({error}); nothing was changed.") from error
        finally:
            shutil.rmtree(stage, ignore_errors=True)
            if place.config is not None:
                _beside(place.config).unlink(missing_ok=True)
    return [target.name for source, target in moves if source.parent.name == "collections"]


def _unpacked(file: Path, stage: Path, place: Place) -> list[tuple[Path, Path]]:
    """From where to where everything is to be moved, verified. BackupError if the file is not whole."""
    try:
        with zipfile.ZipFile(file) as archive:
            was, entries = _manifest(archive, file)
            for name, entry in entries.items():
                _unpack(archive, name, entry, stage)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError) as error:
        raise _not_whole(file, str(error)) from error
    except FileNotFoundError as error:
        raise BackupError(f"{file} is not there; give the file that `assistant backup` wrote.") from error
    collections = sorted({PurePosixPath(name).parts[1] for name in entries if name.startswith("collections/")})
    for name in collections:
        _verify(stage / "collections" / name / CATALOG, file, was / name, Path(os.path.realpath(place.data)) / name)
    moves = [(stage / "collections" / name, place.data / name) for name in collections]
    moves += [(stage / "data" / name, place.data / name) for name in place.files if f"data/{name}" in entries]
    if CONFIG in entries and place.config is not None:
        place.config.absolute().parent.mkdir(parents=True, exist_ok=True)
        moves.append((Path(shutil.copyfile(stage / CONFIG, _beside(place.config))), place.config.absolute()))
    return moves


def _manifest(archive: zipfile.ZipFile, file: Path) -> tuple[Path, dict[str, dict[str, Any]]]:
    """The data folder that it was, and the files by name with size and hash; names that lead elsewhere are refused."""
    try:
        content = json.loads(archive.read(MANIFEST))
        number, entries, was = content["format"], content["entries"], Path(str(content.get("data", "")))
        sizes = {name: (int(entry["bytes"]), str(entry["sha256"])) for name, entry in entries.items()}
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise BackupError(
            f"{file} is no backup of this program; give the file that `assistant backup` wrote."
        ) from error
    if number != FORMAT:
        raise BackupError(f"{file} has format {number}, this version reads {FORMAT}; use the version that wrote it.")
    for name in sizes:
        parts = name.split("/")
        known = (
            (parts[0] == "collections" and len(parts) > 2 and NAME.fullmatch(parts[1]))
            and (parts[2:] == [CATALOG] or (parts[2] == UPLOADS and len(parts) > 3))
        ) or (parts[0] == "data" and len(parts) == 2)
        if not (known or name == CONFIG) or any(
            part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts
        ):
            raise _not_whole(file, f"it holds {name!r}")
    if sorted([*sizes, MANIFEST]) != sorted(archive.namelist()):
        raise _not_whole(file, "its list of contents is not that of its files")
    return was, dict(entries)


def _unpack(archive: zipfile.ZipFile, name: str, entry: dict[str, Any], stage: Path) -> None:
    path = stage / name
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with archive.open(name) as stream, os.fdopen(descriptor, "wb") as out:
        while (piece := stream.read(PIECE)) and size <= int(entry["bytes"]):
            digest.update(piece)
            size += len(piece)
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    if (size, digest.hexdigest()) != (int(entry["bytes"]), entry["sha256"]):
        raise zipfile.BadZipFile(f"{name} is not what was backed up")


def _beside(config: Path) -> Path:
    """Where the sources' file waits: it need not be on the disk of the data folder."""
    return config.absolute().with_name(f".{config.name}{STAGE.rstrip('-')}")


def _verify(path: Path, file: Path, was: Path, folder: Path) -> None:
    """Opening brings an older format up to date. The folder of the uploads is where the collection is now."""
    try:
        with closing(Catalog(path)) as catalog:
            found = catalog.query("PRAGMA quick_check(1)")[0][0]
            places = {name: Path(location) for name, location in catalog.sources().items()}
            with catalog.transaction() as connection:
                connection.executemany(
                    "UPDATE sources SET location = ? WHERE name = ?",
                    [
                        (str(folder / location.relative_to(was)), name)
                        for name, location in places.items()
                        if was.is_absolute() and location.is_relative_to(was)
                    ],
                )
    except CatalogError as error:
        raise _not_whole(file, str(error)) from error
    if found != "ok":
        raise _not_whole(file, str(found))


def _not_whole(file: Path, why: str) -> BackupError:
    return BackupError(f"{file} is damaged ({why}); nothing was changed. Restore another backup.")


def _occupied(target: Path) -> bool:
    """Whether something would be replaced: an empty collection counts for nothing."""
    if not target.is_dir():
        return target.exists()
    try:
        with closing(Catalog(target / CATALOG)) as catalog:
            return catalog.document_count() > 0
    except CatalogError:
        return any(target.iterdir())


def _swap(moves: Sequence[tuple[Path, Path]]) -> None:
    """Each new one takes its place; if one cannot, those before it give theirs back."""
    done: list[tuple[Path, Path]] = []
    try:
        for source, target in moves:
            for end in COMPANIONS if target.is_file() else ():
                _checkpoint(target)
                with suppress(FileNotFoundError):
                    Path(f"{target}{end}").rename(f"{source}{end}.old")
            _exchange(source, target)
            done.append((source, target))
            _synchronise(target.parent)
    except BaseException:
        for source, target in reversed(done):
            _exchange(source, target)
        raise


def _checkpoint(database: Path) -> None:
    """What waits beside a database goes into it."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _exchange(source: Path, target: Path) -> None:
    """The two change places at once; where there is no target, or no source, the other one moves."""
    if not target.exists():
        source.rename(target)
        return
    if not source.exists():
        target.rename(source)
        return
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is not None and rename(HERE, os.fsencode(source), HERE, os.fsencode(target), EXCHANGE) == 0:
        return
    aside = source.with_name(f"{source.name}.replaced")  # a system without this call: two steps
    target.rename(aside)
    source.rename(target)
    aside.rename(source)


def _clean_up(data: Path) -> None:
    """What a restore that was killed left: whatever it had moved away from its place, and not replaced, goes back."""
    for stage in data.glob(f"{STAGE}*"):
        for aside in [*stage.glob("collections/*.replaced"), *stage.glob("data/*.replaced")]:
            target = data / aside.name.removesuffix(".replaced")
            if not target.exists():
                aside.rename(target)
        shutil.rmtree(stage, ignore_errors=True)


def _synchronise(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
