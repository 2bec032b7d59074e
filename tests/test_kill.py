"""The real program, with the real loaders, embedder and reader, killed with signal 9: the next run ends as an undisturbed one.

Only in `make soak`: starting it takes longer than its work. tests/test_faults.py kills the same code without its models.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from faults_library import NUMBER, state, write

from assistant.trained import TrainedReader
from index.embed import MiniLM

ROOT = Path(__file__).parent.parent
SEED = 20261123
ROUNDS = 24


def start(notes: Path, data: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "assistant", "ingest", str(notes), "--data", str(data)],
        cwd=ROOT,
        env={**os.environ, "ASSISTANT_CONFIG": "none.toml"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def plain(notes: Path, data: Path) -> float:
    """Runs to the end; the seconds that it took."""
    started = time.monotonic()
    assert start(notes, data).wait() == 0
    return time.monotonic() - started


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_killed_program(tmp_path: Path, minilm: MiniLM) -> None:
    """Killed at moments over its whole duration, from nothing and from an older state by turns, once or twice in a row."""
    notes, older, moments, reader = tmp_path / "notes", tmp_path / "older", random.Random(SEED), TrainedReader()
    write(notes, 1)
    plain(notes, older)
    write(notes, 2)
    shutil.copytree(older, tmp_path / "updated")
    durations = plain(notes, tmp_path / "undisturbed"), plain(notes, tmp_path / "updated")
    expected = state(tmp_path / "undisturbed", minilm, reader)
    assert len(expected["documents"]) == NUMBER
    assert state(tmp_path / "updated", minilm, reader) == expected
    hits = 0
    for number in range(ROUNDS):
        data = tmp_path / f"round{number}"
        if number % 2:
            shutil.copytree(older, data)
        share = (number // 2 + moments.random()) / ((ROUNDS + 1) // 2)  # one in each part of the duration
        for _ in range(1 + (moments.random() < 0.3)):
            run = start(notes, data)
            time.sleep(share * durations[number % 2])
            run.kill()
            hits += run.wait() == -signal.SIGKILL
        plain(notes, data)
        assert state(data, minilm, reader) == expected, f"round {number}, killed after {share:.0%}"
        shutil.rmtree(data)
    assert hits >= ROUNDS / 2
