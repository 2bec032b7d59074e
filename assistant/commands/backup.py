"""`assistant backup` and `assistant restore`: everything of a data folder to one file and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant import terminal
from assistant.commands.running import Data, errors, settings

if TYPE_CHECKING:
    from index.backup import Place

Replace = Annotated[bool, typer.Option("--replace", help="Put it in the place of what is there.")]


def backup(
    file: Annotated[Path, typer.Argument(help="The backup to be written, such as assistant-2026-11-26.zip.")],
    data: Data = None,
    collection: Annotated[
        list[str] | None, typer.Option(help="Only this collection; may be repeated.", show_default=False)
    ] = None,
    replace: Replace = False,
) -> None:
    """Write all collections, uploads, conversations, keys and the sources' file into one file; a server may run.

    Example: assistant backup assistant-2026-11-26.zip
    """
    with errors():
        from index.backup import back_up

        made = back_up(_place(data), file, collection or (), replace=replace)
        terminal.say(
            f"{file}: {', '.join(made.collections)}; {made.files} files, {made.bytes / 1e6:.1f} MB. "
            "It holds every document: keep it where only their readers reach it."
        )


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `assistant backup` wrote.")],
    data: Data = None,
    replace: Replace = False,
) -> None:
    """Put a backup back, while no server runs. A damaged file is refused, and nothing is changed unless all of it is.

    Example: assistant restore assistant-2026-11-26.zip
    """
    with errors():
        from index.restore import restore

        names = restore(file, _place(data), replace=replace)
        terminal.say(f"Restored: {', '.join(names)}. The vector index is built when the collection is next opened.")


def _place(data: Path | None) -> Place:
    from assistant.service.keys import FILE as KEYS
    from assistant.service.store import FILE as STORE
    from index.backup import Place

    chosen = settings(data, None)
    return Place(chosen.data, (STORE, KEYS), chosen.config)
