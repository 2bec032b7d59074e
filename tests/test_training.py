"""training/: the fast forward pass is the encoder's, shipped weights go on, our own questions find their passages."""

from __future__ import annotations

import gzip
import json
import math
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from fakes import HashEmbedder

from assistant.window import pack
from training import reading_data
from training.encoder import encode
from training.reader_model import STEP, ReaderModel, View, _listwise, collate, padded
from training.reading_data import (
    OWN_HELD_OUT,
    RETRIEVED,
    is_kept_aside,
    load_pairs,
    load_questions,
    passage_key,
    untokenised,
)
from training.shipped import shipped_state
from training.views import TOKENS, Views


@pytest.fixture(scope="module")
def model() -> ReaderModel:
    network = ReaderModel()
    network.load_state_dict(shipped_state())
    return network.eval()


def test_encode_is_the_encoder(model: ReaderModel) -> None:
    """In float32 its hidden states are those of transformers' own forward pass, padding and segments included."""
    ids = torch.randint(1000, 20000, (2, 40), generator=torch.Generator().manual_seed(1))
    mask, segments = torch.ones_like(ids), torch.zeros_like(ids)
    mask[1, 25:], segments[:, 10:] = 0, 1
    with torch.no_grad():
        ours = encode(model.encoder, ids, mask, segments, precision=torch.float32)
        theirs = model.encoder(input_ids=ids, attention_mask=mask, token_type_ids=segments).last_hidden_state
    kept = mask.bool()
    assert (ours - theirs)[kept].abs().max() < 1e-4


def test_dropout_falls_only_in_training(model: ReaderModel) -> None:
    """In training two passes differ, otherwise they are the same."""
    ids = torch.randint(1000, 20000, (1, 30), generator=torch.Generator().manual_seed(1))
    inputs = model.encoder, ids, torch.ones_like(ids), torch.zeros_like(ids), 0.1
    assert torch.equal(encode(*inputs), encode(*inputs))
    model.encoder.train()
    try:
        assert not torch.equal(encode(*inputs), encode(*inputs))
    finally:
        model.encoder.eval()


def test_shipped_weights_read_as_the_shipped_network(model: ReaderModel) -> None:
    """Turned back from int8, the weights tell the answering sentence as the network that runs does."""
    from assistant.network import Network
    from assistant.window import pack
    from training.views import Tokens

    question = "When was the tower built?"
    sentences = ["The tower is red.", "It was built in 1901 by a baker.", "Nobody climbs it now."]
    tokens = Tokens()
    window = pack(tokens.ids(question), [], [tokens.ids(text) for text in sentences])
    batch = collate([View(window, (0, 1, 0), True, None, 0)])
    with torch.no_grad():
        _, passage = model(batch.ids, batch.mask, batch.segments)
    shipped = Network().read(question, [("", sentences)])[0]
    assert float(passage[0]) == pytest.approx(shipped.passage, abs=0.6)


def test_few_shapes() -> None:
    """Windows are padded to a multiple of STEP, never shortened."""
    assert [padded(tokens) for tokens in (1, STEP, STEP + 1)] == [STEP, STEP, 2 * STEP]


def test_our_questions_find_their_passages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question file names a passage by its hash; documents that are kept aside come only when asked for."""
    (tmp_path / "train" / "reading").mkdir(parents=True)
    (tmp_path / "questions").mkdir()
    aside = next(f"doc{n}" for n in range(1000) if is_kept_aside(f"doc{n}"))
    used = next(f"doc{n}" for n in range(1000) if not is_kept_aside(f"doc{n}"))
    passages = {aside: ["It was cold , they said ."], used: ["A -lrb- small -rrb- boat .", "It sank ."]}
    with gzip.open(tmp_path / "train" / "reading" / "set.jsonl.gz", "wt") as stream:
        for document, sentences in passages.items():
            stream.write(json.dumps({"sentences": sentences, "doc": document}) + "\n")
    with (tmp_path / "questions" / "001.jsonl").open("w") as stream:
        for sentences in passages.values():
            asked = [
                {"question": "What happened?", "answers": [len(sentences) - 1]},
                {"question": "Why?", "answers": []},
            ]
            stream.write(json.dumps({"passage": passage_key(sentences), "source": "set", "questions": asked}) + "\n")
    monkeypatch.setattr(reading_data, "QUESTIONS", tmp_path / "questions")
    first, second = load_questions(tmp_path)
    assert (first.sentences, first.labels, first.answerable) == (("A (small) boat.", "It sank."), (0, 1), True)
    assert (second.labels, second.answerable, second.is_ours) == ((0, 0), False, True)
    assert {one.document for one in load_questions(tmp_path, held_out=True)} == {aside}


def test_our_question_files_are_sound() -> None:
    """Each row has a passage and questions, no passage stands twice, and neither kind of question is rare."""
    rows = [row for path in reading_data.QUESTIONS.glob("*.jsonl") for row in reading_data.read_rows(path)]
    assert len({row["passage"] for row in rows}) == len(rows) > 2000
    answered = [bool(asked["answers"]) for row in rows for asked in row["questions"]]
    assert 0.4 < sum(answered) / len(answered) < 0.6


def test_our_pairs_have_development_data() -> None:
    """The passages that are kept aside are of the given numbers, and in none of the training examples."""
    aside = {one.document for one in load_pairs(held_out=True)}
    assert {int(document.rsplit("-", 1)[1]) for document in aside} <= set(OWN_HELD_OUT)
    assert not aside & {one.document for one in load_pairs()}


@pytest.mark.parametrize(
    ("apart", "together"),
    [
        ("he said , no .", "he said, no."),
        ("the king 's men -lrb- ten -rrb-", "the king's men (ten)"),
        ("as it is", "as it is"),
    ],
)
def test_untokenised(apart: str, together: str) -> None:
    """Punctuation stands where people write it."""
    assert untokenised(apart) == together


def test_the_question_mark_tells_nothing() -> None:
    """Of questions with a mark some lose it, of those without some get one."""
    views = Views(load_pairs()[:400], 1, HashEmbedder(32))
    marked = [views._as_typed("Why?").endswith("?") for _ in range(400)]
    bare = [views._as_typed("date of birth").endswith("?") for _ in range(400)]
    assert 0.6 < sum(marked) / 400 < 0.9
    assert 0.35 < sum(bare) / 400 < 0.65


def test_passages_of_a_question_stay_together() -> None:
    """All passages found for a question stand in one batch, under one number and with the same question."""
    pairs = load_pairs()[:40]
    found = [replace(one, source=RETRIEVED, group=f"g{number // 4}") for number, one in enumerate(pairs)]
    views = Views([*pairs, *found], 1, HashEmbedder(32))
    batches = list(views.epoch())
    for batch in batches:
        assert padded(max(len(view.window.ids) for view in batch)) * len(batch) <= TOKENS
    places = [(view.group, number) for number, batch in enumerate(batches) for view in batch]
    assert len(set(places)) == len({group for group, _ in places}) == 50
    assert max(Counter(group for group, _ in places).values()) == 4
    assert any(len([one for one in places if one[0] == group]) == 2 for group in views.single)  # beside a rival


def test_sentences_are_ranked_within_their_question() -> None:
    """The listwise loss sets an answering sentence against those of the other passages of its question, no others."""
    window = pack([1000], [], [[2000], [3000]])
    views = [
        View(window, (0, 1), True, None, 5),
        View(window, (0, 0), False, None, 5),
        View(window, (0, 1), True, None, 6),
    ]
    batch = collate(views)
    assert batch.groups.tolist() == [0, 0, 0, 0, 1, 1]
    loss = _listwise(torch.tensor([0.0, 0.0, 0.0, 0.0, 0.0, 0.0]), batch)
    assert float(loss) == pytest.approx((math.log(4) + math.log(2)) / 2)
