"""What keeps a collection in step while it is served: syncs by schedule, and at once where a watched folder changes.

One thread waits and syncs; what is declared meanwhile is taken up, too.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self

from index.errors import CollectionBusy, IndexingError
from index.records import Progress, SyncReport
from index.source.declared import Declared, read_declared
from index.sync.state import read_states
from index.sync.watching import FolderWatch

if TYPE_CHECKING:
    from index.collection import Collection

TICK = 1.0  # seconds between two looks at the declarations and the clock
AGAIN = 60.0  # seconds before a sync is tried again that found the collection busy, or its source down
UNHEARD = 900.0  # seconds after which a watched folder is looked through though nothing was heard of it
REST = 3  # times as long as the last sync of a folder took, before the next


class Stopped(Exception):
    """The server is closing; what is finished is kept."""


class Keeper:
    """`with Keeper(collection, say):` keeps it in step until the end. `say` gets a line for whatever it did."""

    def __init__(self, collection: Collection, say: Callable[[str], None]) -> None:
        self._collection = collection
        self._say = say
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._heard: set[str] = set()  # names of sources whose folders changed
        self._next: dict[str, float] = {}  # when each is synced next, by the monotonic clock
        self._rested: dict[str, float] = {}  # until when a change does not bring that forward
        self._watch: FolderWatch | None = None
        self._watch_again = 0.0
        self._told = ""
        self._thread = threading.Thread(target=self._keep, name=f"keeper of {collection.name}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._wake.set()
        self._thread.join()

    def _keep(self) -> None:
        while not self._stop.is_set():
            try:
                declared = self._declared()
                self._watch_folders(declared)
                for one in self._due(declared):
                    self._sync(one)
                self._told = ""
            except Exception as error:  # a wrong declaration, a full disk: told once, not every second
                reason = str(error) if isinstance(error, IndexingError) else repr(error)
                if reason != self._told:
                    self._say(f"The sources of {self._collection.name} are not kept in step: {reason}")
                self._told = reason
            self._wake.wait(TICK)
            self._wake.clear()
        if self._watch is not None:
            self._watch.close()

    def _declared(self) -> list[Declared]:
        found = read_declared(self._collection.settings.config)
        return [one for one in found if one.collection == self._collection.name and (one.watch or one.seconds)]

    # -- schedules -------------------------------------------------------------------------------------------------

    def _due(self, declared: Sequence[Declared]) -> list[Declared]:
        """Those to be synced now: their time has come, or they changed and have rested."""
        now = time.monotonic()
        if any(one.name not in self._next for one in declared):
            self._enter(declared, now)
        due = []
        for one in declared:
            heard = one.name in self._heard and now >= self._rested.get(one.name, 0.0)
            if heard or now >= self._next[one.name]:
                self._heard.discard(one.name)
                due.append(one)
        return due

    def _enter(self, declared: Sequence[Declared], now: float) -> None:
        """A watched folder is looked through at once, another source when its last sync is as old as it may be."""
        states = read_states(self._collection.catalog)
        for one in declared:
            state = states.get(one.name)
            wait = _left(state.ended, one.seconds) if state and one.seconds else 0.0
            self._next.setdefault(one.name, now + wait)

    def _sync(self, declared: Declared) -> None:
        started = time.monotonic()
        wait = declared.seconds or UNHEARD
        try:
            (report,) = self._collection.sync(declared.name, progress=self._go_on)
            self._tell(report)
            wait = min(wait, AGAIN) if report.problem else wait
        except CollectionBusy:
            wait = min(wait, AGAIN)
        except Stopped:
            return
        finally:
            ended = time.monotonic()
            self._next[declared.name] = ended + wait
            self._rested[declared.name] = ended + REST * (ended - started)

    def _tell(self, report: SyncReport) -> None:
        done = (
            (report.added, "added"),
            (report.changed, "changed"),
            (report.removed, "removed"),
            (report.failed, "failed"),
        )
        said = [f"{number} {word}" for number, word in done if number]
        if report.held:
            said.append(f"{report.held} wait to be removed: assistant sync --yes {report.source}")
        said += [report.problem] if report.problem else []
        if said:
            self._say(f"{report.source}: {', '.join(said)} ({report.seconds:.1f} s)")

    def _go_on(self, at: Progress) -> None:
        if self._stop.is_set():
            raise Stopped

    # -- watched folders ---------------------------------------------------------------------------------------------

    def _watch_folders(self, declared: Sequence[Declared]) -> None:
        """Watches the folders that are declared so and are there now."""
        folders = {one.name: one.path for one in declared if one.watch and one.path.is_dir()}
        if self._watch is not None and self._watch.folders != folders:
            self._watch.close()
            self._watch = None
        if self._watch is None and folders and time.monotonic() >= self._watch_again:
            data = self._collection.settings.data.resolve()
            self._watch = FolderWatch(folders, data, self._hear, self._deaf)
            self._heard.update(folders)  # what changed while nobody listened

    def _hear(self, name: str) -> None:
        self._heard.add(name)
        self._wake.set()

    def _deaf(self, reason: str) -> None:
        self._say(f"Folders cannot be watched ({reason}); they are looked through every {UNHEARD:g} s.")
        self._watch, self._watch_again = None, time.monotonic() + UNHEARD


def _left(ended: str, seconds: float) -> float:
    """How many of the seconds since then are left; all of them if that time is in the future."""
    try:
        age = (datetime.now(UTC) - datetime.fromisoformat(ended)).total_seconds()
    except ValueError:
        return 0.0
    return min(max(seconds - max(age, 0.0), 0.0), seconds)
