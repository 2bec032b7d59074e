"""How well the passages that answer are found: by each search alone, by both fused, and after reading.

    python -m benchmarks.retrieve --documents FILE --questions FILE [--most N]

Documents and questions are of the formats of benchmarks/corpora.py. Passages that answer count, or with --whole, the
documents they are of. The intervals are 95 % bootstrap intervals over the questions.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from assistant.answer import Assistant
from benchmarks import measures
from benchmarks.corpora import Query, collection_of, name_of, read_corpus
from benchmarks.report import publish
from index import Hit
from index.collection_reading import HITS

DEPTH = 100  # hits asked for, so that each search's own ranks are all there


def _by(rank: Callable[[Hit], int | None]) -> Callable[[Sequence[Hit]], list[Hit]]:
    def order(hits: Sequence[Hit]) -> list[Hit]:
        return sorted((hit for hit in hits if rank(hit)), key=lambda hit: rank(hit) or 0)

    return order


STAGES: dict[str, Callable[[Sequence[Hit]], list[Hit]]] = {
    "dense": _by(lambda hit: hit.dense_rank),
    "lexical": _by(lambda hit: hit.lexical_rank),
    "fused": list,
}


def order_read(assistant: Assistant, question: str, hits: Sequence[Hit]) -> list[Hit]:
    """The hits that are read in the order that reading gives them, before those that are not."""
    first, rest = list(hits[:HITS]), list(hits[HITS:])
    readings = assistant.reader.read(question, first)
    order = sorted(range(len(first)), key=lambda number: (-readings[number].passage, number))
    return [first[number] for number in order] + rest


def marks(query: Query, hits: Sequence[Hit], whole: bool) -> list[int]:
    """1 for each hit that answers, in order; of whole documents, each document once."""
    if not whole:
        return [int(query.answered_by(name_of(hit.document.path), _text(hit))) for hit in hits]
    names = dict.fromkeys(name_of(hit.document.path) for hit in hits)
    return [int(name in query.documents) for name in names]


def _text(hit: Hit) -> str:
    return " ".join(sentence.text for sentence in hit.sentences)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--whole", action="store_true", help="count documents, not passages")
    parser.add_argument("--most", type=int, help="no more than so many questions, evenly spread")
    arguments = parser.parse_args()
    texts, queries = read_corpus(arguments.documents, arguments.questions)
    queries = [query for query in queries if query.answerable]
    queries = queries[:: max(1, len(queries) // arguments.most) if arguments.most else 1]
    orders: dict[str, list[tuple[list[int], int]]] = {name: [] for name in (*STAGES, "read")}
    with collection_of(texts) as collection:
        assistant = Assistant(collection)
        for query in queries:
            hits = collection.search(query.question, limit=DEPTH)
            found = {name: stage(hits) for name, stage in STAGES.items()}
            found["read"] = order_read(assistant, query.question, hits)
            relevant = len(query.documents) if arguments.whole else sum(marks(query, hits, whole=False))
            for name, one in found.items():
                orders[name].append((marks(query, one, arguments.whole), relevant))
    rows = []
    for name, stage in orders.items():
        row: dict[str, object] = {"stage": name, "questions": len(stage)}
        for depth in (1, 4, 10):
            values = [float(any(order[:depth])) for order, _ in stage]
            row |= {f"Hits@{depth}": float(np.mean(values)), f"95 %@{depth}": measures.interval(values)}
        row["MRR@10"] = float(np.mean([measures.reciprocal_rank(order, 10) for order, _ in stage]))
        row["nDCG@10"] = float(np.mean([measures.ndcg(order, relevant) for order, relevant in stage]))
        rows.append(row)
    publish(f"retrieve-{arguments.questions.name.split('.')[0]}", rows)


if __name__ == "__main__":
    main()
