"""Word (`.docx`): paragraphs and tables in the order of the body, headings, lists, footnotes. Nothing outside the
file is read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.errors import LimitExceeded, LoadError
from index.load.builder import Piece, TextBuilder
from index.load.dates import stamp
from index.load.docx_walk import body_pieces, footnote_pieces
from index.load.language import language_of
from index.load.title import title_of
from index.records import Loaded

if TYPE_CHECKING:
    from docx.document import Document

UNPACKED_BYTES = 500_000_000
TEMPLATE_TIME = "2013-12-23T23:15:00Z"  # the time in python-docx's own template: says nothing of the document
CORE = "docProps/core.xml"
ENCRYPTED = b"\xd0\xcf\x11\xe0"  # an encrypted document is an OLE file, and no zip any more


def load(data: bytes, name: str, *, unpacked_bytes: int = UNPACKED_BYTES) -> Loaded:
    """The blocks of a Word document. Raises `LimitExceeded` before unpacking more than `unpacked_bytes`."""
    members = check_archive(data, unpacked_bytes)
    document = _open(data)
    builder = TextBuilder()
    titles = list(_titled(builder, document))
    own = document.core_properties.title if CORE in members else ""
    title = title_of(own or "", name, *titles, builder.first_heading())
    modified = document.core_properties.modified if CORE in members else None
    moment = stamp(modified) if modified else None
    return builder.build(
        title,
        language=language_of(builder.sample()),
        modified=None if moment == TEMPLATE_TIME else moment,
        empty="no text found in the document",
    )


def check_archive(data: bytes, unpacked_bytes: int) -> frozenset[str]:
    """The names of the archive's members. Raises where it is no readable zip, or says that it unpacks to too much.

    A zip reader unpacks no more of a member than its directory states, so the stated sizes are a true upper bound.
    """
    if data.startswith(ENCRYPTED):
        raise LoadError("encrypted or old Word document: save it as .docx without a password")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, UnicodeError) as error:
        raise LoadError("damaged .docx: it is no readable zip archive") from error
    total = sum(info.file_size for info in infos)
    if total > unpacked_bytes:
        raise LimitExceeded(f"the document unpacks to {total:,} bytes; the limit is {unpacked_bytes:,}")
    return frozenset(info.filename for info in infos)


def _open(data: bytes) -> Document:
    import docx

    try:
        return docx.Document(io.BytesIO(data))
    except MemoryError:
        raise
    except Exception as error:  # python-docx lets KeyError, ValueError, BadZipFile, XMLSyntaxError and its own through
        raise LoadError(f"damaged .docx: {type(error).__name__}: {str(error)[:120]}") from error


def _titled(builder: TextBuilder, document: Document) -> Iterator[str]:
    """Fills the builder; yields the text of each paragraph in the style Title."""
    for piece, is_title in body_pieces(document):
        block = builder.add(piece)
        if is_title and block is not None:
            yield piece.text
    builder.extend(_footnotes(document))


def _footnotes(document: Document) -> Iterator[Piece]:
    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype.endswith(("/footnotes", "/endnotes")):
            yield from footnote_pieces(relation.target_part.blob)
