"""Exact dense search over the catalog's own vectors: the answer whenever the vector index cannot give one."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator

import numpy as np

from index.catalog import Catalog
from index.embed import Vectors

IN_MEMORY_BYTES = 400_000_000  # 260,000 vectors of 384 numbers; a larger collection is read through at each search
DECIMALS = 6  # scores that agree so far are equal: float32 holds no more, and ties then go by id
MARGIN = 1e-5  # more than a float32 product of unit vectors can be wrong by, whatever its order of summation
FETCH_AT_ONCE = 500  # SQLite takes a limited number of variables in one statement
FETCHED_ONE_BY_ONE = 5_000  # up to so many wanted ids it is cheaper to fetch these than to read through all

Batch = tuple[list[str], Vectors]


class ExactSearch:
    """Searches every vector of a catalog. May be called from any thread, but not inside `Catalog.snapshot`."""

    def __init__(self, catalog: Catalog, in_memory_bytes: int = IN_MEMORY_BYTES) -> None:
        self._catalog = catalog
        self._limit = in_memory_bytes
        self._loading = threading.Lock()
        self._kept: tuple[int, list[Batch]] | None = None  # the catalog's change number and all its vectors

    def search(self, vector: Vectors, limit: int, ids: Collection[str] | None = None) -> list[tuple[str, float]]:
        """At most `limit` passage ids with their cosine, best first, ties by id.

        Vectors are unit float32, so the cosine is their product; it is computed in float64 and rounded to 6 decimals,
        so that the result is the same however the vectors are batched. `ids` restricts the search to these passages.
        """
        if limit < 1 or (ids is not None and not ids):
            return []
        query = np.ascontiguousarray(vector, np.float32)
        if ids is not None and len(ids) <= FETCHED_ONE_BY_ONE:
            return _best(self._fetched(sorted(set(ids))), query, limit, None)
        batches = self._in_memory()
        if batches is not None:
            return _best(batches, query, limit, ids)
        with self._catalog.snapshot():
            return _best(self._catalog.passage_vectors(), query, limit, ids)

    def _in_memory(self) -> list[Batch] | None:
        """All vectors as they are in the catalog now; None if they are too many to be kept."""
        with self._loading:  # so that two questions at once do not read everything twice
            change = self._catalog.change()
            if self._kept is None or self._kept[0] != change:
                self._kept = None  # the old ones go before the new ones come: half the memory
                with self._catalog.snapshot():
                    change, batches = self._catalog.change(), self._load()
                if batches is None:
                    return None
                self._kept = change, batches
            return self._kept[1]

    def _load(self) -> list[Batch] | None:
        """All vectors in one batch: each product waits for all cores, and a busy machine makes many of them slow."""
        passages = self._catalog.counts()["passages"]
        all_ids: list[str] = []
        whole = np.empty((0, 0), np.float32)
        for ids, matrix in self._catalog.passage_vectors():
            if not all_ids:
                if passages * matrix.shape[1] * matrix.itemsize > self._limit:
                    return None
                whole = np.empty((passages, matrix.shape[1]), np.float32)
            whole[len(all_ids) : len(all_ids) + len(ids)] = matrix
            all_ids += ids
        return [(all_ids, whole[: len(all_ids)])] if all_ids else []

    def _fetched(self, ids: list[str]) -> Iterator[Batch]:
        for start in range(0, len(ids), FETCH_AT_ONCE):
            found = self._catalog.vectors(ids[start : start + FETCH_AT_ONCE])
            if found:
                yield list(found), np.stack(list(found.values()))


def _best(
    batches: Iterable[Batch], query: Vectors, limit: int, wanted: Collection[str] | None
) -> list[tuple[str, float]]:
    """Keeps what could still be among the best by its float32 product, then scores those in float64."""
    wanted = wanted if wanted is None else set(wanted)
    kept_ids: list[str] = []
    kept = np.empty((0, len(query)), np.float32)
    for ids, matrix in batches:
        scores = matrix @ query
        if wanted is None:
            chosen = _candidates(scores, limit)
        else:
            rows = [row for row, identity in enumerate(ids) if identity in wanted]
            chosen = [rows[row] for row in _candidates(scores[rows], limit)]
        kept_ids += [ids[row] for row in chosen]
        kept = np.concatenate([kept, matrix[chosen]])
        if len(kept_ids) > 4 * limit + 1024:
            chosen = _candidates(kept @ query, limit)
            kept_ids, kept = [kept_ids[row] for row in chosen], kept[chosen]
    exact = np.round((kept.astype(np.float64) * query.astype(np.float64)).sum(axis=1), DECIMALS) + 0.0  # no minus zero
    ranked = sorted(zip(kept_ids, exact.tolist(), strict=True), key=lambda one: (-one[1], one[0]))
    return ranked[:limit]


def _candidates(scores: Vectors, limit: int) -> list[int]:
    """Rows that are among the best `limit`, or so close to them that rounding decides."""
    if len(scores) <= limit:
        return list(range(len(scores)))
    threshold = np.partition(scores, -limit)[-limit]
    chosen: list[int] = np.flatnonzero(scores >= threshold - MARGIN).tolist()
    return chosen
