"""HTML walk: a page's headings, paragraphs, list items, rows and code, without its chrome. No script runs, nothing is
fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.load.builder import Piece
from index.load.html_chrome import is_chrome, text_length, word_set
from index.load.html_tables import is_layout, table_rows
from index.load.normalise import fold
from index.records import Kind

if TYPE_CHECKING:
    from lxml.html import HtmlElement

HEADINGS = {f"h{level}": level for level in range(1, 7)}
INLINE = word_set(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark nobr output q ruby rb s "
    "samp small "
    "span strike strong sub sup time tt u var wbr br"
)
HTML_SPACE = re.compile(r"[ \t\n\r\f]+")
BREAKS = re.compile(r"[ \t]*\n[ \t]*\n\s*")
DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
LINKED = 0.65  # share of a block's characters inside links; a block with more is a way to other pages
LINKED_WORDS = 3  # links in running text: a block with a whole sentence outside its links is text


@dataclass(slots=True)
class Walk:
    """Where the walk stands: the text gathered since the last block began or ended, and the lists around it."""

    page_length: int
    buffer: list[str] = field(default_factory=list)
    linked: int = 0
    links: int = 0  # open links
    lists: list[tuple[str, int]] = field(default_factory=list)
    items: list[bool] = field(default_factory=list)  # of each open item: whether text of its own came already
    term: str = ""
    preformatted: int = 0


def parse(source: str) -> HtmlElement:
    """The root element of a page's source, however broken. Raises `LoadError` where nothing can be parsed."""
    from lxml import etree, html

    from index.errors import LoadError

    parser = html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = html.document_fromstring(DECLARATION.sub("", source, count=1), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise LoadError("no text found in the page") from error
    if any(
        entry.level == etree.ErrorLevels.FATAL and entry.type_name != "ERR_DOCUMENT_EMPTY" for entry in parser.error_log
    ):
        raise LoadError(
            "the page is nested too deeply: its end cannot be read"
        )  # the parser stopped in silence at level 2048
    return root


def pieces(source: str) -> Iterator[Piece]:
    """The pieces of an HTML source in reading order."""
    return walk(parse(source))


def walk(root: HtmlElement) -> Iterator[Piece]:
    """The pieces below an element in reading order. Its stack is its own: pages nest deeper than Python may."""
    state = Walk(text_length(root))
    stack: list[tuple[HtmlElement, Iterator[HtmlElement] | None]] = [(root, None)]
    while stack:
        element, children = stack.pop()
        if children is None:
            if not isinstance(element.tag, str) or is_chrome(element, state.page_length):
                _read(state, element.tail)
                continue
            if element.tag == "table" and not is_layout(element):
                yield from _flush(state)
                yield from table_rows(element, cell_text)
                _read(state, element.tail)
                continue
            yield from _enter(state, element)
            children = iter(element)
        child = next(children, None)
        if child is not None:
            stack.append((element, children))
            stack.append((child, None))
            continue
        yield from _leave(state, element)
        if stack:
            _read(state, element.tail)
    yield from _flush(state)


def cell_text(element: HtmlElement) -> str:
    """A cell's text on one line, chrome such as reference marks left out."""
    return fold(" ".join(piece.text for piece in walk_inline(element)))


def walk_inline(element: HtmlElement) -> Iterator[Piece]:
    """The pieces inside a cell, whose own tag is not looked at again."""
    state = Walk(text_length(element))
    _read(state, element.text)
    for child in element:
        yield from _nested(state, child)
    yield from _flush(state)


def _nested(state: Walk, child: HtmlElement) -> Iterator[Piece]:
    if isinstance(child.tag, str) and not is_chrome(child, state.page_length):
        if child.tag in INLINE:
            state.buffer.append(" " if child.tag == "br" else "")
            state.buffer.extend(piece.text for piece in walk(child))
        else:
            yield from _flush(state)
            yield from walk(child)
    _read(state, child.tail)


def _enter(state: Walk, element: HtmlElement) -> Iterator[Piece]:
    tag = element.tag
    if tag == "br":
        state.buffer.append("\n")
        return
    if tag not in INLINE:
        yield from _flush(state)
    if tag == "a":
        state.links += 1
    elif tag in ("ul", "ol", "dl"):
        state.lists.append((tag, 0))
    elif tag == "li":
        state.items.append(False)
    elif tag in ("pre", "listing", "xmp"):
        state.preformatted += 1
    _read(state, element.text)


def _leave(state: Walk, element: HtmlElement) -> Iterator[Piece]:
    tag = element.tag
    if tag == "a":
        state.links -= 1
    if tag in INLINE:
        return
    yield from _flush(state, element)
    if tag in ("ul", "ol", "dl"):
        state.lists.pop()
    elif tag == "li":
        state.items.pop()
    elif tag in ("pre", "listing", "xmp"):
        state.preformatted -= 1


def _read(state: Walk, text: str | None) -> None:
    if not text:
        return
    if not state.preformatted:
        text = HTML_SPACE.sub(" ", text)
    state.buffer.append(text)
    if state.links:
        state.linked += len(text.strip())


def _flush(state: Walk, element: HtmlElement | None = None) -> Iterator[Piece]:
    """The piece that the gathered text makes; which kind is told by the element that closes and the lists around it."""
    text, linked = "".join(state.buffer), state.linked
    state.buffer, state.linked = [], 0
    if not text.strip():
        return
    tag = element.tag if element is not None else ""
    if tag in HEADINGS:
        yield Piece("heading", text, level=HEADINGS[tag], anchor=_anchor(element))
    elif state.preformatted:
        yield Piece("code", text)
    elif tag == "dt":
        state.term = text
        yield Piece("item", text, level=len(state.lists))
    elif tag == "dd":
        yield Piece("item", text, level=len(state.lists), context=state.term)
    else:
        yield from _running(state, text, linked)


def _running(state: Walk, text: str, linked: int) -> Iterator[Piece]:
    kind: Kind = "item" if state.items else "prose"
    for part in BREAKS.split(text):
        if _is_link_list(part, linked):
            yield Piece("boilerplate", part)
        else:
            yield Piece(kind, part, level=max(0, len(state.items) - 1))


def _is_link_list(text: str, linked: int) -> bool:
    visible = len(fold(text))
    return (
        visible > 0
        and linked > LINKED * visible
        and len(fold(text).split()) < 12
        and not text.rstrip().endswith((".", "!", "?", "。"))
    )


def _anchor(element: HtmlElement | None) -> str:
    """The address of a heading inside its page: its own id, one inside it, or that of the section that it opens."""
    if element is None:
        return ""
    for inside in element.iter():
        found = inside.get("id") or (inside.get("name") if inside.tag == "a" else None)
        if found:
            return str(found)
    parent = element.getparent()
    opens = parent is not None and parent.tag in ("section", "div", "article") and parent.index(element) == 0
    return (parent.get("id") or "") if opens else ""
