"""Staging: what a source listed, beside what the catalog has of it, and the plan that follows.

Both are temporary tables on disk, so that a listing of any length takes no memory; they belong to one thread.

| action | is |
|---|---|
| `add`, `change` | to be fetched: new, or perhaps changed |
| `failed` | could not be read in this very state before; not tried again |
| `delete` | gone |
| `skip` | the rest; it is only counted |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from index.catalog import Catalog
from index.identity import document_id
from index.records import FileFailure
from index.source.item import Entry, Gone, Item, Unlisted

Action = Literal["add", "change", "failed", "delete"]
AT_ONCE = 500
TABLES = """
DROP TABLE IF EXISTS temp.listed;
DROP TABLE IF EXISTS temp.kept;
DROP TABLE IF EXISTS temp.gone;
DROP TABLE IF EXISTS temp.plan;
CREATE TEMP TABLE listed (
    id TEXT PRIMARY KEY, key TEXT, path TEXT, version TEXT, address TEXT, modified TEXT
) WITHOUT ROWID;
CREATE TEMP TABLE kept (prefix TEXT, path TEXT);
CREATE TEMP TABLE gone (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TEMP TABLE plan (
    number INTEGER PRIMARY KEY, action TEXT, id TEXT, key TEXT, path TEXT, version TEXT, address TEXT,
    modified TEXT, known TEXT, fingerprint TEXT, broken TEXT, reason TEXT
);
CREATE INDEX temp.plan_by_action ON plan (action, number)
"""
COLUMNS = "action, id, key, path, version, address, modified, known, fingerprint, broken, reason"
PLAN = (
    # What broke in this very state, be it new or an older state of it known.
    f"""INSERT INTO temp.plan ({COLUMNS})
    SELECT 'failed', l.id, l.key, l.path, l.version, l.address, l.modified, '', '', f.fingerprint, f.reason
    FROM temp.listed l JOIN failures f ON f.source = :source AND f.path = l.path
    WHERE l.version <> '' AND f.version = l.version""",
    f"""INSERT INTO temp.plan ({COLUMNS})
    SELECT CASE WHEN d.id IS NULL THEN 'add' ELSE 'change' END, l.id, l.key, l.path, l.version, l.address,
        l.modified, coalesce(d.version, ''), coalesce(d.fingerprint, ''), coalesce(f.fingerprint, ''), coalesce(f.reason, '')
    FROM temp.listed l LEFT JOIN documents d ON d.source = :source AND d.id = l.id
    LEFT JOIN failures f ON f.source = :source AND f.path = l.path
    WHERE (d.id IS NULL OR l.version = '' OR d.version <> l.version OR d.path <> l.path
        OR (l.address <> '' AND d.address IS NOT l.address))
        AND (f.path IS NULL OR l.version = '' OR f.version <> l.version)
    ORDER BY l.path""",
)
GONE = f"""INSERT INTO temp.plan ({COLUMNS})
    SELECT 'delete', d.id, '', d.path, '', '', '', '', '', '', '' FROM documents d WHERE d.source = :source
    AND NOT EXISTS (SELECT 1 FROM temp.listed l WHERE l.id = d.id) AND {{}}
    AND NOT EXISTS (SELECT 1 FROM temp.kept k WHERE d.path = k.path OR substr(d.path, 1, length(k.prefix)) = k.prefix)
    ORDER BY d.path"""
ALL, NAMED = "1", "EXISTS (SELECT 1 FROM temp.gone g WHERE g.id = d.id)"


@dataclass(frozen=True, slots=True)
class Step:
    """One document of a plan: what is to be done with it, and the item as it was listed.

    `known` and `fingerprint` are version and fingerprint of the stored document, `broken` and `reason` what is kept of
    the failure to read it.
    """

    action: Action
    id: str
    item: Item
    known: str = ""
    fingerprint: str = ""
    broken: str = ""
    reason: str = ""


class Staging:
    """The listing and the plan of one sync of one source. `versions` is what decides with an item's own version whether
    the document is what would be made of it now."""

    def __init__(self, catalog: Catalog, source: str, versions: str) -> None:
        self.catalog = catalog
        self.source = source
        self._versions = versions
        with catalog.aside() as connection:
            for statement in TABLES.split(";\n"):
                connection.execute(statement)

    def take(self, entries: Iterable[Entry]) -> Iterator[list[FileFailure]]:
        """Stages a listing as it comes, some entries at a time; yields those of each time that could not be listed.

        What came before an error of the listing stays staged.
        """
        batch: list[Entry] = []
        try:
            for entry in entries:
                batch.append(entry)
                if len(batch) == AT_ONCE:
                    yield self._put(batch)
                    batch = []
        finally:
            if batch:
                self._put(batch)
        yield [one for one in batch if isinstance(one, FileFailure)]

    def plan(self, *, complete: bool) -> dict[str, int]:
        """Makes the plan; the number of documents by action, `skip` and all `documents` of the source among them."""
        with self.catalog.aside() as connection:
            for statement in (*PLAN, GONE.format(ALL if complete else NAMED)):
                connection.execute(statement, {"source": self.source})
            counts = dict(connection.execute("SELECT action, count(*) FROM temp.plan GROUP BY action").fetchall())
            listed = connection.execute("SELECT count(*) FROM temp.listed").fetchone()[0]
            of_source = "SELECT count(*) FROM documents WHERE source = ?"
            counts["documents"] = connection.execute(of_source, (self.source,)).fetchone()[0]
        todo = sum(counts.get(action, 0) for action in ("add", "change", "failed"))
        return {"add": 0, "change": 0, "failed": 0, "delete": 0, "skip": listed - todo} | counts

    def steps(self, *actions: Action) -> Iterator[Step]:
        """The plan's documents with one of these actions, in its order."""
        marks, last = ",".join("?" * len(actions)), -1
        while rows := self.catalog.query(
            f"SELECT * FROM temp.plan WHERE action IN ({marks}) AND number > ? ORDER BY number LIMIT ?",
            *actions,
            last,
            AT_ONCE,
        ):
            last = rows[-1]["number"]
            for row in rows:
                item = Item(row["key"], row["path"], row["version"], row["address"], row["modified"])
                kept = (row[name] for name in ("known", "fingerprint", "broken", "reason"))
                yield Step(row["action"], row["id"], item, *kept)

    def forgotten(self) -> list[str]:
        """Paths of failures of things that are no longer there, after a complete listing."""
        rows = self.catalog.query(
            "SELECT path FROM failures f WHERE source = ? AND NOT EXISTS (SELECT 1 FROM temp.listed l WHERE "
            "l.path = f.path OR (f.key <> '' AND l.key = f.key)) AND NOT EXISTS (SELECT 1 FROM temp.kept k "
            "WHERE f.path = k.path OR substr(f.path, 1, length(k.prefix)) = k.prefix)",
            self.source,
        )
        return [row["path"] for row in rows]

    def stamped(self, version: str) -> str:
        """An item's version as it is stored."""
        return f"{version}/{self._versions}" if version else ""

    def version_known(self, stored: str) -> str:
        """The item's own version that is stored, if what was made of it is what would be made now; else `""`."""
        version, _, versions = stored.rpartition("/")
        return version if versions == self._versions else ""

    def _put(self, batch: list[Entry]) -> list[FileFailure]:
        with self.catalog.aside() as connection:
            for one in batch:
                if isinstance(one, Item):
                    row = (self._id(one.key), one.key, one.path, self.stamped(one.version), one.address, one.modified)
                    connection.execute("INSERT OR REPLACE INTO temp.listed VALUES (?,?,?,?,?,?)", row)
                elif isinstance(one, Gone):
                    connection.execute("INSERT OR IGNORE INTO temp.gone VALUES (?)", (self._id(one.key),))
                elif isinstance(one, Unlisted):
                    connection.execute("INSERT INTO temp.kept VALUES (?, NULL)", (one.prefix,))
                else:
                    connection.execute("INSERT INTO temp.kept VALUES (NULL, ?)", (one.path,))
        return [one for one in batch if isinstance(one, FileFailure)]

    def _id(self, key: str) -> str:
        return document_id(self.source, key)
