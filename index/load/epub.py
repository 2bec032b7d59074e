"""Books (`.epub`): their chapters in the order of the spine, each read as a page of HTML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from index.errors import LoadError
from index.load.archive import UNPACKED_BYTES, Archive, resolved
from index.load.builder import Piece, TextBuilder
from index.load.dates import from_text
from index.load.encoding import decode
from index.load.html_walk import parse as parse_html
from index.load.html_walk import walk
from index.load.language import language_of
from index.load.normalise import fold, normalise
from index.load.title import title_of
from index.load.xml_tree import all_text, attribute, below, child, children, parse
from index.records import Loaded

CONTAINER, ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
PAGES = ("application/xhtml+xml", "text/html", "application/xml", "text/x-oeb1-document")
SIDE = ("aside", "header", "footer", "form", "search")  # chrome of a web page, text of a book


@dataclass(frozen=True, slots=True)
class Part:
    """A file that the book's manifest names."""

    path: str
    kind: str
    properties: frozenset[str]


def load(data: bytes, name: str, *, unpacked_bytes: int = UNPACKED_BYTES) -> Loaded:
    """The chapters of a book. A damaged chapter is left out, and a note says so."""
    archive = Archive(data, ".epub", unpacked_bytes)
    path = _package_path(archive)
    package = parse(archive.read(path))
    parts = {
        attribute(item, "id"): Part(
            resolved(path, unquote(attribute(item, "href"))),
            attribute(item, "media-type"),
            frozenset(attribute(item, "properties").split()),
        )
        for item in children(child(package, "manifest"), "item")
    }
    chapters = [
        parts[attribute(one, "idref")]
        for one in children(child(package, "spine"), "itemref")
        if attribute(one, "idref") in parts
    ]
    _refuse_locked(archive, chapters)
    names = _chapter_names(archive, parts)
    notes: list[str] = []
    builder = TextBuilder()
    for chapter in dict.fromkeys(chapters):
        if chapter.kind in PAGES and "nav" not in chapter.properties:
            builder.extend(_chapter(archive, chapter.path, names.get(chapter.path, ""), notes))
    metadata = child(package, "metadata")
    return builder.build(
        title_of(_said(metadata, "title"), name, builder.first_heading()),
        language=language_of(builder.sample(), _said(metadata, "language")),
        modified=_modified(metadata),
        empty="no text found in the book",
        notes=notes,
    )


def _package_path(archive: Archive) -> str:
    """The path of the file that lists what the book is made of."""
    if CONTAINER in archive:
        for root in below(parse(archive.read(CONTAINER)), "rootfile"):
            path = resolved("", attribute(root, "full-path"))
            if path in archive:
                return path
    found = next((path for path in archive.names() if path.endswith(".opf")), "")
    if not found:
        raise LoadError("damaged .epub: the list of its chapters is missing")
    return found


def _refuse_locked(archive: Archive, chapters: list[Part]) -> None:
    """Nothing; raises `LoadError` where a chapter is encrypted. Books without any lock encrypt their fonts, too."""
    if ENCRYPTION not in archive:
        return
    locked = {
        resolved("", unquote(attribute(one, "URI")))
        for one in below(parse(archive.read(ENCRYPTION)), "CipherReference")
    }
    if any(chapter.path in locked for chapter in chapters):
        raise LoadError("encrypted .epub: its chapters are locked by the seller (DRM)")


def _chapter(archive: Archive, path: str, title: str, notes: list[str]) -> Iterator[Piece]:
    """The pieces of a chapter; the title that the book's contents give it stands above one without headings."""
    try:
        root: Any = parse_html(normalise(decode(archive.read(path), html=True)))
    except LoadError as error:
        notes.append(f"The chapter {path.rpartition('/')[2][:80]} was not read: {error}.")
        return
    for element in root.iter(*SIDE):
        element.tag = "div"
    pieces = list(walk(root))
    if title and not any(piece.kind == "heading" for piece in pieces) and any(piece.text.strip() for piece in pieces):
        yield Piece("heading", title, level=1)
    yield from pieces


def _chapter_names(archive: Archive, parts: dict[str, Part]) -> dict[str, str]:
    """The title of each chapter in the book's contents, by its path."""
    named: dict[str, str] = {}
    for part in parts.values():
        is_contents = "nav" in part.properties or part.kind == "application/x-dtbncx+xml"
        if not is_contents or part.path not in archive:
            continue
        try:
            root = parse_html(normalise(decode(archive.read(part.path), html=True)))
        except LoadError:
            continue  # without names the chapters are read all the same
        for point in root.iter("navpoint"):
            _name(named, part.path, point.find("content"), "src", point.find("navlabel"))
        for link in root.iter("a"):
            _name(named, part.path, link, "href", link)
    return named


def _name(named: dict[str, str], base: str, target: Any, key: str, label: Any) -> None:
    if target is not None and label is not None and target.get(key):
        path = resolved(base, unquote(target.get(key).partition("#")[0]))
        named.setdefault(path, fold("".join(label.itertext())))


def _said(metadata: Any, name: str) -> str:
    return all_text(child(metadata, name)).strip()


def _modified(metadata: Any) -> str | None:
    """The stamp of the last change, else of the publication."""
    changed = [all_text(one) for one in children(metadata, "meta") if attribute(one, "property") == "dcterms:modified"]
    return next((made for text in [*changed, _said(metadata, "date")] if (made := from_text(text.strip()))), None)
