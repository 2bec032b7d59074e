"""assistant/writing/stream.py: sentences and keys of what a model writes, the same however it comes in pieces."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.writing.stream import MOST_LETTERS, MOST_SENTENCE, Parsed, Parser, parse

KNOWN = ("K7Q2", "M3N4", "B5X8")
PLAIN = [
    ("Seals sleep [K7Q2].", [("Seals sleep.", "K7Q2")]),
    ("Seals sleep. [K7Q2]", [("Seals sleep.", "K7Q2")]),
    ("Seals sleep.[K7Q2] They eat.[M3N4]", [("Seals sleep.", "K7Q2"), ("They eat.", "M3N4")]),
    ("Seals sleep.[K7Q2]They eat.[M3N4]", [("Seals sleep.", "K7Q2"), ("They eat.", "M3N4")]),
    ("Seals sleep.\n[K7Q2]\nThey eat.\n[M3N4]", [("Seals sleep.", "K7Q2"), ("They eat.", "M3N4")]),
    ("[K7Q2] Seals sleep. [M3N4] They eat.", [("Seals sleep.", "K7Q2"), ("They eat.", "M3N4")]),
    ("[K7Q2] Seals sleep\n[M3N4] They eat", [("Seals sleep", "K7Q2"), ("They eat", "M3N4")]),
    ("Seals [K7Q2] sleep [M3N4] here.", [("Seals sleep here.", "K7Q2 M3N4")]),
    ("He said: “No.” [K7Q2] She left!” [M3N4]", [("He said: “No.”", "K7Q2"), ("She left!”", "M3N4")]),
]
MARKS = [
    "【K7Q2】",
    "［K7Q2］",
    "〔K7Q2〕",
    "{K7Q2}",
    "(K7Q2)",
    "[[K7Q2]]",
    "[(K7Q2)]",
    "[k7q2]",
    "[ K7Q2 ]",
    "[^K7Q2]",
    "【K7Q2†source】",
    "[key: K7Q2]",
    "[Source K7Q2]",
    "(see K7Q2)",
    "[K7Q2][K7Q2]",
    "[K7Q2, K7Q2]",
]
BARE = ["K7Q2", "`K7Q2`", "**[K7Q2]**", "*K7Q2*"]
MANY = [
    "[K7Q2, M3N4]",
    "[K7Q2][M3N4]",
    "[K7Q2] [M3N4]",
    "[K7Q2; M3N4]",
    "[K7Q2 M3N4]",
    "[K7Q2 and M3N4]",
    "[K7Q2/M3N4]",
]


def short(parsed: list[Parsed]) -> list[tuple[str, str]]:
    return [(one.text, " ".join(one.keys)) for one in parsed]


@pytest.mark.parametrize(("text", "expected"), PLAIN)
def test_marks_stand_before_or_behind(text: str, expected: list[tuple[str, str]]) -> None:
    """A mark belongs to its sentence before or behind the full stop, on the next line, or in front of all sentences."""
    assert short(parse(text, KNOWN)) == expected


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("text", ["Seals sleep {}. They eat.", "Seals sleep. {} They eat."])
def test_forms_of_a_mark(text: str, mark: str) -> None:
    """Whatever brackets, case, label or doubling a model writes around a key, the key is read and nothing of it shown."""
    assert parse(text.format(mark), KNOWN) == [Parsed("Seals sleep.", ("K7Q2",)), Parsed("They eat.", ())]


@pytest.mark.parametrize("mark", BARE)
def test_a_key_with_no_bracket(mark: str) -> None:
    """A key that stands in a sentence with no bracket, or emphasised, is read all the same."""
    assert parse(f"Seals sleep {mark}. They eat.", KNOWN) == [
        Parsed("Seals sleep.", ("K7Q2",)),
        Parsed("They eat.", ()),
    ]


@pytest.mark.parametrize("mark", MANY)
def test_several_keys(mark: str) -> None:
    """Several keys are read from one mark or from several, in order."""
    assert parse(f"Seals sleep {mark}.", KNOWN) == [Parsed("Seals sleep.", ("K7Q2", "M3N4"))]


@pytest.mark.parametrize(
    ("mark", "keys", "invented"),
    [("[Z9Z9]", (), 1), ("[K7Q2, Z9Z9]", ("K7Q2",), 1), ("[1]", (), 1), ("[1, 2]", (), 2), ("[K7Q2][7]", ("K7Q2",), 1)],
)
def test_invented_keys(mark: str, keys: tuple[str, ...], invented: int) -> None:
    """Keys that nobody gave are dropped and counted."""
    assert parse(f"Seals sleep {mark}.", KNOWN) == [Parsed("Seals sleep.", keys, invented)]


@pytest.mark.parametrize(
    "text",
    [
        "He wrote [sic] that.",
        "The law (Art. 5) holds.",
        "The treaty (1956) holds.",
        "Seals (and crabs) eat.",
        "A set {a, b} is it.",
        "An open [ bracket.",
    ],
)
def test_other_brackets_are_text(text: str) -> None:
    """A bracket that holds words stays as it is."""
    assert [one.text for one in parse(text, KNOWN)] == [text]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Dr. Smith of the U.S. Navy came. He left.", 2),
        ("It is 3.5 km long. J. Verne saw No. 5 there, e.g. Monday.", 2),
        ("It opened in 1931. Then it closed.", 2),
        ("海豹睡觉。它们吃鱼！真的吗？是的。", 4),
        ("सील सोती हैं। वे मछली खाती हैं।", 2),
        ("هل تنام الفقمات؟ نعم، تنام.", 2),
        ("Why? Because of ice! So it goes on…", 3),
        ("Hard\nwrapped lines of\none sentence.", 1),
        ("A first paragraph\n\nA second one", 2),
    ],
)
def test_ends_of_sentences(text: str, number: int) -> None:
    """Full stops of any script end a sentence, abbreviations and decimal points do not, and lines do but for wrapped ones."""
    assert len(parse(text, KNOWN)) == number


def test_a_list_is_given_with_what_leads_into_it() -> None:
    """Each item comes behind its leading line, with its own keys; numbers and bullets are gone."""
    text = (
        "The seals eat:\n\n- small fish [K7Q2]\n* crabs [M3N4]\n\nThat is all [B5X8].\n1. One. [K7Q2]\n2) Two [M3N4]."
    )
    assert short(parse(text, KNOWN)) == [
        ("The seals eat: small fish", "K7Q2"),
        ("The seals eat: crabs", "M3N4"),
        ("That is all.", "B5X8"),
        ("One.", "K7Q2"),
        ("Two.", "M3N4"),
    ]


def test_frames_are_left_out() -> None:
    """Thoughts, fences, headings, labels and the list of sources at the end say nothing."""
    text = (
        "<think>It is [M3N4]? Maybe.</think>\n```markdown\n# Answer\nAnswer: Seals sleep [K7Q2].\n```\n"
        "Here is more:\nThey eat [M3N4].\n\nSources:\n[K7Q2] Seals sleep a lot.\n[M3N4] They eat fish."
    )
    assert short(parse(text, KNOWN)) == [("Seals sleep.", "K7Q2"), ("They eat.", "M3N4")]


def test_what_broke_off_is_not_whole() -> None:
    """The last sentence of a stream that ends in its midst is told from one that is over."""
    assert [one.whole for one in parse("Seals sleep [K7Q2]. They eat sm", KNOWN)] == [True, False]
    assert [one.whole for one in parse("Seals sleep [K7Q2", KNOWN)] == [True]  # the key is there, its bracket is not


def test_very_long_output() -> None:
    """A stream without end is not read beyond its limit, and a sentence without end is cut."""
    parser = Parser(KNOWN)
    found = [one for piece in ["word "] * 100_000 for one in parser.feed(piece)]
    assert parser.full
    assert sum(len(one.text) for one in found) <= MOST_LETTERS
    assert max(len(one.text) for one in found) <= MOST_SENTENCE + 1


PARTS = [
    *'[]【】()（{}.。!?…\n -*`"”:#<>',
    "[K7Q2]",
    "K7Q2",
    "M3N4",
    "[Z9Z9]",
    "Seals",
    "sleep",
    "1.",
    "- ",
    "<think>",
    "</think>",
    "```",
    "Dr.",
    "U.S.",
    "3.5",
    "海豹",
    "Sources:",
    "؟",
    "।",
]


@given(st.lists(st.one_of(st.sampled_from(PARTS), st.text(max_size=3)), max_size=40), st.randoms(use_true_random=False))
def test_any_pieces_give_the_same(parts: list[str], random: object) -> None:
    """Cut into pieces anywhere, a text gives the sentences that it gives as a whole, letter by letter too."""
    text = "".join(parts)
    whole = parse(text, KNOWN)
    cuts = sorted(random.randrange(len(text) + 1) for _ in range(random.randrange(12)))  # type: ignore[attr-defined]
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    for some in (pieces, list(text)):
        parser = Parser(KNOWN)
        assert [*(one for piece in some for one in parser.feed(piece)), *parser.close()] == whole


@given(st.lists(st.one_of(st.sampled_from(PARTS), st.text(max_size=3)), max_size=40))
def test_no_key_is_ever_text(parts: list[str]) -> None:
    """Whatever is written, no known key is left in a sentence, all keys are known ones, and each sentence says something."""
    for one in parse("".join(parts), KNOWN):
        assert set(one.keys) <= set(KNOWN)
        assert len(set(one.keys)) == len(one.keys)
        assert not {"K7Q2", "M3N4", "B5X8"} & set(one.text.upper().replace("_", " ").split())
        assert any(map(str.isalnum, one.text))
        assert "\n" not in one.text


@pytest.mark.parametrize("unit", ["[", "[[a", "a. ", "a [K7Q2", "(", "- ", "A.B.", "<think", "[K7Q2] ", ":\n- a\n"])
def test_linear_time(unit: str) -> None:
    """Eight times the text takes about eight times as long, whatever it consists of."""

    def seconds(text: str) -> float:
        best = 9.0
        for _ in range(3):
            started = time.process_time()
            parse(text, KNOWN)
            best = min(best, time.process_time() - started)
        return best

    small, large = unit * (1000 // len(unit)), unit * (8000 // len(unit))
    assert seconds(large) < 8 * 4 * max(seconds(small), 0.0005)
