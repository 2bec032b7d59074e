"""Presentations: slides are pages, titles are headings; tables, charts and notes are read."""

from __future__ import annotations

import io

import pptx
import pytest
import small_files as small
from loaded import blocks, page_of, read
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from index.errors import LoadError


def deck() -> bytes:
    """A presentation as python-pptx writes it: a bulleted slide with notes, one with a table, one with a chart."""
    made = pptx.Presentation()
    made.core_properties.title = "Harbour report"
    first = made.slides.add_slide(made.slide_layouts[1])
    first.shapes.title.text = "Dredging"
    body = first.placeholders[1].text_frame
    body.text = "The port is deepened by two metres."
    below = body.add_paragraph()
    below.text, below.level = "Sand raises a field", 1
    first.notes_slide.notes_text_frame.text = "Say that the work takes a year."
    second = made.slides.add_slide(made.slide_layouts[5])
    second.shapes.title.text = "Fees"
    box = (Inches(1), Inches(2), Inches(4), Inches(2))
    table = second.shapes.add_table(3, 2, *box).table
    for row, cells in enumerate([("Length", "Fee"), ("small", "40"), ("large", "90")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    third = made.slides.add_slide(made.slide_layouts[6])
    data = CategoryChartData()
    data.categories = ["2023", "2024"]
    data.add_series("Ships", (120, 135))
    third.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *box, data)
    third.shapes.add_textbox(*box).text_frame.text = "Counted by the harbour master."
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_slides_are_read_in_order_with_their_structure() -> None:
    """Title, bullets with their levels, notes, table rows with header, chart rows and text boxes."""
    loaded = read(deck(), "a.pptx")
    assert loaded.title == "Harbour report"
    assert blocks(loaded) == [
        ("heading", "Dredging", ""),
        ("item", "The port is deepened by two metres.", ""),
        ("item", "Sand raises a field", ""),
        ("prose", "Say that the work takes a year.", "Speaker notes"),
        ("heading", "Fees", ""),
        ("row", "small | 40", "Length | Fee"),
        ("row", "large | 90", "Length | Fee"),
        ("row", "2023 | 120", "column 1 | Ships"),
        ("row", "2024 | 135", "column 1 | Ships"),
        ("prose", "Counted by the harbour master.", ""),
    ]


def test_each_slide_is_a_page() -> None:
    """A sentence's page is the number of its slide, notes included."""
    loaded = read(deck(), "a.pptx")
    found = [page_of(loaded, text) for text in ("Dredging", "takes a year", "small", "harbour master")]
    assert found == [1, 1, 2, 3]


def test_footers_are_no_text_and_the_title_comes_first() -> None:
    """What stands on every slide is boilerplate; the title is read before what was drawn before it."""
    footer = small.shape("Port of Ostrand", '<p:ph type="ftr"/>')
    title = small.shape("Fees", '<p:ph type="ctrTitle"/>')
    data = small.zipped(small.pptx_parts(footer + small.shape("Ships pay by length.") + title))
    assert blocks(read(data, "a.pptx")) == [
        ("heading", "Fees", ""),
        ("boilerplate", "Port of Ostrand", ""),
        ("prose", "Ships pay by length.", ""),
    ]


def test_a_damaged_slide_is_noted_and_the_others_are_read() -> None:
    """One slide that is no XML does not take the presentation with it; a note says which."""
    parts = small.pptx_parts(small.shape("Ships pay by length."))
    parts["ppt/presentation.xml"] = parts["ppt/presentation.xml"].replace(
        "<p:sldIdLst>", '<p:sldIdLst><p:sldId r:id="r2"/>'
    )
    parts["ppt/_rels/presentation.xml.rels"] = small.relations(
        ("r1", "slide", "slides/slide1.xml"), ("r2", "slide", "slides/gone.xml")
    )
    loaded = read(small.zipped(parts), "a.pptx")
    assert loaded.notes == ("Slide 1 is damaged and was not read.",)
    assert page_of(loaded, "Ships") == 2


def test_a_presentation_without_text_says_so() -> None:
    """A slide of pictures is a named failure."""
    with pytest.raises(LoadError, match="no text found in the presentation"):
        read(small.zipped(small.pptx_parts("")), "a.pptx")
