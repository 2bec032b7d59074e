"""How fast and how large: ingesting a folder, answering from a cold process and from a warm one.

    python -m benchmarks.speed FOLDER [--questions FILE]

Absolute times on a shared machine swing; compare two commits side by side in one sitting.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from assistant.answer import Assistant
from benchmarks.evaluate import ROOT
from index import Collection, Settings

COLD_RUNS = 5
QUESTION = "why is there no peace treaty?"


def peak_megabytes() -> float:
    """Most memory that this process has had so far; the workers that read files are processes of their own."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts in KiB


def cold(data: Path) -> list[float]:
    """Seconds from starting `assistant ask` to its end, each in a new process."""
    seconds = []
    for _ in range(COLD_RUNS):
        started = time.perf_counter()
        command = [sys.executable, "-m", "assistant", "ask", QUESTION, "--json", "--data", str(data)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        seconds.append(time.perf_counter() - started)
    return seconds


def warm(assistant: Assistant, questions: list[str]) -> list[float]:
    """Seconds of each question, the models loaded."""
    assistant.ask(QUESTION)
    seconds = []
    for question in questions:
        started = time.perf_counter()
        assistant.ask(question)
        seconds.append(time.perf_counter() - started)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--questions", type=Path, default=ROOT / "seeds" / "questions.jsonl")
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in arguments.questions.read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        with Collection.open(replace(Settings(), data=data), create=True) as collection:
            started = time.perf_counter()
            collection.ingest(arguments.folder)
            seconds = time.perf_counter() - started
            passages = collection.status().passages
            print(f"ingest       {passages} passages in {seconds:.1f} s, {passages / seconds:.0f} a second")
            print(f"memory       {peak_megabytes():.0f} MB at most after ingesting")
        times = cold(data)
        print(f"cold answer  {statistics.median(times):.2f} s (median of {len(times)}; {max(times):.2f} at most)")
        with Collection.open(replace(Settings(), data=data)) as collection:
            times = sorted(warm(Assistant(collection), [row["question"] for row in rows]))
            p95 = times[round(0.95 * (len(times) - 1))]
            print(f"warm answer  {statistics.median(times):.2f} s p50, {p95:.2f} s p95, {len(times)} questions")
            print(f"memory       {peak_megabytes():.0f} MB at most after answering")


if __name__ == "__main__":
    main()
