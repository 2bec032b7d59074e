"""assistant/window.py: every sentence in just one window, none longer than the network reads."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.window import CLS, CONTEXT, LENGTH, NOBODY, QUESTION, SENTENCE, SEP, pack, windows

TOKENS = st.lists(st.integers(1000, 30000), max_size=200)


@given(TOKENS, TOKENS, st.lists(TOKENS, max_size=30))
def test_every_sentence_once(question: list[int], context: list[int], sentences: list[list[int]]) -> None:
    """The windows' stretches of sentences follow one another and make up the whole; each window fits."""
    packed = windows(question, context, sentences)
    assert [number for one in packed for number in range(one.first, one.first + one.count)] == list(
        range(len(sentences))
    )
    for one in packed:
        assert len(one.ids) == len(one.segments) == len(one.owners) <= LENGTH
        assert one.ids[0] == CLS
        assert one.ids[-1] == SEP


@given(TOKENS, TOKENS, st.lists(TOKENS, min_size=1, max_size=30))
def test_owners(question: list[int], context: list[int], sentences: list[list[int]]) -> None:
    """A sentence's tokens are its own first ones, in order; question, context and separators belong to nobody."""
    one = pack(question, context, sentences)
    for number in range(one.count):
        mine = [token for token, owner in zip(one.ids, one.owners, strict=True) if owner == number]
        assert mine == sentences[number][: len(mine)]
        assert len(mine) == min(len(sentences[number]), SENTENCE) or number == one.count - 1
    before = one.owners[: 2 + min(len(question), QUESTION) + min(len(context), CONTEXT)]
    assert set(before) == {NOBODY}


def test_segments() -> None:
    """The question and its separators are segment 0, all else segment 1."""
    one = pack([5, 6], [7], [[8, 9], [10]])
    assert one.ids == [CLS, 5, 6, SEP, 7, 8, 9, 10, SEP]
    assert one.segments == [0, 0, 0, 0, 1, 1, 1, 1, 1]
    assert one.owners == [-1, -1, -1, -1, -1, 0, 0, 1, -1]


def test_a_stub_goes_into_the_next_window() -> None:
    """A sentence of which only a few tokens would fit is read whole in the next window."""
    room = LENGTH - 1 - len([CLS, SEP]) - 5
    first, second = windows([], [], [[1] * 120, [1] * 120, [1] * (room - 240), [2] * 20])
    assert (first.count, second.count) == (3, 1)
    assert second.ids.count(2) == 20
