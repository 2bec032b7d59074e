"""The plan of one sync of one source: what it lists, beside what the catalog has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from index.catalog import Catalog
from index.errors import IndexingError
from index.ingest import VERSIONS
from index.records import FileFailure, FileNote, Progress
from index.source.item import Listing, Source
from index.sync.staging import Staging
from index.sync.state import SyncState, read_states

LISTED_FAILURES = 1000  # failures named in a report; the catalog has them all
LISTED_NOTES = 200  # what could not be read of files that were


@dataclass(frozen=True, slots=True)
class Rules:
    """How a source is kept in step. `full_seconds` between two listings of all of it; `yes`: remove however many."""

    delete: bool = True
    delete_share: float = 0.2
    full_seconds: float = 86400.0
    full: bool = False  # list all of it now
    yes: bool = False


@dataclass(slots=True)
class Tally:
    """The counts of a run in the making."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    held: int = 0
    failed: int = 0
    problem: str = ""
    failures: list[FileFailure] = field(default_factory=list)
    notes: list[FileNote] = field(default_factory=list)

    def fail(self, failure: FileFailure) -> None:
        self.failed += 1
        if len(self.failures) < LISTED_FAILURES:
            self.failures.append(failure)

    def note(self, path: str, notes: Sequence[str]) -> None:
        self.notes += [FileNote(path, one) for one in notes[: LISTED_NOTES - len(self.notes)]]


class SyncPlan:
    """Made when it is built. Its steps are in `staging`, its failures and its problem so far in `tally`.

    `listing` is None where the source was not listed to its end; then nothing is to be deleted.
    """

    def __init__(
        self,
        name: str,
        source: Source,
        catalog: Catalog,
        rules: Rules,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self.name = name
        self.source = source
        self.catalog = catalog
        self.rules = rules
        self.progress = progress or (lambda _: None)
        self.tally = Tally()
        self.staging = Staging(catalog, name, VERSIONS)
        self.before = read_states(catalog).get(name, SyncState())
        self.listing = self._listed()
        self.counts = self.staging.plan(complete=self.listing is not None and self.listing.complete)
        if self.listing is None or not rules.delete:
            self.counts["delete"] = 0

    @property
    def held(self) -> bool:
        """Whether so much is to be deleted that somebody has to say yes to it."""
        most = max(1, self.rules.delete_share * self.counts["documents"])
        return self.counts["delete"] > most and not self.rules.yes

    def _listed(self) -> Listing | None:
        try:
            listing = self._changes() or self.source.listing()
            for failures in self.staging.take(listing.entries):
                self.progress(Progress(0, 0, self.name, 0))
                for failure in failures:
                    self.tally.fail(failure)
        except IndexingError as error:
            self.tally.problem = f"it could not be listed: {error}"
            return None
        return listing

    def _changes(self) -> Listing | None:
        """What changed since the last sync; None if all is to be listed, or the source cannot tell."""
        versions, _, cursor = self.before.cursor.partition(" ")
        if not cursor or versions != VERSIONS or self.rules.full or self._is_due():
            return None
        rows = self.catalog.query("SELECT key FROM failures WHERE source = ? AND key <> '' AND version = ''", self.name)
        return self.source.changes(cursor, [row["key"] for row in rows])

    def _is_due(self) -> bool:
        """Whether all was listed too long ago, or in the future: the clock was set back."""
        try:
            age = (datetime.now(UTC) - datetime.fromisoformat(self.before.listed)).total_seconds()
        except ValueError:
            return True
        return not 0 <= age < self.rules.full_seconds
