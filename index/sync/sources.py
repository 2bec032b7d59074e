"""The declared sources of a collection: which are meant, and the sync or the plan of each, one after the other."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from index.catalog import Catalog
from index.embed import Embedder
from index.errors import CatalogError, IndexingError, SettingsError
from index.ingest import Load
from index.records import Progress, SyncReport
from index.source.declared import Declared, read_declared
from index.source.item import Source
from index.source.opened import FILES, open_source
from index.sync.plan import Rules, SyncPlan
from index.sync.run import SyncRun
from index.sync.staging import Action
from index.writing import Turn, Writer

Show = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Planned:
    """What a sync of a source would do: the number of documents by action, and each but those that are skipped.

    `held`: it would delete none of those without a yes.
    """

    source: str
    counts: dict[str, int]
    held: bool
    problem: str
    steps: Iterator[tuple[Action, str]]  # action and path; to be read before the next plan is made


def chosen(file: Path, collection: str, names: Sequence[str]) -> list[Declared]:
    """The declared sources of a collection with these names, or all of them. SettingsError for a name it has not."""
    found = [one for one in read_declared(file) if one.collection == collection]
    known = {one.name: one for one in found}
    if missing := [name for name in names if name not in known]:
        has = ", ".join(known) or "none"
        raise SettingsError(f"{file} declares no source {missing[0]} for the collection {collection}; it has {has}.")
    return [known[name] for name in dict.fromkeys(names)] if names else found


def sync_sources(
    catalog: Catalog,
    turn: Turn,
    embedder: Embedder,
    load: Load,
    sources: Sequence[Declared],
    rules: Rules,
    progress: Show | None,
) -> tuple[SyncReport, ...]:
    """A report for each source; one that cannot be synced stops none of the others."""
    reports = []
    for declared in sources:
        try:
            with closing(open_source(declared, catalog)) as source:
                _place(catalog, declared, source)
                plan = SyncPlan(declared.name, source, catalog, _rules(declared, rules), progress)
                reports.append(SyncRun(plan, Writer(catalog, turn, embedder), load, progress).run())
        except CatalogError:
            raise
        except IndexingError as error:
            reports.append(SyncReport(declared.name, complete=False, problem=str(error)))
    return tuple(reports)


def plan_sources(catalog: Catalog, sources: Sequence[Declared], rules: Rules) -> Iterator[Planned]:
    """The plan of each source, in turn; the catalog is only read."""
    for declared in sources:
        try:
            with closing(open_source(declared, catalog)) as source:
                plan = SyncPlan(declared.name, source, catalog, _rules(declared, rules))
                actions: tuple[Action, ...] = (
                    "add",
                    "change",
                    "failed",
                    *(("delete",) if plan.counts["delete"] else ()),
                )
                steps = ((one.action, one.item.path) for one in plan.staging.steps(*actions))
                yield Planned(declared.name, plan.counts, plan.held, plan.tally.problem, steps)
        except CatalogError:
            raise
        except IndexingError as error:
            yield Planned(declared.name, {}, False, str(error), iter(()))


def location(declared: Declared, source: Source) -> str:
    """What the catalog calls the source's place: of two sources in one wiki, each has its own."""
    return source.location if declared.kind in FILES else f"{source.location} ({declared.name})"


def _place(catalog: Catalog, declared: Declared, source: Source) -> None:
    """Enters the source into the catalog, or says where it is now."""
    place = location(declared, source)
    try:
        catalog.place_source(declared.name, place, declared.kind)
    except sqlite3.IntegrityError:
        other = next(name for name, where in catalog.sources().items() if where == place)
        raise SettingsError(
            f"{place} is in the collection already, as {other}; call it [sources.{other}], or choose another collection."
        ) from None


def _rules(declared: Declared, rules: Rules) -> Rules:
    return replace(
        rules, delete=declared.delete, delete_share=declared.delete_share, full_seconds=declared.full_seconds
    )
