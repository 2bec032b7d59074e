"""The builder: stored text is normalised once and for all, and its ranges are exact."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import LoadError
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
