"""Fits what turns the network's logits into probabilities and writes assistant/models/reader.json.

    python -m training.fit_trained DATA

The questions of the development collections, answerable and not, go through the same retrieval as in the chat. Half of the
collections are fitted on, the others show what it is worth.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assistant.network import Network
from assistant.trained import PASSAGE_NAMES, SENTENCE_NAMES, WEIGHTS, Tables, tables
from index import Collection
from index.embed import MiniLM
from training.development import Asked, Development, development, opened

LEFT_OUT: tuple[str, ...] = ()  # columns that cost more than they give
NETWORK = ("support", "support_margin", "passage_logit")
NAMES = (*SENTENCE_NAMES, *PASSAGE_NAMES)
ABLATIONS: dict[str, tuple[str, ...]] = {
    "all": (),
    "without similarity": ("passage_similarity",),
    "without words": ("covered", "covered_near", "covered_passage", "kind_absent", "names_missing", "numbers_missing"),
    "network alone": tuple(name for name in NAMES if name not in NETWORK),
    "without the network": NETWORK,
}
ANSWERED = 0.85  # share of the answerable development questions that the threshold lets through
RIDGE = 0.003  # on the weights of the ranking
ROUNDS = 4  # of choosing the passage that decides, and fitting on it


@dataclass(frozen=True, slots=True)
class Read:
    """A question with the tables of its hits, and which of their sentences answer."""

    collection: str
    answerable: bool
    hits: list[Tables]
    right: list[list[bool]]

    @property
    def found(self) -> bool:
        """Whether a hit holds an answering sentence."""
        return any(any(hit) for hit in self.right)

    @property
    def passages(self) -> Any:
        return np.vstack([hit.passage for hit in self.hits])


def read_collection(one: Development, embedder: MiniLM, network: Network) -> list[Read]:
    """The questions of a collection, asked over all of its documents."""
    with opened(one, embedder) as collection:
        return [_read(one.name, asked, collection, network) for asked in one.questions]


def _read(name: str, asked: Asked, collection: Collection, network: Network) -> Read:
    hits = collection.search(asked.question)
    found = tables(asked.question, hits, network)
    return Read(name, bool(asked.gold), found, [asked.answered_by(hit.sentences) for hit in hits])


def read_all(collections: Sequence[Development]) -> list[Read]:
    embedder, network = MiniLM(), Network()
    return [read for one in collections for read in read_collection(one, embedder, network)]


class Fit:
    """A logistic function of the columns that are kept; the others have the weight 0."""

    def __init__(self, table: Any, names: Sequence[str], without: Sequence[str]) -> None:
        self._mean, self._spread = table.mean(0), table.std(0) + 1e-9
        self._kept = np.array([name not in without for name in names])
        self.weights, self.bias = np.zeros(len(names)), 0.0

    def on(self, table: Any, labels: Sequence[bool]) -> Fit:
        model = LogisticRegression(C=0.3, max_iter=3000)
        model.fit((table - self._mean) / self._spread * self._kept, labels)
        self.weights = model.coef_[0] / self._spread * self._kept
        self.bias = float(model.intercept_[0] - (self.weights * self._mean).sum())
        return self

    def ranking(self, table: Any, sizes: Sequence[int], labels: Any) -> Fit:
        """Weights under which right rows come before the others of their question (conditional logit), made a probability.

        `sizes` are the rows of each question, in order; each has a right one.
        """
        rows = (table - self._mean) / self._spread * self._kept
        starts = np.cumsum([0, *sizes[:-1]])

        def loss(weights: Any) -> tuple[float, Any]:
            scores = rows @ weights
            shares = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), sizes))
            right = shares * labels + 1e-300
            every, some = np.add.reduceat(shares, starts), np.add.reduceat(right, starts)
            slope = rows.T @ (shares / np.repeat(every, sizes) - right / np.repeat(some, sizes)) / len(sizes)
            value = float(np.mean(np.log(every) - np.log(some)) + RIDGE * weights @ weights)
            return value, slope + 2 * RIDGE * weights

        found = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B").x
        scale = LogisticRegression(C=10).fit((rows @ found)[:, None], labels)
        self.weights = scale.coef_[0][0] * found / self._spread * self._kept
        self.bias = float(scale.intercept_[0] - (self.weights * self._mean).sum())
        return self

    def __call__(self, table: Any) -> Any:
        return table @ self.weights + self.bias


def fit_sentences(read: Sequence[Read], without: Sequence[str] = ()) -> Fit:
    """Which sentences answer, over the answerable questions that found one."""
    chosen = [one for one in read if one.found]
    table = np.vstack([hit.sentences for one in chosen for hit in one.hits])
    labels = np.array([label for one in chosen for hit in one.right for label in hit])
    sizes = [sum(len(hit) for hit in one.right) for one in chosen]
    return Fit(table, SENTENCE_NAMES, without).ranking(table, sizes, labels)


def fit_passages(read: Sequence[Read], without: Sequence[str] = ()) -> Fit:
    """Whether a question is answered, judged as at work by its best passage: of the right ones where there are any.

    Which passage is best changes with the weights, so it is chosen and fitted several times in turn.
    """
    chosen = [one for one in read if one.found or not one.answerable]
    fitted = Fit(np.vstack([one.passages for one in chosen]), PASSAGE_NAMES, without)
    fitted.weights[PASSAGE_NAMES.index("passage_logit" if "passage_logit" not in without else "passage_similarity")] = 1
    for _ in range(ROUNDS):
        deciding = []
        for one in chosen:
            scores = fitted(one.passages)
            if one.found:
                scores = np.where([any(hit) for hit in one.right], scores, -np.inf)
            deciding.append(one.passages[int(np.argmax(scores))])
        fitted.on(np.vstack(deciding), [one.answerable for one in chosen])
    return fitted


@dataclass(frozen=True, slots=True)
class Outcome:
    """Per question that the fit has not seen: answerable, its best passage's probability, is the first sentence right."""

    answerable: Any
    score: Any
    first: Any


def outcomes(read: Sequence[Read], without: Sequence[str] = ()) -> Outcome:
    """Each half of the collections read with what was fitted on the other half."""
    names = sorted({one.collection for one in read})
    rows = []
    for seen in (set(names[::2]), set(names[1::2])):
        known = [one for one in read if one.collection in seen]
        sentences, passages = fit_sentences(known, without), fit_passages(known, without)
        for one in (one for one in read if one.collection not in seen):
            scores = np.concatenate([sentences(hit.sentences) for hit in one.hits])
            right = [label for hit in one.right for label in hit]
            rows.append(
                (one.answerable, 1 / (1 + np.exp(-passages(one.passages).max())), right[int(np.argmax(scores))])
            )
    columns = list(zip(*rows, strict=True))
    return Outcome(np.array(columns[0]), np.array(columns[1]), np.array(columns[2]))


def threshold_of(found: Outcome) -> float:
    """The highest at which ANSWERED of the answerable questions are answered."""
    return round(float(np.quantile(found.score[found.answerable], 1 - ANSWERED)), 3)


def report(read: Sequence[Read]) -> float:
    """Prints what each part is worth; gives the threshold."""
    for name, without in ABLATIONS.items():
        found = outcomes(read, without)
        area = roc_auc_score(found.answerable, found.score)
        first = found.first[found.answerable]
        print(f"{name:28} right sentence first {first.mean():.3f} of {len(first)}, answerable AUROC {area:.3f}")
    found = outcomes(read, LEFT_OUT)
    chosen = threshold_of(found)
    for threshold in sorted({*np.arange(0.1, 0.95, 0.1).round(1), chosen}):
        answered = (found.score[found.answerable] >= threshold).mean()
        refused = (found.score[~found.answerable] < threshold).mean()
        print(
            f"  threshold {threshold:.2f}: answered of the answerable {answered:.3f}, refused of the others {refused:.3f}"
        )
    return chosen


def record(names: Sequence[str], fitted: Fit) -> dict[str, Any]:
    weights = {name: round(float(one), 4) for name, one in zip(names, fitted.weights, strict=True)}
    return {"bias": round(fitted.bias, 4), "weights": weights}


def main() -> None:
    read = read_all(development(Path(sys.argv[1])))
    result = {
        "threshold": report(read),
        "sentence": record(SENTENCE_NAMES, fit_sentences(read, LEFT_OUT)),
        "passage": record(PASSAGE_NAMES, fit_passages(read, LEFT_OUT)),
    }
    WEIGHTS.write_text(json.dumps(result, indent=1) + "\n")
    print(WEIGHTS.read_text())


if __name__ == "__main__":
    main()
