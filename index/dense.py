"""Dense search for the process that holds the lock: by Chroma when its folder is sound, exactly whenever it is not.

Chroma's folder can be lost at any moment and nothing is lost with it: the catalog has every vector. So a failure is
never shown; questions go on being answered exactly, and a new folder is built from the catalog.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index import health
from index.catalog import Catalog
from index.embed import Vectors
from index.errors import IndexingError, VectorsError
from index.exact import ExactSearch
from index.folders import VectorFolders
from index.health import Reconciled
from index.vectors import AT_ONCE, ChromaFolder
from index.waiting import Waiting

BUILT_HERE = 1000  # up to so many passages a folder is built in this process: faster than starting another
REBUILDS = 3  # by itself, in the life of a process; a Chroma that fails again and again is left alone
SERVED_AT_ONCE = 32  # no other thread runs while Chroma writes: 0.3 s for so many into 200,000, 1.1 s for 128


@dataclass(frozen=True, slots=True)
class IndexState:
    """What answers: Chroma if `ready`, else the catalog's vectors, exactly; `reason` says why, or is empty."""

    name: Literal["ready", "checking", "rebuilding", "exact"]
    reason: str = ""


class DenseIndex:
    """Searches may come from any thread at any time; writes one at a time. The catalog must outlive it."""

    def __init__(self, folder: Path, catalog: Catalog, *, background: bool) -> None:
        self._folders = VectorFolders(folder)
        self._catalog = catalog
        self._exact = ExactSearch(catalog)
        self._background = background
        self._state = IndexState("checking")
        self._chroma: ChromaFolder | None = None  # None whenever answers are exact
        self._waiting = Waiting(catalog)  # upserted while there is no Chroma
        self._writing = threading.RLock()  # held for a write, and to change `_chroma`
        self._preparing = threading.Lock()  # held for a check or a rebuild
        self._broken_off = threading.Event()  # ends the check or rebuild that is running
        self._threads: list[threading.Thread] = []
        self._rebuilds = 0
        self._closed = False

    @classmethod
    def open(cls, folder: Path, catalog: Catalog, *, background: bool) -> DenseIndex:
        """The index in `folder`, made if it is not there. It never fails for what is in the folder.

        A check or a rebuild (minutes, for 100,000 passages) goes on in the background, or before this returns.
        """
        index = cls(folder, catalog, background=background)
        index._run(index._prepare)
        return index

    @property
    def state(self) -> IndexState:
        return self._state

    def search(self, vector: Vectors, limit: int) -> list[str]:
        """At most `limit` passage ids, nearest first: approximately if `ready`, else exactly."""
        chroma, reason = self._chroma, ""
        if chroma is not None:
            try:
                found = chroma.query(vector, limit)
                if len(found) >= limit or len(found) >= self._catalog.counts()["passages"]:
                    return found
                reason = f"a search for {limit} passages found only {len(found)}"
            except VectorsError as error:
                reason = str(error)
        exact = [identity for identity, _ in self._exact.search(vector, limit)]
        if chroma is not None:  # only now: a vector of the wrong length is not Chroma's fault
            self._suspect(chroma, reason)
        return exact

    def upsert(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Puts vectors, one row for each id. It does not fail: what Chroma does not take is put there later."""
        with self._writing:
            if self._chroma is not None:
                try:
                    self._chroma.upsert(ids, vectors, SERVED_AT_ONCE if self._background else AT_ONCE)
                    return
                except VectorsError as error:
                    self._suspect(self._chroma, str(error))
            self._waiting.add(ids, vectors)

    def delete(self, ids: Sequence[str]) -> None:
        """Removes vectors; ids that are not there are passed over. It does not fail."""
        with self._writing:
            self._waiting.discard(ids)
            if self._chroma is not None:
                try:
                    self._chroma.delete(ids)
                except VectorsError as error:
                    self._suspect(self._chroma, str(error))

    def reconcile(self) -> Reconciled:
        """What had to be removed and put back to hold the catalog's ids. Not for the middle of an ingest."""
        with self._writing:
            if self._chroma is None:
                return Reconciled()
            try:
                return health.reconcile(self._chroma, self._catalog)
            except VectorsError as error:
                self._suspect(self._chroma, str(error))
                return Reconciled()

    def retire(self, reason: str) -> None:
        """From here on answers are exact, until `rebuild`: vectors are about to change under the same ids."""
        self._broken_off.set()
        with self._preparing, self._writing:
            self._let_go(reason)

    def rebuild(self) -> None:
        """Builds the index anew and returns when that is done; needed when vectors changed under the same ids."""
        self.retire("the vectors were made anew")
        with self._preparing:
            if self._closed:
                return
            self._broken_off.clear()
            self._guarded(lambda: self._build("the vectors were made anew"))

    def close(self) -> None:
        """Ends what goes on in the background, and marks the folder clean, with the hashes of its files."""
        self._closed = True
        self._broken_off.set()
        for thread in self._threads:
            thread.join()
        with self._preparing, self._writing:
            chroma, self._chroma = self._chroma, None
            self._state = IndexState("exact", "the index is closed")
            if chroma is None:
                return
            with suppress(IndexingError, OSError, sqlite3.Error):  # then it stays marked open, and is checked next time
                if chroma.count() != self._catalog.counts()["passages"]:  # an ingest failed between the two stores
                    health.reconcile(chroma, self._catalog)
                chroma.close()
                self._folders.mark_clean(chroma.folder, health.stamp(self._catalog))

    # -- checking and rebuilding -----------------------------------------------------------------------------------

    def _run(self, work: Callable[[], None]) -> None:
        def prepared() -> None:
            with self._preparing:
                self._guarded(work)

        if not self._background:
            prepared()
            return
        thread = threading.Thread(target=prepared, name="vector-index", daemon=True)
        self._threads = [*(one for one in self._threads if one.is_alive()), thread]
        thread.start()

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # a disk that is full, say: answers stay exact, whatever it was
            self._state = IndexState("exact", str(error))

    def _prepare(self) -> None:
        folder = self._folders.current()
        if folder is None:
            return self._build("there is no index yet")
        stamp = health.stamp(self._catalog)
        condition = self._folders.condition(folder, stamp)
        if condition == "unclean":
            self._state = IndexState("checking", "the index was not closed")
            verdict = health.check(folder, self._catalog, self._broken_off)
            if not verdict.ok:
                return self._build(verdict.reason)
        if condition == "damaged":
            return self._build("the index is damaged")
        try:
            self._take_up(folder, stamp if condition == "clean" else None)
        except VectorsError as error:
            self._build(str(error))

    def _build(self, reason: str) -> None:
        if self._broken_off.is_set():
            return
        self._state = IndexState("rebuilding", reason)
        folder = self._folders.new()
        if self._catalog.counts()["passages"] <= BUILT_HERE:
            ChromaFolder(folder, create=True).close()
            verdict = health.examine(folder, self._catalog)
        else:
            verdict = health.build(folder, self._catalog, self._broken_off)
        if verdict.ok:
            self._take_up(folder)
        else:
            self._state = IndexState("exact", f"{reason}; a new index could not be built: {verdict.reason}")

    def _take_up(self, folder: Path, stamp: dict[str, str] | None = None) -> None:
        """From here on Chroma answers, with what was written meanwhile, be it in the catalog already or not yet.

        `stamp` is that of the catalog whose ids the folder has; None if that is not known.
        """
        with self._writing:
            if self._broken_off.is_set():
                return
            self._folders.mark_open()
            chroma = ChromaFolder(folder)
            try:
                if stamp != health.stamp(self._catalog):
                    health.reconcile(chroma, self._catalog)
                self._waiting.put_into(chroma)
                self._folders.switch(folder)
            except BaseException:
                chroma.close()
                raise
            self._waiting.clear()
            self._chroma, self._state = chroma, IndexState("ready")

    def _suspect(self, chroma: ChromaFolder, reason: str) -> None:
        """Chroma is not asked again; a new folder is built now in a server, at the next opening otherwise."""
        with self._writing:
            if self._chroma is not chroma:
                return
            self._let_go(reason)
            with suppress(OSError):  # then it is still marked open
                self._folders.mark_damaged()
            self._rebuilds += 1
            if self._background and self._rebuilds <= REBUILDS:
                self._run(lambda: self._build(reason))

    def _let_go(self, reason: str) -> None:
        chroma, self._chroma = self._chroma, None
        self._state = IndexState("exact", reason)
        if chroma is not None:
            with suppress(VectorsError):
                chroma.close()
