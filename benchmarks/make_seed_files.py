"""Writes the seed PDF and the seed DOCX from their plain texts.

    python benchmarks/make_seed_files.py

Reads benchmarks/seed_sources/NAME.txt and writes seeds/NAME.pdf or seeds/NAME.docx. The same text gives the same
bytes: both writers get one fixed date, and the order of every archive member is kept. Needs reportlab and python-docx.

A source text has one block a line, blank lines between blocks:

    # title        ## heading        - list item        | table | row |        anything else: a paragraph
"""

import datetime
import io
import os
import sys
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "benchmarks" / "seed_sources"
SEEDS = ROOT / "seeds"
WRITTEN = datetime.datetime(2026, 11, 23, tzinfo=datetime.UTC)  # the date that the texts themselves carry


def blocks(text: str) -> list[tuple[str, str]]:
    """(kind, text) of each block in order; kind is title, heading, item, row or paragraph."""
    marks = {"# ": "title", "## ": "heading", "- ": "item", "| ": "row"}
    found = []
    for line in text.splitlines():
        line = line.strip()
        mark = next((mark for mark in marks if line.startswith(mark)), None)
        if mark:
            found.append((marks[mark], line[len(mark) :].strip()))
        elif line:
            found.append(("paragraph", line))
    return found


def cells(row: str) -> list[str]:
    """The cells of a table row, white space removed at both ends."""
    return [cell.strip() for cell in row.rstrip("|").split("|")]


def write_pdf(found: list[tuple[str, str]], path: Path) -> None:
    """Writes an A4 PDF in Times and Helvetica, page numbers at the foot, no paragraph split over two pages."""
    from reportlab.lib.enums import TA_LEFT
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import cm
    from reportlab.platypus import CondPageBreak, Paragraph, SimpleDocTemplate

    body = ParagraphStyle("body", fontName="Times-Roman", fontSize=11, leading=14.5, spaceAfter=7, alignment=TA_LEFT)
    styles = {
        "title": ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=19, leading=24, spaceAfter=10),
        "heading": ParagraphStyle(
            "heading", fontName="Helvetica-Bold", fontSize=13, leading=17, spaceBefore=8, spaceAfter=5
        ),
        "item": ParagraphStyle(
            "item", parent=body, leftIndent=16, bulletIndent=4, spaceAfter=3, bulletFontName="Symbol"
        ),
        "paragraph": body,
    }
    story = []
    for kind, text in found:
        if kind not in styles:
            raise ValueError(f"{path.name}: the PDF writer has no style for a block of kind {kind!r}: {text[:40]!r}")
        if kind == "heading":
            story.append(CondPageBreak(4.5 * cm))  # never a heading alone at the foot of a page
        story.append(Paragraph(escape(text), styles[kind], bulletText="\u2022" if kind == "item" else None))

    def foot(canvas, document):
        canvas.setFont("Helvetica", 9)
        canvas.drawCentredString(A4[0] / 2, 1.3 * cm, f"Page {document.page}")

    os.environ["SOURCE_DATE_EPOCH"] = str(int(WRITTEN.timestamp()))  # reportlab's dates and file identifier follow it
    title = next(text for kind, text in found if kind == "title")
    document = SimpleDocTemplate(
        str(path),
        pagesize=A4,
        title=title,
        author="",
        creator="",
        allowSplitting=0,
        leftMargin=2.4 * cm,
        rightMargin=2.4 * cm,
        topMargin=2.2 * cm,
        bottomMargin=2.4 * cm,
    )
    document.build(story, onFirstPage=foot, onLaterPages=foot)


def write_docx(found: list[tuple[str, str]], path: Path) -> None:
    """Writes a Word document with Word's own title, heading, list and table styles."""
    import docx

    document = docx.Document()
    styles = {"title": "Title", "heading": "Heading 1", "item": "List Bullet", "paragraph": "Normal"}
    table = None
    for kind, text in found:
        if kind != "row":
            table = None
            document.add_paragraph(text, style=styles[kind])
            continue
        row = cells(text)
        if table is None:
            table = document.add_table(rows=0, cols=len(row), style="Table Grid")
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = value
    properties = document.core_properties
    properties.title = next(text for kind, text in found if kind == "title")
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.created = properties.modified = WRITTEN
    packed = io.BytesIO()
    document.save(packed)
    path.write_bytes(with_fixed_times(packed.getvalue()))


def with_fixed_times(archive: bytes) -> bytes:
    """The same ZIP archive with every member's time set to WRITTEN; a ZIP otherwise records when it was packed."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(fixed, "w") as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, WRITTEN.timetuple()[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(member, old.read(name))
    return fixed.getvalue()


def main() -> int:
    for name, write in (("fishing-around-the-islands.pdf", write_pdf), ("chronology-of-talks.docx", write_docx)):
        source = SOURCES / Path(name).with_suffix(".txt")
        target = SEEDS / name
        write(blocks(source.read_text(encoding="utf-8")), target)
        print(f"{target.relative_to(ROOT)}: {target.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
