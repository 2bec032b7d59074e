"""The command line: parse, ask, format. Heavy imports stand inside the commands that need them."""

from __future__ import annotations

import io
import json
import signal
import sys
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
    from index import Collection, Settings

Data = Annotated[
    Path | None,
    typer.Option("--data", help="Folder of the collections. [env: ASSISTANT_DATA] [default: data]", show_default=False),
]
Name = Annotated[
    str | None,
    typer.Option(
        "--collection",
        help="Name of the collection. [env: ASSISTANT_COLLECTION] [default: default]",
        show_default=False,
    ),
]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Answers questions from your documents and cites the exact sentence behind every sentence.",
)


@app.callback()
def take_any_letter() -> None:
    """Whatever the terminal's encoding, a letter that it lacks is shown as `?` and is no error."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


@app.command()
def ingest(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files and folders; none: all folders read before.")
    ] = None,
    data: Data = None,
    collection: Name = None,
) -> None:
    """Read files and folders into the collection; what has not changed is skipped, what has vanished is removed.

    Example: assistant ingest seeds/
    """
    with _errors(), _collection(data, collection, create=True) as opened:
        with terminal.progress() as show:
            report = opened.ingest(*(paths or opened.folders()), progress=show)
        terminal.show_report(report)
    if any(not failure.unsupported for failure in report.failures):
        raise typer.Exit(1)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotation marks.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer record as JSON.")] = False,
    data: Data = None,
    collection: Name = None,
) -> None:
    """Answer one question, with the source sentence behind every sentence.

    Example: assistant ask "why is there no peace treaty?"
    """
    with _errors(), _collection(data, collection) as opened:
        from assistant.answer import Assistant

        answer = Assistant(opened).ask(question)
    if as_json:
        print(terminal.harmless(json.dumps(answer.to_json(), ensure_ascii=False, indent=2)))
    else:
        terminal.show_answer(answer)


@app.command()
def chat(data: Data = None, collection: Name = None) -> None:
    """Ask one question after another in the terminal; an empty line or Ctrl-D ends it.

    Example: assistant chat
    """
    with _errors(), _collection(data, collection) as opened:
        from assistant.answer import Assistant

        assistant = Assistant(opened)
        for question in terminal.questions():
            try:
                terminal.show_answer(assistant.ask(question))
            except AssistantError as error:
                terminal.complain(str(error))


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 7860,
    example: Annotated[
        list[str] | None, typer.Option(help="A question offered on the empty page; may be repeated.")
    ] = None,
    data: Data = None,
    collection: Name = None,
) -> None:
    """Serve the chat page until Ctrl-C.

    Example: assistant serve --port 7860
    """
    with _errors():
        from assistant.answer import Assistant
        from assistant.service.server import serve as serve_assistant
        from index.collection import Collection

        with Collection.serve(_settings(data, collection)) as opened:
            serve_assistant(
                Assistant(opened),
                host,
                port,
                examples=example or (),
                ready=lambda address: terminal.say(f"The chat is at {address} (Ctrl-C ends it)."),
            )


@app.command()
def status(data: Data = None, collection: Name = None) -> None:
    """Show what the collection holds: documents, sentences, passages, size, the embedder, and files that failed.

    Example: assistant status
    """
    with _errors(), _collection(data, collection) as opened:
        terminal.show_status(opened.name, opened.documents(), opened.status())


@app.command()
def reindex(data: Data = None, collection: Name = None) -> None:
    """Embed everything anew with the embedder of the settings; needed after changing it.

    Example: ASSISTANT_EMBEDDER=/models/other assistant reindex
    """
    with _errors(), _collection(data, collection) as opened, terminal.progress() as show:
        from index import Progress

        passages = opened.reindex(lambda done, total: show(Progress(done, total, "", 0)))
    terminal.say(f"{passages} passages embedded by {opened.embedder.stamp}.")


def _settings(data: Path | None, collection: str | None) -> Settings:
    from index.settings import Settings

    settings = Settings.from_environment()
    return replace(settings, data=data or settings.data, collection=collection or settings.collection)


@contextmanager
def _collection(data: Path | None, name: str | None, *, create: bool = False) -> Iterator[Collection]:
    from index.collection import Collection

    with Collection.open(_settings(data, name), create=create) as collection:
        yield collection


@contextmanager
def _errors() -> Iterator[None]:
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


def main() -> None:
    """The console command `assistant`."""
    run: Callable[[], None] = app
    try:
        run()
    except BrokenPipeError:  # the reader of our output went away, as in `assistant ask … | head -1`
        sys.stderr.close()
        sys.exit(1)
