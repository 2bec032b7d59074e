"""What the command line prints. Everything from documents, file names and questions is made harmless first."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePath
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from assistant.page.plain import bracketed_doubt, marks, understood, withheld
from assistant.said import Said, said_to

if TYPE_CHECKING:
    from assistant.record import Answer, AnswerSentence, Citation, Event
    from index import DocumentSummary, FileFailure, FileNote, IngestReport, Progress, Status

_out = Console(highlight=False, soft_wrap=False)
_err = Console(stderr=True, highlight=False)
MOST_LISTED = 20


def printable(text: str) -> str:
    """The text on one line, without anything that a terminal would obey."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def harmless(dump: str) -> str:
    """JSON text in which what a terminal would obey, or marks that turn the direction of text, are escapes."""
    return "".join(letter if letter.isprintable() or letter == "\n" else json.dumps(letter)[1:-1] for letter in dump)


def say(text: str) -> None:
    _out.print(Text(printable(text)))


def complain(text: str) -> None:
    """One sentence on stderr."""
    print(printable(text), file=sys.stderr)


def show_answer(answer: Answer) -> None:
    """The answer with numbered citations, or the refusal with the nearest sentences."""
    _show_understood(answer.question, answer.standalone_question)
    if answer.verdict == "not_found":
        _out.print(Text(said_to(answer.question)("refusal"), style="bold"))
    for sentence in answer.sentences:
        _show_sentence(sentence, said_to(answer.question))
    _show_rest(answer)


def show_events(question: str, events: Iterable[Event]) -> Answer:
    """The answer, shown while it comes: each sentence at once, and all of it anew where it turns out to be another one."""
    from assistant.record import Shown

    shown: list[AnswerSentence] = []
    for event in events:
        if isinstance(event, Shown):
            if not shown:
                _show_understood(question, event.standalone_question)
            _show_sentence(event.sentence, said_to(question))
            shown.append(event.sentence)
        elif not shown:
            show_answer(event)
        else:
            if tuple(shown) != event.sentences:
                _out.print(Text(said_to(question)("instead"), style="yellow"))
                for sentence in event.sentences:
                    _show_sentence(sentence, said_to(question))
            _show_rest(event)
    assert not isinstance(event, Shown)
    return event


def _show_understood(asked: str, standalone: str) -> None:
    if question := understood(asked, standalone):
        _out.print(Text(f"{said_to(asked)('understood')} {printable(question)}", style="dim"))


def _show_sentence(sentence: AnswerSentence, say_in: Said) -> None:
    after = (bracketed_doubt(sentence, say_in), "yellow")
    _out.print(Text.assemble(printable(sentence.text), " ", (marks(sentence), "bold cyan"), after))


def _show_rest(answer: Answer) -> None:
    for note in (*withheld(answer), *answer.notes):
        _out.print(Text(printable(note), style="" if answer.verdict == "talk" else "yellow"))
    said = said_to(answer.question)
    label = said("sources") if answer.citations else f"{said('nearest')}:" if answer.nearest else ""
    if label:
        _out.print(Text(f"\n{label}", style="dim"))
    for citation in answer.citations or answer.nearest:
        _out.print(_source(citation))


def show_report(report: IngestReport) -> None:
    """One line of what an ingest did, one for the files of other formats, then one for each file that failed.

    Where nothing was read, files of other formats are named, too: they are what was given.
    """
    counts = (
        (report.added, "added"),
        (report.changed, "changed"),
        (report.unchanged, "unchanged"),
        (report.removed, "removed"),
    )
    said = ", ".join(f"{number} {word}" for number, word in counts if number) or "nothing to read"
    rate = f" ({report.passages / report.seconds:.0f}/s)" if report.passages and report.seconds > 0.5 else ""
    say(f"Documents: {said}. Passages embedded: {report.passages}{rate}. {report.seconds:.1f} s.")
    quiet = any(number for number, _ in counts)
    others = Counter(_kind_of(one) for one in report.failures if one.unsupported)
    if others and quiet:
        say(
            f"Left out, not a supported format: {', '.join(f'{number} {kind}' for kind, number in sorted(others.items()))}."
        )
    for failure in report.failures:
        if not (failure.unsupported and quiet):
            word = "not supported" if failure.unsupported else "failed"
            complain(f"{word}: {failure.path}: {failure.reason}")
    show_notes(report.notes)


def show_notes(notes: Sequence[FileNote], source: str = "") -> None:
    """One line for each thing that could not be read of files that were; of very many the first."""
    for one in notes[:MOST_LISTED]:
        complain(f"in part: {source}{one.path}: {one.note}")
    if len(notes) > MOST_LISTED:
        complain(f"in part: … and {len(notes) - MOST_LISTED} more")


def _kind_of(failure: FileFailure) -> str:
    """The suffix of a file without a loader, with the format to save it as where there is one."""
    path, advice = PurePath(failure.path), failure.reason.rpartition(": ")[2]
    kind = path.suffix or path.name
    return f"{kind} ({advice})" if advice.startswith("save it as") else kind


def show_status(name: str, documents: Sequence[DocumentSummary], status: Status) -> None:
    say(
        f"Collection {name}: {status.documents} documents, {status.sentences} sentences, {status.passages} passages, "
        f"{status.bytes / 1e6:.1f} MB, embedder {status.embedder}."
    )
    for document in documents[:MOST_LISTED]:
        say(
            f"  {document.source}/{document.path} · {document.title} · {document.sentences} sentences · "
            f"{document.modified[:10]}"
        )
    if len(documents) > MOST_LISTED:
        say(f"  … and {len(documents) - MOST_LISTED} more")
    for failure in status.failures:
        complain(f"failed: {failure.path}: {failure.reason}")


def questions() -> Iterator[str]:
    """Lines typed by the user, until an empty one or the end of input."""
    if sys.stdin.isatty():
        say("Ask a question; an empty line ends.")
    while True:
        try:
            line = _out.input("\n› ") if sys.stdin.isatty() else input()
        except EOFError:
            return
        if not line.strip():
            return
        yield line


@contextmanager
def progress() -> Iterator[Callable[[Progress], None]]:
    """A bar on stderr with rate and time left; the function given moves it."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[path]}"),
    )
    with Bar(*columns, console=_err, transient=True) as bar:
        task = bar.add_task("", total=None, rate="", path="")

        def show(at: Progress) -> None:
            elapsed = bar.tasks[0].elapsed or 0.0
            rate = f"{at.passages / elapsed:.0f} passages/s" if at.passages and elapsed > 0.5 else ""
            bar.update(task, completed=at.done, total=at.total, rate=rate, path=Text(printable(at.path)[-50:]))

        yield show


def _source(citation: Citation) -> Text:
    document = citation.document
    pages = f", page {citation.pages[0]}" if citation.pages else ""
    heading = f" › {' › '.join(citation.heading)}" if citation.heading else ""
    quote = " ".join(citation.quote.split())
    context = f"{citation.context.rstrip(':')}: " if citation.context else ""
    return Text.assemble(
        (f"[{citation.number}] ", "bold cyan"),
        (printable(context), "dim"),
        f"“{printable(quote)}”",
        (
            f"\n    {printable(document.title)}{printable(heading)} ({printable(document.source)}{pages}, "
            f"{printable(document.modified[:10])})",
            "dim",
        ),
    )
