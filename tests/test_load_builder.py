"""The builder: stored text is normalised once and for all, and its ranges are exact."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import LimitExceeded, LoadError
from index.load.builder import Piece, TextBuilder
from index.load.normalise import is_visible, normalise
from index.load.rows import row_pieces
from index.records import Loaded

ANY_TEXT = st.text(st.characters(), max_size=60)  # lone surrogates and control characters included
KINDS = st.sampled_from(["prose", "item", "row", "heading", "code"])


def check_invariants(loaded: Loaded) -> None:
    """Asserts what every loader promises of its document."""
    text = loaded.text
    assert text == normalise(text) == unicodedata.normalize("NFC", text)
    assert not any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" for char in text)
    last = 0
    for block in loaded.blocks:
        assert last <= block.start < block.end <= len(text)
        assert is_visible(text[block.start : block.end])
        last = block.end
    starts = {block.start for block in loaded.blocks if block.kind == "heading"}
    assert all(heading.start in starts and text.startswith(heading.text, heading.start) for heading in loaded.headings)
    assert all(0 <= page.start < page.end <= len(text) for page in loaded.pages)
    assert all(first.end <= second.start for first, second in zip(loaded.pages, loaded.pages[1:], strict=False))
    assert loaded.title


def check_outcome(read: Callable[[], Loaded]) -> None:
    """Asserts that reading gives a document that keeps its promises, or a failure with a reason."""
    reason = "none needed"
    try:
        check_invariants(read())
    except LoadError as error:
        reason = str(error)
    assert reason


@given(st.lists(st.tuples(KINDS, ANY_TEXT, ANY_TEXT, st.integers(0, 9)), max_size=8))
def test_any_pieces_keep_the_invariants(given_pieces: list[tuple[str, str, str, int]]) -> None:
    """Whatever text comes in, the stored text is in NFC, ranges are in order, and normalising again changes nothing."""
    builder = TextBuilder()
    for kind, text, context, level in given_pieces:
        builder.add(Piece(kind, text, level=level, context=context))  # type: ignore[arg-type]
    if any(is_visible(normalise(text)) for _, text, _, _ in given_pieces):
        check_invariants(builder.build("title"))
    else:
        with pytest.raises(LoadError):
            builder.build("title")


@given(
    st.lists(st.tuples(ANY_TEXT, st.integers(1, 3)), min_size=1, max_size=6).map(
        lambda pages: sorted(pages, key=lambda page: page[1])
    )
)
def test_pages_of_a_paragraph_cover_it(fragments: list[tuple[str, int]]) -> None:
    """The page ranges of a paragraph that runs over pages begin and end with it and leave nothing out."""
    builder = TextBuilder()
    block = builder.add_paged(Piece("prose", "".join(text for text, _ in fragments)), fragments)
    if block is not None:
        pages = builder.build("title").pages
        assert (pages[0].start, pages[-1].end) == (block.start, block.end)
        assert all(first.end == second.start for first, second in itertools.pairwise(pages))


def test_normalising_repairs_characters() -> None:
    """Line ends become line feeds; mark, NUL, soft hyphen and lone surrogate go; surrogate pairs and accents are
    composed."""
    assert (
        normalise("\ufeffa\r\nb\rc\x00\u2028d\ud800 \ud83d\ude00 e\u0301 co\u00adop") == "a\nb\nc\nd \U0001f600 é coop"
    )


def test_blocks_are_joined_by_kind() -> None:
    """Paragraphs are parted by an empty line, items and rows of one list or table by a line break."""
    builder = TextBuilder()
    builder.extend(
        [
            Piece("prose", "Take:"),
            Piece("item", "one", marker="- "),
            Piece("item", "two", marker="- "),
            Piece("prose", "End."),
        ]
    )
    loaded = builder.build("")
    assert loaded.text == "Take:\n\n- one\n- two\n\nEnd."
    assert [loaded.text[block.start : block.end] for block in loaded.blocks] == ["Take:", "one", "two", "End."]


def test_items_know_the_line_that_leads_in() -> None:
    """Each item of a list carries the sentence that ends in a colon above it; a nested list carries its parent's."""
    builder = TextBuilder()
    builder.extend(
        [
            Piece("prose", "Read this. You need:"),
            Piece("item", "tools such as:"),
            Piece("item", "a saw", level=1),
            Piece("item", "wood"),
            Piece("prose", "Next."),
            Piece("item", "alone"),
        ]
    )
    contexts = [block.context for block in builder.build("").blocks if block.kind == "item"]
    assert contexts == ["Read this. You need:", "tools such as:", "Read this. You need:", ""]


def test_rows_pair_cells_with_names() -> None:
    """An empty cell is left out of the row, and its column's name out of the context."""
    (row,) = row_pieces([["Ann", "", "Rome"]], ["name", "age", "city"])
    assert (row.text, row.context) == ("Ann | Rome", "name | city")


def test_a_line_without_end_is_cut_into_blocks() -> None:
    """A text too long for a block is cut at spaces, or inside a word where there is none; no letter is lost."""
    for text in ("word " * 50_000, "x" * 250_000):
        builder = TextBuilder()
        builder.add(Piece("prose", text))
        loaded = builder.build("title")
        check_invariants(loaded)
        cut = [loaded.text[block.start : block.end] for block in loaded.blocks]
        assert len(cut) == 3
        assert all(len(one) <= 100_000 for one in cut)
        assert "".join("".join(one.split()) for one in cut) == "".join(text.split())


def test_a_document_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """More text or more blocks than a document may have are refused, and the reason says to split it."""
    monkeypatch.setattr("index.load.builder.TEXT_CHARACTERS", 1000)
    monkeypatch.setattr("index.load.builder.BLOCKS", 5)
    for pieces in ([Piece("prose", "x" * 1001)], [Piece("row", "x")] * 6):
        with pytest.raises(LimitExceeded, match="split it"):
            TextBuilder().extend(pieces)


def test_what_is_too_long_to_be_a_heading_or_a_context_is_none() -> None:
    """A heading of a page's length is a paragraph; a context is cut to what can be shown."""
    builder = TextBuilder()
    builder.extend([Piece("heading", "word " * 300), Piece("row", "x", context="name | " * 2000)])
    heading, row = builder.build("title").blocks
    assert heading.kind == "prose"
    assert len(row.context) <= 5000


def test_what_leads_into_one_list_does_not_lead_into_the_next() -> None:
    """Where a format says that a list begins, the line above the list before it is not its own."""
    builder = TextBuilder()
    builder.extend(
        [Piece("prose", "Bring:"), Piece("item", "a form", first=True), Piece("item", "Call us.", first=True)]
    )
    assert [block.context for block in builder.build("title").blocks] == ["", "Bring:", ""]
