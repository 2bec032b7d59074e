"""Uploaded files → the collection, with progress and a report by file name."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.page.contract import Library
from assistant.page.escape import isolated
from index.errors import IndexingError

if TYPE_CHECKING:
    from index.records import IngestReport, Progress

FAILED = "The documents could not be added. What was indexed before is unchanged."
_log = logging.getLogger(__name__)


def upload_events(library: Library, folder: Path) -> Callable[[Any], Iterator[tuple[Any, Any]]]:
    """The event handler of the upload button: updates of the status and of the button.

    Only files inside `folder` are read, and deleted afterwards; the service refuses events that name others.
    """
    import gradio as gr

    def upload(files: list[str] | None) -> Iterator[tuple[Any, Any]]:
        paths = [Path(file) for file in files or [] if Path(file).resolve().is_relative_to(folder.resolve())]
        if not paths:
            return
        button = gr.UploadButton("Adding…", interactive=False)
        for html in ingest(library, paths):
            yield html, button
        yield gr.skip(), gr.UploadButton("Add documents", interactive=True, value=None)

    return upload


def ingest(library: Library, files: Sequence[Path]) -> Iterator[str]:
    """The status as HTML, first a bar that moves and at last the report; the uploaded copies are deleted."""
    news: queue.SimpleQueue[Progress | str] = queue.SimpleQueue()

    def work() -> None:
        try:
            result = render_report(library.ingest_upload(files, news.put), files)
        except IndexingError as error:
            result = _problem(str(error))
        except Exception:
            _log.exception("an upload failed")
            result = _problem(FAILED)
        for file in files:
            file.unlink(missing_ok=True)
        news.put(result)

    yield render_progress(0, len(files), files[0].name)
    threading.Thread(target=work, name="upload", daemon=True).start()
    while not isinstance(step := news.get(), str):
        yield render_progress(step.done, step.total, Path(step.path).name)
    yield step


def render_progress(done: int, total: int, name: str) -> str:
    """A bar and, in words, how far it is."""
    return (
        f'<div class="status">Reading {isolated(name)} <small>({done} of {total} done)</small>'
        f'<progress value="{done}" max="{max(total, 1)}"></progress></div>'
    )


def render_report(report: IngestReport, files: Sequence[Path]) -> str:
    """What was added, changed and left out, by file name and with the reason; never a path of the server."""
    failed = {Path(failure.path).name: failure.reason for failure in report.failures}
    counts = [
        (report.added, "added"),
        (report.changed, "changed"),
        (report.unchanged, "already up to date"),
        (len(failed), "not added"),
    ]
    summary = ", ".join(f"{number} {word}" for number, word in counts if number) or "Nothing to add"
    good = [file.name for file in files if file.name not in failed]
    done = f"<ul>{''.join(f'<li>{isolated(name)}</li>' for name in good)}</ul>" if good else ""
    bad = "".join(f'<li class="bad">{isolated(name)}: {isolated(reason)}</li>' for name, reason in failed.items())
    bad += "".join(f"<li>{isolated(Path(one.path).name)}: {isolated(one.note)}</li>" for one in report.notes)
    return (
        f'<div class="status" title="Result"><strong>{summary}.</strong>{done}{f"<ul>{bad}</ul>" if bad else ""}</div>'
    )


def _problem(message: str) -> str:
    return f'<div class="status bad" title="Result">{isolated(message)}</div>'
