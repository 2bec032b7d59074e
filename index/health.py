"""Whether a Chroma folder can be trusted, found out in another process: a damaged folder can kill whoever opens it.

`python -m index.health FOLDER CATALOG` checks a folder against the catalog and puts right what a crash left; `--build` makes
one from the catalog first, `--compare` puts nothing right. The caller holds the collection's lock and has the folder not open.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from index.catalog import Catalog
from index.embed import Vectors
from index.errors import IndexingError
from index.graph_files import torn
from index.vectors import AT_ONCE, DATABASE, ChromaFolder

CANARIES = 64  # half spread over the catalog, half its newest: what was being written when the process ended
TOLERANCE = 1e-5  # float32 rounding of a unit vector
POLL_SECONDS = 0.05
FETCH_AT_ONCE = 500  # SQLite takes a limited number of variables in one statement


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a folder gives what the catalog holds; `reason` says what is wrong, or what was checked."""

    ok: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was put right: ids removed that the catalog does not have, and vectors put back that it does."""

    removed: int = 0
    added: int = 0


def check(folder: Path, catalog: Catalog, cancelled: threading.Event | None = None) -> Health:
    """Health of a folder, after what a crash left over or left out of it was put right. Takes seconds."""
    return _in_child([str(folder), str(catalog.path)], 60 + catalog.counts()["passages"] / 200, cancelled)


def build(folder: Path, catalog: Catalog, cancelled: threading.Event | None = None) -> Health:
    """Health of a folder that was made from the catalog's vectors. Takes minutes for 100,000 passages."""
    return _in_child([str(folder), str(catalog.path), "--build"], 600 + catalog.counts()["passages"] / 10, cancelled)


def compare(folder: Path, catalog: Catalog) -> Health:
    """Health of a folder as it is. Opening it changes its files, as Chroma does even when it only reads."""
    return _in_child([str(folder), str(catalog.path), "--compare"], 60 + catalog.counts()["passages"] / 200, None)


def stamp(catalog: Catalog) -> dict[str, str]:
    """What must be the same of the catalog for a folder to be still its own."""
    return {"change": str(catalog.change()), "embedder": catalog.meta().get("embedder", "")}


def reconcile(chroma: ChromaFolder, catalog: Catalog) -> Reconciled:
    """Makes the folder's ids those of the catalog, and says how many that took. Memory holds some hundred ids."""
    added = removed = 0
    for ids, matrix in catalog.passage_vectors(AT_ONCE):
        has = chroma.existing(ids)
        missing = [row for row, identity in enumerate(ids) if identity not in has]
        if missing:
            chroma.upsert([ids[row] for row in missing], matrix[missing])
            added += len(missing)
    if chroma.count() != catalog.counts()["passages"]:
        removed = _remove_surplus(chroma, catalog)
    return Reconciled(removed, added)


def _remove_surplus(chroma: ChromaFolder, catalog: Catalog) -> int:
    removed = start = 0
    while ids := chroma.some_ids(start, FETCH_AT_ONCE):
        surplus = sorted(set(ids) - catalog.passages(ids).keys())
        chroma.delete(surplus)
        removed += len(surplus)
        start += len(ids) - len(surplus)
    return removed


def examine(folder: Path, catalog: Catalog, *, reconciled: bool = True) -> Health:
    """Health of a folder, found out in this process: every id, every vector, and canaries found by their own vector.

    `reconciled`: what a crash left over or left out is put right first.
    """
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        found = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        return Health(False, f"its database is damaged ({found})")
    reason = torn(folder)
    if reason:
        return Health(False, reason)
    chroma = ChromaFolder(folder)
    try:
        with catalog.snapshot():  # an ingest may be adding to the catalog
            if reconciled:
                reconcile(chroma, catalog)
            return _compared(chroma, catalog)
    finally:
        chroma.close()


def _compared(chroma: ChromaFolder, catalog: Catalog) -> Health:
    passages, at = catalog.counts()["passages"], 0
    if chroma.count() != passages:
        return Health(False, f"it holds {chroma.count()} vectors, the catalog {passages}")
    positions = canary_positions(passages)
    for ids, matrix in catalog.passage_vectors(AT_ONCE):
        stored = chroma.stored(ids)
        if len(stored) != len(ids):
            return Health(False, f"it has lost {len(ids) - len(stored)} of {len(ids)} vectors")
        if any(vector.shape != matrix[0].shape for vector in stored.values()):
            return Health(False, f"its vectors have not the catalog's {matrix.shape[1]} dimensions")
        directions = matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-12)
        if not np.allclose(np.stack([stored[identity] for identity in ids]), directions, rtol=0, atol=TOLERANCE):
            return Health(False, "it holds vectors that are not the catalog's")
        rows = [position - at for position in positions if at <= position < at + len(ids)]
        lost = _lost([ids[row] for row in rows], matrix[rows], chroma, catalog)
        if lost:
            return Health(False, f"passage {lost} is not found by its own vector")
        at += len(ids)
    return Health(True, f"{passages} vectors are the catalog's, {len(positions)} were found by themselves")


def canary_positions(passages: int) -> list[int]:
    """At most CANARIES positions in the catalog's order, ascending."""
    spread = np.linspace(0, passages - 1, CANARIES // 2).astype(int).tolist() if passages else []
    return sorted({*spread, *range(max(0, passages - CANARIES // 2), passages)})


def _lost(ids: Sequence[str], matrix: Vectors, chroma: ChromaFolder, catalog: Catalog) -> str | None:
    """The first id whose own vector does not find it, nor another passage of an equal vector."""
    if not ids:
        return None
    for identity, vector, found in zip(ids, matrix, chroma.query_many(matrix, 1), strict=True):
        if found == [identity]:
            continue
        other = catalog.vectors(found).get(found[0]) if found else None
        if other is None or float(other @ vector) < float(vector @ vector) - TOLERANCE:
            return identity
    return None


def _in_child(arguments: list[str], seconds: float, cancelled: threading.Event | None) -> Health:
    """The child's verdict. One that crashed, hung or said nothing is a verdict, too: not ok."""
    package = str(Path(__file__).resolve().parent.parent)
    path = os.pathsep.join([package, *filter(None, [os.environ.get("PYTHONPATH")])])
    child = subprocess.Popen(
        [sys.executable, "-P", "-W", "ignore", "-m", "index.health", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path},
    )
    deadline = time.monotonic() + seconds
    try:
        while child.poll() is None:
            if cancelled is not None and cancelled.wait(POLL_SECONDS):
                return Health(False, "the check was broken off")
            if time.monotonic() > deadline:
                return Health(False, f"the check did not finish within {seconds:.0f} s")
            with suppress(subprocess.TimeoutExpired):
                child.wait(0 if cancelled else POLL_SECONDS)
        output = child.stdout.read() if child.stdout else b""
    finally:
        child.kill()
        child.wait()
        for stream in filter(None, (child.stdin, child.stdout)):
            stream.close()
    try:
        return Health(**json.loads(output))
    except (ValueError, TypeError):
        return Health(False, f"the process that checked it ended with status {child.returncode}")


def main(arguments: Sequence[str]) -> None:
    """Prints a Health as JSON. Ends at once when its parent does: two processes must never have one folder open."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    folder = Path(arguments[0])
    try:
        with closing(Catalog(Path(arguments[1]))) as catalog:
            if "--build" in arguments[2:]:
                os.nice(10)  # questions go on being answered on the same cores
                ChromaFolder(folder, create=True).close()
            reconciled = "--compare" not in arguments[2:]
            health = examine(folder, catalog, reconciled=reconciled)  # an empty folder is filled by being reconciled
    except (IndexingError, sqlite3.Error, OSError) as error:
        health = Health(False, str(error))
    sys.stdout.write(json.dumps(asdict(health)))
    sys.stdout.flush()
    os._exit(0)  # Chroma's threads need not be waited for


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
