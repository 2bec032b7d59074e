"""benchmarks/measures.py against scikit-learn and against values worked out by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from benchmarks import measures

MARKS = st.lists(st.tuples(st.booleans(), st.integers(0, 20)), min_size=2, max_size=40)


@given(MARKS)
def test_auroc_is_scikit_learns(rows: list[tuple[bool, int]]) -> None:
    """Ties counted half, as there; undefined where one kind is missing."""
    labels, scores = [mark for mark, _ in rows], [score / 20 for _, score in rows]
    if len(set(labels)) < 2:
        assert math.isnan(measures.auroc(labels, scores))
    else:
        assert measures.auroc(labels, scores) == pytest.approx(metrics.roc_auc_score(labels, scores))


@given(MARKS)
def test_balanced_accuracy_is_scikit_learns(rows: list[tuple[bool, int]]) -> None:
    """The mean of both recalls at the threshold."""
    labels, scores = [mark for mark, _ in rows], [score / 20 for _, score in rows]
    if len(set(labels)) == 2:
        expected = metrics.balanced_accuracy_score(labels, [score >= 0.5 for score in scores])
        assert measures.balanced_accuracy(labels, scores, 0.5) == pytest.approx(expected)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 10**6)), min_size=2, max_size=30, unique_by=lambda row: row[1]))
def test_average_precision_and_ndcg_are_scikit_learns(rows: list[tuple[bool, int]]) -> None:
    """Where no scores are equal."""
    labels, scores = [int(mark) for mark, _ in rows], [float(score) for _, score in rows]
    order = measures.ranked(labels, scores)
    if any(labels):
        assert measures.average_precision(order) == pytest.approx(metrics.average_precision_score(labels, scores))
        expected = metrics.ndcg_score([labels], [scores], k=10)
        assert measures.ndcg(order, sum(labels)) == pytest.approx(expected)
    else:
        assert measures.average_precision(order) == measures.ndcg(order, 0) == 0


def test_reciprocal_rank() -> None:
    """One over the place of the first right one, within the depth."""
    assert measures.reciprocal_rank([0, 0, 1, 1]) == pytest.approx(1 / 3)
    assert measures.reciprocal_rank([0, 0, 1], depth=2) == 0


def test_sets() -> None:
    """Precision, recall and F1; choosing nothing where nothing is right is right."""
    assert measures.f1({1, 2}, {2, 3, 4}) == (0.5, pytest.approx(1 / 3), pytest.approx(0.4))
    assert measures.f1(set(), set()) == (1, 1, 1)
    assert measures.f1(set(), {1}) == (0, 0, 0)


def test_calibration_error() -> None:
    """Scores that say .8 of what is right half of the time are .3 off."""
    assert measures.calibration_error([True, False], [0.8, 0.8]) == pytest.approx(0.3)
    assert measures.calibration_error([True, False], [1.0, 0.0]) == 0


def test_risk_and_coverage() -> None:
    """As more are answered, surest first, the share of wrong answers among them follows."""
    assert measures.risk_coverage([True, False, True, True], [0.9, 0.2, 0.8, 0.1]) == [
        (0.25, 0.0),
        (0.5, 0.0),
        (0.75, pytest.approx(1 / 3)),
        (1.0, 0.25),
    ]


def test_interval_is_the_same_each_time() -> None:
    """The bootstrap is seeded, and holds the mean."""
    values = [0.0, 1.0, 1.0, 1.0, 0.0, 1.0]
    low, high = measures.interval(values)
    assert (low, high) == measures.interval(values)
    assert low < sum(values) / len(values) < high
