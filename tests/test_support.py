"""The checker: what it makes of claims, and how a claim and its premise are packed."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.window import CLAIM, CLS, LENGTH, OVERLAP, SEP, claim_windows
from assistant.writing.support import SupportNetwork, TrainedSupport
from index.errors import ModelError

PREMISE = "The bridge over the Tarn was closed in March 2019 after an inspector found cracks in two of its pillars."


@pytest.fixture(scope="module")
def support() -> TrainedSupport:
    return TrainedSupport()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("An inspector's finding led to the closing of the bridge.", "The bridge was closed because of a flood."),
        ("The Tarn bridge was shut in March 2019.", "The Tarn bridge was not closed in March 2019."),
        ("Two pillars of the bridge had cracks.", "The town council of Albi paid for a new bridge."),
    ],
)  # fmt: skip
def test_what_the_premise_says_scores_above_what_it_does_not(support: TrainedSupport, right: str, wrong: str) -> None:
    first, second = support.scores([(PREMISE, right), (PREMISE, wrong)])
    assert first > second + 0.1


def test_a_sentence_supports_itself_and_the_thresholds_are_in_order(support: TrainedSupport) -> None:
    assert 0 < support.partly <= support.threshold < support.scores([(PREMISE, PREMISE)])[0]


def test_each_pair_is_judged_alone(support: TrainedSupport) -> None:
    """The score does not depend on what else is asked, nor on when."""
    pairs = [
        (PREMISE, "The bridge was closed."),
        (PREMISE, "The bridge was opened."),
        ("Cats sleep.", "Cats sleep a lot."),
    ]
    assert support.scores(pairs) == [support.scores([one])[0] for one in pairs]
    assert support.scores([]) == []


def test_what_stands_far_into_a_long_premise_counts(support: TrainedSupport) -> None:
    filler = "The market sells fish on Mondays and bread on all other days of the week. " * 60
    alone, within, without = support.scores(
        [(PREMISE, "The Tarn bridge was closed in 2019."), (filler + PREMISE, "The Tarn bridge was closed in 2019."),
         (filler, "The Tarn bridge was closed in 2019.")]
    )  # fmt: skip
    assert within > without + 0.3
    assert alone > without


@pytest.mark.parametrize(
    "pair", [("", "A claim."), ("A premise.", ""), ("", ""), ("\x00", "😀" * 500), ("x " * 9000, "y " * 9000)]
)
def test_any_text_gets_a_probability(support: TrainedSupport, pair: tuple[str, str]) -> None:
    assert 0 <= support.scores([pair])[0] <= 1


def test_a_missing_file_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no\.onnx is missing; reinstall"):
        SupportNetwork(tmp_path / "no.onnx")


@given(st.integers(0, 2 * CLAIM), st.integers(0, 3 * LENGTH))
def test_every_token_of_the_premise_stands_in_a_window(claim: int, premise: int) -> None:
    """Each window begins with the claim and is no longer than the network takes; neighbours share OVERLAP tokens."""
    head = [CLS, *range(1000, 1000 + min(claim, CLAIM)), SEP]
    found = claim_windows(range(1000, 1000 + claim), range(5000, 5000 + premise))
    assert all(len(one.ids) == len(one.segments) <= LENGTH for one in found)
    assert all(one.ids[: len(head)] == head and one.ids[-1] == SEP for one in found)
    assert all(one.segments == [0] * len(head) + [1] * (len(one.ids) - len(head)) for one in found)
    parts = [one.ids[len(head) : -1] for one in found]
    assert sorted({token for part in parts for token in part}) == list(range(5000, 5000 + premise))
    assert all(first[-OVERLAP:] == second[:OVERLAP] for first, second in pairwise(parts))
