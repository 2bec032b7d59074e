"""`assistant ingest` killed with signal 9 at random moments: the next ingest ends where an undisturbed one does.

The short test forks each run from one process that has imported everything and embeds with the fake, so that the kills
fall on the work and not on the start. The long one (`make soak`) kills the real program with the real model.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import HashEmbedder, WordReader

from assistant.answer import Assistant
from index.collection import Collection
from index.embed import MiniLM
from index.folders import VectorFolders
from index.settings import Settings
from index.vectors import ChromaFolder

ROOT = Path(__file__).parent.parent
SEED = 20261123
DIMENSION = 32
ROUNDS, SOAK_ROUNDS = 20, 100
QUESTIONS = [
    "Where do the seals of island 7 sleep?",
    "How many boats came to harbour 12?",
    "What is the area of field 3?",
    "Which whale sang in bay 21?",
    "What does nobody know?",
]
TABLES = {  # what must be the same; the numbers of passages and the change number tell how often something was written
    "documents": "SELECT id, source, path, title, text, revision, modified, headings, pages, fingerprint "
    "FROM documents",
    "sentences": "SELECT document_id, ordinal, id, start, end, kind, context, block FROM sentences",
    "passages": "SELECT id, document_id, ordinal, first, last, start, end, embedded_text, content FROM passages",
    "vectors": "SELECT content, vector FROM vectors",
    "lexical": "SELECT id, body FROM lexical JOIN passages ON number = lexical.rowid",
    "orphans": "SELECT rowid FROM lexical WHERE rowid NOT IN (SELECT number FROM passages)",
    "failures": "SELECT * FROM failures",
    "sources": "SELECT * FROM sources",
    "embedder": "SELECT value FROM meta WHERE key = 'embedder'",
}
# Reads `documents<TAB>data` a line, forks a run of `assistant ingest`, says its process id, and how it ended.
FORKING = """
import os, sys
sys.path.insert(0, sys.argv[1])
import chromadb, index.dense, index.ingest, index.collection
from fakes import HashEmbedder
from assistant import cli
embedder = HashEmbedder(int(sys.argv[2]))
index.collection.open_embedder = lambda name: embedder
index.collection.embedder_stamp = lambda name: embedder.stamp
for line in sys.stdin:
    documents, data = line.rstrip("\\n").split("\\t")
    pid = os.fork()
    if not pid:
        os.dup2(2, 1)
        sys.stdin = open(os.devnull)
        sys.argv = ["assistant", "ingest", documents, "--data", data]
        try:
            cli.main()
        except SystemExit as end:
            os._exit(end.code or 0)
        os._exit(0)
    print(pid, flush=True)
    print(os.waitpid(pid, 0)[1], flush=True)
"""


def write(folder: Path, version: int) -> None:
    """40 documents with tables and lists; a quarter of them differ, vanish or come between version 1 and 2."""
    folder.mkdir(exist_ok=True)
    for number in range(44):
        path = folder / f"part{number % 4}" / f"{number:02}.md"
        path.parent.mkdir(exist_ok=True)
        if number in ((40, 41, 42, 43) if version == 1 else (0, 1, 2, 3)):
            path.unlink(missing_ok=True)
            continue
        edition = version if number % 5 == 4 else 1
        sections = [
            f"## Section {section} of {number}\n\nThe seals of island {number} sleep on rock {section} "
            f"in edition {edition}. "
            f"{number + section} boats came to harbour {number}.\n\n- the whale sang in bay {number}\n"
            f"- a walrus lay at {section}\n\n"
            f"| Field | Area |\n|---|---|\n| field {number} | {section} square metres |"
            for section in range(10)
        ]
        text = f"# Document {number}\n\n" + "\n\n".join(sections)
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            os.utime(path, (version * 86400, version * 86400))


class Runs:
    """Runs of `assistant ingest`, each in a process of its own that can be killed."""

    def __init__(self, documents: Path, start: Callable[[Path], tuple[int, Callable[[], int]]]) -> None:
        self.documents = documents
        self._start = start

    def plain(self, data: Path) -> float:
        """Runs to the end; the seconds that it took."""
        started = time.monotonic()
        _, wait = self._start(data)
        assert wait() == 0
        return time.monotonic() - started

    def killed(self, data: Path, seconds: float) -> bool:
        """Runs for so long and is killed; False if it had ended before."""
        pid, wait = self._start(data)
        time.sleep(seconds)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        return wait() != 0


@contextmanager
def forked(documents: Path) -> Iterator[Runs]:
    """Runs forked from one warm process, with the fake embedder."""
    parent = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", FORKING, str(Path(__file__).parent), str(DIMENSION)],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert parent.stdin is not None
    assert parent.stdout is not None
    tell, hear = parent.stdin, parent.stdout

    def start(data: Path) -> tuple[int, Callable[[], int]]:
        tell.write(f"{documents}\t{data}\n")
        tell.flush()
        return int(hear.readline()), lambda: int(hear.readline())

    try:
        yield Runs(documents, start)
    finally:
        tell.close()
        parent.wait(30)
        hear.close()


def real(documents: Path) -> Runs:
    """Runs of the real program."""

    def start(data: Path) -> tuple[int, Callable[[], int]]:
        child = subprocess.Popen(
            [sys.executable, "-m", "assistant", "ingest", str(documents), "--data", str(data)],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return child.pid, child.wait

    return Runs(documents, start)


def state(data: Path, collection: Collection, assistant: Assistant) -> dict[str, Any]:
    """Everything that must be the same: the catalog's rows, and the answers."""
    with closing(sqlite3.connect(data / "default" / "catalog.sqlite")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        rows: dict[str, Any] = {
            name: sorted(database.execute(statement).fetchall()) for name, statement in TABLES.items()
        }
    for question in QUESTIONS:
        rows[question] = assistant.ask(question).to_json() | {"timings_ms": None}
    return rows


def vectors_agree(data: Path, collection: Collection) -> None:
    """The vector index was closed cleanly, and holds the catalog's ids and vectors, and no other."""
    folders = VectorFolders(data / "default" / "vectors")
    folder = folders.current()
    assert folder is not None
    with closing(ChromaFolder(folder)) as chroma:
        wanted = {
            identity: row
            for ids, matrix in collection.catalog.passage_vectors()
            for identity, row in zip(ids, matrix, strict=True)
        }
        assert chroma.ids() == wanted.keys()
        assert chroma.count() == len(wanted)
        stored = chroma.stored(list(wanted))
        assert all(np.allclose(stored[identity], row, atol=1e-5) for identity, row in wanted.items())
        for identity, row in list(wanted.items())[::17]:
            best = collection.catalog.vectors(chroma.query(row, 1))
            assert max(float(one @ row) for one in best.values()) >= float(wanted[identity] @ row) - 1e-5


def look(data: Path, embedder: Any, reader: Any) -> dict[str, Any]:
    """The state of a collection, whose vector index must agree with it."""
    with Collection.open(Settings(data), embedder=embedder) as collection:
        vectors_agree(data, collection)
        return state(data, collection, Assistant(collection, reader))


def kill_and_compare(runs: Runs, root: Path, rounds: int, embedder: Any, reader: Any) -> None:
    """Kills runs at moments spread over the undisturbed duration, from nothing and from an older state by turns."""
    write(runs.documents, 1)
    runs.plain(root / "older")
    write(runs.documents, 2)
    shutil.copytree(root / "older", root / "updated")
    durations = runs.plain(root / "undisturbed"), runs.plain(root / "updated")
    expected = look(root / "undisturbed", embedder, reader)
    assert len(expected["documents"]) == 40
    assert len(expected["passages"]) > 300
    assert expected["orphans"] == []
    assert look(root / "updated", embedder, reader) == expected
    moments = random.Random(SEED)  # not for secrets
    hits = 0
    for number in range(rounds):
        data = root / f"round{number}"
        if number % 2:
            shutil.copytree(root / "older", data)
        duration = durations[number % 2]
        share = (number // 2 + moments.random()) / ((rounds + 1) // 2)  # one in each part of the duration
        hits += runs.killed(data, share * duration)
        if moments.random() < 0.3:  # killed twice in a row
            hits += runs.killed(data, moments.random() * duration)
        runs.plain(data)
        assert look(data, embedder, reader) == expected, f"round {number}, killed after {share:.0%} of {duration:.2f} s"
        shutil.rmtree(data)
    assert hits >= rounds / 2, f"only {hits} of {rounds} runs were still at work when they were killed"


def test_killed_ingest(tmp_path: Path) -> None:
    """20 runs killed at moments over their whole duration, each followed by a plain one: the same documents, sentences,
    passages, vectors and answers as undisturbed, and a vector index that agrees."""
    with forked(tmp_path / "notes") as runs:
        kill_and_compare(runs, tmp_path, ROUNDS, HashEmbedder(DIMENSION), WordReader())


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_killed_ingest_for_long(tmp_path: Path, minilm: MiniLM) -> None:
    """The same with 100 runs of the real program and the bundled embedder."""
    kill_and_compare(real(tmp_path / "notes"), tmp_path, SOAK_ROUNDS, minilm, None)
