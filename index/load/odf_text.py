"""Text of OpenDocument paragraphs and cells, with what stands inside them and is not read as part of them left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from index.load.xml_tree import attribute, local

# Deleted text, comments, fields' definitions, pictures' data, the footnote's mark beside its text.
SKIPPED = frozenset(
    "tracked-changes annotation annotation-end variable-decls sequence-decls user-field-decls forms note-citation "
    "bibliography-configuration image binary-data desc alphabetical-index-source table-of-content-source object "
    "ruby-text script event-listeners settings".split()
)
BLOCKS = frozenset("p h list table frame text-box note custom-shape".split())
SPACES = 1_000  # that one element can stand for


def inline_text(paragraph: Any) -> str:
    """A paragraph's own text with its spaces and breaks, without what stands in frames, notes and comments."""
    parts: list[str] = [_one_line(paragraph.text)]
    stack: list[tuple[Iterator[Any], str]] = [(iter(paragraph), "")]
    while stack:
        children, tail = stack[-1]
        element = next(children, None)
        if element is None:
            stack.pop()
            parts.append(tail)
            continue
        name = local(element)
        if name == "s":
            parts.append(" " * min(number_of(element, "c"), SPACES))
        elif name in ("tab", "line-break"):
            parts.append("\n" if name == "line-break" else " ")
        elif name and name not in SKIPPED and name not in BLOCKS:
            parts.append(_one_line(element.text))
            stack.append((iter(element), _one_line(element.tail)))
            continue
        parts.append(_one_line(element.tail))
    return "".join(parts)


def _one_line(text: str | None) -> str:
    """A line break in the XML is a space; those that are meant have an element of their own."""
    return text.replace("\n", " ") if text else ""


def cell_text(cell: Any) -> str:
    """The text of a cell's paragraphs on one line, without its comments."""
    paragraphs = (
        inline_text(one)
        for one in cell.iter("{*}p", "{*}h")
        if not any(local(above) in SKIPPED for above in _between(one, cell))
    )
    return " ".join(text for text in paragraphs if text) if len(cell) else ""


def anchored(paragraph: Any) -> list[Any]:
    """What is anchored in a paragraph and read behind it: text boxes, shapes and notes."""
    return [
        element
        for element in paragraph.iter("{*}frame", "{*}note", "{*}custom-shape")
        if not any(local(above) in BLOCKS or local(above) in SKIPPED for above in _between(element, paragraph))
    ]


def number_of(element: Any, name: str) -> int:
    """A number from 1 in an attribute, 1 where it has none."""
    value = attribute(element, name, "1")
    return max(1, int(value)) if value.isascii() and value.isdigit() and len(value) < 8 else 1


def _between(element: Any, above: Any) -> Iterator[Any]:
    """The elements between an element and one above it, without both."""
    parent = element.getparent()
    while parent is not None and parent is not above:
        yield parent
        parent = parent.getparent()
