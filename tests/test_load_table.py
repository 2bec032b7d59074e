"""CSV and TSV: one row, one line of its own cells."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_load_builder import check_outcome

from index.load.table import load, sniff


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_rows_carry_the_header_and_never_hold_it(delimiter: str) -> None:
    """With any delimiter a row is its cells, the header is its context, and the header is no row."""
    data = "\n".join(
        delimiter.join(cells) for cells in (["name", "built"], ["Lady Ella", "1968"], ["Marron Star", "1994"])
    )
    loaded = load(data.encode(), "boats.csv")
    assert [(loaded.text[block.start : block.end], block.context) for block in loaded.blocks] == [
        ("Lady Ella | 1968", "name | built"),
        ("Marron Star | 1994", "name | built"),
    ]
    assert "name" not in loaded.text


def test_a_table_of_numbers_has_no_header() -> None:
    """A first row with a number in it is a row like the others."""
    assert [block.context for block in load(b"1,2\n3,4\n", "a.csv").blocks] == ["", ""]


def test_a_title_above_the_header_is_prose() -> None:
    """A line above the header that fills one cell is not taken for the header."""
    loaded = load(b"Boats in 2024,,\nname,built,cars\nElla,1968,12\nStar,1994,36\n", "a.csv")
    assert [(block.kind, block.context) for block in loaded.blocks] == [
        ("prose", ""),
        ("row", "name | built | cars"),
        ("row", "name | built | cars"),
    ]


def test_an_open_quotation_mark_does_not_swallow_the_file() -> None:
    """A quotation mark that nobody closed costs one cell, not the rest of the file."""
    data = "a,b\n" + '1,"open\n' + "".join(f"{number},x\n" for number in range(400))
    assert len(load(data.encode(), "a.csv").blocks) > 400


CELL = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cf", "Co", "Zs", "Zl", "Zp", "M"], exclude_characters=",;\t|\"'"),
    min_size=1,
    max_size=8,
)


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=4, max_size=8))
def test_the_delimiter_of_a_written_table_is_found(rows: list[list[str]]) -> None:
    """What Python's own writer writes is cut into the same number of cells."""
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows)
    assert sniff(out.getvalue().replace("\r\n", "\n")) == ";"


@given(st.text(st.characters(), max_size=300) | st.text('a1,;|\t"\n', max_size=80))
def test_any_text_keeps_the_invariants(text: str) -> None:
    """Any text gives a document that keeps the promises, or the reason why there is none."""
    check_outcome(lambda: load(text.encode("utf-8", "surrogatepass"), "a.csv"))
