"""State: where the last sync of each source ended, what it did, and when all of the source was listed last."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from index.catalog import Catalog
from index.records import FileFailure, FileNote, SyncReport


@dataclass(frozen=True, slots=True)
class SyncState:
    """`cursor` is the source's own, for its next changes; times are ISO 8601 in UTC, `listed` that of all of it."""

    cursor: str = ""
    listed: str = ""
    ended: str = ""
    report: SyncReport | None = None


def read_states(catalog: Catalog) -> dict[str, SyncState]:
    """The state by name of every source that was synced."""
    rows = catalog.query("SELECT source, cursor, listed, ended, report FROM syncs")
    return {
        row["source"]: SyncState(row["cursor"], row["listed"], row["ended"], _report(row["report"])) for row in rows
    }


def write_state(catalog: Catalog, source: str, state: SyncState) -> None:
    """Keeps the state; of a report's failures only their number, since the catalog has them, and none of its notes."""
    report = json.dumps(asdict(state.report) | {"failures": [], "notes": []} if state.report else None)
    with catalog.transaction() as connection:
        connection.execute(
            "INSERT OR REPLACE INTO syncs VALUES (?,?,?,?,?)", (source, state.cursor, state.listed, state.ended, report)
        )


def to_report(content: dict[str, Any]) -> SyncReport:
    """A report from what `asdict` made of it."""
    return SyncReport(**with_records(content))


def with_records(content: dict[str, Any]) -> dict[str, Any]:
    """What `asdict` made of any report, with records in its lists. One kept by an older version has no notes."""
    failures = tuple(FileFailure(**one) for one in content["failures"])
    return content | {"failures": failures, "notes": tuple(FileNote(**one) for one in content.get("notes", ()))}


def _report(text: str) -> SyncReport | None:
    content = json.loads(text)
    return to_report(content) if content else None
