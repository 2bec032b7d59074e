"""Books: chapters in the order of the spine, with headings, anchors and what the contents call them."""

from __future__ import annotations

import pytest
import small_files as small
from loaded import blocks, read

from index.errors import LoadError

FIRST = """<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>
<h1 id="storm">The storm</h1><p>It came on Monday&#160;night.</p><aside><p>Nobody had seen it coming.</p></aside></body></html>"""
SECOND = "<html><body><p>The ships lay in the harbour.</p></body></html>"
METADATA = (
    "<dc:title>A year at sea</dc:title><dc:language>en-GB</dc:language>"
    "<meta property='dcterms:modified'>2024-05-06T10:00:00Z</meta>"
)
CONTENTS = (
    '<html><body><h1>Contents</h1><nav><ol><li><a href="text/c1.xhtml">The calm</a></li></ol></nav></body></html>'
)
NAV = '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'


def book(*chapters: str, **others: str) -> bytes:
    parts = small.epub_parts(*chapters, metadata=METADATA, manifest=NAV)
    return small.zipped(parts | {"book/nav.xhtml": CONTENTS} | others)


def test_chapters_are_read_in_order() -> None:
    """Each chapter with its headings; one without has the name that the contents give it; asides are text."""
    loaded = read(book(FIRST, SECOND), "a.epub")
    assert blocks(loaded) == [
        ("heading", "The storm", ""),
        ("prose", "It came on Monday night.", ""),
        ("prose", "Nobody had seen it coming.", ""),
        ("heading", "The calm", ""),
        ("prose", "The ships lay in the harbour.", ""),
    ]
    assert (loaded.title, loaded.language, loaded.modified) == ("A year at sea", "en", "2024-05-06T10:00:00Z")
    assert [heading.anchor for heading in loaded.headings] == ["storm", ""]


def test_the_spine_decides_the_order_and_the_contents_are_no_chapter() -> None:
    """The order of the spine is read, not that of the manifest; the list of chapters is left out."""
    parts = small.epub_parts(FIRST, SECOND, manifest=NAV)
    spine = '<spine><itemref idref="nav"/><itemref idref="c1"/><itemref idref="c0"/></spine>'
    package = parts["book/book.opf"]
    parts["book/book.opf"] = package[: package.index("<spine>")] + spine + "</package>"
    loaded = read(small.zipped(parts | {"book/nav.xhtml": CONTENTS}), "a.epub")
    assert [text for _, text, _ in blocks(loaded)][:2] == ["The calm", "The ships lay in the harbour."]


def test_contents_of_older_books_name_the_chapters() -> None:
    """A book of version 2 lists its chapters in an NCX file."""
    point = '<navPoint><navLabel><text>The calm</text></navLabel><content src="text/c0.xhtml#a"/></navPoint>'
    item = '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
    parts = small.epub_parts(SECOND, manifest=item) | {"book/toc.ncx": f"<ncx><navMap>{point}</navMap></ncx>"}
    assert blocks(read(small.zipped(parts), "a.epub"))[0] == ("heading", "The calm", "")


def test_a_missing_chapter_is_noted() -> None:
    """A chapter that is not in the archive does not take the others with it."""
    parts = small.epub_parts(FIRST, SECOND)
    del parts["book/text/c0.xhtml"]
    loaded = read(small.zipped(parts), "a.epub")
    assert loaded.notes == (
        "The chapter c0.xhtml was not read: damaged .epub: its part book/text/c0.xhtml is missing.",
    )


def test_encrypted_fonts_do_not_lock_a_book() -> None:
    """Only a book whose chapters are encrypted is refused."""
    locked = "<encryption><CipherReference URI='book/{}'/></encryption>"
    parts = {"META-INF/encryption.xml": locked.format("font.otf")}
    assert read(book(SECOND, **parts), "a.epub").text
    with pytest.raises(LoadError, match="DRM"):
        read(book(SECOND, **{"META-INF/encryption.xml": locked.format("text/c0.xhtml")}), "a.epub")
