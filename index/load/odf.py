"""OpenDocument (`.odt`, `.ods`, `.odp`, and their flat forms): texts, sheets under headings, slides as pages."""

from __future__ import annotations

from typing import Any

from index.errors import LoadError
from index.load.archive import UNPACKED_BYTES, Archive
from index.load.builder import TextBuilder
from index.load.dates import from_text
from index.load.language import language_of
from index.load.odf_tables import sheet_rows
from index.load.odf_walk import slide_pieces, text_pieces, title_text
from index.load.sheets import sheet_pieces
from index.load.title import title_of
from index.load.xml_tree import all_text, attribute, below, child, children, parse
from index.records import Loaded

CONTENT, META, MANIFEST = "content.xml", "meta.xml", "META-INF/manifest.xml"
KINDS = ("text", "spreadsheet", "presentation")


def load(data: bytes, name: str, *, unpacked_bytes: int = UNPACKED_BYTES) -> Loaded:
    """The text of an OpenDocument file of any kind. Raises `LoadError` where it is encrypted or damaged."""
    suffix = f".{name.rpartition('.')[2].lower()}"
    if data.startswith(b"PK"):
        content, meta = _packed(Archive(data, suffix, unpacked_bytes))
    else:
        content = meta = parse(data)
    body = child(content, "body")
    kind = next((kind for kind in KINDS if child(body, kind) is not None), "")
    if not kind:
        raise LoadError(f"not a {suffix}: it holds no text, spreadsheet or presentation")
    holder = child(body, kind)
    styles = {
        attribute(one, "name"): attribute(one, "parent-style-name")
        for one in children(child(content, "automatic-styles"), "style")
    }
    notes: list[str] = []
    builder = TextBuilder()
    if kind == "presentation":
        for number, page in enumerate(children(holder, "page"), 1):
            for piece in slide_pieces(page, styles):
                builder.add_paged(piece, [(piece.text, number)])
    elif kind == "spreadsheet":
        for table in children(holder, "table"):
            builder.extend(sheet_pieces(attribute(table, "name"), sheet_rows(table), notes))
    else:
        builder.extend(text_pieces(holder, styles))
    properties = child(meta, "meta")
    return builder.build(
        title_of(all_text(child(properties, "title")), name, title_text(holder, styles), builder.first_heading()),
        language=language_of(builder.sample()),
        modified=from_text(all_text(child(properties, "date"))),
        empty="no text found in the document",
        notes=notes,
    )


def _packed(archive: Archive) -> tuple[Any, Any]:
    """The roots of the content and of the properties, None where there are none."""
    if MANIFEST in archive and below(parse(archive.read(MANIFEST)), "encryption-data"):
        raise LoadError(f"encrypted {archive.suffix}: save it without a password")
    content = parse(archive.read(CONTENT))
    try:
        return content, parse(archive.read(META)) if META in archive else None
    except LoadError:
        return content, None  # damaged properties do not take the text with them
