"""`assistant source`: the sources that are declared in `assistant.toml`, added, listed and removed."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant import terminal
from assistant.commands.running import Data, Name, errors, open_collection, settings

app = typer.Typer(
    no_args_is_help=True, help="Declare where documents come from.\n\nExample: assistant source add folder ~/handbook"
)
WHERE = {
    "reader": "reader",
    "website": "sitemap",
    "mediawiki": "address",
    "dokuwiki": "address",
    "confluence": "address",
}
Patterns = Annotated[list[str] | None, typer.Option(help="Only paths like this, as in .gitignore; may be repeated.")]


@app.command()
def add(
    kind: Annotated[
        str,
        typer.Argument(
            help="folder, vault, zip, mediawiki, dokuwiki, dokuwiki-folder, website, confluence or reader.",
        ),
    ],
    where: Annotated[str, typer.Argument(help="A path, the wiki's or the sitemap's address, or module:Class.")],
    name: Annotated[str | None, typer.Option(help="Its name; else made of where it is.", show_default=False)] = None,
    schedule: Annotated[
        str, typer.Option(help="When a server syncs it: watch (folders), or every 30s, 15m, 2h, 1d.")
    ] = "",
    include: Patterns = None,
    exclude: Annotated[list[str] | None, typer.Option(help="No paths like this; may be repeated.")] = None,
    user: Annotated[str | None, typer.Option(help="User to sign in as.", show_default=False)] = None,
    password: Annotated[
        str | None, typer.Option(help="$NAME: the environment's variable with the password.", show_default=False)
    ] = None,
    option: Annotated[
        list[str] | None, typer.Option("--set", help="A further option, as namespaces='[0, 4]'; may be repeated.")
    ] = None,
    collection: Name = None,
) -> None:
    """Declare a source. Nothing is read before `assistant sync`, or before a server comes to it.

    Example: assistant source add folder docs --schedule watch
    """
    with errors():
        from index.source.declaring import add_declared

        chosen = settings(None, collection)
        table: dict[str, Any] = {"kind": kind, WHERE.get(kind, "path"): _where(kind, where, chosen.config)}
        given = {"include": include, "exclude": exclude, "user": user, "password": password, "schedule": schedule}
        table |= {key: value for key, value in given.items() if value}
        table |= dict(_option(one) for one in option or ())
        if chosen.collection != "default":
            table["collection"] = chosen.collection
        made = add_declared(chosen.config, name or _name(where), table)
    terminal.say(
        f"{made.name} is declared in {chosen.config}; see what it brings: assistant sync --dry-run {made.name}"
    )


@app.command("list")
def list_sources(data: Data = None, collection: Name = None) -> None:
    """List the declared sources of the collection: where they are, their schedule, and how the last sync went.

    Example: assistant source list
    """
    with errors(), open_collection(data, collection, create=True) as opened:
        from index.sync.sources import chosen
        from index.sync.state import read_states

        states, counts = read_states(opened.catalog), opened.catalog.document_counts()
        found = chosen(opened.settings.config, opened.name, ())
        for one in found:
            state = states.get(one.name)
            when = f"synced {state.ended}" if state else "not synced yet"
            schedule = "watched" if one.watch else f"every {one.seconds:g} s" if one.seconds else "no schedule"
            shown = f"{one.name}: {one.kind} {one.where()}, {schedule}, {counts.get(one.name, 0)} documents, {when}"
            terminal.say(shown)
            if state and state.report and (state.report.problem or state.report.held):
                held = f"{state.report.held} documents wait to be removed: assistant sync --yes {one.name}"
                terminal.complain(f"  {state.report.problem or held}")
        if not found:
            terminal.say("No source is declared; assistant source add declares one.")


@app.command()
def remove(
    name: Annotated[str, typer.Argument(help="Its name.")],
    documents: Annotated[bool, typer.Option("--documents", help="Remove its documents, too.")] = False,
    data: Data = None,
    collection: Name = None,
) -> None:
    """Declare a source no longer. Its documents stay as they are, unless --documents.

    Example: assistant source remove handbook --documents
    """
    with errors():
        from index.source.declaring import remove_declared

        file = settings(data, collection).config
        remove_declared(file, name)
        said = f"{name} is no longer declared in {file}"
        if not documents:
            terminal.say(f"{said}; its documents stay.")
            return
        with open_collection(data, collection, create=True) as opened:
            terminal.say(f"{said}; {opened.forget(name)} documents removed.")


def _where(kind: str, where: str, config: Path) -> str:
    """A path as it is found from the declaring file's folder; an address as it is. SettingsError for no such path."""
    from index.errors import SettingsError

    if kind in WHERE:
        return where
    path = Path(where).expanduser()
    if not path.exists():
        raise SettingsError(f"{where} does not exist; give the path of what is to be read.")
    folder = config.absolute().parent
    absolute = Path(os.path.abspath(path))
    return absolute.relative_to(folder).as_posix() if absolute.is_relative_to(folder) else str(absolute)


def _name(where: str) -> str:
    """A name from the last part of a path or the host of an address."""
    host = re.match(r"https?://([^/:]+)", where)
    last = host[1] if host else Path(os.path.abspath(where)).name
    return re.sub(r"[^\w.-]+", "-", last).strip("-._")[:63] or "source"


def _option(text: str) -> tuple[str, Any]:
    """Key and value of `key=value`, where the value is written as in the file; a text may do without its quotes."""
    key, _, value = text.partition("=")
    try:
        return key.strip(), tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return key.strip(), value.strip()
