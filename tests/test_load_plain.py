"""Plain text: paragraphs, headings, lists and code by how lines stand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_load_builder import check_outcome

from index.errors import LoadError
from index.load.plain import load
from index.records import Loaded

SHARED = Path(os.environ.get("ASSISTANT_SHARED") or Path(__file__).resolve().parents[2] / "shared")
WRAPPED = """The heating pipes in the basement of the archive are being replaced this
summer, so books must be fetched before the end of July.

Opening hours

The reading room stays open from nine to five. To order a scan, send us one
of these:
  - the number of the map
  - a photo of it, which may be
    small
Then wait.

    def f(x):
        return {x: [1]}

1. Introduction

It begins here and goes on for a while, long enough to be a paragraph.
"""


def blocks(loaded: Loaded) -> list[tuple[str, str]]:
    return [(block.kind, loaded.text[block.start : block.end]) for block in loaded.blocks]


def test_wrapped_text_has_its_structure() -> None:
    """Wrapped lines join; headings, items with continuation lines and indented code are told apart."""
    assert blocks(load(WRAPPED.encode(), "a.txt")) == [
        (
            "prose",
            "The heating pipes in the basement of the archive are being replaced this summer, so books must be "
            "fetched before the end of July.",
        ),
        ("heading", "Opening hours"),
        ("prose", "The reading room stays open from nine to five. To order a scan, send us one of these:"),
        ("item", "the number of the map"),
        ("item", "a photo of it, which may be small"),
        ("prose", "Then wait."),
        ("code", "    def f(x):\n        return {x: [1]}"),
        ("heading", "1. Introduction"),
        ("prose", "It begins here and goes on for a while, long enough to be a paragraph."),
    ]


def test_items_carry_the_leading_line() -> None:
    """The items' context is the sentence above them that ends in a colon."""
    contexts = {block.context for block in load(WRAPPED.encode(), "a.txt").blocks if block.kind == "item"}
    assert contexts == {"The reading room stays open from nine to five. To order a scan, send us one of these:"}


def test_a_lone_bullet_is_no_list() -> None:
    """An agency's byline behind a bullet is one line of prose; two bulleted lines are a list."""
    assert blocks(load("• Agency\n\nA storm came over the coast on Monday and stayed.".encode(), "a.txt"))[0] == (
        "prose",
        "• Agency",
    )
    assert [kind for kind, _ in blocks(load("• one\n• two".encode(), "a.txt"))] == ["item", "item"]


def test_a_dash_inside_a_wrapped_sentence_is_no_item() -> None:
    """A line that begins with a dash in the middle of a sentence goes on with it."""
    text = "The projects cover five fields of work that were named by both of the sides\n"
    text += "- aquaculture, tourism and three more - with some of them to be started soon."
    assert [kind for kind, _ in blocks(load(text.encode(), "a.txt"))] == ["prose"]


def test_unwrapped_lines_are_paragraphs() -> None:
    """Where lines are long because nobody wrapped them, each is a paragraph."""
    line = "This line was never wrapped and goes on and on, " * 4 + "to its end."
    assert [kind for kind, _ in blocks(load(f"{line}\n{line}\n{line}".encode(), "a.txt"))] == ["prose"] * 3


def test_chinese_lines_join_without_a_space() -> None:
    """Wrapped Japanese or Chinese lines join without a space; the language is told by script."""
    loaded = load(
        "昨日の会議で、来年度の予算案が全会一致で承認されましたことをここにご報告いたします、次の会議は\n来月です。".encode(),
        "a.txt",
    )
    assert "会議は来月です。" in loaded.text
    assert loaded.language == "ja"


@pytest.mark.parametrize(
    ("name", "title"),
    [("annual_report-2024.txt", "annual report 2024"), ("000_0873716c1434f36d.txt", "The storm came on Monday.")],
)
def test_the_title_comes_from_a_telling_name(name: str, title: str) -> None:
    """A readable file name is the title; where it is only a hash, the first words are."""
    assert load(b"The storm came on Monday.", name).title == title


@given(st.text(st.characters(), max_size=400))
def test_any_text_keeps_the_invariants(text: str) -> None:
    """Any text gives a document that keeps the promises, or the reason why there is none."""
    check_outcome(lambda: load(text.encode("utf-8", "surrogatepass"), "a.txt"))


@given(st.lists(st.text("ab .:•-1\n", max_size=20), max_size=20).map("\n".join))
def test_no_visible_character_of_a_text_is_lost(text: str) -> None:
    """Every letter of the file stands in the stored text, in order; markers stand there too, outside the blocks."""
    try:
        loaded = load(text.encode(), "a.txt")
    except LoadError:
        return
    assert [char for char in loaded.text if char in "ab"] == [char for char in text if char in "ab"]


@pytest.mark.skipif(not (SHARED / "seeds").is_dir(), reason="the article is not shared here")
def test_the_article_has_its_paragraphs() -> None:
    """The news article has a paragraph for each line, and its title is its first sentence, not the agency."""
    file = next((SHARED / "seeds").glob("*.txt"))
    loaded = load(file.read_bytes(), file.name)
    assert [kind for kind, _ in blocks(loaded)] == ["prose"] * 21
    assert loaded.title.startswith("Russian President")
