"""Files to stored documents, in batches that are kept whole or not at all.

The order makes `kill -9` harmless: vectors are kept in the catalog as soon as they exist, then put into the vector
index, then one transaction shows the documents. What an interrupted run left in the index and not in the catalog is
removed when the index is next opened.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from index.catalog import Catalog, Entry
from index.embed import Embedder, Vectors
from index.errors import LimitExceeded, LoadError, ReadingFailed, UnsupportedFormat
from index.identity import document_id, revision
from index.load.formats import LOADER_VERSION, supported
from index.load.read import open_file
from index.passages import PASSAGES_VERSION, make_passages
from index.records import Document, FileFailure, IngestReport, Loaded, Passage, Progress
from index.sentences import SPLITTER_VERSION, split
from index.sources import Target

BATCH_PASSAGES = 128  # what a crash can cost; fewer would make more of the slow, synchronised commits
EMBED_AT_ONCE = 64
VERSIONS = f"{LOADER_VERSION}.{SPLITTER_VERSION}.{PASSAGES_VERSION}"

Report = Callable[[Progress], None]


class Load(Protocol):
    """Reads one file; `within` is the folder that its real path must lie in. Raises LoadError."""

    def __call__(self, path: Path, *, within: Path | None = None) -> Loaded: ...


class VectorIndex(Protocol):
    """Where passages' vectors go besides the catalog; whatever it loses can be rebuilt."""

    def upsert(self, ids: Sequence[str], vectors: Vectors) -> None: ...
    def delete(self, ids: Sequence[str]) -> None: ...


@dataclass(slots=True)
class Tally:
    """The counts of a run in the making."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    passages: int = 0
    done: int = 0
    failures: list[FileFailure] = field(default_factory=list)


class Ingest:
    """One run of reading files into a catalog. The caller holds the collection's lock."""

    def __init__(
        self, catalog: Catalog, vectors: VectorIndex, embedder: Embedder, load: Load, progress: Report | None = None
    ) -> None:
        self.catalog = catalog
        self.vectors = vectors
        self.embedder = embedder
        self.load = load
        self.progress = progress or (lambda _: None)
        self.tally = Tally()
        self.batch: list[Entry] = []

    def run(self, targets: Sequence[Target]) -> IngestReport:
        """Reads what changed, removes what vanished, and says what was done. A file that fails does not stop the rest."""
        started = time.monotonic()
        total = sum(len(target.files) for target in targets)
        for target in targets:
            self._read(target, total)
            self._write_batch()
            self._remove_vanished(target)
        self.catalog.sweep()
        tally = self.tally
        return IngestReport(
            tally.added,
            tally.changed,
            tally.unchanged,
            tally.removed,
            tally.passages,
            time.monotonic() - started,
            tuple(tally.failures),
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
            self.progress(Progress(self.tally.done, total, f"{target.source}/{path}", self.tally.passages))

    def _read_file(
        self, target: Target, path: str, known: str | None, failed: tuple[str, str] | None
    ) -> FileFailure | None:
        """Puts one file into the batch if it changed; says why if it could not be read."""
        file = target.location / path
        try:
            fingerprint, modified = _fingerprint(file, target.location)
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
        self._add(_stored(target.source, path, loaded, modified), loaded, fingerprint)
        self.tally.changed += known is not None
        self.tally.added += known is None
        return None

    def _add(self, document: Document, loaded: Loaded, fingerprint: str) -> None:
        sentences = split(document.id, loaded)
        passages = make_passages(document.title, document.headings, sentences, self.embedder)
        self.tally.passages += embed_missing(self.catalog, self.embedder, passages)
        self.batch.append(Entry(document, fingerprint, sentences, passages))
        if sum(len(entry.passages) for entry in self.batch) >= BATCH_PASSAGES:
            self._write_batch()

    def _write_batch(self) -> None:
        if not self.batch:
            return
        passages = {one.id: one.content for entry in self.batch for one in entry.passages}
        before = self.catalog.passage_ids([entry.document.id for entry in self.batch])
        if passages:
            self.vectors.upsert(list(passages), self.catalog.vectors_of(list(passages.values())))
        self.catalog.write(self.batch)
        self.vectors.delete([identity for identity in before if identity not in passages])
        self.batch = []

    def _remove_vanished(self, target: Target) -> None:
        if target.prefix is None:
            return
        present = set(target.files) | {failure.path for failure in target.failures}
        gone = [
            path
            for path in self.catalog.fingerprints(target.source)
            if path.startswith(target.prefix) and path not in present and not path.startswith(target.unlisted)
        ]
        ids = [document_id(target.source, path) for path in gone]
        passages = self.catalog.passage_ids(ids)
        if ids:
            self.catalog.remove(ids)
            self.vectors.delete(passages)
        self.tally.removed += len(ids)
        stale = [
            path
            for source, path in self.catalog.failures()
            if source == target.source
            and path.startswith(target.prefix)
            and path not in present
            and not path.startswith(target.unlisted)
        ]
        self.catalog.set_failures(target.source, [], forget=stale)


def embed_missing(catalog: Catalog, embedder: Embedder, passages: Sequence[Passage]) -> int:
    """Embeds the passages whose vectors the catalog does not have, and keeps them there; returns how many those were.

    They are kept a few at a time, so that an interrupted long document goes on where it stopped.
    """
    known = catalog.known_contents([passage.content for passage in passages])
    missing = {one.content: one.embedded_text for one in passages if one.content not in known}
    for contents in _chunks(list(missing), EMBED_AT_ONCE):
        catalog.keep_vectors(contents, embedder.embed([missing[content] for content in contents]))
    return len(missing)


def _fingerprint(file: Path, within: Path) -> tuple[str, str]:
    """Hash of the bytes and of the versions that decide what is made of them; and the file's time, ISO 8601 in UTC."""
    with open_file(Path(os.path.realpath(file)), within=within) as stream:
        try:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise LoadError(f"cannot be read: {error.strerror or error}") from error
        seconds = os.fstat(stream.fileno()).st_mtime
    modified = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    return f"{digest}/{VERSIONS}", modified


def _stored(source: str, path: str, loaded: Loaded, modified: str) -> Document:
    return Document(
        id=document_id(source, path),
        source=source,
        path=path,
        title=loaded.title,
        text=loaded.text,
        revision=revision(loaded),
        modified=loaded.modified or modified,
        headings=loaded.headings,
        pages=loaded.pages,
        address=loaded.address,
        language=loaded.language,
    )


def _chunks(items: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
