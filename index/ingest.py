"""Files given by hand to stored documents: what changed is read, what vanished goes, what fails stays as it was."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from index.catalog import Catalog
from index.embed import Embedder
from index.errors import LimitExceeded, LoadError, ReadingFailed, UnsupportedFormat
from index.identity import document_id
from index.load.formats import LOADER_VERSION, supported
from index.load.read import open_file
from index.passages import PASSAGES_VERSION
from index.records import FileFailure, FileNote, IngestReport, Loaded, Progress
from index.sentences import SPLITTER_VERSION
from index.sources import Target
from index.writing import VectorIndex, Writer, stored

VERSIONS = f"{LOADER_VERSION}.{SPLITTER_VERSION}.{PASSAGES_VERSION}"

Report = Callable[[Progress], None]


class Load(Protocol):
    """Reads one file; `within` is the folder that its real path must lie in. Raises LoadError."""

    def __call__(self, path: Path, *, within: Path | None = None) -> Loaded: ...


@dataclass(slots=True)
class Tally:
    """The counts of a run in the making."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    done: int = 0
    failures: list[FileFailure] = field(default_factory=list)
    notes: list[FileNote] = field(default_factory=list)


class Ingest:
    """One run of reading files into a catalog. The caller holds the collection's lock."""

    def __init__(
        self, catalog: Catalog, vectors: VectorIndex, embedder: Embedder, load: Load, progress: Report | None = None
    ) -> None:
        self.catalog = catalog
        self.load = load
        self.progress = progress or (lambda _: None)
        self.tally = Tally()
        self.writer = Writer.over(catalog, vectors, embedder)

    def run(self, targets: Sequence[Target]) -> IngestReport:
        """Reads what changed, removes what vanished, and says what was done. A file that fails does not stop the rest."""
        started = time.monotonic()
        total = sum(len(target.files) for target in targets)
        for target in targets:
            self._read(target, total)
            self.writer.flush()
            self._remove_vanished(target)
        self.writer.sweep()
        tally = self.tally
        return IngestReport(
            tally.added,
            tally.changed,
            tally.unchanged,
            tally.removed,
            self.writer.passages,
            time.monotonic() - started,
            tuple(tally.failures),
            tuple(tally.notes),
        )

    def _read(self, target: Target, total: int) -> None:
        known = self.catalog.fingerprints(target.source)
        failed = self.catalog.failures()
        self.tally.failures += target.failures
        for path in target.files:
            failure = self._read_file(target, path, known.get(path), failed.get((target.source, path)))
            if failure:
                self.tally.failures.append(failure)
            self.tally.done += 1
            self.progress(Progress(self.tally.done, total, f"{target.source}/{path}", self.writer.passages))

    def _read_file(
        self, target: Target, path: str, known: str | None, failed: tuple[str, str] | None
    ) -> FileFailure | None:
        """Puts one file into the batch if it changed; says why if it could not be read."""
        file = target.location / path
        try:
            fingerprint, modified = fingerprint_of(file, target.location)
        except LoadError as error:
            return FileFailure(path, str(error))
        if fingerprint == known:
            self.tally.unchanged += 1
            if failed:  # it was broken in between
                self.catalog.set_failures(target.source, [], forget=[path])
            return None
        if failed and failed[1] == fingerprint:
            return FileFailure(path, failed[0], not supported(file))
        try:
            loaded = self.load(file, within=target.location)
        except LoadError as error:
            reason = str(error) + (" (its last readable version is kept)" if known else "")
            failure = FileFailure(path, reason, isinstance(error, UnsupportedFormat))
            again = isinstance(
                error, LimitExceeded | ReadingFailed
            )  # not the file's fault for certain: read it next time
            self.catalog.set_failures(target.source, [(failure, "" if again else fingerprint)], forget=())
            return failure
        identity = document_id(target.source, path)
        self.writer.add(stored(identity, target.source, path, loaded, modified), loaded, fingerprint)
        self.tally.notes += [FileNote(path, note) for note in loaded.notes]
        self.tally.changed += known is not None
        self.tally.added += known is None
        return None

    def _remove_vanished(self, target: Target) -> None:
        if target.prefix is None:
            return
        present = set(target.files) | {failure.path for failure in target.failures}
        gone = [
            path
            for path in self.catalog.fingerprints(target.source)
            if path.startswith(target.prefix) and path not in present and not path.startswith(target.unlisted)
        ]
        self.writer.remove([document_id(target.source, path) for path in gone])
        self.tally.removed += len(gone)
        stale = [
            path
            for source, path in self.catalog.failures()
            if source == target.source
            and path.startswith(target.prefix)
            and path not in present
            and not path.startswith(target.unlisted)
        ]
        self.catalog.set_failures(target.source, [], forget=stale)


def fingerprint_of(file: Path, within: Path) -> tuple[str, str]:
    """Hash of the bytes and of the versions that decide what is made of them; and the file's time, ISO 8601 in UTC."""
    with open_file(Path(os.path.realpath(file)), within=within) as stream:
        try:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise LoadError(f"cannot be read: {error.strerror or error}") from error
        seconds = os.fstat(stream.fileno()).st_mtime
    modified = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    return f"{digest}/{VERSIONS}", modified
