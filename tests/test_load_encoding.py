"""Encoding: bytes become the text that was meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import LoadError
from index.load.encoding import decode


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1),
    st.sampled_from(["utf-8-sig", "utf-16", "utf-32"]),
)
def test_a_byte_order_mark_decides(text: str, encoding: str) -> None:
    """Text behind a byte-order mark is read in the encoding that the mark names."""
    assert decode(text.encode(encoding)).lstrip("\ufeff") == text.lstrip("\ufeff")


def test_strict_utf8_comes_before_any_guess() -> None:
    """Valid UTF-8 is read as UTF-8, however short."""
    assert decode("naïve – “çà”".encode()) == "naïve – “çà”"


def test_a_page_names_its_encoding() -> None:
    """The meta element of a page decides where the bytes are no UTF-8."""
    page = '<html><head><meta charset="windows-1251"></head><body>Привет, мир</body></html>'.encode("cp1251")
    assert "Привет, мир" in decode(page, html=True)


def test_western_text_without_any_sign() -> None:
    """Short text in Windows-1252 is read as such."""
    assert decode("“Café” – 5 €".encode("cp1252")) == "“Café” – 5 €"


def test_wide_text_without_a_mark() -> None:
    """UTF-16 without a mark is known by its zero bytes and is not taken for binary data."""
    assert decode("Plain words in two bytes each.".encode("utf-16-le")) == "Plain words in two bytes each."


def test_a_damaged_byte_does_not_change_the_encoding() -> None:
    """One wrong byte in a UTF-8 text costs one character."""
    assert (
        decode("Größe und Übermut, ärgerlich schön für Öl".encode() + b"\xff")
        == "Größe und Übermut, ärgerlich schön für Öl\ufffd"
    )


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n\x00\x00", b"PK\x03\x04abc", bytes(range(256)) * 4, b"text\x00\x01\x02\x00" * 50]
)
def test_binary_data_is_no_text(data: bytes) -> None:
    """Images, archives and other bytes are refused by name."""
    with pytest.raises(LoadError, match="binary data, not text"):
        decode(data)
