"""The walk over a Word document's XML: its paragraphs and tables as pieces, tracked deletions and duplicates left
out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from index.load.builder import Piece
from index.load.rows import is_header, row_pieces

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# Deleted text, text moved from here, field codes, the older copy of a drawing, comments' anchors.
SKIPPED = frozenset(
    {W + "del", W + "moveFrom", W + "instrText", W + "delText", W + "pPr", W + "rPr", W + "sdtPr", FALLBACK}
)
MARKS = {W + "tab": " ", W + "br": "\n", W + "cr": "\n", W + "noBreakHyphen": "\u2011", W + "ptab": " "}
FORMULA = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
WIDEST = 1000  # columns; `gridSpan` can claim any number

Figures = Callable[[Any], Iterator[Piece]]


def body_pieces(body: Any, styles: Any, figures: Figures) -> Iterator[tuple[Piece, bool]]:
    """Pieces of the body in reading order, each with whether its paragraph has the style Title.

    `styles` is the root of the part that holds them, None without; `figures` reads the charts below an element.
    """
    yield from _blocks(body, _styles(styles), figures)


def footnote_pieces(root: Any) -> Iterator[Piece]:
    """The notes at the foot of pages or at the end, each a paragraph."""
    for note in root:
        if isinstance(note.tag, str) and note.get(W + "type") in (None, "normal"):
            yield Piece("prose", " ".join(_text(paragraph) for paragraph in note.iter(W + "p")))


def _styles(root: Any) -> dict[str, tuple[str, int | None, bool]]:
    """For each style id: its name in lower case, its outline level, whether it numbers; inherited where it says
    nothing."""
    raw: dict[str, tuple[str, int | None, bool, str]] = {}
    for style in root.iter(W + "style") if root is not None else ():
        name = style.find(W + "name")
        based = style.find(W + "basedOn")
        properties = style.find(W + "pPr")
        raw[style.get(W + "styleId", "")] = (
            (name.get(W + "val", "") if name is not None else "").lower(),
            _outline(properties),
            _numbers(properties) is True,
            based.get(W + "val", "") if based is not None else "",
        )
    return {key: _inherited(raw, key) for key in raw}


def _inherited(raw: dict[str, tuple[str, int | None, bool, str]], key: str) -> tuple[str, int | None, bool]:
    name, outline, numbers, based = raw[key]
    seen = {key}
    while based in raw and based not in seen:
        seen.add(based)
        _, upper_outline, upper_numbers, following = raw[based]
        outline = upper_outline if outline is None else outline
        numbers, based = numbers or upper_numbers, following
    return name, outline, numbers


def _blocks(
    parent: Any, styles: dict[str, tuple[str, int | None, bool]], figures: Figures
) -> Iterator[tuple[Piece, bool]]:
    """Iterates with a stack of its own; content controls and text boxes nest without end."""
    stack = [iter(parent)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
        elif element.tag == W + "p":
            yield _paragraph(element, styles)
            yield from ((piece, False) for piece in figures(element))
            stack.extend(iter(box) for box in _boxes(element))
        elif element.tag == W + "tbl":
            rows = list(_rows(element))
            if max((len(cells) for _, cells in rows), default=0) > 1:
                yield from ((piece, False) for piece in _table(rows))
            else:  # one column: a frame around paragraphs
                stack.append(
                    iter([child for cell in element.iter(W + "tc") for child in cell if child.getparent() is cell])
                )
        elif isinstance(element.tag, str) and element.tag not in SKIPPED:
            stack.append(iter(element))


def _paragraph(element: Any, styles: dict[str, tuple[str, int | None, bool]]) -> tuple[Piece, bool]:
    text = _text(element)
    properties = element.find(W + "pPr")
    style = properties.find(W + "pStyle") if properties is not None else None
    name, outline, numbers = styles.get(style.get(W + "val", "") if style is not None else "", ("", None, False))
    own_outline = _outline(properties)
    level = own_outline if own_outline is not None else outline
    if name == "title":
        return Piece("heading", text, level=1), True
    if name.startswith("toc ") or name in ("toc heading", "header", "footer"):
        return Piece("boilerplate", text), False
    if level is not None and level < 9 and len(text) < 300:
        return Piece("heading", text, level=level + 1), False
    own_numbers = _numbers(properties)
    listed = numbers if own_numbers is None else own_numbers
    if listed or name.startswith(("list bullet", "list number")):
        return Piece("item", text, level=_depth(properties)), False
    return Piece("code" if name in ("code", "html preformatted", "plain text code") else "prose", text), False


def _text(paragraph: Any) -> str:
    """The paragraph's text as it stands when all tracked changes are accepted; text boxes are read on their own."""
    parts: list[str] = []
    stack = [iter(paragraph)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
        elif element.tag in (W + "t", FORMULA):
            parts.append(element.text or "")
        elif element.tag in MARKS:
            parts.append(MARKS[element.tag])
        elif (
            isinstance(element.tag, str)
            and element.tag not in SKIPPED
            and element.tag not in (W + "p", W + "txbxContent")
            and not _is_hidden(element)
        ):
            stack.append(iter(element))
    return "".join(parts)


def _is_hidden(run: Any) -> bool:
    """True for a run whose author had it hidden: neither screen nor paper shows it."""
    mark = run.find(f"{W}rPr/{W}vanish") if run.tag == W + "r" else None
    return mark is not None and mark.get(W + "val", "1") not in ("0", "false", "off")


def _boxes(paragraph: Any) -> Iterator[Any]:
    for box in paragraph.iter(W + "txbxContent"):
        ancestors = list(box.iterancestors())
        inside = ancestors[: ancestors.index(paragraph)]
        if not any(ancestor.tag in (FALLBACK, W + "txbxContent", W + "del") for ancestor in inside):
            yield box


def _rows(table: Any) -> Iterator[tuple[bool, list[str]]]:
    """Each row's cells, with whether the row is marked as header; merged cells are said in each row, once in each
    line."""
    above: list[str] = []
    for row in table.iter(W + "tr"):
        if next(row.iterancestors(W + "tbl")) is not table:
            continue
        cells: list[str] = []
        for cell in row.iter(W + "tc"):
            if next(cell.iterancestors(W + "tr")) is not row:
                continue
            properties = cell.find(W + "tcPr")
            text = " ".join(_text(paragraph) for paragraph in cell.iter(W + "p"))
            if _continues(properties) and len(cells) < len(above):
                text = above[len(cells)]
            cells.extend([text] + [""] * (_grid_span(properties) - 1))
        header = row.find(f"{W}trPr/{W}tblHeader")
        yield header is not None and header.get(W + "val", "1") not in ("0", "false"), cells
        above = cells


def _table(rows: list[tuple[bool, list[str]]]) -> Iterator[Piece]:
    grid = [cells for _, cells in rows]
    if len(grid) > 1 and (rows[0][0] or is_header(grid)):
        yield from row_pieces(grid[1:], grid[0])
    else:
        yield from row_pieces(grid)


def _continues(properties: Any) -> bool:
    merge = properties.find(W + "vMerge") if properties is not None else None
    return merge is not None and merge.get(W + "val", "continue") == "continue"


def _grid_span(properties: Any) -> int:
    return min(max(_number(properties, "gridSpan") or 1, 1), WIDEST)


def _outline(properties: Any) -> int | None:
    return _number(properties, "outlineLvl")


def _numbers(properties: Any) -> bool | None:
    """True in a list, False where the paragraph says it is in none, None where it says nothing."""
    numbering = properties.find(W + "numPr") if properties is not None else None
    if numbering is None:
        return None
    return _number(numbering, "numId") != 0


def _depth(properties: Any) -> int:
    numbering = properties.find(W + "numPr") if properties is not None else None
    return min(max(_number(numbering, "ilvl") or 0, 0), 8)


def _number(parent: Any, name: str) -> int | None:
    element = parent.find(W + name) if parent is not None else None
    value = element.get(W + "val", "") if element is not None else ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else None
