"""`assistant check` and `assistant repair`: whether the collection is sound, and making it so."""

from __future__ import annotations

from itertools import islice

import typer

from assistant import terminal
from assistant.commands.running import Data, Name, errors, settings

MOST_SHOWN = 50


def check(data: Data = None, collection: Name = None) -> None:
    """Check that the collection is sound: every text, range, id, vector and index. Nothing is changed; a server may run.

    The exit status is 0 if all is well, 1 if something is not, 2 if it could not be checked.

    Example: assistant check
    """
    with errors():
        from index.check import Note, check

        found = check(settings(data, collection))
        problems = 0
        for one in found:
            if isinstance(one, Note):
                terminal.say(one.text)
                continue
            problems += 1
            if problems <= MOST_SHOWN:
                terminal.complain(one.text)
    if problems > MOST_SHOWN:
        terminal.complain(f"… and {problems - MOST_SHOWN} more.")
    if problems:
        terminal.complain(f"{problems} problems; `assistant repair` mends what can be mended, or restore a backup.")
        raise typer.Exit(1)
    terminal.say("The collection is sound.")


def repair(data: Data = None, collection: Name = None) -> None:
    """Mend the collection: build anew what can be built anew, and name the documents that must be read again.

    Example: assistant repair
    """
    with errors():
        from index.check import check
        from index.check_document import Problem
        from index.embed import open_embedder
        from index.repair import repair

        chosen = settings(data, collection)
        report = repair(chosen, lambda: open_embedder(chosen.embedder))
        for text in report.done:
            terminal.say(text)
        for place in report.dropped:
            terminal.complain(f"dropped, read it again: {place}")
        left = [one for one in check(chosen) if isinstance(one, Problem)]
        for problem in islice(left, MOST_SHOWN):
            terminal.complain(problem.text)
    if left:
        raise typer.Exit(1)
