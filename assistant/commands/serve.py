"""`assistant serve`: the chat page, the API and every other door over one or several collections, until Ctrl-C."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant import terminal
from assistant.commands.running import Data, assistant_of, errors, settings

if TYPE_CHECKING:
    from assistant.answer import Assistant

ACCESS, LIMITS, PROXY = "Access", "Limits", "Behind a proxy"


class Tickets(StrEnum):
    """Who gives the widget its tickets."""

    open = "open"
    minted = "minted"


Names = Annotated[
    list[str] | None,
    typer.Option(
        help="Name of a collection; may be repeated, the first one is the page's. "
        r"\[env: ASSISTANT_COLLECTION] \[default: default]",
        show_default=False,
    ),
]
Hosts = Annotated[
    list[str] | None,
    typer.Option(help="A further host name under which it is reached; may be repeated.", rich_help_panel=PROXY),
]
Origin = Annotated[
    list[str] | None,
    typer.Option(
        help="A site whose pages may call and frame it, as https://wiki.example; may be repeated.",
        rich_help_panel=ACCESS,
    ),
]
TicketsBy = Annotated[
    Tickets,
    typer.Option(help="Tickets for any page of these sites, or only minted by their servers.", rich_help_panel=ACCESS),
]
WidgetCollection = Annotated[
    list[str] | None,
    typer.Option(help="A collection that tickets open; may be repeated; else the first one.", rich_help_panel=ACCESS),
]
RequireKey = Annotated[
    bool, typer.Option("--require-key", help="Ask for a key on this machine, too.", rich_help_panel=ACCESS)
]
Force = Annotated[
    bool, typer.Option("--force", help="Let everybody who reaches it ask, without a key.", rich_help_panel=ACCESS)
]
Uploads = Annotated[
    bool | None,
    typer.Option(
        "--uploads/--no-uploads",
        help="Take documents in the page; if not said, on this machine only.",
        show_default=False,
        rich_help_panel=ACCESS,
    ),
]
KeepDays = Annotated[
    float,
    typer.Option(help="Days for which conversations, feedback and gaps are kept.", min=0.01, rich_help_panel=LIMITS),
]
Rate = Annotated[float, typer.Option(help="Questions a minute of one client.", min=0.1, rich_help_panel=LIMITS)]
TotalRate = Annotated[float, typer.Option(help="Questions a minute of all.", min=0.1, rich_help_panel=LIMITS)]
RequestRate = Annotated[
    float, typer.Option(help="Requests of any kind a minute of one address.", min=1, rich_help_panel=LIMITS)
]
Concurrent = Annotated[int, typer.Option(help="Questions answered at once.", min=1, rich_help_panel=LIMITS)]
Waiting = Annotated[int, typer.Option(help="Questions that may wait for that.", min=0, rich_help_panel=LIMITS)]
Megabytes = Annotated[float, typer.Option(help="Most megabytes of an upload.", min=0.01, rich_help_panel=LIMITS)]
RootPath = Annotated[str, typer.Option(help="The path under which a proxy serves it.", rich_help_panel=PROXY)]
UserHeader = Annotated[
    str, typer.Option(help="Header in which the trusted proxy names who is signed on.", rich_help_panel=PROXY)
]
Proxy = Annotated[str, typer.Option(help="Address of the proxy that is trusted.", rich_help_panel=PROXY)]
LogQuestions = Annotated[bool, typer.Option("--log-questions", help="Write questions to the log, too.")]


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 7860,
    example: Annotated[
        list[str] | None, typer.Option(help="A question offered on the empty page; may be repeated.")
    ] = None,
    data: Data = None,
    collection: Names = None,
    origin: Origin = None,
    tickets: TicketsBy = Tickets.open,
    widget_collection: WidgetCollection = None,
    require_key: RequireKey = False,
    force: Force = False,
    uploads: Uploads = None,
    rate: Rate = 30,
    total_rate: TotalRate = 600,
    request_rate: RequestRate = 1200,
    concurrent: Concurrent = 8,
    waiting: Waiting = 64,
    upload_megabytes: Megabytes = 50,
    keep_days: KeepDays = 90,
    name: Hosts = None,
    root_path: RootPath = "",
    trust_user_header: UserHeader = "",
    trusted_proxy: Proxy = "",
    log_questions: LogQuestions = False,
) -> None:
    """Serve the chat page, the API, the MCP server and the widget until Ctrl-C.

    Example: assistant serve --port 7860
    """
    with errors():
        from assistant.service.limits import Allowed
        from assistant.service.options import Options
        from assistant.service.server import serve as serve_assistants

        options = Options(
            names=tuple(name or ()),
            root_path=root_path,
            origins=tuple(origin or ()),
            tickets=tickets.value,
            ticket_collections=tuple(widget_collection or ()),
            require_key=require_key,
            force=force,
            user_header=trust_user_header,
            trusted_proxy=trusted_proxy,
            examples=tuple(example or ()),
            uploads=uploads,
            upload_limit=int(upload_megabytes * 2**20),
            data=settings(data, None).data,
            keep_days=keep_days,
            log_questions=log_questions,
            allowed=Allowed(rate, total_rate, concurrent, waiting, requests=request_rate),
        )
        with _log_to_stderr(), _served(data, collection or [None]) as assistants, _kept_in_step(assistants):
            serve_assistants(
                {one.collection.name: one for one in assistants},
                host,
                port,
                options=options,
                ready=lambda address: terminal.say(f"The chat is at {address} (Ctrl-C ends it)."),
            )


@contextmanager
def _served(data: Path | None, names: Sequence[str | None]) -> Iterator[list[Assistant]]:
    """An assistant for each collection, held until the end. All use one embedder, one reader and one language model."""
    from assistant.answer import Assistant
    from index.collection import Collection

    with ExitStack() as held:
        assistants: list[Assistant] = []
        for name in dict.fromkeys(names):
            if assistants:
                embedder = assistants[0].collection.embedder
                opened = held.enter_context(Collection.serve(settings(data, name), embedder))
                first = assistants[0]
                checker = first.checker if first.model else None
                assistants.append(Assistant(opened, first.reader, first.model, checker, seconds=first.seconds))
            else:
                assistants.append(assistant_of(held.enter_context(Collection.serve(settings(data, name)))))
        yield assistants


@contextmanager
def _kept_in_step(assistants: Sequence[Assistant]) -> Iterator[None]:
    """Every collection kept in step with its declared sources until the end."""
    from index.sync.keeper import Keeper

    log = logging.getLogger("assistant.sources")
    with ExitStack() as kept:
        for one in assistants:
            kept.enter_context(Keeper(one.collection, log.info))
        yield


@contextmanager
def _log_to_stderr() -> Iterator[None]:
    """What `log_to_stderr` says, while inside."""
    from assistant.service.request_log import log_to_stderr

    handler, log = log_to_stderr(), logging.getLogger("assistant")
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
