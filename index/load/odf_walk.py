"""The walk over an OpenDocument text or slide: headings, paragraphs, lists and tables in reading order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from index.load.builder import Piece
from index.load.odf_tables import table_rows
from index.load.odf_text import SKIPPED, anchored, inline_text
from index.load.xml_tree import attribute, child, local

INDEXES = frozenset(
    "table-of-content alphabetical-index illustration-index table-index object-index user-index".split()
)
FURNITURE = ("footer", "date-time", "page-number", "header")
NOTES = "Speaker notes"
TITLE = "Title"  # the name of the style


def text_pieces(root: Any, styles: Mapping[str, str]) -> Iterator[Piece]:
    """The pieces below an element; `styles` maps automatic styles to the named ones that they vary.

    Its stack is its own: lists and sections nest without end.
    """
    stack: list[tuple[Iterator[Any], int]] = [(iter(root), -1)]  # children still to read, depth of the list
    fresh = False
    while stack:
        waiting, depth = stack[-1]
        element = next(waiting, None)
        if element is None:
            stack.pop()
            continue
        name = local(element)
        if not name or name in SKIPPED:
            continue
        if name in ("p", "h"):
            yield _paragraph(element, styles, depth, fresh)
            fresh = False
            stack.append((iter(anchored(element)), -1))
        elif name in INDEXES:
            yield from (Piece("boilerplate", inline_text(one)) for one in element.iter("{*}p"))
        elif name == "table":
            yield from table_rows(element)
        else:
            fresh = fresh or name in ("list-item", "list-header")
            stack.append((iter(element), depth + (name == "list")))


def slide_pieces(page: Any, styles: Mapping[str, str]) -> Iterator[Piece]:
    """The pieces of a slide: its title, its other shapes in their order, then the speaker's notes."""
    shapes = [one for one in page if local(one) not in ("notes", "")]
    for shape in sorted(shapes, key=lambda shape: attribute(shape, "class") != "title"):
        if attribute(shape, "class") == "title":
            yield Piece("heading", " ".join(inline_text(one) for one in shape.iter("{*}p")), level=1)
        elif attribute(shape, "class") in FURNITURE:
            yield Piece("boilerplate", " ".join(inline_text(one) for one in shape.iter("{*}p")))
        else:
            yield from text_pieces([shape], styles)
    notes = child(page, "notes")
    for frame in notes if notes is not None else ():
        if attribute(frame, "class") == "notes":
            yield from (Piece("prose", inline_text(one), context=NOTES) for one in frame.iter("{*}p"))


def title_text(root: Any, styles: Mapping[str, str]) -> str:
    """The text of the first paragraph in the style Title, `""` without."""
    return next((inline_text(one) for one in root.iter("{*}p") if _style(one, styles) == TITLE), "")


def _style(paragraph: Any, styles: Mapping[str, str]) -> str:
    name = attribute(paragraph, "style-name")
    return styles.get(name, name)


def _paragraph(element: Any, styles: Mapping[str, str], depth: int, fresh: bool) -> Piece:
    text, style = inline_text(element), _style(element, styles)
    if local(element) == "h":
        level = attribute(element, "outline-level", "1")
        return Piece("heading", text, level=int(level) if level in "123456789" else 1)
    if style == TITLE:
        return Piece("heading", text, level=1)
    if style.startswith("Preformatted"):
        return Piece("code", text)
    return Piece("item", text, depth, marker="- " if fresh else "") if depth >= 0 else Piece("prose", text)
