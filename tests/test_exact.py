"""index/exact.py: what it finds is what a loop over all vectors finds."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vector_library import add_document, all_vectors, best_by_hand, document_entry, make_catalog, unit_vectors

from index.catalog import Catalog
from index.exact import ExactSearch


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    vectors = unit_vectors(300)
    vectors[40:60] = vectors[7]  # equal vectors, so that there are ties
    return make_catalog(tmp_path_factory.mktemp("exact"), vectors)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), limit=st.integers(1, 320), share=st.floats(0, 1), whole=st.booleans())
def test_oracle(catalog: Catalog, seed: int, limit: int, share: float, whole: bool) -> None:
    """Ids, order and scores are those of a loop in float64, with a restriction to some ids and without."""
    vectors, query = all_vectors(catalog), unit_vectors(1, seed + 1)[0]
    chosen = np.random.default_rng(seed).random(len(vectors)) < share
    wanted = None if whole else [identity for identity, take in zip(vectors, chosen, strict=True) if take] + ["nobody"]
    found = ExactSearch(catalog).search(query, limit, wanted)
    assert found == best_by_hand(vectors, query, limit, wanted)


@settings(max_examples=20, deadline=None)
@given(batch=st.integers(1, 400), limit=st.integers(1, 80))
def test_batches(catalog: Catalog, batch: int, limit: int) -> None:
    """The size of the batches does not change a bit of the result, in memory or read through."""
    query = all_vectors(catalog)[sorted(all_vectors(catalog))[3]]

    class Rebatched(Catalog):
        def passage_vectors(self, _: int = 0):  # type: ignore[no-untyped-def]
            return super().passage_vectors(batch)

    other = Rebatched(catalog.path)
    expected = ExactSearch(catalog).search(query, limit)
    assert ExactSearch(other).search(query, limit) == expected
    assert ExactSearch(other, in_memory_bytes=0).search(query, limit) == expected
    other.close()


def test_ties_by_id(catalog: Catalog) -> None:
    """Passages of equal vectors come in the order of their ids, also when only some of them fit."""
    vectors = all_vectors(catalog)
    query = list(vectors.values())[7]
    equal = sorted(identity for identity, vector in vectors.items() if np.array_equal(vector, query))
    assert len(equal) == 21
    assert [identity for identity, _ in ExactSearch(catalog).search(query, 10)] == equal[:10]


def test_many_ids(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """A restriction to many ids gives the same as one to few: only the way of reading differs."""
    query, wanted = unit_vectors(1, 9)[0], sorted(all_vectors(catalog))[::2]
    expected = ExactSearch(catalog).search(query, 12, wanted)
    monkeypatch.setattr("index.exact.FETCHED_ONE_BY_ONE", 0)
    assert ExactSearch(catalog).search(query, 12, wanted) == expected
    assert ExactSearch(catalog, in_memory_bytes=0).search(query, 12, wanted) == expected


def test_nothing_to_find(tmp_path: Path, catalog: Catalog) -> None:
    """An empty catalog, a limit of none and a restriction to no ids give no passages."""
    empty, query = make_catalog(tmp_path, unit_vectors(0)), unit_vectors(1)[0]
    assert ExactSearch(empty).search(query, 5) == []
    assert ExactSearch(catalog).search(query, 0) == []
    assert ExactSearch(catalog).search(query, 5, []) == []
    assert ExactSearch(catalog).search(query, 5, ["nobody"]) == []


@pytest.mark.parametrize("in_memory_bytes", [0, 10_000_000])
def test_sees_changes(tmp_path: Path, in_memory_bytes: int) -> None:
    """What was written or removed since the last search is found or not found by the next."""
    catalog = make_catalog(tmp_path, unit_vectors(50))
    exact, new = ExactSearch(catalog, in_memory_bytes), unit_vectors(3, 77)
    exact.search(new[0], 5)
    added = add_document(catalog, "new", new)
    assert exact.search(new[0], 1)[0] == (added[0], 1.0)
    catalog.remove([document_entry("new", new).document.id])
    assert exact.search(new[0], 50) == best_by_hand(all_vectors(catalog), new[0], 50)


def test_threads(catalog: Catalog) -> None:
    """Many threads at once read the vectors into memory once, and all find the same."""
    loads: list[int] = []

    class Counting(ExactSearch):
        def _load(self):  # type: ignore[no-untyped-def]
            loads.append(1)
            return super()._load()

    exact, query = Counting(catalog), unit_vectors(1, 5)[0]
    found: list[object] = []
    threads = [Thread(target=lambda: found.append(exact.search(query, 10))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loads) == 1
    assert len(found) == 8
    assert all(one == found[0] for one in found)
