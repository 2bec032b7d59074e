"""`assistant sync`: the declared sources and the collection brought into step, or what that would do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from assistant import terminal
from assistant.commands.running import Data, Name, errors, open_collection

if TYPE_CHECKING:
    from index.records import SyncReport
    from index.sync.sources import Planned

SHOWN = 100  # documents of a plan that are named
WORDS = {"add": "to add", "change": "to look at", "delete": "to remove", "skip": "unchanged", "failed": "failed before"}
NOTHING = "No source is declared for this collection; declare one: assistant source add KIND WHERE."
HELD = "{} documents would be removed at once, more than {} allows; nothing was removed. If that is right: --yes."


def sync(
    names: Annotated[list[str] | None, typer.Argument(help="Names of sources; none: all.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Remove what has vanished, however much it is.")] = False,
    full: Annotated[bool, typer.Option("--full", help="List everything, also where changes would do.")] = False,
    data: Data = None,
    collection: Name = None,
) -> None:
    """Bring the collection into step with its sources: what is new is added, what is gone is removed.

    Example: assistant sync --dry-run
    """
    with errors(), open_collection(data, collection, create=True) as opened:
        if dry_run:
            planned = list(map(_show_plan, opened.plan(*(names or ()), full=full)))
            whole = all(planned)
        else:
            with terminal.progress() as show:
                reports = opened.sync(*(names or ()), yes=yes, full=full, progress=show)
            planned = list(map(_show_report, reports))
            whole = all(planned)
        if not planned:
            terminal.say(NOTHING)
    if not whole:
        raise typer.Exit(1)


def _show_plan(plan: Planned) -> bool:
    """Whether the source could be listed, and nothing needs a yes."""
    terminal.say(f"{plan.source}: {_counts([(plan.counts.get(action, 0), word) for action, word in WORDS.items()])}")
    for number, (action, path) in enumerate(plan.steps):
        if number == SHOWN:
            terminal.say("  …")
            break
        terminal.say(f"  {WORDS[action]}: {path}")
    if plan.problem:
        terminal.complain(f"{plan.source}: {plan.problem}")
    if plan.held:
        terminal.complain(f"{plan.source}: {HELD.format(plan.counts['delete'], 'its delete_share')}")
    return not plan.problem and not plan.held


def _show_report(report: SyncReport) -> bool:
    """Whether the sync was whole."""
    counts = _counts(
        [
            (report.added, "added"),
            (report.changed, "changed"),
            (report.unchanged, "unchanged"),
            (report.removed, "removed"),
            (report.failed, "failed"),
        ]
    )
    terminal.say(f"{report.source}: {counts}. Passages embedded: {report.passages}. {report.seconds:.1f} s.")
    for failure in report.failures:
        word = "not supported" if failure.unsupported else "failed"
        terminal.complain(f"{word}: {report.source}/{failure.path}: {failure.reason}")
    terminal.show_notes(report.notes, f"{report.source}/")
    if report.problem:
        terminal.complain(f"{report.source}: {report.problem}")
    if report.held:
        terminal.complain(f"{report.source}: {HELD.format(report.held, 'its delete_share')}")
    failed = report.failed > sum(failure.unsupported for failure in report.failures)
    return not (report.problem or report.held or failed)


def _counts(counts: Sequence[tuple[int, str]]) -> str:
    return ", ".join(f"{number} {word}" for number, word in counts if number) or "nothing there"
