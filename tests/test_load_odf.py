"""OpenDocument: texts, sheets and slides, packed and flat."""

from __future__ import annotations

import pytest
import small_files as small
from loaded import blocks, page_of, read

from index.errors import LoadError

TEXT = """<text:tracked-changes><text:p>Deleted words.</text:p></text:tracked-changes>
<text:p text:style-name="P1">Harbour rules</text:p>
<text:h text:outline-level="2">Fees</text:h>
<text:p>Ships of<text:s text:c="2"/>40 m<text:note><text:note-citation>1</text:note-citation><text:note-body>
<text:p>Measured at the water.</text:p></text:note-body></text:note> need a <text:span>pilot</text:span><text:line-break/>at
 night.<office:annotation><office:creator>Ann</office:creator><text:p>A comment.</text:p></office:annotation></text:p>
<text:p>Bring:</text:p>
<text:list><text:list-item><text:p>the form</text:p><text:list><text:list-item><text:p>signed</text:p></text:list-item>
</text:list></text:list-item><text:list-item><text:p>a crew list</text:p></text:list-item></text:list>
<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>Length</text:p></table:table-cell>
<table:table-cell><text:p>Fee</text:p></table:table-cell></table:table-row></table:table-header-rows>
<table:table-row><table:table-cell table:number-rows-spanned="2"><text:p>small</text:p></table:table-cell>
<table:table-cell><text:p>40</text:p></table:table-cell></table:table-row>
<table:table-row><table:covered-table-cell/><table:table-cell><text:p>45</text:p></table:table-cell></table:table-row></table:table>
<text:table-of-content><text:index-body><text:p>Fees 2</text:p></text:index-body></text:table-of-content>"""
STYLES = '<style:style style:name="P1" style:parent-style-name="Title"/>'
EXPECTED = [
    ("heading", "Harbour rules", ""),
    ("heading", "Fees", ""),
    ("prose", "Ships of 40 m need a pilot\nat night.", ""),
    ("prose", "Measured at the water.", ""),
    ("prose", "Bring:", ""),
    ("item", "the form", "Bring:"),
    ("item", "signed", "the form"),
    ("item", "a crew list", "Bring:"),
    ("row", "small | 40", "Length | Fee"),
    ("row", "small | 45", "Length | Fee"),
    ("boilerplate", "Fees 2", ""),
]


def test_a_text_is_read_as_it_is_shown() -> None:
    """Headings, notes behind their paragraph, lists, tables; no deleted text, no comments; packed and flat alike."""
    xml = small.flat_odf(TEXT, styles=STYLES)
    packed = read(small.zipped({"content.xml": xml}), "a.odt")
    assert blocks(packed) == EXPECTED
    assert packed.title == "Harbour rules"
    assert blocks(read(f'<?xml version="1.0"?>{xml}', "a.fodt")) == EXPECTED


def test_a_sheet_that_is_filled_to_its_end_is_read_as_far_as_it_holds_text() -> None:
    """Repeated empty rows and cells are not written out; an empty row parts two tables."""

    def row(*cells: str, repeated: int = 1) -> str:
        inner = "".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in cells)
        rest = '<table:table-cell table:number-columns-repeated="16380"/>'
        return f'<table:table-row table:number-rows-repeated="{repeated}">{inner}{rest}</table:table-row>'

    gap = "<table:table-row><table:table-cell><text:p>large</text:p></table:table-cell><table:table-cell table:number-columns-"
    gap += 'repeated="2"/><table:table-cell><text:p>by day</text:p></table:table-cell></table:table-row>'
    rows = (
        row("Length", "Fee", "Crew", "When")
        + row("small", "40")
        + gap
        + row(repeated=1_048_000)
        + row("The fees were raised in May.")
    )
    data = small.zipped(small.odt_parts(f'<table:table table:name="Fees">{rows}</table:table>', "spreadsheet"))
    assert blocks(read(data, "a.ods")) == [
        ("heading", "Fees", ""),
        ("row", "small | 40", "Length | Fee"),
        ("row", "large | by day", "Length | When"),
        ("prose", "The fees were raised in May.", ""),
    ]


def test_slides_are_pages_with_titles_and_notes() -> None:
    """A slide's title comes first, its notes last, on the page of its number."""
    frame = "<draw:frame{}><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>"
    page = (
        frame.format("", "The port is deepened.")
        + frame.format(' presentation:class="title"', "Dredging")
        + "<presentation:notes>"
        + frame.format(' presentation:class="notes"', "Say that it takes a year.")
        + "</presentation:notes>"
    )
    content = f"<draw:page>{frame.format('', 'Welcome to the port.')}</draw:page><draw:page>{page}</draw:page>"
    loaded = read(small.zipped(small.odt_parts(content, "presentation")), "a.odp")
    assert blocks(loaded)[1:] == [
        ("heading", "Dredging", ""),
        ("prose", "The port is deepened.", ""),
        ("prose", "Say that it takes a year.", "Speaker notes"),
    ]
    assert [page_of(loaded, text) for text in ("Welcome", "deepened", "a year")] == [1, 2, 2]


def test_properties_give_title_and_time() -> None:
    """The title and the last change come from the properties where they stand."""
    meta = (
        '<office:document-meta xmlns:office="o" xmlns:dc="d"><office:meta><dc:title>Rules of the port</dc:title>'
        "<dc:date>2024-05-06T10:00:00</dc:date></office:meta></office:document-meta>"
    )
    loaded = read(small.zipped(small.odt_parts() | {"meta.xml": meta}), "a.odt")
    assert (loaded.title, loaded.modified) == ("Rules of the port", "2024-05-06T10:00:00Z")


def test_a_document_without_text_says_so() -> None:
    """An empty document is a named failure."""
    with pytest.raises(LoadError, match="no text found in the document"):
        read(small.zipped(small.odt_parts("")), "a.odt")
