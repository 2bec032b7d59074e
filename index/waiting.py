"""Vectors that wait in memory for a vector index that is not ready, perhaps not in the catalog yet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.catalog import Catalog
from index.embed import Vectors
from index.vectors import ChromaFolder

MOST = 4096  # before those that the catalog has are dropped: what is taken up is reconciled with it
FETCH_AT_ONCE = 500


class Waiting:
    """Vectors by passage id. Not thread-safe."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._vectors: dict[str, Vectors] = {}

    def add(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Keeps vectors, one row for each id."""
        self._vectors.update(zip(ids, np.array(vectors, np.float32), strict=True))
        if len(self._vectors) > MOST:
            self._drop_known()

    def discard(self, ids: Sequence[str]) -> None:
        for identity in ids:
            self._vectors.pop(identity, None)

    def put_into(self, chroma: ChromaFolder) -> None:
        """VectorsError if Chroma does not take them; they are still kept, until `clear`."""
        if self._vectors:
            chroma.upsert(list(self._vectors), np.stack(list(self._vectors.values())))

    def clear(self) -> None:
        self._vectors.clear()

    def _drop_known(self) -> None:
        ids = list(self._vectors)
        for start in range(0, len(ids), FETCH_AT_ONCE):
            for identity in self._catalog.vectors(ids[start : start + FETCH_AT_ONCE]):
                del self._vectors[identity]
