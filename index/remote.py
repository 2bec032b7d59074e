"""An ingest asked for in one process and done in another: in the server that holds the collection."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from index.errors import IndexingError
from index.handover import HandoverServer, Request, hand_over
from index.records import FileFailure, IngestReport, Progress

Report = Callable[[Progress], None]
IngestHere = Callable[[Sequence[Path], Report], IngestReport]
SOCKET = "socket"


class ClientGone(Exception):
    """Whoever asked for the ingest went away; what is finished is kept."""


def serve_ingests(folder: Path, ingest: IngestHere) -> HandoverServer:
    """A started server in the collection's folder that does other processes' ingests by `ingest`."""
    server = HandoverServer(folder / SOCKET, lambda request: _ingest_lines(request, ingest))
    server.start()
    return server


def ingest_there(folder: Path, paths: Sequence[Path], progress: Report | None) -> IngestReport | None:
    """The report of the server that holds the collection, or None if none is listening. Its errors are raised here."""
    lines = hand_over(folder / SOCKET, Request("ingest", tuple(str(path.absolute()) for path in paths)))
    if lines is None:
        return None
    with closing(lines):  # type: ignore[type-var]  # a generator, which its type does not say
        for line in lines:
            if "progress" in line and progress is not None:
                progress(Progress(**line["progress"]))
            if "report" in line:
                failures = tuple(FileFailure(**failure) for failure in line["report"].pop("failures"))
                return IngestReport(**line["report"], failures=failures)
    return None


def _ingest_lines(request: Request, ingest: IngestHere) -> Iterator[dict[str, Any]]:
    """The lines of the answer to one request; the ingest runs in a thread of its own and ends early if nobody listens."""
    lines: SimpleQueue[dict[str, Any] | Exception] = SimpleQueue()
    gone = threading.Event()

    def show(at: Progress) -> None:
        if gone.is_set():
            raise ClientGone
        lines.put({"progress": asdict(at)})

    def work() -> None:
        try:
            lines.put({"report": asdict(ingest([Path(path) for path in request.paths], show))})
        except Exception as error:
            lines.put(error)

    thread = threading.Thread(target=work, name="handed-over ingest", daemon=True)
    thread.start()
    try:
        while True:
            line = lines.get()
            if isinstance(line, Exception):
                raise (
                    line if isinstance(line, IndexingError) else IndexingError(f"The server failed: {line!r}.")
                ) from line
            yield line
            if "report" in line:
                return
    finally:
        gone.set()
        thread.join()
