"""reStructuredText (`.rst`) by docutils: nothing is included or run; directives and roles of Sphinx are read as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from index.errors import LoadError
from index.load.builder import Piece, TextBuilder
from index.load.dates import from_text
from index.load.encoding import decode
from index.load.language import language_of
from index.load.normalise import normalise
from index.load.rows import row_pieces, table_pieces
from index.load.rst_directives import reading_unknown
from index.load.title import title_of
from index.records import Loaded

if TYPE_CHECKING:
    from docutils.nodes import document

SETTINGS = {
    "file_insertion_enabled": False,  # no `include`, no `csv-table` from a file
    "raw_enabled": False,
    "halt_level": 5,
    "report_level": 5,
    "warning_stream": False,
    "syntax_highlight": "none",
    "line_length_limit": 10**9,
    "_disable_config": True,  # no docutils.conf beside the documents
}
SKIPPED = frozenset(
    "comment system_message target substitution_definition raw pending image label title_reference_target decoration "
    "meta authors author organization contact version revision status copyright address".split()
)
CODE = ("literal_block", "doctest_block", "math_block")
RUNNING = ("paragraph", "line_block", "attribution", "caption", "rubric", "legend")
NESTING = 100


def load(data: bytes, name: str) -> Loaded:
    """The blocks of a reStructuredText file."""
    tree = _parsed(normalise(decode(data)))
    builder = TextBuilder()
    try:
        builder.extend(_pieces(tree, 0, -1, ""))
    except RecursionError as error:
        raise LoadError("the file is nested too deeply") from error
    date = next((one.astext() for one in tree.findall() if one.tagname == "date"), "")
    return builder.build(
        title_of(str(tree.get("title", "")), name, builder.first_heading()),
        language=language_of(builder.sample()),
        modified=from_text(date),
    )


def _parsed(text: str) -> document:
    from docutils.core import publish_doctree

    try:
        with reading_unknown():
            return publish_doctree(text, settings_overrides=SETTINGS)
    except RecursionError as error:
        raise LoadError("the file is nested too deeply") from error
    except MemoryError:
        raise
    except Exception as error:  # docutils lets SystemMessage, IndexError and others through on damaged tables
        raise LoadError(f"damaged reStructuredText: {' '.join(str(error).split())[:120]}") from error


def _pieces(node: Any, level: int, depth: int, context: str) -> Iterator[Piece]:
    """The pieces below a node; `level` is that of the section around it, `depth` that of the list, -1 outside."""
    if level > NESTING or depth > NESTING:
        raise LoadError("the file is nested too deeply")
    for inner in node.children:
        kind = getattr(inner, "tagname", "#text")
        if kind in SKIPPED or kind == "#text" or "contents" in inner.get("classes", ()):
            continue
        if kind == "section":
            yield from _pieces(inner, level + 1, -1, "")
        elif kind == "title":
            ids = node.get("ids", [])
            in_section = node.tagname in ("section", "document")
            yield (
                Piece("heading", inner.astext(), level=max(level, 1), anchor=ids[0] if ids else "")
                if in_section
                else (Piece("prose", inner.astext()))
            )
        elif kind == "subtitle":
            yield Piece("heading", inner.astext(), level=2)
        elif kind in CODE:
            yield Piece("code", inner.astext())
        elif kind in RUNNING:
            yield _running(inner, node, depth, context)
        elif kind in ("bullet_list", "enumerated_list"):
            yield from _pieces(inner, level, depth + 1, "")
        elif kind == "definition_list_item":
            yield from _definition(inner, level, depth)
        elif kind in ("field", "option_list_item"):
            yield from row_pieces([[child.astext() for child in inner.children]])
        elif kind == "table":
            yield from _table(inner)
        else:
            yield from _pieces(inner, level, depth, context)


def _running(inner: Any, node: Any, depth: int, context: str) -> Piece:
    text = inner.astext()
    if depth < 0:
        return Piece("prose", text, context=context)
    first = node.tagname == "list_item" and node.children.index(inner) == 0
    marker = "" if not first else _number(node) if node.parent.tagname == "enumerated_list" else "- "
    opens = first and node.parent.children.index(node) == 0
    return Piece("item", text, depth, context, marker=marker, first=opens)


def _number(item: Any) -> str:
    start = item.parent.get("start", 1)
    return f"{start + item.parent.children.index(item)}. "


def _definition(item: Any, level: int, depth: int) -> Iterator[Piece]:
    """A term and what it means, with the term beside it."""
    term = " ".join(child.astext() for child in item.children if child.tagname in ("term", "classifier"))
    yield Piece("item", term, max(depth, 0), first=True)
    for child in item.children:
        if child.tagname == "definition":
            yield from _pieces(child, level, max(depth, 0), term)


def _table(table: Any) -> Iterator[Piece]:
    """The rows of a table below its title, with its header row beside each."""
    header: list[list[str]] = []
    rows: list[list[str]] = []
    for node in table.findall():
        if node.tagname == "title":
            yield Piece("prose", node.astext())
        elif node.tagname == "row":
            (header if node.parent.tagname == "thead" else rows).append([cell.astext() for cell in node.children])
    yield from row_pieces(rows, header[-1]) if header else table_pieces(rows)
