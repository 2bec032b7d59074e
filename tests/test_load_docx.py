"""Word: the body in order, with headings, lists, tables and notes; bombs are refused before they unpack."""

from __future__ import annotations

import io
import zipfile

import pytest
import small_files as small

from index.errors import LimitExceeded, LoadError
from index.load.docx import load
from index.load.formats import load_bytes

docx = pytest.importorskip("docx")
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def written(build: object = None, *, title: str = "") -> bytes:
    document = docx.Document()
    document.core_properties.title = title
    if callable(build):
        build(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def body(document: object) -> None:
    document.add_paragraph("The archive", style="Title")  # type: ignore[attr-defined]
    document.add_heading("Hours", level=1)  # type: ignore[attr-defined]
    document.add_paragraph("Bring:")  # type: ignore[attr-defined]
    document.add_paragraph("a card", style="List Bullet")  # type: ignore[attr-defined]
    table = document.add_table(rows=3, cols=2)  # type: ignore[attr-defined]
    for row, cells in zip(table.rows, [("Day", "Hours"), ("Monday", "9 to 5"), ("Friday", "9 to 1")], strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.add_paragraph("The end.")  # type: ignore[attr-defined]


def test_the_body_is_read_in_order() -> None:
    """Paragraphs and tables come in order; styles tell headings and items; the header row is context."""
    loaded = load(written(body), "a.docx")
    assert [(block.kind, loaded.text[block.start : block.end], block.context) for block in loaded.blocks] == [
        ("heading", "The archive", ""),
        ("heading", "Hours", ""),
        ("prose", "Bring:", ""),
        ("item", "a card", "Bring:"),
        ("row", "Monday | 9 to 5", "Day | Hours"),
        ("row", "Friday | 9 to 1", "Day | Hours"),
        ("prose", "The end.", ""),
    ]
    assert loaded.title == "The archive"


def test_tracked_changes_are_read_as_accepted() -> None:
    """Inserted text is read, deleted text is not."""

    def build(document: object) -> None:
        paragraph = document.add_paragraph("Pay ")  # type: ignore[attr-defined]
        xml = f'<w:r xmlns:w="{W}"><w:%s>%s</w:%s></w:r>'
        for outer, inner, text in (("ins", "t", "40"), ("del", "delText", "30")):
            parsed = docx.oxml.parse_xml(f'<w:{outer} xmlns:w="{W}">' + xml % (inner, text, inner) + f"</w:{outer}>")
            paragraph._p.append(parsed)

    assert load(written(build), "a.docx").text == "Pay 40"


def test_hidden_text_is_left_out_and_formulas_are_read() -> None:
    """A run whose author hid it is not read; the letters of a formula are."""
    math = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    body = (
        "<w:p><w:r><w:t>Pay </w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>nothing of </w:t></w:r>"
        '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>the fee </w:t></w:r>'
        f'<m:oMath xmlns:m="{math}"><m:r><m:t>f=40</m:t></m:r></m:oMath></w:p>'
    )
    assert load(small.zipped(small.docx_parts(body)), "a.docx").text == "Pay the fee f=40"


def test_charts_are_read_as_rows() -> None:
    """A chart's title is a paragraph, its categories are rows with the names of its series."""
    chart_space = "http://schemas.openxmlformats.org/drawingml/2006/chart"
    body = (
        f'<w:p><w:r><w:drawing><c:chart xmlns:c="{chart_space}" xmlns:r="{small.R}" r:id="r9"/></w:drawing></w:r></w:p>'
    )

    def points(*texts: str) -> str:
        return "".join(f'<c:pt idx="{number}"><c:v>{text}</c:v></c:pt>' for number, text in enumerate(texts))

    chart = (
        f'<c:chartSpace xmlns:c="{chart_space}" xmlns:a="{small.A}"><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>Ships</a:t>'
        "</a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:barChart><c:ser>"
        f"<c:tx><c:strRef><c:strCache>{points('In port')}</c:strCache></c:strRef></c:tx>"
        f"<c:cat><c:strRef><c:strCache>{points('May', 'June')}</c:strCache></c:strRef></c:cat>"
        f"<c:val><c:numRef><c:numCache><c:formatCode>0.0</c:formatCode>{points('5', '8')}</c:numCache></c:numRef></c:val>"
        "</c:ser></c:barChart></c:plotArea></c:chart></c:chartSpace>"
    )
    parts = small.docx_parts(body) | {
        "word/_rels/document.xml.rels": small.relations(("r9", "chart", "charts/chart1.xml")),
        "word/charts/chart1.xml": chart,
    }
    loaded = load(small.zipped(parts), "a.docx")
    assert [(block.kind, loaded.text[block.start : block.end], block.context) for block in loaded.blocks] == [
        ("prose", "Ships", ""),
        ("row", "May | 5.0", "column 1 | In port"),
        ("row", "June | 8.0", "column 1 | In port"),
    ]


def test_the_strict_variant_and_templates_are_read() -> None:
    """ISO's strict variant names its elements elsewhere; a document with macros or a template has another suffix."""
    parts = {name: content.replace(W, W.replace("schemas.openxmlformats.org", "purl.oclc.org/ooxml").replace("/2006", ""))
             for name, content in small.docx_parts().items()}  # fmt: skip
    assert "purl" in parts["word/document.xml"]
    assert load(small.zipped(parts), "a.docx").text == "The storm came on Monday."
    assert load_bytes(small.zipped(small.docx_parts()), "a.dotx").text == "The storm came on Monday."


def test_the_documents_own_title_comes_first() -> None:
    """The title in the document's properties wins, unless a program left it there."""
    assert load(written(body, title="Rules of the archive"), "a.docx").title == "Rules of the archive"
    assert load(written(body, title="Document1"), "a.docx").title == "The archive"


def test_a_bomb_is_refused_by_what_it_says_it_unpacks_to() -> None:
    """A small file that would unpack to more than the limit is refused, named with both numbers."""
    out = io.BytesIO(written(body))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/bomb.xml", b"\0" * 30_000_000)
    assert len(out.getvalue()) < 200_000
    with pytest.raises(LimitExceeded, match="the limit is 20,000,000"):
        load(out.getvalue(), "a.docx", unpacked_bytes=20_000_000)


@pytest.mark.parametrize("data", [b"PK\x03\x04 broken", b"PK" + b"\0" * 500])
def test_a_damaged_archive_is_named(data: bytes) -> None:
    """What is no readable archive is a named failure."""
    with pytest.raises(LoadError, match=r"damaged \.docx"):
        load(data, "a.docx")


def test_an_encrypted_document_is_named() -> None:
    """An encrypted document, which is no zip, is told apart from a damaged one."""
    with pytest.raises(LoadError, match="without a password"):
        load(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "a.docx")


def test_a_document_without_text_says_so() -> None:
    """An empty document is a named failure."""
    with pytest.raises(LoadError, match="no text found in the document"):
        load(written(), "a.docx")
