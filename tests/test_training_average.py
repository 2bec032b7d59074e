"""training/average.py: the mean of weights."""

from __future__ import annotations

import pytest
import torch

from training.average import mean


def test_mean() -> None:
    """Weight by weight, and the runs stay as they are."""
    one, other = {"a": torch.tensor([1.0, 2.0])}, {"a": torch.tensor([3.0, 6.0])}
    assert mean([one, other])["a"].tolist() == [2.0, 4.0]
    assert one["a"].tolist() == [1.0, 2.0]


@pytest.mark.parametrize("other", [{"a": torch.zeros(3)}, {"b": torch.zeros(2)}, {}])
def test_other_networks(other: dict[str, torch.Tensor]) -> None:
    """Weights of another shape or name are refused."""
    with pytest.raises(ValueError, match="not of one network"):
        mean([{"a": torch.zeros(2)}, other])
