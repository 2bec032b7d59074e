"""A question to hits: dense and lexical candidates, fused by reciprocal rank, the same for the same collection.

The similarity is computed again from the catalog's own vectors, so an approximate index decides at most who is a
candidate, never a score; ties go by passage id.
"""

from __future__ import annotations

from collections.abc import Callable

from index.catalog import Catalog
from index.embed import Vectors
from index.records import Hit

CANDIDATES = 50  # of each search
RANK_CONSTANT = (
    10  # k of reciprocal rank fusion (Cormack et al., SIGIR 2009, take 60); chosen on development data, LOG.md
)

DenseSearch = Callable[[Vectors, int], list[str]]


def search(catalog: Catalog, dense: DenseSearch, question: str, vector: Vectors, limit: int) -> tuple[Hit, ...]:
    """At most `limit` hits, best first. Everything in them is of one moment of the catalog."""
    candidates = list(dict.fromkeys(dense(vector, CANDIDATES)))
    with catalog.snapshot():
        lexical = [identity for identity, _ in catalog.lexical(question, CANDIDATES)]
        vectors = catalog.vectors(list(dict.fromkeys([*candidates, *lexical])))
        similarity = {identity: round(float(found @ vector), 6) for identity, found in vectors.items()}
        ranked = sorted((one for one in candidates if one in similarity), key=lambda one: (-similarity[one], one))
        ranks = _ranks(ranked), _ranks(lexical)
        fused = {one: sum(1 / (RANK_CONSTANT + rank[one]) for rank in ranks if one in rank) for one in similarity}
        best = sorted(fused, key=lambda one: (-fused[one], one))[:limit]
        return _hits(catalog, best, fused, similarity, ranks)


def _ranks(ids: list[str]) -> dict[str, int]:
    return {identity: rank for rank, identity in enumerate(ids, start=1)}


def _hits(
    catalog: Catalog,
    ids: list[str],
    fused: dict[str, float],
    similarity: dict[str, float],
    ranks: tuple[dict[str, int], dict[str, int]],
) -> tuple[Hit, ...]:
    passages = catalog.passages(ids)
    documents = {one: catalog.document(one) for one in {passage.document_id for passage in passages.values()}}
    hits = []
    for identity in ids:
        passage = passages.get(identity)
        document = documents.get(passage.document_id) if passage else None
        if passage is None or document is None:
            continue
        hits.append(
            Hit(
                passage,
                document,
                catalog.sentences(document, passage.first, passage.last),
                fused[identity],
                similarity[identity],
                ranks[0].get(identity),
                ranks[1].get(identity),
            )
        )
    return tuple(hits)
