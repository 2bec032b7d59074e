"""Work asked for in one process and done in another: in the server that holds the collection.

| command | paths | options | the last line of the answer has |
|---|---|---|---|
| `ingest` | files and folders | – | the report |
| `sync` | the file that declares the sources | `--yes`, `--full`, names of sources | a report for each source |
| `forget` | – | the name of a source | the number of documents removed |
| `reindex` | – | the embedder's name or path | the number of passages made |
"""

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
from index.records import IngestReport, Progress, SyncReport
from index.sync.state import to_report, with_records

Report = Callable[[Progress], None]
Work = Callable[[Request, Report], Any]
SOCKET = "socket"
DONE = "report"


class ClientGone(Exception):
    """Whoever asked for the work went away; what is finished is kept."""


def serve_requests(folder: Path, commands: dict[str, Work]) -> HandoverServer:
    """A started server in the collection's folder that does other processes' work by these functions."""
    server = HandoverServer(folder / SOCKET, lambda request: _lines(request, commands))
    server.start()
    return server


def ingest_there(folder: Path, paths: Sequence[Path], progress: Report | None) -> IngestReport | None:
    """The report of the server that holds the collection, or None if none is listening. Its errors are raised here."""
    found = _ask(folder, Request("ingest", tuple(str(path.absolute()) for path in paths)), progress)
    return None if found is None else IngestReport(**with_records(found))


def sync_there(
    folder: Path, file: Path, options: Sequence[str], progress: Report | None
) -> tuple[SyncReport, ...] | None:
    """The reports of the server that holds the collection, or None if none is listening."""
    found = _ask(folder, Request("sync", (str(file.absolute()),), tuple(options)), progress)
    return None if found is None else tuple(to_report(one) for one in found)


def forget_there(folder: Path, name: str) -> int | None:
    """How many documents of a source the server removed, or None if none is listening."""
    found = _ask(folder, Request("forget", (), (name,)), None)
    return None if found is None else int(found)


def reindex_there(folder: Path, embedder: str, progress: Report | None) -> int | None:
    """How many passages the server made with an embedder, which it uses from then on, or None if none is listening."""
    name = str(Path(embedder).absolute()) if Path(embedder).exists() else embedder
    found = _ask(folder, Request("reindex", (), (name,)), progress)
    return None if found is None else int(found)


def _ask(folder: Path, request: Request, progress: Report | None) -> Any:
    lines = hand_over(folder / SOCKET, request)
    if lines is None:
        return None
    with closing(lines):  # type: ignore[type-var]  # a generator, which its type does not say
        for line in lines:
            if "progress" in line and progress is not None:
                progress(Progress(**line["progress"]))
            if DONE in line:
                return line[DONE]
    return None


def _lines(request: Request, commands: dict[str, Work]) -> Iterator[dict[str, Any]]:
    """The lines of the answer to one request; the work runs in a thread of its own and ends early if nobody listens."""
    if request.command not in commands:
        raise IndexingError(f"The server does not know {request.command!r}; use the same version as the server's.")
    lines: SimpleQueue[dict[str, Any] | Exception] = SimpleQueue()
    gone = threading.Event()

    def show(at: Progress) -> None:
        if gone.is_set():
            raise ClientGone
        lines.put({"progress": asdict(at)})

    def work() -> None:
        try:
            lines.put({DONE: commands[request.command](request, show)})
        except Exception as error:
            lines.put(error)

    thread = threading.Thread(target=work, name="handed-over work", daemon=True)
    thread.start()
    try:
        while True:
            line = lines.get()
            if isinstance(line, Exception):
                raise (
                    line if isinstance(line, IndexingError) else IndexingError(f"The server failed: {line!r}.")
                ) from line
            yield line
            if DONE in line:
                return
    finally:
        gone.set()
        thread.join()
