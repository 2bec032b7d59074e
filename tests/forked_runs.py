"""Runs of the command line, forked from one process that has imported everything, that can be killed at any point.

It embeds with the declared stand-in (`HashEmbedder`) and reads with the fake loader, so that what goes wrong goes wrong
in the stores. `python tests/forked_runs.py DIMENSION` reads one request a line as JSON, and answers process id and status.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parent.parent


@dataclass(slots=True)
class Run:
    """A run that goes on. `wait` gives its status: 0, an exit status, or minus the signal that ended it."""

    pid: int
    answers: IO[str]

    def wait(self) -> int:
        return os.waitstatus_to_exitcode(int(self.answers.readline()))

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


class Forked:
    """Starts runs, one at a time. What the runs print is in `log`."""

    def __init__(self, requests: IO[str], answers: IO[str], log: Path) -> None:
        self._requests = requests
        self._answers = answers
        self.log = log

    def start(self, arguments: Sequence[str | Path], **options: Any) -> Run:
        """`stopped`: it stops before it begins, until SIGCONT. `file_bytes`: no file may grow longer. `clock`: seconds
        that its clock is off. `config`: the file that declares the sources. `dimension`: that of another embedder."""
        request = {"arguments": [str(one) for one in arguments], **options}
        self._requests.write(json.dumps(request) + "\n")
        self._requests.flush()
        return Run(int(self._answers.readline()), self._answers)

    def run(self, arguments: Sequence[str | Path], **options: Any) -> int:
        return self.start(arguments, **options).wait()


@contextmanager
def forked(dimension: int, log: Path) -> Iterator[Forked]:
    """The warm process, until the end."""
    with log.open("wb") as out:
        parent = subprocess.Popen(
            [sys.executable, "-W", "ignore", __file__, str(dimension)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=out,
        )
    assert parent.stdin is not None
    assert parent.stdout is not None
    try:
        yield Forked(parent.stdin, parent.stdout, log)
    finally:
        parent.stdin.close()
        parent.wait(30)
        parent.stdout.close()


def _serve(dimension: int) -> None:
    from assistant import cli

    _prepare(dimension)
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if not pid:
            status = 70
            try:
                status = _work(request, cli.main)
            finally:
                os._exit(status)
        print(pid, flush=True)
        print(os.waitpid(pid, 0)[1], flush=True)


def _prepare(dimension: int) -> None:
    import chromadb  # noqa: F401  # imported once, for all runs
    from fakes import TextLoader

    from index import collection, collection_sync, dense, health

    _embed_with(dimension)
    for module in (collection, collection_sync):
        module.LoadWorker = lambda limits: _Worker(TextLoader())  # type: ignore[assignment, misc]
    dense.BUILT_HERE = 10**6
    health.check = _examined  # this process is a child already


def _examined(folder: Path, catalog: Any, _: Any) -> Any:
    """The verdict that `python -m index.health` would give."""
    import sqlite3

    from index.errors import IndexingError
    from index.health import Health, examine

    try:
        return examine(folder, catalog)
    except (IndexingError, sqlite3.Error, OSError) as error:
        return Health(False, str(error))


def _embed_with(dimension: int) -> None:
    from fakes import HashEmbedder

    from index import collection, collection_reading

    embedder = HashEmbedder(dimension)
    for module in (collection, collection_reading):
        for name, fake in (("open_embedder", lambda _: embedder), ("embedder_stamp", lambda _: embedder.stamp)):
            if hasattr(module, name):
                setattr(module, name, fake)


class _Worker:
    """Reads in this process."""

    def __init__(self, load: Any) -> None:
        self.load = load

    def __enter__(self) -> _Worker:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def _work(request: dict[str, Any], main: Any) -> int:
    os.dup2(2, 1)
    sys.stdin = open(os.devnull)  # noqa: SIM115  # for as long as the process is there
    if request.get("stopped"):
        os.kill(os.getpid(), signal.SIGSTOP)
    if "file_bytes" in request:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (request["file_bytes"], resource.RLIM_INFINITY))
    if "clock" in request:
        real, real_ns, off = time.time, time.time_ns, request["clock"]
        time.time = lambda: real() + off
        time.time_ns = lambda: real_ns() + int(off * 1e9)
    if "dimension" in request:
        _embed_with(request["dimension"])
    os.environ["ASSISTANT_CONFIG"] = request.get("config", "none.toml")
    sys.argv = ["assistant", *request["arguments"]]
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    _serve(int(sys.argv[1]))
