"""Rich text: paragraphs with their styles, characters of every code page, tables; no hidden text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loaded import blocks, read
from test_load_builder import check_outcome

from index.errors import LoadError
from index.load.formats import load_bytes

HEAD = (
    r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial Cyr;}{\f2\fcharset128 MS Mincho;}}"
    r"{\stylesheet{\s0 Normal;}{\s1\outlinelevel0 heading 1;}{\s2 heading 2;}}{\*\generator Word;}"
    r"{\info{\title Harbour rules}{\author Ann}{\revtim\yr2024\mo5\dy6\hr10\min30}}"
)


def rtf(body: str) -> bytes:
    return (HEAD + body + "}").encode("latin-1")


def test_paragraphs_are_read_by_their_style() -> None:
    """Headings by style, items by their marker, the title and time of the properties."""
    body = (
        r"\pard\s1 The fees\par\pard\plain Ships need a {\b pilot}.\par Bring:\par"
        r"{\listtext\'b7\tab}\ls1 the form\par{\listtext 1.\tab}\ls1\ilvl0 a crew list\par\pard"
        r"{\pict\pngblip 89504e47}{\header Port}The end{\v hidden}.\par"
    )
    loaded = read(rtf(body), "a.rtf")
    assert blocks(loaded) == [
        ("heading", "The fees", ""),
        ("prose", "Ships need a pilot.", ""),
        ("prose", "Bring:", ""),
        ("item", "the form", "Bring:"),
        ("item", "a crew list", "Bring:"),
        ("prose", "The end.", ""),
    ]
    assert (loaded.title, loaded.modified) == ("Harbour rules", "2024-05-06T10:30:00Z")


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        (r"caf\'e9 \u8364?5 \endash  done", "café €5 – done"),
        (r"\f1\'cf\'ee\'f0\'f2 \f0 port", "Порт port"),
        (r"\f2\'93\'fa\'96\'7b", "日本"),
        (r"\uc2\u26085 xx\u26412 yy.", "日本."),
        (r"\u-10179?\u-8704?", "😀"),
        (r"a\{b\}\\c\~d\_e\-f", "a{b}\\c d‑ef"),
        (r"{\upr{old}{\*\ud new}} text", "new text"),
        (r"{\field{\*\fldinst HYPERLINK x}{\fldrslt the site}} is open", "the site is open"),
        (r"x{\*\unknown secret}y{\deleted gone}z", "xyz"),
    ],
)
def test_characters_are_read_in_their_code_page(written: str, read_as: str) -> None:
    """Bytes by the font's character set, Unicode with its fallback left out, symbols, fields by their result."""
    assert read(rtf(rf"\pard {written}\par"), "a.rtf").text == read_as


def test_tables_and_notes_are_read() -> None:
    """Cells make rows with their header; a note stands behind its paragraph; a row that nothing ends is read."""
    row = r"\trowd\intbl {}\cell {}\cell\row"
    body = (
        r"\pard Fees{\footnote In silver.} of all ships.\par" + row.format("Length", "Fee") + row.format("small", "40")
    )
    body += r"\pard After it.\par\intbl last\cell 7\cell"
    assert blocks(read(rtf(body), "a.rtf")) == [
        ("prose", "Fees of all ships.", ""),
        ("prose", "In silver.", ""),
        ("row", "small | 40", "Length | Fee"),
        ("prose", "After it.", ""),
        ("row", "last | 7", ""),
    ]


def test_raw_data_is_passed_over() -> None:
    """Bytes that a picture announces are no control words."""
    data = HEAD.encode() + b"{\\pict\\bin6 }{}\\{}}\\pard Words.\\par}"
    assert read(data, "a.rtf").text == "Words."


def test_a_document_without_text_says_so() -> None:
    """An empty document is a named failure."""
    with pytest.raises(LoadError, match="no text found in the document"):
        read(rtf(""), "a.rtf")


WORDS = st.sampled_from(
    [*"{}\\", "\\par ", "\\*", "\\pard", "\\u50 ", "\\'e9", "\\intbl", "\\cell", "\\row", "\\v", "\\bin3 ", "\\f1 "]
)


@given(st.lists(WORDS | st.text(max_size=6), max_size=25).map("".join))
def test_any_rich_text_keeps_the_invariants(body: str) -> None:
    """Any body gives a document that keeps the promises, or a reason."""
    check_outcome(lambda: load_bytes(HEAD.encode() + body.encode("latin-1", "replace"), "a.rtf"))
