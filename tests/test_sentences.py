"""Sentences: exact ranges that give the text back, right on hard cases, in time that grows with the text."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.sentences import Case, expected, found, is_right, load, read_cases
from index.records import Block, Kind, Loaded, Sentence
from index.sentences import LONG, boundaries, can_stand_alone, split, word_count

FROZEN = read_cases("sentences.jsonl")
SECOND = read_cases("sentences_second.jsonl")
# Written after the rules. Known misses, each with its reason:
KNOWN_MISSES = {
    "t36": "a unit's period also ends the sentence (25 N.m. Do not ...), and no function word follows",
    "t40": "a name in small letters begins the sentence (systemd): a small letter always goes on",
    "t42": "a unit's period also ends the sentence (400 V. Contact ...), which looks like an initial",
    "t60": "al. (Polish for avenue) is unknown before a name",
}
LANGUAGES = ("en", "de", "ru", "ja", "zh", "el", "hy", "th", "xx", "", "en-GB", "zh-Hant", "日本", "no such language")
# Characters that make boundaries likely, and those that break counting: astral, combining, joined, every line end.
LETTERS = st.sampled_from(
    list(" \n\t\r.!?…。！？;:,\"'“”«»「」()[]—-") + list("123aBcDéЖя你日ا।։😀👩‍🚀\u0301\u200d\u00a0\u2028\x85\x1c")
)
KINDS: list[Kind] = ["prose", "item", "row", "heading", "code", "boilerplate"]
TEXTS = st.one_of(
    st.text(alphabet=LETTERS, max_size=300),
    st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=100),
    st.lists(st.sampled_from(FROZEN + SECOND).map(lambda case: case.text), max_size=6).map(" ".join),
)


def assert_gives_back(text: str, ranges: list[tuple[int, int]]) -> None:
    """Ranges in order, apart, inside the text, without white space at their ends, and with only white space between."""
    joined, last = "", 0
    for start, end in ranges:
        assert last <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        assert not text[last:start].strip()
        joined += text[last:start] + text[start:end]
        last = end
    assert not text[last:].strip()
    assert joined + text[last:] == text


@pytest.mark.parametrize("case", FROZEN, ids=lambda case: case.id)
def test_frozen_case(case: Case) -> None:
    """All 135 frozen cases are right: a regression names the case."""
    assert found(case, boundaries) == expected(case)


def test_second_set_misses_only_what_is_known() -> None:
    """Of the 60 cases written after the rules 56 are right; the others are listed with their reasons."""
    assert {case.id for case in SECOND if not is_right(case, boundaries)} == set(KNOWN_MISSES)


@pytest.mark.parametrize("case", [case for case in FROZEN if case.has_blocks], ids=lambda case: case.id)
def test_split_finds_what_boundaries_finds(case: Case) -> None:
    """`split` gives a loaded document the sentences that its blocks have, and the ranges are those of its text."""
    loaded = load(case)
    sentences = split("d", loaded)
    assert [sentence.ordinal for sentence in sentences] == list(range(len(sentences)))
    assert all(loaded.text[sentence.start : sentence.end] == sentence.text for sentence in sentences)
    starts = [0, *(sentence.end for sentence in sentences)]
    with_markers = [
        "".join(loaded.text[start : sentence.end].split()) for start, sentence in zip(starts, sentences, strict=False)
    ]
    assert with_markers == expected(case)


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.sampled_from(LANGUAGES))
@example("😀 Hello there. 日本 is here. Bye.", "en")
@example("Een e\u0301. 👩‍🚀 fliegt. Ende", "de")
@example("One.\r\n\r\nTwo.\x85Three.\u2028Four.", "en")
@example("", "en")
@example(" \n ", "en")
def test_pieces_and_gaps_give_the_text_back(text: str, language: str) -> None:
    """For any text and any language code the ranges are exact, and nothing but white space lies between them."""
    assert_gives_back(text, boundaries(text, language))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.sampled_from(KINDS)), max_size=5))
def test_no_sentence_crosses_a_block(parts: list[tuple[str, Kind]]) -> None:
    """In a document of any blocks each sentence lies in its block, and each block's sentences give its text back."""
    text, blocks = "", []
    for part, kind in parts:
        blocks.append(Block(len(text), len(text) + len(part), kind))
        text += part + "\n\n"
    sentences = split("d", Loaded(text, "title", tuple(blocks)))
    for number, block in enumerate(blocks):
        ranges = [(one.start - block.start, one.end - block.start) for one in sentences if one.block == number]
        assert_gives_back(text[block.start : block.end], ranges)
        assert block.kind not in ("row", "heading", "code") or len(ranges) <= 1


def test_ranges_count_code_points() -> None:
    """Characters outside the basic plane count one: the library's ranges are neither bytes nor UTF-16 units."""
    sentences = ["😀😀 It rained.", "日本は雨だ。", "𝔘nd then it stopped."]
    text = "{} {}{}".format(*sentences)
    assert [text[start:end] for start, end in boundaries(text)] == sentences


@pytest.mark.parametrize(
    "text",
    [
        "a. " * 333_333,
        "word " * 200_000,
        "a" * 1_000_000,
        "." * 1_000_000,
        "“a. " * 250_000,
        "日本。" * 333_333,
        "\n" * 1_000_000,
    ],
    ids=["a.", "words", "letters", "periods", "open quotes", "no spaces", "line ends"],
)
def test_time_grows_with_the_text(text: str) -> None:
    """A megabyte of the worst is split in seconds (1 to 7 s measured; the library alone needs minutes for some)."""
    started = time.perf_counter()
    boundaries(text)
    assert time.perf_counter() - started < 30


def test_a_region_in_the_language_code_changes_nothing() -> None:
    """`en-GB` is split as `en` is."""
    text = "He moved to the U.S. The rest stayed at home."
    assert boundaries(text, "en-GB") == boundaries(text, "en")
    assert len(boundaries(text)) == 2


def test_windows_change_nothing() -> None:
    """A text of many windows is split as its paragraphs are."""
    case = next(case for case in FROZEN if case.id == "s22")
    text = " ".join([case.text] * 500)
    assert [text[start:end] for start, end in boundaries(text)] == list(case.sentences) * 500


def test_a_long_quote_is_cut_inside() -> None:
    """A short quote of several sentences stays whole; one that makes a sentence too long to cite is cut."""
    short = "She said: “I came. I saw. I left.” Nobody believed her."
    assert len(boundaries(short)) == 2
    inner = "The harbour was closed for the winter and no ship came in. "
    text = f"He said: “{inner * 8}We waited.” Then he sat down."
    ranges = boundaries(text)
    assert len(ranges) == 10
    assert max(end - start for start, end in ranges) < LONG
    assert_gives_back(text, ranges)


def test_text_without_capitals_is_still_split() -> None:
    """Where nothing has a capital, a small letter does not say that the sentence goes on."""
    assert len(boundaries("it rained. the road was wet. nobody came.")) == 3


def sentence(text: str, kind: Kind = "prose") -> Sentence:
    """A sentence of that text and kind."""
    return Sentence("d-0", "d", 0, 0, len(text), text, kind)


@pytest.mark.parametrize(
    ("text", "kind", "citable"),
    [
        ("It rained all day.", "prose", True),
        ("two old candles", "item", True),
        ("Oslo | 709,000 | 1048", "row", True),
        ("Opening hours of the mill", "heading", False),
        ("return the sum of x", "code", False),
        ("Yes, indeed.", "prose", False),
        ("1. 2. 3. 4.", "prose", False),
        ("河水涨了三米！", "prose", True),
    ],
)
def test_can_stand_alone(text: str, kind: Kind, citable: bool) -> None:
    """A citable sentence is prose, item or row, has a letter and three words or more."""
    assert can_stand_alone(sentence(text, kind)) is citable


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("a b-c", 3), ("昨天下雨", 2), ("Skarn Point, 1871", 3), ("...", 0)]
)
def test_word_count(text: str, count: int) -> None:
    """Words are runs of letters and digits; in scripts without spaces two letters count as one."""
    assert word_count(text) == count
