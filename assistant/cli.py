"""The command line: parse, ask, format. Heavy imports stand inside the commands that need them."""

from __future__ import annotations

import io
import json
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from assistant import terminal
from assistant.commands import backup, check, gaps, keys, mcp, serve, source, sync, widget
from assistant.commands.running import Data, Name, assistant_of, errors, open_collection
from assistant.errors import AssistantError

EARLIER = 6  # turns before a question that are looked at to understand it

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
    with errors(), open_collection(data, collection, create=True) as opened:
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
    with errors(), open_collection(data, collection) as opened:
        assistant = assistant_of(opened)
        if as_json:
            answer = assistant.ask(question)
            print(terminal.harmless(json.dumps(answer.to_json(), ensure_ascii=False, indent=2)))
        else:
            terminal.show_events(question, assistant.stream(question))


@app.command()
def chat(data: Data = None, collection: Name = None) -> None:
    """Ask one question after another in the terminal, each understood in its conversation; an empty line or Ctrl-D ends it.

    Example: assistant chat
    """
    with errors(), open_collection(data, collection) as opened:
        from assistant.conversation import Turn

        assistant, history = assistant_of(opened), deque[Turn](maxlen=EARLIER)
        for question in terminal.questions():
            try:
                answer = terminal.show_events(question, assistant.stream(question, history=tuple(history)))
                if answer.verdict != "talk":
                    history.append(Turn(answer.standalone_question, " ".join(one.text for one in answer.sentences)))
            except AssistantError as error:
                terminal.complain(str(error))


app.command("sync")(sync.sync)
app.add_typer(source.app, name="source")
app.command("check")(check.check)
app.command("repair")(check.repair)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("serve")(serve.serve)
app.command("mcp")(mcp.mcp)
app.command("gaps")(gaps.gaps)
app.command("widget")(widget.widget)
app.add_typer(keys.app, name="key")


@app.command()
def status(data: Data = None, collection: Name = None) -> None:
    """Show what the collection holds: documents, sentences, passages, size, the embedder, and files that failed.

    Example: assistant status
    """
    with errors(), open_collection(data, collection) as opened:
        terminal.show_status(opened.name, opened.documents(), opened.status())


@app.command()
def reindex(data: Data = None, collection: Name = None) -> None:
    """Embed everything anew with the embedder of the settings; needed after changing it.

    Example: ASSISTANT_EMBEDDER=/models/other assistant reindex
    """
    with errors(), open_collection(data, collection) as opened, terminal.progress() as show:
        from index import Progress

        passages = opened.reindex(lambda done, total: show(Progress(done, total, "", 0)))
    terminal.say(f"{passages} passages embedded by {opened.embedder.stamp}.")


def main() -> None:
    """The console command `assistant`."""
    run: Callable[[], None] = app
    try:
        run()
    except BrokenPipeError:  # the reader of our output went away, as in `assistant ask … | head -1`
        sys.stderr.close()
        sys.exit(1)
