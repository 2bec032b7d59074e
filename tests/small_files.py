"""Small files of the packed formats, written by hand, so that a test can spoil any byte of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
ODF = "urn:oasis:names:tc:opendocument:xmlns"

Parts = Mapping[str, str | bytes]


def zipped(parts: Parts, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def relations(*targets: tuple[str, str, str]) -> str:
    """A part of relations: id, kind and target of each."""
    inner = "".join(
        f'<Relationship Id="{name}" Type="{R}/{kind}" Target="{target}"/>' for name, kind, target in targets
    )
    return f'<Relationships xmlns="{RELATIONS}">{inner}</Relationships>'


def docx_parts(
    body: str = "<w:p><w:r><w:t>The storm came on Monday.</w:t></w:r></w:p>", prolog: str = ""
) -> dict[str, str]:
    """The parts of a Word document with this body."""
    return {
        "_rels/.rels": relations(("r1", "officeDocument", "word/document.xml")),
        "word/document.xml": f'{prolog}<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
    }


def xlsx_parts(sheet: str, *, strings: str = "", styles: str = "", prolog: str = "") -> dict[str, str]:
    """The parts of a workbook of one sheet named Fees, whose `sheetData` and what follows it is `sheet`."""
    return {
        "_rels/.rels": relations(("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{S}" xmlns:r="{R}"><sheets><sheet name="Fees" sheetId="1" r:id="r1"/></sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": relations(
            ("r1", "worksheet", "worksheets/sheet1.xml"),
            ("r2", "sharedStrings", "sharedStrings.xml"),
            ("r3", "styles", "styles.xml"),
        ),
        "xl/worksheets/sheet1.xml": f'{prolog}<worksheet xmlns="{S}">{sheet}</worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{S}">{strings}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{S}">{styles}</styleSheet>',
    }


def rows(*lines: tuple[str, ...]) -> str:
    """`sheetData` of inline strings."""
    made = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in line) + "</row>" for line in lines
    )
    return f"<sheetData>{made}</sheetData>"


def pptx_parts(shapes: str, prolog: str = "") -> dict[str, str]:
    """The parts of a presentation of one slide with these shapes."""
    return {
        "_rels/.rels": relations(("r1", "officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f'<p:presentation xmlns:p="{P}" xmlns:r="{R}"><p:sldIdLst><p:sldId r:id="r1"/></p:sldIdLst>'
        "</p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations(("r1", "slide", "slides/slide1.xml")),
        "ppt/slides/slide1.xml": f'{prolog}<p:sld xmlns:p="{P}" xmlns:a="{A}" xmlns:r="{R}"><p:cSld><p:spTree>{shapes}'
        "</p:spTree></p:cSld></p:sld>",
    }


def shape(text: str, placeholder: str = "") -> str:
    """A shape of one paragraph."""
    kind = f"<p:nvSpPr><p:nvPr>{placeholder}</p:nvPr></p:nvSpPr>"
    return f"<p:sp>{kind}<p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"


def flat_odf(content: str, kind: str = "text", prolog: str = "", styles: str = "") -> str:
    """An OpenDocument file as one XML text, which is also the `content.xml` of a packed one."""
    spaces = "".join(
        f' xmlns:{name}="{ODF}:{name}:1.0"' for name in ("office", "text", "table", "draw", "style", "presentation")
    )
    return (
        f"{prolog}<office:document-content{spaces}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{content}</office:{kind}></office:body></office:document-content>"
    )


def odt_parts(
    content: str = "<text:p>The storm came on Monday.</text:p>", kind: str = "text", prolog: str = ""
) -> dict[str, str]:
    """The parts of an OpenDocument file."""
    return {"content.xml": flat_odf(content, kind, prolog)}


def epub_parts(*chapters: str, metadata: str = "", manifest: str = "") -> dict[str, str]:
    """The parts of a book with these chapters in HTML."""
    items = "".join(
        f'<item id="c{number}" href="text/c{number}.xhtml" media-type="application/xhtml+xml"/>'
        for number in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{number}"/>' for number in range(len(chapters)))
    return {
        "META-INF/container.xml": '<container><rootfiles><rootfile full-path="book/book.opf"/></rootfiles></container>',
        "book/book.opf": f'<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>{metadata}</metadata>'
        f"<manifest>{items}{manifest}</manifest><spine>{spine}</spine></package>",
        **{f"book/text/c{number}.xhtml": chapter for number, chapter in enumerate(chapters)},
    }
