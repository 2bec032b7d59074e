"""Fits the similarity reader's weights on the open reading sets and writes assistant/models/similarity_reader.json.

    python -m training.fit_reader ../shared/data

Logistic regression on one row per sentence: does this sentence answer the question? Split by document; the articles
of the evaluation set are left out. Takes about ten minutes on two cores.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assistant.features import NAMES, features
from assistant.question import analyse
from index.embed import MiniLM

OUT = Path(__file__).parent.parent / "assistant" / "models" / "similarity_reader.json"
MOST = {"squad-dev": 7000, "qed": 1353, "selqa-dev": 782, "covid-qa": 800, "tat-qa": 500, "squad-subset": 2000,
        "quoref-contrast": 500, "qmsum": 200}


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt") as stream:
        for line in stream:
            yield json.loads(line)


def examples(data: Path) -> list[dict[str, Any]]:
    held_out = {row["title"] for row in rows(data / "eval" / "squad2_articles.jsonl.gz")}
    chosen: list[dict[str, Any]] = []
    for name, most in MOST.items():
        usable = [row for row in rows(data / "train" / "reading" / f"{name}.jsonl.gz")
                  if row["labels"] and None not in row["labels"] and 2 <= len(row["sentences"]) <= 40
                  and row["doc"] not in held_out]
        random.shuffle(usable)
        chosen += usable[:most]
    return chosen


def with_negatives(chosen: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The examples and, for half of them, the question with another passage: of its own document, or of any."""
    by_document: dict[str, list[dict[str, Any]]] = {}
    for row in chosen:
        by_document.setdefault(row["doc"], []).append(row)
    negatives = []
    for row in chosen:
        if random.random() > 0.7:
            continue
        pool = by_document[row["doc"]] if random.random() < 0.6 else chosen
        gold = {text for text, label in zip(row["sentences"], row["labels"], strict=True) if label}
        other = random.choice(pool)["sentences"]
        answers = [answer.lower() for answer in row.get("answers") or [] if len(answer) > 2]
        text = " ".join(other).lower()
        if not gold & set(other) and not any(answer in text for answer in answers):
            negatives.append(row | {"sentences": other, "labels": [0] * len(other), "answerable": False})
    return chosen + negatives


def table(chosen: list[dict[str, Any]], embedder: MiniLM) -> tuple[Any, Any, Any, Any]:
    """Feature rows, labels, example number and hold-out flag for every sentence."""
    texts = list(dict.fromkeys(text for row in chosen for text in [row["question"], *row["sentences"]]))
    print(len(texts), "texts to embed", flush=True)
    vectors = embedder.embed(texts)
    number = {text: index for index, text in enumerate(texts)}
    matrices, labels, owners, held = [], [], [], []
    for owner, row in enumerate(chosen):
        sentences = row["sentences"]
        matrix = features(analyse(row["question"]), vectors[number[row["question"]]], sentences,
                          vectors[[number[text] for text in sentences]], "")
        matrices.append(matrix)
        labels += [int(label) for label in row["labels"]]
        owners += [owner] * len(sentences)
        held += [sum(map(ord, row["doc"])) % 10 == 0] * len(sentences)
    return np.vstack(matrices), np.array(labels), np.array(owners), np.array(held)


def main() -> None:
    random.seed(1)
    matrix, labels, owners, held = table(with_negatives(examples(Path(sys.argv[1]))), MiniLM())
    mean, spread = matrix[~held].mean(0), matrix[~held].std(0) + 1e-9
    scaled = (matrix - mean) / spread
    model = LogisticRegression(C=1.0, max_iter=2000).fit(scaled[~held], labels[~held])
    scores = model.decision_function(scaled)
    best = {owner: (scores[held & (owners == owner)].max(), labels[held & (owners == owner)].max(),
                    labels[held & (owners == owner)][scores[held & (owners == owner)].argmax()])
            for owner in sorted(set(owners[held]))}
    values = np.array(list(best.values()))
    answerable = values[:, 1] == 1
    print(f"held out: sentence AUROC {roc_auc_score(labels[held], scores[held]):.3f}, "
          f"P@1 {values[answerable, 2].mean():.3f}, answerable AUROC {roc_auc_score(values[:, 1], values[:, 0]):.3f}")
    weights = model.coef_[0] / spread
    bias = float(model.intercept_[0] - (weights * mean).sum())
    for name, raw in sorted(zip(NAMES, model.coef_[0], strict=True), key=lambda pair: -abs(pair[1])):
        print(f"{name:20s}{raw:8.3f}")
    OUT.parent.mkdir(exist_ok=True)
    threshold = json.loads(OUT.read_text())["threshold"] if OUT.exists() else 0.5  # training/calibrate.py sets it
    record = {"threshold": threshold, "bias": round(bias, 4)} | {name: round(float(w), 4) for name, w in zip(NAMES, weights, strict=True)}
    OUT.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
