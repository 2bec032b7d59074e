"""A small catalog with vectors and an index over it; shared by the tests of the vector index."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from index.catalog import Catalog, Entry
from index.dense import DenseIndex, IndexState
from index.embed import Vectors
from index.records import Document, Passage

DIMENSION = 16


def unit_vectors(number: int, seed: int = 0, dimension: int = DIMENSION) -> Vectors:
    """Random unit vectors, float32, shape (number, dimension)."""
    rows = np.random.default_rng(seed).standard_normal((number, dimension)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def make_catalog(folder: Path, vectors: Vectors, documents: int = 5) -> Catalog:
    """A new catalog of this many documents, whose passages have these vectors, in order."""
    catalog = Catalog(folder / "catalog.sqlite", create=True)
    catalog.add_source("here", str(folder))
    catalog.set_meta(embedder="fake/1")
    if len(vectors):
        for name, part in enumerate(np.array_split(vectors, documents)):
            add_document(catalog, str(name), part)
    return catalog


def closed_collection(folder: Path) -> Path:
    """The folder, with 1,100 passages, closed cleanly: the graph of 1,000 is in its files, the last 100 are in the
    database's queue."""
    catalog = make_catalog(folder, unit_vectors(1100))
    DenseIndex.open(folder / "vectors", catalog, background=False).close()
    catalog.close()
    return folder


def add_document(catalog: Catalog, name: str, vectors: Vectors) -> list[str]:
    """Writes a document of one passage for each vector, and returns the passages' ids."""
    entry = document_entry(name, vectors)
    catalog.keep_vectors([passage.content for passage in entry.passages], vectors)
    catalog.write([entry])
    return [passage.id for passage in entry.passages]


def document_entry(name: str, vectors: Vectors) -> Entry:
    """A document of one passage for each vector, ready to be written once the vectors are kept."""
    identity = hashlib.sha256(name.encode()).hexdigest()[:16]
    document = Document(identity, "here", name, name, "", "", "2026-01-01T00:00:00+00:00")
    digests = [
        hashlib.sha256(f"{name}/{row}/".encode() + vector.tobytes()).hexdigest() for row, vector in enumerate(vectors)
    ]
    passages = tuple(
        Passage(f"{identity}-{digest[:16]}", identity, row, row, row, 0, 0, f"passage {row}", digest)
        for row, digest in enumerate(digests)
    )
    return Entry(document, "", (), passages)


def all_vectors(catalog: Catalog) -> dict[str, Vectors]:
    """Every vector of a catalog by passage id."""
    return {
        identity: vector
        for ids, matrix in catalog.passage_vectors()
        for identity, vector in zip(ids, matrix, strict=True)
    }


def best_by_hand(
    vectors: dict[str, Vectors], query: Vectors, limit: int, wanted: Iterable[str] | None = None
) -> list[tuple[str, float]]:
    """The oracle: every cosine in float64, one at a time, rounded; best first, ties by id."""
    scores = [
        (identity, round(float(np.dot(vectors[identity].astype(float), query.astype(float))), 6) + 0.0)
        for identity in (vectors if wanted is None else set(wanted) & set(vectors))
    ]
    return sorted(scores, key=lambda one: (-one[1], one[0]))[:limit]


@contextmanager
def opened(catalog: Catalog, background: bool = False) -> Iterator[DenseIndex]:
    index = DenseIndex.open(catalog.path.parent / "vectors", catalog, background=background)
    try:
        yield index
    finally:
        index.close()


def wait(index: DenseIndex) -> IndexState:
    """The state once nothing goes on in the background."""
    for thread in list(index._threads):
        thread.join(60)
    return index.state


def assert_right(index: DenseIndex, catalog: Catalog, seed: int = 50) -> None:
    """Five searches find what a loop over the catalog finds."""
    vectors = all_vectors(catalog)
    for query in unit_vectors(5, seed):
        assert index.search(query, 10) == [identity for identity, _ in best_by_hand(vectors, query, 10)]
