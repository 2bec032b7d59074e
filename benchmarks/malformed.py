"""What becomes of awkward files: one line each, read or refused with the reason, seconds and peak memory, then a total.

    python -m benchmarks.malformed FOLDER... [--seconds 60] [--megabytes 2048]

Each file is read as an ingest reads it, in a worker process with limits. A file is `LOST` where the process ended on
it or gave no clear reason: there must be none. Memory is that of the worker process, in megabytes. A text file given
in place of a folder is read line by line, each line as a text file of its own.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from index.errors import LoadError, ReadingFailed
from index.load.limits import Limits
from index.load.worker import LoadWorker

LOST = ("process crashed", "damaged answer", "without an answer", "did not start")


def files_of(places: list[Path], scratch: Path) -> Iterator[Path]:
    """The files below the folders; the lines of a text file as files, and the file itself."""
    for place in places:
        if place.is_dir():
            yield from sorted(path for path in place.rglob("*") if path.is_file())
            continue
        yield place
        for number, line in enumerate(place.read_bytes().split(b"\n"), 1):
            made = scratch / f"{place.stem}-{number:05}.txt"
            made.write_bytes(line)
            yield made


def measured(worker: LoadWorker, path: Path) -> tuple[str, str, float, float]:
    """Outcome, what there is to say of it, seconds, peak megabytes of the worker."""
    with Peak(worker) as peak:
        started = time.perf_counter()
        try:
            loaded = worker.load(path)
            said = "; ".join([f"{len(loaded.text):,} characters, {len(loaded.blocks):,} blocks", *loaded.notes])
            outcome = "read"
        except LoadError as error:
            said = " ".join(str(error).split())
            by_library = isinstance(error, ReadingFailed) and "could not be read (" in said
            outcome = "LOST" if by_library or not said or any(words in said for words in LOST) else "refused"
        seconds = time.perf_counter() - started
    return outcome, said, seconds, peak.megabytes


class Peak(threading.Thread):
    """The most memory that the worker's process has while it is entered; asked for all the while, since a process that
    is ended for its file cannot be asked any more."""

    def __init__(self, worker: LoadWorker) -> None:
        super().__init__(daemon=True)
        self.megabytes = 0.0
        self._worker = worker
        self._ended = threading.Event()

    def __enter__(self) -> Peak:
        with suppress(OSError):
            Path(f"/proc/{self._process()}/clear_refs").write_text("5", encoding="ascii")
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.join()

    def run(self) -> None:
        while not self._ended.wait(0.01):
            self._ask()
        self._ask()

    def _ask(self) -> None:
        with suppress(OSError):
            for line in Path(f"/proc/{self._process()}/status").read_text(encoding="ascii").split("\n"):
                if line.startswith("VmHWM:"):
                    self.megabytes = max(self.megabytes, int(line.split()[1]) / 1024)

    def _process(self) -> int:
        child = self._worker._child  # nothing else knows it
        return child.pid if child is not None else -1


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("places", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--megabytes", type=int, default=2048)
    arguments = parser.parse_args()
    limits = Limits(seconds=arguments.seconds, memory_bytes=arguments.megabytes * 1_000_000)
    counts: Counter[str] = Counter()
    slowest, largest, total = (0.0, ""), (0.0, ""), 0.0
    with tempfile.TemporaryDirectory() as scratch, LoadWorker(limits) as worker:
        for path in files_of(arguments.places, Path(scratch)):
            outcome, said, seconds, megabytes = measured(worker, path)
            name = path.name.encode("utf-8", "replace").decode().replace("\n", "⏎")
            print(f"{name:<50} {outcome:<7} {seconds:6.2f} s {megabytes:5.0f} MB  {said}", flush=True)
            counts[outcome] += 1
            total += seconds
            slowest, largest = max(slowest, (seconds, name)), max(largest, (megabytes, name))
    print(
        f"\n{counts.total()} files: {counts['read']} read, {counts['refused']} refused with a reason, {counts['LOST']} lost; "
        f"{total:.1f} s in all, slowest {slowest[1]} ({slowest[0]:.1f} s), most memory {largest[1]} ({largest[0]:.0f} MB)"
    )


if __name__ == "__main__":
    main()
