"""index/search.py: two rankings made one, the same every time, and nothing that the catalog does not have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from fakes import HashEmbedder
from hypothesis import given, settings
from hypothesis import strategies as st
from test_catalog import make_entry, put

from index.catalog import Catalog
from index.embed import Vectors
from index.exact import ExactSearch
from index.search import CANDIDATES, RANK_CONSTANT, search

EMBEDDER = HashEmbedder()
TEXTS = [
    "Seals lie on the rocks.",
    "No treaty was signed in 1956.",
    "Fishing boats come at dawn.",
    "The treaty is a treaty.",
    "Volcanoes smoke above the fishing village.",
    "An island has a treaty and fishing.",
]
QUESTIONS = ["treaty", "fishing boats", "who signed the treaty?", "no such word", "", "?!", "1956", "seals"]


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    with closing(Catalog(tmp_path_factory.mktemp("search") / "catalog.sqlite", create=True)) as opened:
        opened.add_source("s", "/s")
        put(opened, *(make_entry(f"{number}.md", text) for number, text in enumerate(TEXTS)))
        yield opened


def vector(question: str) -> Vectors:
    return EMBEDDER.embed([question])[0]


def exactly(catalog: Catalog) -> object:
    exact = ExactSearch(catalog)
    return lambda one, limit: [identity for identity, _ in exact.search(one, limit)]


def ids(catalog: Catalog) -> list[str]:
    return [identity for batch, _ in catalog.passage_vectors() for identity in batch]


@pytest.mark.parametrize("question", QUESTIONS)
def test_fusion(catalog: Catalog, question: str) -> None:
    """Scores are the sums of 1 / (60 + rank) over both searches, ranks those of exact cosine and BM25, best first."""
    matrix = {
        identity: row for batch, rows in catalog.passage_vectors() for identity, row in zip(batch, rows, strict=True)
    }
    similarity = {
        one: round(float(np.dot(row.astype(float), vector(question).astype(float))), 6) for one, row in matrix.items()
    }
    dense = sorted(matrix, key=lambda one: (-similarity[one], one))
    lexical = [identity for identity, _ in catalog.lexical(question, CANDIDATES)]
    expected = {
        one: 1 / (RANK_CONSTANT + dense.index(one) + 1)
        + (1 / (RANK_CONSTANT + lexical.index(one) + 1) if one in lexical else 0)
        for one in matrix
    }
    hits = search(catalog, exactly(catalog), question, vector(question), 10)  # type: ignore[arg-type]
    assert [hit.passage.id for hit in hits] == sorted(expected, key=lambda one: (-expected[one], one))
    for hit in hits:
        one = hit.passage.id
        assert hit.score == pytest.approx(expected[one])
        assert hit.similarity == pytest.approx(similarity[one], abs=2e-6)
        assert hit.dense_rank == dense.index(one) + 1
        assert hit.lexical_rank == (lexical.index(one) + 1 if one in lexical else None)


def test_hits_are_whole(catalog: Catalog) -> None:
    """A hit has its passage, that passage's document, and the sentences from its first to its last."""
    for hit in search(catalog, exactly(catalog), "treaty", vector("treaty"), 10):  # type: ignore[arg-type]
        assert hit.document == catalog.document(hit.passage.document_id)
        assert [one.ordinal for one in hit.sentences] == list(range(hit.passage.first, hit.passage.last + 1))
        assert all(hit.document.text[one.start : one.end] == one.text for one in hit.sentences)


def test_unknown_ids_are_dropped(catalog: Catalog) -> None:
    """Ids that the vector index still has and the catalog has not are no hits, and take no rank."""

    def dense(_: Vectors, limit: int) -> list[str]:
        return ["ghost", *known[:3], "d-0000", "'; --"][:limit]

    known = ids(catalog)
    hits = search(catalog, dense, "no such word", vector("seals"), 10)
    assert {hit.passage.id for hit in hits} == set(known[:3])
    assert sorted(hit.dense_rank or 0 for hit in hits) == [1, 2, 3]


def test_half_written_documents_are_dropped(catalog: Catalog) -> None:
    """Vectors put into the index before their document is in the catalog show nothing of it."""
    coming = make_entry("coming.md", "A walrus comes soon.")
    found = search(catalog, lambda _, __: [coming.passages[0].id], "walrus", vector("walrus"), 10)
    assert found == ()


@settings(max_examples=30)
@given(st.permutations(range(len(TEXTS))), st.sampled_from(QUESTIONS), st.integers(1, 10))
def test_order_of_candidates_does_not_matter(catalog: Catalog, order: Sequence[int], question: str, limit: int) -> None:
    """An approximate index may give its candidates in any order, or twice: the hits are the same."""
    known = ids(catalog)
    plain = search(catalog, lambda _, __: known, question, vector(question), limit)
    assert search(catalog, lambda _, __: [known[one] for one in order], question, vector(question), limit) == plain
    assert len(plain) == min(limit, len(TEXTS))


def test_candidate_named_twice(catalog: Catalog) -> None:
    """A candidate that the index names twice counts once, and pushes no other down."""
    known = ids(catalog)
    once = search(catalog, lambda _, __: known, "treaty", vector("treaty"), 10)
    twice = search(catalog, lambda _, __: [*known, *known], "treaty", vector("treaty"), 10)
    assert once == twice


def test_ties_go_by_id(tmp_path: Path) -> None:
    """Passages that score the same stand in the order of their ids, in every collection."""
    for order in (range(8), reversed(range(8))):
        with closing(Catalog(tmp_path / str(order) / "catalog.sqlite", create=True)) as catalog:
            catalog.add_source("s", "/s")
            entries = [make_entry(f"{number}.md", f"The same text {number}.") for number in order]
            entries = [entry for entry in entries if entry.passages]
            for entry in entries:
                catalog.keep_vectors([p.content for p in entry.passages], EMBEDDER.embed(["The same text."]))
                catalog.write([entry])
            hits = search(catalog, exactly(catalog), "text?", vector("text?"), 10)  # type: ignore[arg-type]
            dense = [hit.passage.id for hit in sorted(hits, key=lambda hit: hit.dense_rank or 0)]
            assert dense == sorted(dense)
            assert len(dense) == 8


def test_order_of_writing_does_not_matter(tmp_path: Path) -> None:
    """The same documents written in another order, with others removed meanwhile, give the same hits."""
    results = []
    for name, order in (("a", [0, 1, 2, 3, 4, 5]), ("b", [5, 3, 1, 0, 2, 4])):
        with closing(Catalog(tmp_path / name / "catalog.sqlite", create=True)) as catalog:
            catalog.add_source("s", "/s")
            extra = make_entry("extra.md", "Fishing for a treaty, all in vain.")
            put(catalog, extra, *(make_entry(f"{number}.md", TEXTS[number]) for number in order))
            catalog.remove([extra.document.id])
            results.append([search(catalog, exactly(catalog), one, vector(one), 5) for one in QUESTIONS])  # type: ignore[arg-type]
    assert results[0] == results[1]


def test_empty_collection(tmp_path: Path) -> None:
    """A collection with nothing in it has no hits."""
    with closing(Catalog(tmp_path / "catalog.sqlite", create=True)) as catalog:
        assert search(catalog, exactly(catalog), "treaty", vector("treaty"), 10) == ()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("copy", "folded"),
    [
        ("", True),
        (" Indeed.", True),
        (" By 1957.", False),
        (" Not yet.", False),
        (" The mayor however spoke of quite another matter on that day.", False),
    ],
)
def test_near_duplicates_count_once(tmp_path: Path, copy: str, folded: bool) -> None:
    """A page and its copy under another title are one hit; one that differs in a number, a negation or more is its own."""
    text = (
        "The council bought the old ferry from a shipyard in Tarn. It carries forty cars and leaves each hour. "
        "Its crew of nine lives on board during the winter, when ice closes the northern channel. Tickets cost little."
    )
    with closing(Catalog(tmp_path / "catalog.sqlite", create=True)) as opened:
        opened.add_source("s", "/s")
        put(opened, make_entry("ferry.md", text), make_entry("copy.md", text + copy), make_entry("z.md", "Seals lie."))
        found = search(opened, exactly(opened), "Who sold the ferry?", vector("Who sold the ferry?"), 3)
    assert len([hit for hit in found if "ferry" in hit.document.text]) == (1 if folded else 2)
    assert any("Seals" in hit.document.text for hit in found)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("s", 6),
        ("s/0.md", 1),
        ("s/Help:", 2),
        ("s/notes", 2),
        ("s/notes/", 2),
        ("s/note", 0),
        ("other", 0),
        ("s/%", 0),
    ],
)
def test_documents_within(tmp_path: Path, place: str, expected: int) -> None:
    """A document, a folder or a namespace; never what only begins with the same letters, and no wildcard."""
    paths = ["0.md", "notes/1.md", "notes/deep/2.md", "notes2.md", "Help:Seals", "Help:Boats"]
    with closing(Catalog(tmp_path / "catalog.sqlite", create=True)) as opened:
        opened.add_source("s", "/s")
        put(opened, *(make_entry(path, f"A treaty about {path}.") for path in paths))
        chosen = opened.documents_within(place)
        assert len(chosen) == expected
        assert {identity for identity, _ in opened.lexical("treaty", 10, chosen)} == set(opened.passage_ids(chosen))
