"""`assistant gaps`: the questions that the documents do not answer well, for those who write the documents."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from assistant import terminal
from assistant.commands.running import Data, errors, settings

if TYPE_CHECKING:
    from assistant.service.gaps import Gap

WORDS = {"not_found": "not found", "partial": "partly", "disliked": "disliked"}
NOTHING = "No question of the service was left unanswered, answered in part or had an answer that was disliked."


def gaps(
    limit: Annotated[int, typer.Option(help="Most questions listed.", min=1, max=10_000)] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
    data: Data = None,
    collection: Annotated[
        str | None, typer.Option("--collection", help="Only those of this collection.", show_default=False)
    ] = None,
) -> None:
    """List what the service could not answer, or not well: the most frequent questions first, when last, and why.

    Example: assistant gaps --limit 20
    """
    with errors():
        from assistant.service.gaps import Gaps
        from assistant.service.store import FILE

        path = settings(data, None).data / FILE
        found = Gaps(path).gaps(limit, collection) if path.exists() else ()
        if as_json:
            print(terminal.harmless(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2)))
            return
        for one in found:
            _show(one)
        if not found:
            terminal.say(NOTHING)


def _show(gap: Gap) -> None:
    why = ", ".join(f"{WORDS[reason]} {number}" for reason, number in gap.reasons.items())
    terminal.say(f"{gap.times:4} × {gap.question}")
    terminal.say(f"       {why}; last on {gap.latest[:10]} in {gap.collection}")
    for comment in gap.comments:
        terminal.say(f"       “{comment}”")
