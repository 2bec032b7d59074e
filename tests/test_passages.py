"""index/passages.py: nothing citable is left out, nothing is cut, nothing is longer than the embedder sees."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import pytest
from fakes import HashEmbedder, make_loaded
from hypothesis import example, given
from hypothesis import strategies as st

from index.embed import Embedder, MiniLM
from index.passages import TARGET_TOKENS, heading_path, make_passages
from index.records import CITABLE, Heading, Kind, Passage, Sentence
from index.sentences import split

SMALL = HashEmbedder(limit=40)
WORDS = [
    "treaty",
    "no",
    "1956",
    "Iturup,",
    "über",
    "北方",
    "antidisestablishmentarianism",
    "x-y",
    "🙂",
    "unbelievably",
    "zz" * 60,
]
KINDS: list[Kind] = ["prose", "item", "row", "heading", "boilerplate", "code"]


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, tuple[Heading, ...], tuple[Sentence, ...]]:
    """Title, headings and sentences, as the loaders and the splitter make them; some sentences are very long."""
    pieces, headings, position = [], [], 0
    for ordinal in range(draw(st.integers(0, 25))):
        kind = draw(st.sampled_from([*KINDS, "prose", "prose", "item"]))
        size = draw(st.sampled_from([1, 3, 8, 8, 15, 30, 90, 300]))
        shown = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=size))
        text = " ".join(shown * (1 + size // len(shown)) if size > 60 else shown)
        context = (
            draw(st.sampled_from(["", "", "Island; Area; Population", "The reasons:", "head " * 50]))
            if kind != "prose"
            else ""
        )
        if kind == "heading":
            headings.append(Heading(position, draw(st.integers(1, 3)), text))
        pieces.append(Sentence(f"s{ordinal}", "d", ordinal, position, position + len(text), text, kind, context))
        position += len(text) + draw(st.integers(1, 2))
    return draw(st.sampled_from(["", "Title", "A title of words " * 20])), tuple(headings), tuple(pieces)


def cut(
    document: tuple[str, tuple[Heading, ...], tuple[Sentence, ...]], embedder: Embedder = SMALL
) -> tuple[Passage, ...]:
    return make_passages(*document, embedder)


def members(passage: Passage, sentences: Sequence[Sentence]) -> list[Sentence]:
    """The citable sentences of a passage."""
    return [one for one in sentences if passage.first <= one.ordinal <= passage.last and one.kind in CITABLE]


@given(documents())
def test_every_citable_sentence_is_in_a_passage(document: Any) -> None:
    """Prose, items and rows each stand in some passage, with their text in what is embedded."""
    passages = cut(document)
    for sentence in document[2]:
        if sentence.kind in CITABLE:
            holding = [one for one in passages if one.first <= sentence.ordinal <= one.last]
            assert holding
            whole = [one for one in holding if one.start <= sentence.start and sentence.end <= one.end]
            assert whole or _covers(holding, sentence)


def _covers(parts: Sequence[Passage], sentence: Sentence) -> bool:
    ranges = sorted((one.start, one.end) for one in parts)
    return (
        ranges[0][0] == sentence.start
        and ranges[-1][1] == sentence.end
        and all(end == start for (_, end), (start, _) in itertools.pairwise(ranges))
    )


@given(documents())
def test_whole_sentences(document: Any) -> None:
    """A passage's range begins and ends with its first and last sentence, or is a part of a single one."""
    by_ordinal = {one.ordinal: one for one in document[2]}
    for passage in cut(document):
        first, last = by_ordinal[passage.first], by_ordinal[passage.last]
        assert first.kind in CITABLE
        assert last.kind in CITABLE
        if passage.first == passage.last:
            assert first.start <= passage.start < passage.end <= first.end
        else:
            assert (passage.start, passage.end) == (first.start, last.end)
        for sentence in members(passage, document[2]):
            if passage.first != passage.last:
                assert sentence.text in passage.embedded_text


@given(documents())
def test_never_above_the_limit(document: Any) -> None:
    """What is embedded fits the embedder with its two special tokens, title, headings and table header included."""
    texts = [passage.embedded_text for passage in cut(document)]
    assert all(count <= SMALL.limit - 2 for count in SMALL.count_tokens(texts))


@given(document=documents())
@example(
    document=(
        "",
        (),
        (Sentence("s0", "d", 0, 0, 2 * 6400 - 1, " ".join(["unbelievably"] * 985)[: 2 * 6400 - 1], "prose"),),
    )
)
def test_never_above_the_real_limit(minilm: MiniLM, document: Any) -> None:
    """The bundled embedder sees every token of every passage, also where a long sentence is cut inside a word."""
    texts = [passage.embedded_text for passage in cut(document, minilm)]
    assert all(count <= minilm.limit - 2 for count in minilm.count_tokens(texts))


@given(documents())
def test_overlap_by_one_sentence(document: Any) -> None:
    """Within a section each passage begins with the last sentence of the one before, unless the two do not fit."""
    _, headings, sentences = document
    kept = [one for one in sentences if one.kind in CITABLE]
    counts = dict(
        zip(
            (one.ordinal for one in kept),
            SMALL.count_tokens([f"{one.context}\n{one.text}" if one.context else one.text for one in kept]),
            strict=True,
        )
    )
    for one, other in itertools.pairwise(cut(document)):
        if (one.first, one.last) == (other.first, other.last):
            continue  # parts of one sentence
        assert other.first in (one.last, _next(kept, one.last))
        assert other.last > one.last
        start, before = (next(s.start for s in kept if s.ordinal == n) for n in (other.first, one.first))
        if (
            other.first != one.last
            and one.first != one.last
            and heading_path(headings, start) == heading_path(headings, before)
        ):
            assert counts[one.last] + counts[other.first] > SMALL.limit * 3 // 4 - 4


def _next(kept: Sequence[Sentence], ordinal: int) -> int | None:
    return next((one.ordinal for one in kept if one.ordinal > ordinal), None)


@given(documents())
def test_one_heading_path_each(document: Any) -> None:
    """No passage reaches over a heading into another section."""
    for passage in cut(document):
        paths = {heading_path(document[1], one.start) for one in members(passage, document[2])}
        assert len(paths) == 1


@given(documents())
def test_ids_and_order(document: Any) -> None:
    """Ids are unique, ordinals count from 0, ranges ascend, and cutting again gives the same."""
    passages = cut(document)
    assert len({one.id for one in passages}) == len(passages)
    assert [one.ordinal for one in passages] == list(range(len(passages)))
    assert [one.start for one in passages] == sorted(one.start for one in passages)
    assert cut(document) == passages


def test_target_and_overlap_by_example() -> None:
    """Sentences of 60 tokens go three to a passage of at most 200, the third one again in the next."""
    text = " ".join(f"{'word ' * 58}number{n}." for n in range(7))
    sentences = split("d", make_loaded(text))
    assert len(sentences) == 7
    passages = make_passages("T", (), sentences, HashEmbedder())
    assert [(one.first, one.last) for one in passages] == [(0, 2), (2, 4), (4, 6)]
    assert max(HashEmbedder().count_tokens([text[one.start : one.end] for one in passages])) <= TARGET_TOKENS


def test_long_sentence_in_parts() -> None:
    """A sentence of 1,000 words is embedded in parts that joined give it back; each points to the whole sentence."""
    text = " ".join(f"w{n}" for n in range(1000)) + "."
    (sentence,) = split("d", make_loaded(text))
    passages = make_passages("Title", (), [sentence], HashEmbedder())
    assert len(passages) > 3
    assert all((one.first, one.last) == (0, 0) for one in passages)
    assert "".join(text[one.start : one.end] for one in passages) == text
    assert all(one.embedded_text == f"Title\n{text[one.start : one.end]}" for one in passages)


def test_long_word() -> None:
    """A sentence without any space, longer than the limit, is still embedded in parts that cover it."""
    sentence = Sentence("s", "d", 0, 10, 10 + 3000, "北方領土" * 750, "prose")

    class Letters(HashEmbedder):
        def count_tokens(self, texts: Sequence[str]) -> list[int]:
            return [len(text) for text in texts]

        def token_ends(self, text: str) -> list[int]:
            return list(range(1, len(text) + 1))

    passages = make_passages("", (), [sentence], Letters())
    assert _covers(passages, sentence)
    assert max(len(one.embedded_text) for one in passages) <= 254


def test_context_stands_once() -> None:
    """A table's header is embedded once before its rows, and again where the header changes."""
    rows = [
        Sentence(f"s{n}", "d", n, 10 * n, 10 * n + 5, f"row {n}", "row", context)
        for n, context in enumerate(["A; B", "A; B", "C; D", ""])
    ]
    (passage,) = make_passages("T", (), rows, HashEmbedder())
    assert passage.embedded_text == "T\nA; B\nrow 0\nrow 1\nC; D\nrow 2\nrow 3"


def test_long_row_keeps_its_header() -> None:
    """A row that is too long for one passage together with its header is embedded with the header all the same."""
    row = Sentence("s", "d", 0, 0, 5 * 300, "cell " * 300, "row", "Island; Area")
    passages = make_passages("T", (), [row], HashEmbedder())
    assert "Island; Area" in passages[0].embedded_text


def test_edits_elsewhere() -> None:
    """A change in one section leaves the ids and contents of the passages of all others as they are."""

    def passages(middle: str) -> list[Passage]:
        loaded = make_loaded(
            f"# One\n\nThe first thing is said here.\n\n# Two\n\n{middle}\n\n# Three\n\nThe last is said here."
        )
        return list(make_passages("T", loaded.headings, split("d", loaded), HashEmbedder()))

    before, after = passages("In between."), passages("In between, much more. It is said. In two sentences.")
    keys = [{one.embedded_text: (one.id, one.content) for one in ones} for ones in (before, after)]
    assert len(before) == len(after) == 3
    assert sorted(keys[0].keys() & keys[1].keys()) == sorted(set(keys[0]) - {before[1].embedded_text})
    assert all(keys[0][text] == keys[1][text] for text in keys[0].keys() & keys[1].keys())


def test_heading_path() -> None:
    """The headings above a position, highest first; a heading ends those of its level and below, and holds itself."""
    headings = (Heading(0, 1, "A"), Heading(10, 2, "B"), Heading(20, 3, "C"), Heading(30, 2, "D"), Heading(40, 1, "E"))
    assert [heading_path(headings, at) for at in (5, 10, 25, 35, 45)] == [
        ("A",),
        ("A", "B"),
        ("A", "B", "C"),
        ("A", "D"),
        ("E",),
    ]
    assert heading_path(headings[1:], 5) == ()
    assert heading_path((), 5) == ()


@pytest.mark.parametrize("kinds", [[], ["code", "boilerplate", "heading"]])
def test_nothing_to_cite(kinds: list[Kind]) -> None:
    """A document without anything that can be cited has no passage."""
    sentences = [Sentence(f"s{n}", "d", n, n, n + 1, "x", kind) for n, kind in enumerate(kinds)]
    assert make_passages("T", (), sentences, HashEmbedder()) == ()
