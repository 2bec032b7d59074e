"""Word (`.docx`): paragraphs and tables in the order of the body, headings, lists, charts, footnotes. Nothing outside
the file is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from index.load.archive import UNPACKED_BYTES
from index.load.builder import TextBuilder
from index.load.docx_walk import body_pieces, footnote_pieces
from index.load.language import language_of
from index.load.office import Package
from index.load.office_chart import figure_pieces
from index.load.title import title_of
from index.load.xml_tree import child
from index.records import Loaded

READ = ("styles", "footnotes", "endnotes")
TEMPLATE_TIME = "2013-12-23T23:15:00Z"  # the time in python-docx's own template: says nothing of the document


def load(data: bytes, name: str, *, unpacked_bytes: int = UNPACKED_BYTES) -> Loaded:
    """The blocks of a Word document. Raises `LimitExceeded` before unpacking more than `unpacked_bytes`."""
    package = Package(data, ".docx", "document", unpacked_bytes)
    builder = TextBuilder()
    titles = list(_titled(builder, package))
    modified = package.modified
    return builder.build(
        title_of(package.title, name, *titles, builder.first_heading()),
        language=language_of(builder.sample()),
        modified=None if modified == TEMPLATE_TIME else modified,
        empty="no text found in the document",
    )


def _titled(builder: TextBuilder, package: Package) -> Iterator[str]:
    """Fills the builder; yields the text of each paragraph in the style Title."""
    relations = package.relations(package.main)
    parts = {one.kind: package.part(one.target) for one in relations.values() if one.kind in READ}
    body: Any = child(package.root, "body")
    for piece, is_title in body_pieces(
        body if body is not None else (),
        parts.get("styles"),
        lambda element: figure_pieces(package, relations, element),
    ):
        block = builder.add(piece)
        if is_title and block is not None:
            yield piece.text
    for kind in ("footnotes", "endnotes"):
        if parts.get(kind) is not None:
            builder.extend(footnote_pieces(parts[kind]))
