"""One sync of one source: listed, planned, and applied document by document; what fails stops nothing else.

Nothing is removed unless the source was listed to its end, or says itself that it has something no more.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from index.catalog import Broken
from index.errors import LimitExceeded, LoadError, ReadingFailed, SourceError, UnsupportedFormat
from index.identity import fold_digest
from index.ingest import VERSIONS, Load, fingerprint_of
from index.load.dates import from_text
from index.records import FileFailure, Loaded, Progress, SyncReport
from index.source.item import Fetched, Item
from index.sync.plan import SyncPlan
from index.sync.staging import Step
from index.sync.state import write_state
from index.writing import Writer, stored

STOPPED = 5  # items in a row that could not be fetched: the source answers no more
MARK_AT_ONCE = 500


class SyncRun:
    """Carries out a plan. The caller sees to it that no other runs; `writer` has or gets the right to write."""

    def __init__(
        self, plan: SyncPlan, writer: Writer, load: Load, progress: Callable[[Progress], None] | None = None
    ) -> None:
        self.name = plan.name
        self.plan = plan
        self.source = plan.source
        self.staging = plan.staging
        self.tally = plan.tally
        self.catalog = plan.catalog
        self.writer = writer
        self.load = load
        self.progress = progress or (lambda _: None)
        self._same: list[tuple[str, str]] = []  # id and version of documents found unchanged

    def run(self) -> SyncReport:
        """What was done. What was finished stays if this is interrupted; the next sync goes on from there."""
        started = time.monotonic()
        counts = self.plan.counts
        self.tally.unchanged = counts["skip"]
        for step in self.staging.steps("failed"):
            self.tally.fail(FileFailure(step.item.path, step.reason))
        with TemporaryDirectory(prefix="assistant-") as folder:
            self._apply(Path(folder), counts["add"] + counts["change"])
        self.writer.flush()
        self._mark()
        if not self.tally.problem:
            self._remove()
        self.writer.sweep()
        return self._ended(started)

    # -- applying --------------------------------------------------------------------------------------------------

    def _apply(self, folder: Path, total: int) -> None:
        in_a_row = 0
        for done, step in enumerate(self.staging.steps("add", "change"), start=1):
            try:
                self._take(step, folder)
                in_a_row = 0
            except SourceError as error:
                in_a_row += 1
                self._broken(step, str(error), "", again=True)
                if in_a_row == STOPPED:
                    self.tally.problem = f"it answers no more: {error}"
                    return
            finally:
                for file in folder.iterdir():
                    file.unlink()
            self.progress(Progress(done, total, f"{self.name}/{step.item.path}", self.writer.passages))

    def _take(self, step: Step, folder: Path) -> None:
        """Fetches one document and puts it into the batch, or notes that it is unchanged, or cannot be read."""
        fingerprint = ""
        try:
            fetched = self.source.fetch(step.item, self.staging.version_known(step.known), folder)
            if fetched is None:
                return self._unchanged(step, step.known)
            version = self.staging.stamped(fetched.version) or step.item.version
            fingerprint, modified = fingerprint_of(fetched.path, fetched.within)
            fingerprint += _said(step.item, fetched)
            if fingerprint == step.fingerprint and step.action == "change" and self._is_at(step):
                return self._unchanged(step, version)
            if fingerprint == step.broken:
                return self._broken(step, step.reason, fingerprint, version=version)
            loaded = _with(self.load(fetched.path, within=fetched.within), step.item, fetched)
        except LoadError as error:
            again = isinstance(error, LimitExceeded | ReadingFailed) or not fingerprint
            kept = " (its last readable version is kept)" if step.action == "change" else ""
            unsupported = isinstance(error, UnsupportedFormat)
            return self._broken(step, f"{error}{kept}", fingerprint, again=again, unsupported=unsupported)
        self.tally.note(step.item.path, loaded.notes)
        document = stored(step.id, self.name, step.item.path, loaded, modified)
        self.writer.add(document, loaded, fingerprint, step.item.key, version)
        self.tally.added += step.action == "add"
        self.tally.changed += step.action == "change"
        return None

    def _is_at(self, step: Step) -> bool:
        return bool(
            self.catalog.query(
                "SELECT 1 FROM documents WHERE source = ? AND id = ? AND path = ?", self.name, step.id, step.item.path
            )
        )

    def _unchanged(self, step: Step, version: str) -> None:
        self.tally.unchanged += 1
        self._same.append((step.id, version))
        if step.reason:  # it was broken in between
            self.catalog.set_broken(self.name, (), [step.item.path])
        if len(self._same) >= MARK_AT_ONCE:
            self._mark()

    def _mark(self) -> None:
        same, self._same = self._same, []
        if same:
            self.catalog.mark_versions(same)

    def _broken(
        self,
        step: Step,
        reason: str,
        fingerprint: str,
        *,
        version: str | None = None,
        again: bool = False,
        unsupported: bool = False,
    ) -> None:
        failure = FileFailure(step.item.path, reason, unsupported)
        self.tally.fail(failure)
        version = step.item.version if version is None else version
        kept = Broken(failure, key=step.item.key) if again else Broken(failure, fingerprint, step.item.key, version)
        self.catalog.set_broken(self.name, [kept])

    def _remove(self) -> None:
        counts, listing = self.plan.counts, self.plan.listing
        if self.plan.held:
            self.tally.held = counts["delete"]
        elif counts["delete"]:
            self.writer.remove([step.id for step in self.staging.steps("delete")])
            self.tally.removed = counts["delete"]
        if listing is not None and listing.complete:
            self.catalog.set_broken(self.name, (), self.staging.forgotten())

    def _ended(self, started: float) -> SyncReport:
        """The report, which is kept, too. The next sync takes up after this one only if this one was whole."""
        tally, before, listing = self.tally, self.plan.before, self.plan.listing
        report = SyncReport(
            self.name,
            tally.added,
            tally.changed,
            tally.unchanged,
            tally.removed,
            tally.held,
            tally.failed,
            self.writer.passages,
            time.monotonic() - started,
            listing is not None and listing.complete,
            tally.problem,
            tuple(tally.failures),
            tuple(tally.notes),
        )
        now = datetime.now(UTC).isoformat(timespec="seconds")
        state = replace(before, ended=now, report=report)
        if listing is not None and not tally.problem and not tally.held:
            cursor = f"{VERSIONS} {listing.cursor}" if listing.cursor else ""
            state = replace(state, cursor=cursor, listed=now if listing.complete else before.listed)
        write_state(self.catalog, self.name, state)
        return report


def _said(item: Item, fetched: Fetched) -> str:
    """What the fingerprint has besides the file's: what the source says of it."""
    said = "\n".join((fetched.title, item.address))
    return f"/{fold_digest(said)}" if said.strip() else ""


def _with(loaded: Loaded, item: Item, fetched: Fetched) -> Loaded:
    """The document, with what the source says of it in place of what the file says."""
    modified = loaded.modified or from_text(item.modified)
    return replace(
        loaded, title=fetched.title or loaded.title, address=item.address or loaded.address, modified=modified
    )
