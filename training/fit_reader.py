"""Fits the similarity reader's weights and writes assistant/models/similarity_reader.json.

    python -m training.fit_reader DATA

The open reading sets become documents of a collection; questions go through the same retrieval as in the chat, and each
sentence of the passages found is one example: is it the one that answers? The articles of the evaluation set are left
out. The threshold is not fitted here but chosen on development data (benchmarks/evaluate.py, LOG.md) and kept.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from assistant.features import NAMES, features
from assistant.question import analyse
from assistant.read import about
from assistant.similarity import WEIGHTS
from index import Collection, Settings

SETS = ("squad-dev", "squad-subset")
QUESTIONS = 1200
PARAGRAPHS = 60  # of one document at most: the collection is embedded while one waits


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt") as stream:
        for line in stream:
            yield json.loads(line)


def examples(data: Path) -> list[dict[str, Any]]:
    held_out = {row["title"] for row in rows(data / "eval" / "squad2_articles.jsonl.gz")}
    return [
        row
        for name in SETS
        for row in rows(data / "train" / "reading" / f"{name}.jsonl.gz")
        if row["labels"] and None not in row["labels"] and row["doc"] not in held_out
    ]


def write_documents(chosen: list[dict[str, Any]], folder: Path) -> None:
    """One text file per document: its title and its paragraphs."""
    documents: dict[str, dict[str, None]] = {}
    for row in chosen:
        paragraphs = documents.setdefault(row["doc"], {})
        if len(paragraphs) < PARAGRAPHS:
            paragraphs[" ".join(row["sentences"])] = None
    folder.mkdir()
    for title, paragraphs in documents.items():
        text = "\n\n".join([title.replace("_", " "), *paragraphs])
        (folder / f"{re.sub(r'[^A-Za-z0-9]', '_', title)[:80]}.txt").write_text(text)


def table(collection: Collection, chosen: list[dict[str, Any]]) -> tuple[Any, Any]:
    """Features of every sentence found, and whether it answers its question."""
    known: dict[str, Any] = {}
    matrices, labels = [], []
    for row in chosen:
        gold = {" ".join(text.split()) for text, label in zip(row["sentences"], row["labels"], strict=True) if label}
        hits = collection.search(row["question"])
        new = {text for hit in hits for text in [row["question"], *(one.text for one in hit.sentences)]} - known.keys()
        known |= dict(zip(new, collection.embedder.embed(list(new)), strict=True))
        for hit in hits:
            sentences = [one.text for one in hit.sentences]
            vectors = np.stack([known[one] for one in sentences])
            matrices.append(features(analyse(row["question"]), known[row["question"]], sentences, vectors, about(hit)))
            labels += [any(_same(one, text) for text in gold) for one in sentences]
    return np.vstack(matrices), np.array(labels)


def _same(one: str, other: str) -> bool:
    """Whether two splitters meant the same sentence: one lies in the other and has at least half of it."""
    return (one in other or other in one) and 2 * min(len(one), len(other)) >= max(len(one), len(other))


def main() -> None:
    random.seed(1)
    everything = examples(Path(sys.argv[1]))
    random.shuffle(everything)
    chosen = [row for row in everything if row["answerable"]][:QUESTIONS]
    with tempfile.TemporaryDirectory() as data:
        write_documents(chosen, Path(data) / "documents")
        with Collection.open(replace(Settings(), data=Path(data)), create=True) as collection:
            print(collection.ingest(Path(data) / "documents"), flush=True)
            matrix, labels = table(collection, chosen)
    mean, spread = matrix.mean(0), matrix.std(0) + 1e-9
    model = LogisticRegression(C=0.3, max_iter=3000).fit((matrix - mean) / spread, labels)
    weights = model.coef_[0] / spread
    record = {
        "threshold": json.loads(WEIGHTS.read_text())["threshold"],
        "bias": round(float(model.intercept_[0] - (weights * mean).sum()), 4),
        "weights": {name: round(float(weight), 4) for name, weight in zip(NAMES, weights, strict=True)},
    }
    WEIGHTS.write_text(json.dumps(record, indent=1) + "\n")
    print(len(labels), "sentences,", int(labels.sum()), "that answer\n", WEIGHTS.read_text())


if __name__ == "__main__":
    main()
