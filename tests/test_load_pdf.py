"""PDF: paragraphs over page breaks, without headers, footers and broken words."""

from __future__ import annotations

import io

import pytest
from test_load_builder import check_invariants

from index.errors import LoadError
from index.load.hyphens import join_broken, words_of
from index.load.pdf import load
from index.records import Loaded

pypdf = pytest.importorskip("pypdf")
Text = tuple[int, int, int, str]  # x, y, size, text


def pdf(pages: list[list[Text]], information: str = "") -> bytes:
    """A PDF written by hand: text at places, in Helvetica."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< {information} >>",
    ]
    kids = []
    for page in pages:
        shown = "".join(f"BT /F1 {size} Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET\n" for x, y, size, text in page)
        objects.append(f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {len(objects)} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out = "%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    trailer = f"trailer << /Size {size} /Root 1 0 R /Info 4 0 R >>\nstartxref\n{len(out)}\n%%EOF"
    return f"{out}xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode("cp1252")


def lines(top: int, *texts: str, size: int = 10) -> list[Text]:
    return [(70, top - 12 * number, size, text) for number, text in enumerate(texts)]


PAGES = [
    [
        (70, 770, 8, "Port of Ostrand - Report 2024"),
        (70, 730, 18, "Dredging the harbour"),
        *lines(
            700,
            "The harbour board has decided to deepen the port by two metres in the coming",
            "year, which is the largest work since the port was built. Ships had to wait for the",
        ),
        *lines(
            676,
            "high tide, and the delays cost the ship-",
            "ping lines more than the board ever expected when it last counted them. The sand",
        ),
        (300, 30, 8, "1"),
    ],
    [
        (70, 770, 8, "Port of Ostrand - Report 2024"),
        *lines(730, "will be used to raise a field east of the town, where two hundred flats are planned."),
        *lines(690, "A second paragraph stands here, far below the first one, and is a paragraph itself."),
        (300, 30, 8, "2"),
    ],
    [
        (70, 770, 8, "Port of Ostrand - Report 2024"),
        *lines(730, "The last page says that the shipping lines have agreed to all of it in writing."),
        (300, 30, 8, "3"),
    ],
]


def found(loaded: Loaded) -> list[tuple[str, str]]:
    return [(block.kind, loaded.text[block.start : block.end]) for block in loaded.blocks]


def test_paragraphs_run_over_pages_without_furniture() -> None:
    """A sentence that runs over a page break is one block; repeated headers and page numbers are gone; words are
    whole."""
    loaded = load(pdf(PAGES), "a.pdf")
    check_invariants(loaded)
    kinds = [kind for kind, _ in found(loaded)]
    assert kinds == ["heading", "prose", "prose", "prose"]
    first = found(loaded)[1][1]
    assert "the shipping lines more than" in first
    assert "The sand will be used to raise" in first
    assert "Report 2024" not in loaded.text


def test_pages_are_mapped() -> None:
    """Each character belongs to the physical page that it stands on, counted from 1."""
    loaded = load(pdf(PAGES), "a.pdf")
    page_of = {page.number: loaded.text[page.start : page.end] for page in loaded.pages}
    assert page_of[1].endswith("The sand")
    assert page_of[2].strip().startswith("will be used")
    assert page_of[3].startswith("The last page")


def test_the_title_is_the_documents_own_when_it_says_something() -> None:
    """A real title in the metadata wins; one that a program left does not; the date is read in UTC."""
    loaded = load(pdf(PAGES, "/Title (Report on the harbour) /ModDate (D:20240403195945+02'00')"), "a.pdf")
    assert (loaded.title, loaded.modified) == ("Report on the harbour", "2024-04-03T17:59:45Z")
    assert load(pdf(PAGES, "/Title (Microsoft Word - final2.doc)"), "a.pdf").title == "Dredging the harbour"


def test_an_encrypted_pdf_is_named() -> None:
    """A PDF that needs a password says so."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(PAGES)))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(LoadError, match="encrypted PDF: remove its password"):
        load(out.getvalue(), "a.pdf")


@pytest.mark.parametrize("pages", [[[]], [[(70, 700, 10, " ")], []]])
def test_a_pdf_without_text_is_named(pages: list[list[Text]]) -> None:
    """A PDF of pictures is a named failure, never an empty document."""
    with pytest.raises(LoadError, match="no text found in the PDF: its pages are blank"):
        load(pdf(pages), "a.pdf")


def test_a_text_that_is_the_same_on_every_page_is_kept() -> None:
    """Where all that stands on the pages repeats, it is the text and no header."""
    assert "Hello world" in load(pdf([[(70, 700, 10, "Hello world")]] * 4), "a.pdf").text


def test_a_damaged_pdf_is_named() -> None:
    """A file that breaks off is a named failure."""
    with pytest.raises(LoadError, match="damaged PDF"):
        load(b"%PDF-1.4\n1 0 obj\n<< /Type", "a.pdf")


@pytest.mark.parametrize(
    ("text", "line", "joined"),
    [
        ("the infor-", "mation desk", "the information desk"),
        ("a well-", "known name", "a well-known name"),
        ("the Franco-", "German line", "the Franco-German line"),
        ("no hyphen", "here", None),
    ],
)
def test_broken_words(text: str, line: str, joined: str | None) -> None:
    """A word broken at a line's end is made whole; a compound that the document writes with a hyphen keeps it."""
    assert join_broken(text, line, words_of(["a well-known town", "its name"])) == joined
