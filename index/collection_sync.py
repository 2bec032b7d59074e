"""The writing of a collection that takes its time: who may write when, and syncs of declared sources."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path

from index.catalog import Catalog
from index.collection_reading import CollectionReading
from index.dense import DenseIndex
from index.embed import Embedder
from index.errors import CollectionBusy, SettingsError
from index.folders import VectorFolders
from index.ingest import Report
from index.load.worker import LoadWorker
from index.lock import CollectionLock
from index.records import SyncReport
from index.remote import forget_there, sync_there
from index.settings import Settings
from index.source.declared import read_declared
from index.sync.plan import Rules
from index.sync.sources import Planned, chosen, plan_sources, sync_sources
from index.writing import IndexTurn, Writer


class CollectionSync(CollectionReading):
    """A collection that is kept in step with its sources. `when_removed` is called after a sync that removed documents."""

    def __init__(self, settings: Settings, catalog: Catalog, embedder: Embedder | None = None) -> None:
        super().__init__(settings, catalog, embedder)
        self._writing = threading.Lock()
        self._syncing = threading.Lock()
        self.when_removed: Callable[[], None] = lambda: None

    def sync(
        self, *names: str, yes: bool = False, full: bool = False, progress: Report | None = None
    ) -> tuple[SyncReport, ...]:
        """Brings the declared sources of these names, or all, in step with what they have now; a report for each.

        `yes`: remove however many documents vanished; `full`: list everything. A server that holds the collection does
        it. SettingsError for a wrong declaration, CollectionBusy if another process is writing.
        """
        return self._sync(self.settings.config, names, Rules(full=full, yes=yes), progress)

    def _sync(self, file: Path, names: Sequence[str], rules: Rules, progress: Report | None) -> tuple[SyncReport, ...]:
        sources = chosen(file, self.name, names)
        try:
            with self._long_turn() as turn, LoadWorker(self.settings.limits) as worker:
                reports = sync_sources(self.catalog, turn, self.embedder, worker.load, sources, rules, progress)
            if any(report.removed for report in reports):
                self.when_removed()
            return reports
        except CollectionBusy:
            options = ("--yes",) * rules.yes + ("--full",) * rules.full
            done = None
            if self._index is None:
                done = sync_there(self.settings.folder, file, (*options, *(one.name for one in sources)), progress)
            if done is None:
                raise
            return done

    def plan(self, *names: str, full: bool = False) -> Iterator[Planned]:
        """What `sync` would do, source by source; nothing is written."""
        sources = chosen(self.settings.config, self.name, names)
        return plan_sources(self.catalog, sources, Rules(full=full))

    def forget(self, name: str) -> int:
        """The number of documents of a source that are removed, with all that is known of it. A server that holds the
        collection does it. SettingsError for a source that is declared: it would come back."""
        if any(one.name == name and one.collection == self.name for one in read_declared(self.settings.config)):
            raise SettingsError(f"{self.settings.config} declares {name}; remove it there first.")
        try:
            with self._long_turn() as turn:
                writer = Writer(self.catalog, turn, self.embedder)
                documents = self.catalog.documents_of(name)
                writer.remove(documents)
                writer.sweep()
                self.catalog.forget_source(name)
                return len(documents)
        except CollectionBusy:
            done = forget_there(self.settings.folder, name) if self._index is None else None
            if done is None:
                raise
            return done

    @contextmanager
    def _writer(self) -> Iterator[DenseIndex]:
        """The vector index, held for writing: by this server, or by a lock taken for as long as this lasts."""
        with self._writing:
            if self._index is not None:
                yield self._index
                return
            with CollectionLock(self.settings.folder / "lock", "ingest"):
                index = DenseIndex.open(self.settings.folder / "vectors", self.catalog, background=False)
                try:
                    yield index
                finally:
                    index.close()

    @contextmanager
    def _late_writer(self) -> Iterator[IndexTurn]:
        """The lock, and what gives the vector index, opened only when it is asked for: most syncs find nothing to do.

        One that was left open is opened in any case, and so checked and healed.
        """
        with self._writing, CollectionLock(self.settings.folder / "lock", "ingest"), ExitStack() as held:
            opened: list[DenseIndex] = []

            def turn() -> AbstractContextManager[DenseIndex]:
                if not opened:
                    opened.append(DenseIndex.open(self.settings.folder / "vectors", self.catalog, background=False))
                    held.callback(opened[0].close)
                return nullcontext(opened[0])

            yield turn
            if not opened and VectorFolders(self.settings.folder / "vectors").left_open():
                turn()

    @contextmanager
    def _long_turn(self, *, of_embedder: bool = True) -> Iterator[IndexTurn]:
        """The right to a long run of writing, and what gives the vector index for each part of it.

        CollectionBusy if another such run goes on, here or in another process. In a server, uploads come in between.
        `of_embedder`: EmbedderMismatch if the collection was built with another one.
        """
        if not self._syncing.acquire(blocking=False):
            raise CollectionBusy(
                f"The sources of {self.name} are being synced, or it is being reindexed; wait until that has finished."
            )
        try:
            with ExitStack() as held:
                turn = self._writer if self._index is not None else held.enter_context(self._late_writer())
                if of_embedder:
                    self._check_embedder()
                    self.catalog.set_meta(embedder=self.embedder.stamp)
                yield turn
        finally:
            self._syncing.release()
