"""A question to hits: dense and lexical candidates, fused by reciprocal rank, the same for the same collection.

The similarity is computed again from the catalog's own vectors, so an approximate index decides at most who is a
candidate, never a score; ties go by passage id.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from index.catalog import Catalog
from index.embed import Vectors
from index.lexical import words
from index.records import Hit, Passage

CANDIDATES = 50  # of each search
RANK_CONSTANT = (
    10  # k of reciprocal rank fusion (Cormack et al., SIGIR 2009, take 60); chosen on development data, LOG.md
)
SAME = 0.95  # share of all their words that two near-duplicates have in common
NEGATIONS = frozenset("no not never none nobody nothing neither nor without cannot t".split())

DenseSearch = Callable[[Vectors, int], list[str]]


def search(
    catalog: Catalog,
    dense: DenseSearch,
    question: str,
    vector: Vectors,
    limit: int,
    documents: Sequence[str] | None = None,
) -> tuple[Hit, ...]:
    """At most `limit` hits, best first. Everything in them is of one moment of the catalog.

    `documents` are the ids of those that the lexical search is restricted to; `dense` must restrict itself.
    """
    candidates = list(dict.fromkeys(dense(vector, CANDIDATES)))
    with catalog.snapshot():
        lexical = [identity for identity, _ in catalog.lexical(question, CANDIDATES, documents)]
        vectors = catalog.vectors(list(dict.fromkeys([*candidates, *lexical])))
        similarity = {identity: round(float(found @ vector), 6) for identity, found in vectors.items()}
        ranked = sorted((one for one in candidates if one in similarity), key=lambda one: (-similarity[one], one))
        ranks = _ranks(ranked), _ranks(lexical)
        fused = {one: sum(1 / (RANK_CONSTANT + rank[one]) for rank in ranks if one in rank) for one in similarity}
        best = sorted(fused, key=lambda one: (-fused[one], one))
        return _hits(catalog, _distinct(catalog, best, limit), fused, similarity, ranks)


def _distinct(catalog: Catalog, ids: list[str], limit: int) -> list[str]:
    """The first `limit` passages that are no near-duplicate of an earlier one: a page and its copy count once.

    Titles and headings aside. Two that differ in a number or a negation say different things, as the minutes of two meetings do.
    """
    kept: dict[str, frozenset[str]] = {}
    for start in range(0, len(ids), max(1, limit)):
        part = ids[start : start + limit]
        found = catalog.passages(part)
        for identity in (one for one in part if one in found and len(kept) < limit):
            said = _body_words(found[identity])
            if not any(_duplicate(said, other) for other in kept.values()):
                kept[identity] = said
        if len(kept) == limit:
            break
    return list(kept)


def _body_words(passage: Passage) -> frozenset[str]:
    title, _, body = passage.embedded_text.partition("\n")
    return frozenset(words(body or title))


def _duplicate(one: frozenset[str], other: frozenset[str]) -> bool:
    if len(one & other) < SAME * len(one | other):
        return False
    return not any(word in NEGATIONS or any(map(str.isdigit, word)) for word in one ^ other)


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
