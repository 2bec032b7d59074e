"""assistant/trained.py: the network's logits and plain features, as probabilities."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from test_read import HITS, QUESTION, make_hit

from assistant.network import Network
from assistant.trained import PASSAGE_NAMES, SENTENCE_NAMES, WEIGHTS, Calibration, tables


@pytest.fixture(scope="module")
def network() -> Network:
    return Network()


def test_tables(network: Network) -> None:
    """A row per sentence and one per passage, a column per name, all finite; the best sentence has margin 0."""
    made = tables(QUESTION, HITS, network)
    assert [len(one.sentences) for one in made] == [len(hit.sentences) for hit in HITS]
    for one in made:
        assert one.sentences.shape[1] == len(SENTENCE_NAMES)
        assert one.passage.shape == (1, len(PASSAGE_NAMES))
        assert np.isfinite(one.sentences).all()
        assert np.isfinite(one.passage).all()
        assert one.sentences[:, SENTENCE_NAMES.index("support_margin")].max() == 0


def test_table_rows_are_read_with_their_columns(network: Network) -> None:
    """A cell counts as said under the name of its column: without it, a row of numbers answers nothing."""
    hit = make_hit("Iturup | 3139\n\nKunashir | 1490")
    rows = [replace(one, kind="row", context="Island | Area") for one in hit.sentences]
    table = tables("What is the area of Kunashir?", [replace(hit, sentences=rows)], network)[0]
    assert table.sentences[:, SENTENCE_NAMES.index("covered")].tolist() == [0.5, 1.0]


def test_calibration() -> None:
    """A logistic function of the weighted columns."""
    half = Calibration(np.array([1.0, -2.0]), 0.0)
    assert half(np.array([[0.0, 0.0], [2.0, 1.0], [50.0, 0.0]])) == pytest.approx([0.5, 0.5, 1.0])


def test_shipped_weights_are_whole() -> None:
    """The file has a weight for each column and no other, and a threshold between 0 and 1."""
    record = json.loads(WEIGHTS.read_text())
    assert tuple(record["sentence"]["weights"]) == SENTENCE_NAMES
    assert tuple(record["passage"]["weights"]) == PASSAGE_NAMES
    assert 0 < record["threshold"] < 1
