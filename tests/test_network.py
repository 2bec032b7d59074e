"""assistant/network.py: one logit per sentence and per passage, whatever is read together with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.network import NO_WORDS, Logits, Network
from index.errors import ModelError

QUESTION = "Why do seals sleep on rocks?"
SEALS = ["Seals eat fish.", "They sleep on rocks because the stone is warm.", "A pup is born in spring."]
BOATS = ["The boat was painted green.", "It left the harbour at dawn."]
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


@pytest.fixture(scope="module")
def network() -> Network:
    return Network()


def flat(logits: list[Logits]) -> list[float]:
    return [value for one in logits for value in (*one.sentences, one.passage)]


def test_finds_the_sentence(network: Network) -> None:
    """The sentence that gives the reason has the highest logit, and its passage a higher one than another matter's."""
    seals, boats = network.read(QUESTION, [("Seals.", SEALS), ("Boats.", BOATS)])
    assert max(seals.sentences) == seals.sentences[1]
    assert seals.passage > boats.passage


def test_alone_or_together(network: Network) -> None:
    """A passage's logits depend neither on what is read with it nor on the order."""
    passages = [("Seals.", SEALS), ("", BOATS), ("Seals.", SEALS * 4)]
    together = network.read(QUESTION, passages)
    alone = [network.read(QUESTION, [passage])[0] for passage in passages]
    backwards = network.read(QUESTION, passages[::-1])[::-1]
    assert flat(together) == flat(alone) == flat(backwards)


def test_more_sentences_than_a_window(network: Network) -> None:
    """A long passage is read in several windows: a logit for each sentence, the passage's own the best of them."""
    filler = [
        f"The harbour of town number {number} was painted green and left alone for years." for number in range(60)
    ]
    long, short = network.read(QUESTION, [("", [*filler, *SEALS]), ("", filler)])
    assert len(long.sentences) == 63
    assert max(long.sentences) == long.sentences[61]
    assert long.passage > short.passage


def test_nothing_to_read(network: Network) -> None:
    """No passage, no result; no sentence, or one without a token, has the logit of nothing."""
    assert network.read(QUESTION, []) == []
    assert network.read(QUESTION, [("Seals.", [])]) == [Logits((), NO_WORDS)]
    assert network.read(QUESTION, [("Seals.", ["", "Seals sleep."])])[0].sentences[0] == NO_WORDS


@settings(max_examples=20, deadline=None)
@given(TEXT, TEXT, st.lists(TEXT, max_size=6))
def test_any_text(network: Network, question: str, context: str, sentences: list[str]) -> None:
    """Whatever the texts, there is one finite logit per sentence."""
    (one,) = network.read(question, [(context, sentences)])
    assert len(one.sentences) == len(sentences)
    assert all(abs(value) < 100 for value in flat([one]))


def test_missing_file(tmp_path: Path) -> None:
    """Without its file it says which one is missing and what to do."""
    with pytest.raises(ModelError, match=r"no\.onnx is missing; reinstall"):
        Network(tmp_path / "no.onnx")
