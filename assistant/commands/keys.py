"""`assistant key`: make, list and remove the keys with which programs and people use the service."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant import terminal
from assistant.commands.running import Data, errors, settings

if TYPE_CHECKING:
    from assistant.service.keys import Key, Keys

app = typer.Typer(
    no_args_is_help=True,
    help="Make, list and remove the keys of the service.\n\nExample: assistant key add intranet --scope ask",
)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What the key is called in lists.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(help="ask, ingest or admin; may be repeated; ask if left out.", show_default=False),
    ] = None,
    collection: Annotated[
        list[str] | None,
        typer.Option(help="A collection that it opens; may be repeated; all if left out.", show_default=False),
    ] = None,
    data: Data = None,
) -> None:
    """Make a key and print it, once: only its hash is kept.

    Example: assistant key add intranet --scope ask --collection handbook
    """
    with errors():
        key, text = _keys(data).add(name, scope or ["ask"], collection)  # type: ignore[arg-type]  # it checks them
        print(text)
        terminal.complain(f"Keep this key now; it is not shown again. {_told(key)}.")


@app.command("list")
def list_keys(data: Data = None) -> None:
    """List the names of all keys and what each may do.

    Example: assistant key list
    """
    with errors():
        keys = _keys(data).all()
        for key in keys:
            terminal.say(f"{_told(key)}, made {key.created[:10]}.")
        if not keys:
            terminal.say("There are no keys.")


@app.command()
def remove(name: Annotated[str, typer.Argument(help="Name of the key.")], data: Data = None) -> None:
    """Remove a key; a running service refuses it from now on.

    Example: assistant key remove intranet
    """
    with errors():
        _keys(data).remove(name)
        terminal.say(f"The key {name!r} is removed.")


def _keys(data: Path | None) -> Keys:
    from assistant.service.keys import Keys

    return Keys(settings(data, None).data)


def _told(key: Key) -> str:
    where = "every collection" if key.collections is None else ", ".join(sorted(key.collections))
    return f"{key.name} may {', '.join(sorted(key.scopes))} in {where}"
