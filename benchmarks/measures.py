"""Measures of ranking, selection and refusal, as their papers define them; each takes plain arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = Sequence[float] | NDArray[np.float64]


def ranked(labels: Sequence[int], scores: Numbers) -> list[int]:
    """The labels, best score first; among equal scores in their own order."""
    return [labels[number] for number in sorted(range(len(labels)), key=lambda number: (-scores[number], number))]


def average_precision(order: Sequence[int]) -> float:
    """Mean of the precision at each right one; 0 where none is right."""
    hits = [number for number, label in enumerate(order, start=1) if label]
    return sum(count / place for count, place in enumerate(hits, start=1)) / len(hits) if hits else 0.0


def reciprocal_rank(order: Sequence[int], depth: int | None = None) -> float:
    return next((1 / place for place, label in enumerate(order[:depth], start=1) if label), 0.0)


def ndcg(order: Sequence[int], relevant: int, depth: int = 10) -> float:
    """Discounted gain of the first `depth` with binary relevance, over that of the best possible order."""
    gain = sum(label / math.log2(place + 1) for place, label in enumerate(order[:depth], start=1))
    best = sum(1 / math.log2(place + 1) for place in range(1, min(relevant, depth) + 1))
    return gain / best if best else 0.0


def f1(chosen: set[int], gold: set[int]) -> tuple[float, float, float]:
    """Precision, recall and F1 of a chosen set; nothing chosen where nothing is right counts as perfect."""
    if not chosen and not gold:
        return 1.0, 1.0, 1.0
    both = len(chosen & gold)
    precision, recall = both / len(chosen) if chosen else 0.0, both / len(gold) if gold else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if both else 0.0


def auroc(labels: Sequence[bool], scores: Numbers) -> float:
    """Chance that a true one scores above a false one, ties counted half (Mann–Whitney); NaN if one kind is missing."""
    values, marks = np.asarray(scores, float), np.asarray(labels, bool)
    if marks.all() or not marks.any():
        return math.nan
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    positive = int(marks.sum())
    return float((ranks[marks].sum() - positive * (positive + 1) / 2) / (positive * (len(marks) - positive)))


def balanced_accuracy(labels: Sequence[bool], scores: Numbers, threshold: float) -> float:
    """Mean of the shares of true ones at or above the threshold and of false ones below it."""
    values, marks = np.asarray(scores, float), np.asarray(labels, bool)
    if marks.all() or not marks.any():
        return math.nan
    return float(((values[marks] >= threshold).mean() + (values[~marks] < threshold).mean()) / 2)


def calibration_error(labels: Sequence[bool], scores: Numbers, bins: int = 10) -> float:
    """Expected calibration error: |mean score - share of true ones| over equal bins of 0–1, weighed by their size."""
    values, marks = np.asarray(scores, float), np.asarray(labels, float)
    places = np.minimum((values * bins).astype(int), bins - 1)
    parts = [(places == one) for one in range(bins)]
    return float(sum(abs(values[one].mean() - marks[one].mean()) * one.mean() for one in parts if one.any()))


def risk_coverage(right: Sequence[bool], scores: Numbers) -> list[tuple[float, float]]:
    """(share of questions answered, share of those answered wrongly) as the threshold falls, surest first."""
    order = np.argsort(-np.asarray(scores, float), kind="stable")
    wrong = np.cumsum(~np.asarray(right, bool)[order])
    count = np.arange(1, len(order) + 1)
    return list(zip((count / len(order)).tolist(), (wrong / count).tolist(), strict=True))


def interval(values: Sequence[float], of: Callable[[NDArray[np.float64]], float] = np.mean) -> tuple[float, float]:
    """95 % percentile interval from 1,000 bootstrap samples of the questions, the same each time."""
    data, chance = np.asarray(values, float), np.random.default_rng(1)
    if not len(data):
        return math.nan, math.nan
    samples = [of(data[chance.integers(0, len(data), len(data))]) for _ in range(1000)]
    return float(np.percentile(samples, 2.5)), float(np.percentile(samples, 97.5))
