"""How a sync of a large folder behaves: time and memory of the first, of one that finds nothing new, and of one edit.

    python -m benchmarks.sync [--pages 5000] [--folder PLACE]

The pages are made up: four sections of a few sentences each, about five passages. The embedder is a stand-in: vectors
of the real one's length, made from a hash of the text, since embedding 100,000 pages takes a day on two cores. So these
figures say nothing about the embedder or about answers; they are those of listing, reading, cutting, storing and the
vector index. Each step is a process of its own; `cpu` is its processor time, and `MB` what it had in memory at most,
without the process that reads files, and without the pages that the system keeps of the stores' files.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.report import publish
from index import Settings
from index.collection import Collection
from index.embed import Vectors
from index.source.declaring import add_declared

DIMENSION = 384
WORD = re.compile(r"\w+|[^\w\s]")
WORDS = [
    f"{a}{b}" for a in "ba de fi go ku la me ni po ru sa te vi zo".split() for b in "lor min tas ver dun kel".split()
]
SECTIONS, SENTENCES, LENGTH = 4, 9, 14
STEPS = ("first", "unchanged", "plan", "edit")


class StandIn:
    """An Embedder whose vectors are made from a hash of the text; the same text has the same vector."""

    limit = 256
    dimension = DIMENSION
    stamp = f"stand-in@1/{DIMENSION}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        rows = [np.frombuffer(hashlib.shake_256(text.encode()).digest(DIMENSION), np.uint8) for text in texts]
        found = np.stack(rows).astype(np.float32) - 127.5
        normalised: Vectors = found / np.linalg.norm(found, axis=1, keepdims=True)
        return normalised

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(WORD.findall(text)) for text in texts]

    def token_ends(self, text: str) -> list[int]:
        return [match.end() for match in WORD.finditer(text)]


def make_pages(folder: Path, number: int) -> None:
    """Pages of made-up words in folders of 500, the same for the same number."""
    for page in range(number):
        words = random.Random(page)
        sections = []
        for section in range(SECTIONS):
            said = [" ".join(words.choices(WORDS, k=LENGTH)).capitalize() + "." for _ in range(SENTENCES)]
            sections.append(f"## Part {section} of {words.choice(WORDS)}\n\n{' '.join(said)}\n")
        path = folder / f"{page // 500:04}" / f"page-{page:06}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# Page {page} on {words.choice(WORDS)}\n\n" + "\n".join(sections), encoding="utf-8")


def step(name: str, place: Path) -> dict[str, Any]:
    """Seconds, counts and memory of one step, in this process."""
    settings = Settings(place / "data", config=place / "assistant.toml")
    if name == "edit":
        with (place / "pages" / "0000" / "page-000000.md").open("a", encoding="utf-8") as page:
            page.write("\nOne more sentence stands here.\n")
    with Collection.open(settings, create=True, embedder=StandIn()) as collection, Memory() as memory:
        started, worked = time.perf_counter(), time.process_time()
        if name == "plan":
            (plan,) = collection.plan()
            counts = {"added": plan.counts["add"], "changed": plan.counts["change"], "unchanged": plan.counts["skip"]}
        else:
            (report,) = collection.sync()
            counts = {"added": report.added, "changed": report.changed, "unchanged": report.unchanged}
        seconds, cpu = time.perf_counter() - started, time.process_time() - worked
        passages = collection.catalog.counts()["passages"]
    measured = {"seconds": seconds, "cpu": cpu, "MB": memory.most, "MB_before": memory.before}
    return {"step": name, **measured, **counts, "passages": passages}


class Memory:
    """The most memory of this process that is its own (not of files that the system keeps), in megabytes, while open."""

    def __enter__(self) -> Memory:
        self.before = self.most = self._now()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._end.wait(0.2):
            self.most = max(self.most, self._now())

    def _now(self) -> float:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        found = re.search(r"RssAnon:\s+(\d+)", status)
        return round(int(found[1]) / 1024, 1) if found else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=5000)
    parser.add_argument("--folder", type=Path, help="where pages and stores are made; else a temporary folder")
    parser.add_argument("--step", choices=STEPS, help="one step in this process, printed as JSON")
    arguments = parser.parse_args()
    if arguments.step:
        print(json.dumps(step(arguments.step, arguments.folder)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        place = arguments.folder or Path(temporary)
        make_pages(place / "pages", arguments.pages)
        add_declared(place / "assistant.toml", "pages", {"kind": "folder", "path": "pages"})
        time.sleep(3)  # a file that is younger than two seconds is read again
        rows = []
        for name in STEPS:
            command = [sys.executable, "-m", "benchmarks.sync", "--step", name, "--folder", str(place)]
            found = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
            rows.append(json.loads(found.stdout.splitlines()[-1]))
        size = sum(path.stat().st_size for path in (place / "data").rglob("*") if path.is_file())
        publish("sync", rows, pages=arguments.pages, embedder="stand-in", store_megabytes=round(size / 1e6))


if __name__ == "__main__":
    main()
