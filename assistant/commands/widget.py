"""`assistant widget`: what to paste into a wiki so that its pages show the assistant, and where."""

from __future__ import annotations

import json
from html import escape
from typing import Annotated, Literal
from urllib.parse import urlsplit

import typer

from assistant import terminal
from assistant.commands.running import errors
from assistant.errors import ServeError

Wiki = Literal["mediawiki", "dokuwiki", "confluence", "bookstack", "wikijs", "html"]

PLACES: dict[str, str] = {
    "mediawiki": "Put this into the page MediaWiki:Common.js; only interface administrators may change it.",
    "dokuwiki": "Put this into the file conf/userscript.js, then save any setting of the wiki, which renews its cache.",
    "confluence": "Data Center: put the first line into General configuration > Custom HTML > At end of the BODY. "
    "Cloud: put the address of the second line into an iframe macro.",
    "bookstack": "Put this into Settings > Customization > Custom HTML Head Content.",
    "wikijs": "Put this into Administration > Theme > Code Injection > Body HTML Injection.",
    "html": "Put the first line into the page, or the second one where no script is allowed.",
}


def widget(
    wiki: Annotated[Wiki, typer.Option(help="The kind of wiki.")] = "html",
    server: Annotated[str, typer.Option(help="The service's address, as browsers reach it.")] = "http://127.0.0.1:7860",
) -> None:
    """Print what to paste into a wiki so that its pages show the assistant; where, and what else it needs, as notes.

    Example: assistant widget --wiki mediawiki --server https://ask.example
    """
    with errors():
        address = server_address(server)
        print(snippet(wiki, address))
        for note in notes(wiki, address):
            terminal.complain(note)


def server_address(server: str) -> str:
    """The address without a slash at its end. ServeError for what is no web address of a service."""
    try:
        parts = urlsplit(server.strip())
        whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole = False
    plain = server.isascii() and server.isprintable() and not set(server) & set(" \"'<>\\`{}|^")
    if (
        not (whole and plain and parts.scheme in ("http", "https"))
        or "@" in parts.netloc
        or parts.query
        or parts.fragment
    ):
        raise ServeError(f"{server!r} is no address of a service: write it as in https://ask.example/assistant.")
    return server.strip().rstrip("/")


def snippet(wiki: str, server: str) -> str:
    """The lines to paste. The script alone is enough: it adds the widget to the page."""
    script = f"{server}/widget.js"
    tag = f'<script src="{escape(script)}" defer></script>'
    frame = f'<iframe src="{escape(server)}/embed" title="Assistant" width="400" height="640" allow="clipboard-write"></iframe>'
    source = json.dumps(script)
    return {
        "mediawiki": f"mw.loader.load({source});",
        "dokuwiki": "jQuery(function () { var script = document.createElement('script'); "
        f"script.src = {source}; document.body.appendChild(script); }});",
        "confluence": f"{tag}\n{frame}",
        "html": f"{tag}\n{frame}",
    }.get(wiki, tag)


def notes(wiki: str, server: str) -> list[str]:
    """Where it goes, which origin to allow, and what a page on https and a content policy need; one sentence or two each."""
    parts = urlsplit(server)
    origin = f"{parts.scheme}://{parts.netloc}"
    secure = "A page on https cannot load a widget from http."
    if parts.scheme == "http":
        secure += f" If the wiki is on https, serve the assistant on https, too; now it is at {server}."
    framed = wiki in ("confluence", "html")
    return [
        PLACES[wiki],
        "Allow the wiki's pages: assistant serve --origin https://wiki.example, with the scheme, name and port that the "
        "browser shows for the wiki and nothing behind them."
        + (f" For the frame, allow the service's own origin as well: --origin {origin}." if framed else ""),
        secure,
        f"If the wiki sends a Content-Security-Policy, add {origin} to its script-src and connect-src"
        + (", for the frame to its frame-src." if framed else "."),
    ]
