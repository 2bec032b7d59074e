"""What the tests of syncs share: a catalog with fakes around it, and a source whose content a test decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fakes import HashEmbedder, MemoryIndex, TextLoader

from index.catalog import Catalog
from index.errors import LoadError, SourceError
from index.records import FileFailure, Progress, SyncReport
from index.source.item import Entry, Fetched, Gone, Item, Listing, Source
from index.sync.plan import Rules, SyncPlan
from index.sync.run import SyncRun
from index.writing import Writer


@dataclass
class Page:
    """A page of the fake source: its path and text; `version` "" is one that only fetching tells."""

    path: str
    text: str
    version: str = "1"


@dataclass
class FakeSource:
    """A Source whose pages, by key, a test sets. It notes what was fetched; `down` and `broken` make it fail."""

    pages: dict[str, Page] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)  # "all" or the cursor that changes were asked for since
    down_after: int | None = None  # entries after which the listing breaks off
    broken: dict[str, Exception] = field(default_factory=dict)  # by key, what fetching raises
    changed: list[str] | None = None  # keys that `changes` names; None: it cannot tell
    again: list[str] = field(default_factory=list)
    cursor: str = ""
    location = "fake"

    def listing(self) -> Listing:
        self.listed.append("all")
        return Listing(self._entries(list(self.pages)), complete=True, cursor=self.cursor)

    def changes(self, cursor: str, again: Sequence[str]) -> Listing | None:
        self.again = list(again)
        if self.changed is None:
            return None
        self.listed.append(cursor)
        return Listing(self._entries([*self.changed, *again]), complete=False, cursor=self.cursor)

    def fetch(self, item: Item, known: str, folder: Path) -> Fetched | None:
        self.fetched.append(item.key)
        if item.key in self.broken:
            raise self.broken[item.key]
        page = self.pages[item.key]
        if not page.version and known == page.text:
            return None
        file = folder / "page.md"
        file.write_text(page.text, encoding="utf-8")
        return Fetched(file, folder, version="" if page.version else page.text)

    def close(self) -> None:
        """Nothing is held."""

    def _entries(self, keys: list[str]) -> Iterator[Entry]:
        for number, key in enumerate(keys):
            if number == self.down_after:
                raise SourceError("the server is gone")
            page = self.pages.get(key)
            if page is None:
                yield Gone(key)
            else:
                yield Item(key, page.path, page.version, f"https://wiki/{page.path}")


class World:
    """A catalog, a vector index and an embedder, fakes but for the catalog, and syncs of sources into them."""

    def __init__(self, root: Path) -> None:
        self.catalog = Catalog(root / "data" / "default" / "catalog.sqlite", create=True)
        self.index = MemoryIndex()
        self.embedder = HashEmbedder()
        self.loader = TextLoader()
        self.progress: list[Progress] = []

    def plan(self, source: Source, rules: Rules | None = None, name: str = "s") -> SyncPlan:
        self.catalog.place_source(name, source.location, "fake")
        return SyncPlan(name, source, self.catalog, rules or Rules())

    def sync(self, source: Source, rules: Rules | None = None, name: str = "s") -> SyncReport:
        self.progress.clear()
        plan = self.plan(source, rules, name)
        writer = Writer.over(self.catalog, self.index, self.embedder)
        report = SyncRun(plan, writer, self.loader, self.progress.append).run()
        self.agrees()
        return report

    def agrees(self) -> None:
        """The vector index has the catalog's passages and no other; every passage has its vector, no vector is left."""
        ids = {one for ids, _ in self.catalog.passage_vectors() for one in ids}
        assert ids == self.index.vectors.keys()
        assert len(ids) == self.catalog.counts()["passages"]
        orphans = "SELECT count(*) FROM vectors WHERE content NOT IN (SELECT content FROM passages)"
        assert self.catalog.query(orphans)[0][0] == 0

    def texts(self, name: str = "s") -> dict[str, str]:
        """Stored text by path."""
        found = (self.catalog.document(one) for one in self.catalog.documents_of(name))
        return {document.path: document.text for document in found if document}


def counts(report: SyncReport) -> tuple[int, int, int, int, int]:
    """Added, changed, unchanged, removed, failed."""
    return report.added, report.changed, report.unchanged, report.removed, report.failed


def failure(path: str, reason: str) -> FileFailure:
    return FileFailure(path, reason)


def gone() -> LoadError:
    return LoadError("the wiki does not show it")
