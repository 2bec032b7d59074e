"""Changes of a collection that a request asks for: files added, a document removed, everything read again.

They run in threads, one at a time for each collection, and end early when the service closes: what was read until then
stays read. After each the kept answers lose their quotes of documents that are gone.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

from assistant.page.contract import Library
from assistant.service.caller import Refused
from assistant.service.store import Store
from index.errors import CollectionBusy, SourceError
from index.records import FileFailure, IngestReport, Progress, SyncReport

BUSY = "Documents of this collection are being read already; try again when that is done."
BUSY_SECONDS = 10
CLOSING = "The service is closing; what was read until now is kept."
FIXED = "The documents of this collection cannot be changed here."
HELD = "{} documents would be removed at once: run `assistant sync --yes` if that is right"
NO_DOCUMENT = "There is no such document."
VANISHED = "is no longer there; what was read of it is kept"
T = TypeVar("T")
Show = Callable[[Progress], None]


@runtime_checkable
class Changeable(Protocol):
    """A collection that can be changed by more than uploads."""

    def folders(self) -> Sequence[Path]:
        """The folders and files read before. SourceError if there are none."""
        ...

    def ingest(self, *paths: Path, progress: Show | None = None) -> IngestReport: ...

    def remove(self, document_id: str) -> bool:
        """Whether there was such a document; SourceError for one that would come back."""
        ...


@runtime_checkable
class Synced(Protocol):
    """A collection with declared sources. `when_removed` is called after a sync of its own that removed documents."""

    when_removed: Callable[[], None]

    def sync(self, *names: str, progress: Show | None = None) -> tuple[SyncReport, ...]:
        """A report for each source."""
        ...


class Changes:
    """What may be done to collections, each named and given. Use it from one event loop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._busy: set[str] = set()
        self._closing = threading.Event()

    def close(self) -> None:
        """Ends what runs at the next file."""
        self._closing.set()

    def check(self, name: str) -> None:
        """Returns if a collection can be changed now; Refused(409) if it is being changed already."""
        if name in self._busy:
            raise Refused(409, BUSY, BUSY_SECONDS)

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        """The right to change a collection while inside. Refused(409) if it is being changed already."""
        self.check(name)
        self._busy.add(name)
        try:
            yield
        finally:
            self._busy.discard(name)

    async def add(self, name: str, library: Library, files: Sequence[Path]) -> dict[str, Any]:
        """The report on reading files into the collection's own folder; of failures, it has the names only."""

        def read() -> IngestReport:
            report = library.ingest_upload(files, self._go_on)
            named = tuple(replace(one, path=Path(one.path).name) for one in report.failures)
            return replace(report, failures=named)

        return await asyncio.to_thread(self._reported, name, library, read)

    async def read_again(self, name: str, library: Library) -> dict[str, Any]:
        """The report on reading everything again."""
        changeable = _changeable(library)
        return await asyncio.to_thread(self._reported, name, library, lambda: self._read_again(changeable))

    async def remove(self, name: str, library: Library, document: str) -> None:
        """Removes one document. Refused(404) if there is none, Refused(409) if it would come back."""
        await asyncio.to_thread(self._remove, name, _changeable(library), document)

    def forget_gone(self, name: str, library: Library) -> None:
        """Removes from the kept answers what they quote of documents that the collection no longer has."""
        quoted = self._store.quoted_documents(name)
        if quoted:
            self._store.forget_documents(name, quoted - {one.id for one in library.documents()})

    def _reported(self, name: str, library: Library, read: Callable[[], IngestReport]) -> dict[str, Any]:
        before = set(library.documents())
        try:
            report = read()
        except CollectionBusy:
            raise Refused(409, BUSY, BUSY_SECONDS) from None
        self.forget_gone(name, library)
        read_now = [one.id for one in library.documents() if one not in before]
        return {"collection": name} | asdict(report) | {"documents": read_now}

    def _read_again(self, library: Changeable) -> IngestReport:
        """What has vanished as a whole (a disk that is not mounted, a single file) does not keep the rest from being read."""
        synced = _as_one(library.sync(progress=self._go_on)) if isinstance(library, Synced) else IngestReport()
        try:
            paths = library.folders()
        except SourceError:
            return synced
        there = [path for path in paths if path.exists()]
        report = library.ingest(*there, progress=self._go_on)
        gone = tuple(FileFailure(path.name, VANISHED) for path in paths if path not in there)
        return _sum(synced, replace(report, failures=(*report.failures, *gone)))

    def _remove(self, name: str, library: Changeable, document: str) -> None:
        try:
            found = library.remove(document)
        except SourceError as error:
            raise Refused(409, str(error)) from None
        if not found:
            raise Refused(404, NO_DOCUMENT)
        self._store.forget_documents(name, [document])

    def _go_on(self, progress: Progress) -> None:
        if self._closing.is_set():
            raise Refused(503, CLOSING)


def _as_one(reports: Sequence[SyncReport]) -> IngestReport:
    """The syncs of all sources as one report; of failures it has the paths in their sources, and what kept a source
    from being synced, or from losing documents, by the source's name."""
    whole = IngestReport()
    for one in reports:
        failures = [replace(failure, path=f"{one.source}/{failure.path}") for failure in one.failures]
        notes = tuple(replace(note, path=f"{one.source}/{note.path}") for note in one.notes)
        if one.problem:
            failures.append(FileFailure(one.source, one.problem))
        if one.held:
            failures.append(FileFailure(one.source, HELD.format(one.held)))
        counts = (one.added, one.changed, one.unchanged, one.removed, one.passages, one.seconds)
        whole = _sum(whole, IngestReport(*counts, tuple(failures), notes))
    return whole


def _sum(one: IngestReport, other: IngestReport) -> IngestReport:
    return IngestReport(*(getattr(one, part.name) + getattr(other, part.name) for part in fields(IngestReport)))


def _changeable(library: Library) -> Changeable:
    if not isinstance(library, Changeable):
        raise Refused(409, FIXED)
    return library
