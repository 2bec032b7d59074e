"""Malformed files: none ends the process, hangs or takes more than its memory; each is read or refused in one sentence."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from malformed_files import READ, every_case, lines
from test_load_builder import check_invariants

from benchmarks.malformed import LOST, Peak
from index.errors import LimitExceeded, LoadError
from index.load.limits import Limits
from index.load.worker import LoadWorker

SECONDS = 30.0
MEGABYTES = 600
IDLE = 120  # megabytes of a worker with the libraries of all formats


@pytest.fixture(scope="module")
def worker() -> Iterator[LoadWorker]:
    with LoadWorker(Limits(seconds=SECONDS, memory_bytes=MEGABYTES * 1_000_000, unpacked_bytes=20_000_000)) as made:
        yield made


def outcome(worker: LoadWorker, path: Path) -> str:
    """`""` where the file was read into a document that keeps its promises, else the reason."""
    try:
        check_invariants(worker.load(path))
    except LoadError as error:
        return str(error)
    return READ


def check(worker: LoadWorker, path: Path, data: bytes, expected: str) -> None:
    path.write_bytes(data)
    started = time.monotonic()
    with Peak(worker) as peak:
        said = outcome(worker, path)
    assert time.monotonic() - started < worker.limits.seconds + 10, path.name
    assert peak.megabytes < IDLE + worker.limits.memory_bytes / 1_000_000, (path.name, peak.megabytes)
    assert said == expected or (expected and re.search(expected, said)), (path.name, said)
    assert "\n" not in said
    assert len(said) < 300
    assert not any(words in said for words in LOST), (path.name, said)
    assert "could not be read (" not in said, (path.name, said)


def test_malformed_files_are_read_or_refused(worker: LoadWorker, tmp_path: Path) -> None:
    """Truncated, encrypted, misnamed, spoilt, deeply nested, exploding: each gives text, or its own clear reason."""
    for name, data, expected in every_case(30_000_000):
        check(worker, tmp_path / name, data, expected)


def test_one_long_line_is_read(worker: LoadWorker, tmp_path: Path) -> None:
    """A line of 200 kilobytes is read in every format of text, well within the limits."""
    for name, data, expected in lines(200_000):
        check(worker, tmp_path / name, data, expected)


def test_names_of_any_kind_are_asked_for(worker: LoadWorker, tmp_path: Path) -> None:
    """A file whose name holds a line break, quotes or `..` is read, and its title stays on one line."""
    for name in ("a\nb.txt", "..a...txt", "'\"`$(x).txt", "<b>.txt", "ünï.txt", "x" * 200 + ".txt"):
        (tmp_path / name).write_text("The storm came on Monday.")
        assert "\n" not in worker.load(tmp_path / name).title


def test_text_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    """A file with more text than a document may have is refused before the time is up, and says to split it."""
    (tmp_path / "a.txt").write_bytes(b"x" * 90_000_000)
    with LoadWorker() as fresh, pytest.raises(LimitExceeded, match="the limit is 20,000,000: split it"):
        fresh.load(tmp_path / "a.txt")


@pytest.mark.soak
@pytest.mark.timeout(3 * 3600)
def test_lines_of_200_megabytes(tmp_path: Path) -> None:
    """A single line of 200 MB is refused within the limits on time and memory, in every format of text."""
    with LoadWorker() as soaked:
        for name, data, expected in lines(199_000_000):
            check(soaked, tmp_path / name, data, expected)
            (tmp_path / name).unlink()


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_bombs_of_two_gigabytes(tmp_path: Path) -> None:
    """Small files that unpack to two gigabytes are refused by what their directory says, under the usual limits."""
    from malformed_files import bombs

    with LoadWorker() as soaked:
        for name, data, expected in bombs(2_000_000_000):
            check(soaked, tmp_path / name, data, expected)
