"""The walk over one slide: its title first, then its other shapes in the order in which a screen reader takes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from index.load.builder import Piece
from index.load.office import Package
from index.load.office_chart import figure_pieces
from index.load.rows import row_pieces, table_pieces
from index.load.xml_tree import all_text, attribute, below, child, children, local

TITLES = ("title", "ctrTitle")
FURNITURE = ("dt", "ftr", "sldNum", "hdr")  # date, footer, number, header: the same on every slide
BODIES = ("", "body", "obj")  # kinds of placeholder whose paragraphs have bullets unless they say otherwise
BULLETS = ("buChar", "buAutoNum", "buBlip")
NOTES = "Speaker notes"
GROUPS = ("grpSp", "AlternateContent", "Choice", "spTree")


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape of a slide; `kind` is its placeholder's, None where it is none."""

    element: Any
    kind: str | None

    @property
    def paragraphs(self) -> list[Any]:
        """Its paragraphs of text."""
        return children(child(self.element, "txBody"), "p")


def slide_pieces(package: Package, path: str, slide: Any) -> Iterator[Piece]:
    """The pieces of a slide."""
    relations = package.relations(path)
    shapes = list(_shapes(child(slide, "cSld", "spTree")))
    for shape in sorted(shapes, key=lambda shape: shape.kind not in TITLES):
        if local(shape.element) == "graphicFrame":
            for table in below(shape.element, "tbl"):
                yield from _table(table)
            yield from figure_pieces(package, relations, shape.element)
        elif shape.kind in TITLES:
            yield Piece("heading", " ".join(paragraph_text(one) for one in shape.paragraphs), level=1)
        elif shape.kind in FURNITURE:
            yield Piece("boilerplate", " ".join(paragraph_text(one) for one in shape.paragraphs))
        else:
            for paragraph in shape.paragraphs:
                yield _paragraph(paragraph, bulleted=shape.kind in BODIES)


def note_pieces(notes: Any) -> Iterator[Piece]:
    """What the speaker noted below a slide, with the word that these are notes beside it."""
    for shape in _shapes(child(notes, "cSld", "spTree")):
        if shape.kind == "body":
            for paragraph in shape.paragraphs:
                yield Piece("prose", paragraph_text(paragraph), context=NOTES)


def paragraph_text(paragraph: Any) -> str:
    """The text of a paragraph with its line breaks."""
    parts = []
    for run in paragraph:
        name = local(run)
        if name in ("r", "fld"):
            parts.append(all_text(child(run, "t")))
        elif name == "br":
            parts.append("\n")
        elif name in ("m", "AlternateContent"):  # a formula, with an older copy of it behind
            parts.extend(all_text(text) for text in below(run if name == "m" else child(run, "Choice"), "t"))
    return "".join(parts)


def _shapes(tree: Any) -> Iterator[Shape]:
    """The shapes below a tree, those in groups too. Its stack is its own: groups nest without end."""
    stack = [iter(tree)] if tree is not None else []
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
        elif local(element) in GROUPS:
            stack.append(iter(element))
        elif local(element) in ("sp", "graphicFrame"):
            yield Shape(element, _placeholder(element))


def _placeholder(element: Any) -> str | None:
    for name in ("nvSpPr", "nvGraphicFramePr"):
        found = child(element, name, "nvPr", "ph")
        if found is not None:
            return attribute(found, "type")
    return None


def _paragraph(paragraph: Any, *, bulleted: bool) -> Piece:
    properties = child(paragraph, "pPr")
    if properties is not None:
        marked = {local(one) for one in properties}
        bulleted = (bulleted or not marked.isdisjoint(BULLETS)) and "buNone" not in marked
    text = paragraph_text(paragraph)
    if not bulleted:
        return Piece("prose", text)
    level = attribute(properties, "lvl", "0") if properties is not None else "0"
    return Piece("item", text, int(level) if level in "012345678" else 0, marker="- ")


def _table(table: Any) -> Iterator[Piece]:
    """The rows of a table; what a merge holds is said in each of its rows."""
    grid: list[list[str]] = []
    for row in children(table, "tr"):
        cells = []
        for column, cell in enumerate(children(row, "tc")):
            text = " ".join(paragraph_text(one) for one in children(child(cell, "txBody"), "p"))
            above = grid[-1][column] if grid and column < len(grid[-1]) else ""
            cells.append(above if attribute(cell, "vMerge") in ("1", "true") else text)
        grid.append(cells)
    properties = child(table, "tblPr")
    if len(grid) > 1 and properties is not None and attribute(properties, "firstRow") in ("1", "true"):
        yield from row_pieces(grid[1:], grid[0])
    else:
        yield from table_pieces(grid)
