"""Malformed files of every kind that a folder may hold, made on the spot: name, bytes, what the reason must say.

`READ` in place of a reason: the file is odd and still has text that must be read.
"""

from __future__ import annotations

import io
import json
import random
import struct
import zipfile
from collections.abc import Iterator

import small_files as small

READ = ""
Case = tuple[str, bytes, str]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le")
STORM = "The storm came on Monday."
BOMB = '<!DOCTYPE x [<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)) + "]>"
OUTSIDE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


def packed() -> dict[str, bytes]:
    """One good file of each packed format."""
    return {
        "docx": small.zipped(small.docx_parts()),
        "xlsx": small.zipped(small.xlsx_parts(small.rows((STORM, "2")))),
        "pptx": small.zipped(small.pptx_parts(small.shape(STORM))),
        "odt": small.zipped(small.odt_parts()),
        "epub": small.zipped(small.epub_parts(f"<html><body><p>{STORM}</p></body></html>")),
    }


def truncated() -> Iterator[Case]:
    """Files that break off."""
    for suffix, data in packed().items():
        yield f"half.{suffix}", data[: len(data) // 2], "damaged|no readable zip"
    yield "half.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0", "damaged PDF"
    yield "half.json", b'{"a": [1, 2', "damaged JSON: line 1"
    yield "half.ipynb", b'{"cells": [{"cell_type": "markdown", "source": "a', "damaged JSON"
    yield "half.rtf", rb"{\rtf1 {\b " + STORM.encode(), READ
    yield "half.eml", b"Subject: Storm\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n" + STORM.encode(), READ
    yield "half.html", f"<html><body><div><p>{STORM}".encode(), READ
    yield (
        "half.fodt",
        small.flat_odf(f"<text:p>{STORM}</text:p>", prolog='<?xml version="1.0"?>')[:-20].encode(),
        "damaged XML",
    )


def encrypted() -> Iterator[Case]:
    """Files behind a password."""
    for suffix in ("docx", "xlsx", "pptx"):
        yield f"locked.{suffix}", OLE, "encrypted or old Office file"
    for suffix, data in packed().items():
        yield f"zipped-with-password.{suffix}", _flagged(data), "encrypted|damaged"
    manifest = "<manifest><file-entry full-path='content.xml'><encryption-data/></file-entry></manifest>"
    yield "locked.odt", small.zipped({"content.xml": b"\1\2", "META-INF/manifest.xml": manifest}), "encrypted .odt"
    locked = small.epub_parts("x") | {
        "META-INF/encryption.xml": "<encryption><CipherReference URI='book/text/c0.xhtml'/></encryption>"
    }
    yield "locked.epub", small.zipped(locked), "encrypted .epub"
    yield "locked.pdf", _locked_pdf(), "encrypted PDF"


def bombs(unpacked: int) -> Iterator[Case]:
    """Files that unpack to so many bytes and more, and XML that grows by entities."""
    for suffix, data in packed().items():
        out = io.BytesIO(data)
        with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("media/zeros.bin", "w") as member:
            for _ in range(unpacked // 1_000_000 + 1):
                member.write(b"\0" * 1_000_000)
        yield f"bomb.{suffix}", out.getvalue(), "unpacks to .* bytes; the limit is"
        yield f"lying.{suffix}", _lying(out.getvalue()), "unpack|damaged"
    for prolog, name in ((BOMB, "laughs"), (OUTSIDE, "outside")):
        entity = "&a11;" if name == "laughs" else "&e;"
        text = f"<w:p><w:r><w:t>{entity}</w:t></w:r></w:p>"
        yield f"{name}.docx", small.zipped(small.docx_parts(text, prolog)), "declares entities"
        yield f"{name}.xlsx", small.zipped(small.xlsx_parts(small.rows((entity,)), prolog=prolog)), "declares entities"
        yield f"{name}.pptx", small.zipped(small.pptx_parts(small.shape(entity), prolog)), "no text found"
        yield (
            f"{name}.odt",
            small.zipped(small.odt_parts(f"<text:p>{entity}</text:p>", prolog=prolog)),
            "declares entities",
        )
        flat = f'<?xml version="1.0"?>{small.flat_odf(f"<text:p>{entity}</text:p>", prolog=prolog)}'
        yield f"{name}.fodt", flat.encode(), "declares entities"
        yield (
            f"{name}-wide.fodt",
            flat.replace("?>", ' encoding="utf-16"?>', 1).encode("utf-16"),
            "declares entities|not a",
        )
    inner = small.zipped({"zeros": b"\0" * 1_000_000})
    yield "nested.docx", small.zipped({**small.docx_parts(), "word/embeddings/inner.zip": inner}), READ


def misnamed() -> Iterator[Case]:
    """Files whose suffix is another format's."""
    png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 64
    for suffix in ("docx", "xlsx", "pptx", "odt", "epub"):
        yield f"picture.{suffix}", png, "it is a PNG picture"
        yield f"page.{suffix}", b"<!DOCTYPE html><p>Words.", "it is a web page"
    for suffix in ("txt", "csv", "json", "html", "md", "rst", "adoc", "py", "jsonl", "ipynb"):
        yield f"picture.{suffix}", png, "binary data, not text: it is a PNG picture"
    yield "page.pdf", b"<html><body>Words.", "not a PDF: it is a web page"
    yield "text.rtf", b"Words.", "not a rich text file"
    yield "picture.eml", png, "not a .eml"
    yield "list.mbox", b"a,b\n1,2\n", "not an .mbox"
    yield "record.ipynb", b'{"a": 1}', "not a notebook"
    good = packed()
    yield "workbook.docx", good["xlsx"], "it holds a workbook; rename it to .xlsx"
    yield "document.pptx", good["docx"], "it holds a Word document; rename it to .docx"
    yield "book.odt", good["epub"], "its part content.xml is missing"
    yield "document.epub", good["odt"], "list of its chapters is missing"
    yield "old.doc", OLE, "save it as .docx"
    yield "old.xls", OLE, "save it as .xlsx"
    yield "old.ppt", OLE, "save it as .pptx"


def odd_bytes() -> Iterator[Case]:
    """Bytes that are no text, or not in the encoding that the file claims."""
    broken = STORM.encode() + b" \xff\xfe\x80 caf\xc3\xa9 \xe2\x82. It rained."
    for suffix in ("txt", "csv", "md", "html", "rst", "adoc", "py", "eml"):
        start = b"Subject: Storm\n\n" if suffix == "eml" else b"# " if suffix == "py" else b""
        yield f"invalid.{suffix}", start + broken, READ
        yield f"nul.{suffix}", start + STORM.encode().replace(b" ", b"\0 ", 1), READ
    yield "invalid.json", b'{"a": "caf\xe9 \xff is open on Mondays."}', READ
    yield "surrogate.json", b'{"a": "\\ud83d is half a character in this text."}', READ
    yield (
        "charset.eml",
        b"Subject: =?no-such?q?Storm?=\nContent-Type: text/plain; charset=no-such\n\n" + STORM.encode(),
        READ,
    )
    yield "base64.eml", b"Subject: x\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n!!!!", READ
    noise = random.Random(7).randbytes(3000)
    for suffix, data in packed().items():
        yield f"noise.{suffix}", data[:60] + noise + data[60:], "damaged"
        for place in range(0, len(data), max(1, len(data) // 12)):
            yield f"flipped-{place}.{suffix}", data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :], ".*"
    for suffix in ("pdf", "docx", "txt", "html", "csv", "json", "md", "eml", "epub", "rtf", "py"):
        yield f"empty.{suffix}", b"", "the file is empty"
        yield f"blank.{suffix}", b" \0\r\n\t", "the file is empty"


def deep() -> Iterator[Case]:
    """Files nested deeper than a parser's stack."""
    n = 100_000
    yield "lists.json", b"[" * n + b"]" * n, "nested too deeply"
    yield "objects.json", b'{"a":' * n + b"1" + b"}" * n, "nested too deeply"
    yield "some.json", b"[[1]," * 500 + b"1" + b"]" * 500, "nested too deeply"
    yield "lists.ipynb", b'{"cells":' + b"[" * n, "nested too deeply"
    yield "lines.jsonl", b'{"a": 1}\n' + b"[" * n, READ
    yield "divs.html", b"<div>" * n + STORM.encode(), "nested too deeply"
    yield "quotes.md", b"> " * 20_000 + STORM.encode(), "no text found"
    yield "quotes.rst", b"".join(b" " * (2 * level) + b"a\n\n" for level in range(600)), "nested too deeply"
    yield "groups.rtf", rb"{\rtf1 " + b"{" * n + STORM.encode(), "nested too deeply"
    parts = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(800))
    yield "parts.eml", b"Subject: x\n" + parts + b"\n" + STORM.encode(), "nested too deeply"
    tables = "<w:tbl><w:tr><w:tc>" * 400
    ends = "</w:tc></w:tr></w:tbl>" * 400
    yield "tables.docx", small.zipped(small.docx_parts(tables + f"<w:p/>{ends}")), "nested too deeply"
    yield "groups.pptx", small.zipped(small.pptx_parts("<p:grpSp>" * 5000 + "</p:grpSp>" * 5000)), "no text found"
    yield "lists.odt", small.zipped(small.odt_parts("<text:list><text:list-item>" * 5000)), "nested too deeply"
    yield "code.py", b"(" * 5000 + b"\n# " + STORM.encode(), READ
    yield "items.adoc", b"".join(b"*" * (level % 6 + 1) + b" storm\n" for level in range(5000)), READ


def odd_names() -> Iterator[Case]:
    """Members named to break out of the archive, and a document that names parts outside it."""
    out = small.docx_parts() | {"../../evil.txt": "x", "/etc/evil": "x", "a\nb": "x"}
    yield "members.docx", small.zipped(out), READ
    away = small.docx_parts() | {"_rels/.rels": small.relations(("r1", "officeDocument", "../../../etc/passwd"))}
    yield "outside.docx", small.zipped(away), "part etc/passwd is missing"
    book = small.epub_parts() | {
        "book/book.opf": "<package><manifest><item id='a' href='../../../../etc/passwd' media-type='text/html'/></manifest>"
        "<spine><itemref idref='a'/></spine></package>"
    }
    yield "outside.epub", small.zipped(book), "no text found"
    yield "new\nline.txt", STORM.encode(), READ
    yield "..hidden..txt", STORM.encode(), READ


def lines(characters: int) -> Iterator[Case]:
    """A single line of so many characters, in every format of text."""
    words = (STORM + " ").encode() * (characters // 26)
    run = b"x" * characters
    limit = "split it|characters; the limit|took more memory|took longer"
    accepted = READ if characters < 20_000_000 else limit
    for suffix in ("txt", "md", "csv", "html", "rst", "adoc"):
        yield f"words.{suffix}", words, accepted
        yield f"run.{suffix}", run, accepted if suffix != "html" else ".*"
    yield "commas.csv", b"a," * (characters // 2), accepted
    yield "string.json", b'"' + run + b'"', accepted
    yield "numbers.json", b"[" + b"1," * (characters // 2) + b"1]", ".*"
    yield "cell.ipynb", json.dumps({"cells": [{"cell_type": "markdown", "source": words.decode()}]}).encode(), accepted
    yield "body.eml", b"Subject: x\n\n" + words, accepted
    yield "subject.eml", b"Subject: " + run + b"\n\n" + STORM.encode(), accepted
    yield "words.rtf", rb"{\rtf1 " + words + b"}", accepted
    yield "comment.py", b"# " + words, accepted
    yield "record.jsonl", b'{"a": "' + run + b'"}', accepted


def every_case(unpacked: int) -> Iterator[Case]:
    """All of them but the long lines."""
    for make in (truncated, encrypted, misnamed, odd_bytes, deep, odd_names):
        yield from make()
    yield from bombs(unpacked)


def _flagged(data: bytes) -> bytes:
    """The archive with the mark of encryption on each member."""
    made = bytearray(data)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            made[at + offset] |= 1
            at = data.find(signature, at + 4)
    return bytes(made)


def _lying(data: bytes) -> bytes:
    """The archive whose directory says that each member unpacks to 10 bytes."""
    made = bytearray(data)
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        made[at + 24 : at + 28] = struct.pack("<I", 10)
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(made)


def _locked_pdf() -> bytes:
    import pypdf

    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
