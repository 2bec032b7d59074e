"""What every command has: the options for the collection, the open collection, and errors as one sentence."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from assistant import terminal
from assistant.errors import AssistantError
from index.errors import IndexingError

if TYPE_CHECKING:
    from assistant.answer import Assistant
    from index import Collection, Settings

Data = Annotated[
    Path | None,
    typer.Option(
        "--data", help=r"Folder of the collections. \[env: ASSISTANT_DATA] \[default: data]", show_default=False
    ),
]
Name = Annotated[
    str | None,
    typer.Option(
        "--collection",
        help=r"Name of the collection. \[env: ASSISTANT_COLLECTION] \[default: default]",
        show_default=False,
    ),
]


def settings(data: Path | None, collection: str | None) -> Settings:
    """The settings of the environment, with what the options say otherwise."""
    from index.settings import Settings

    found = Settings.from_environment()
    return replace(found, data=data or found.data, collection=collection or found.collection)


@contextmanager
def open_collection(data: Path | None, name: str | None, *, create: bool = False) -> Iterator[Collection]:
    """The collection, open until the end."""
    from index.collection import Collection

    with Collection.open(settings(data, name), create=create) as collection:
        yield collection


def assistant_of(collection: Collection) -> Assistant:
    """The assistant over a collection, with the language model that the settings name, if they name one."""
    from assistant.answer import Assistant
    from assistant.settings import ModelSettings

    chosen = ModelSettings.read(collection.settings.config)
    return Assistant(collection, model=chosen.open(), seconds=chosen.seconds)


@contextmanager
def errors() -> Iterator[None]:
    """Turns what we raise on purpose into one sentence on stderr and status 2, and Ctrl-C into status 130."""
    with _interrupts() as interrupted:
        try:
            yield
        except (Exception, KeyboardInterrupt) as error:
            if interrupted() or isinstance(error, KeyboardInterrupt):
                terminal.complain("Stopped. What was finished is kept; run the same command again to go on.")
                raise typer.Exit(130) from None
            if isinstance(error, AssistantError | IndexingError):
                terminal.complain(str(error))
                raise typer.Exit(2) from None
            raise


@contextmanager
def _interrupts() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed: a compiled library that is being imported turns it into an ImportError."""
    pressed: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        pressed.append(number)
        signal.default_int_handler(number, frame)

    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield lambda: False
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
