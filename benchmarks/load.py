"""Many clients asking at once over a real service: do all get their own answer, how fast, and what happens over the limits?

    python -m benchmarks.load seeds [--clients 50] [--rounds 3]

A service of its own is started on this machine. First with limits above the load: each answer must be the one that its
question gets when asked alone. Then with the default limits, where the surplus must get a 429 with Retry-After.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from benchmarks.evaluate import QUESTIONS, ROOT
from benchmarks.report import publish

ABOVE = ("--rate", "100000", "--total-rate", "100000", "--waiting", "10000")


@contextmanager
def service(folder: Path, *options: str) -> Iterator[str]:
    """The address of a service over a data folder, its models loaded."""
    command = [sys.executable, "-m", "assistant", "serve", "--data", str(folder), "--port", "0", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            address = next(word for line in process.stdout for word in line.split() if word.startswith("http://"))
            while httpx.get(f"{address}/readyz", timeout=60).status_code != 200:
                time.sleep(0.2)
            yield address
        finally:
            process.terminate()


def ask(address: str, question: str) -> tuple[int, str, float, bool]:
    """Status, answer id, seconds, and whether a refusal says when to come back."""
    started = time.perf_counter()
    found = httpx.post(f"{address}/api/ask", json={"question": question}, timeout=600)
    seconds = time.perf_counter() - started
    return found.status_code, found.json().get("id", ""), seconds, "retry-after" in found.headers


def together(address: str, questions: list[str]) -> tuple[list[tuple[int, str, float, bool]], float]:
    """The results in order, all asked at once, and the seconds until the last was there."""
    started = time.perf_counter()
    with ThreadPoolExecutor(len(questions)) as clients:
        found = list(clients.map(lambda one: ask(address, one), questions))
    return found, time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    rows = [json.loads(line) for path in QUESTIONS for line in path.read_text(encoding="utf-8").splitlines()]
    questions = [row["question"] for row in rows][: arguments.clients]
    table: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        ingest = [sys.executable, "-m", "assistant", "ingest", str(arguments.folder), "--data", name]
        subprocess.run(ingest, cwd=ROOT, capture_output=True, check=False)
        with service(Path(name), *ABOVE) as address:
            alone = [ask(address, one)[1] for one in questions]
            for _ in range(arguments.rounds):
                found, seconds = together(address, questions)
                table.append(row_of("limits above", found, seconds, alone))
        with service(Path(name)) as address:
            found, seconds = together(address, questions)
            table.append(row_of("default limits", found, seconds, alone))
    publish("load", table, clients=len(questions))


def row_of(name: str, found: list[tuple[int, str, float, bool]], seconds: float, alone: list[str]) -> dict[str, Any]:
    """One row of the table; `mixed` counts answers that are not those of their question."""
    statuses = Counter(status for status, *_ in found)
    answered = [one for one in found if one[0] == 200]
    return {
        "run": name,
        "answered": statuses[200],
        "429": statuses[429],
        "429 without Retry-After": sum(status == 429 and not says for status, _, _, says in found),
        "failed": len(found) - statuses[200] - statuses[429],
        "mixed": sum(status == 200 and one != right for (status, one, *_), right in zip(found, alone, strict=True)),
        "p50 s": float(np.percentile([one[2] for one in answered], 50)),
        "p95 s": float(np.percentile([one[2] for one in answered], 95)),
        "answers/s": len(answered) / seconds,
    }


if __name__ == "__main__":
    main()
