"""Notebooks (`.ipynb`): text cells as Markdown, code cells as code, what they put out as text, tables as rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from index.errors import LoadError
from index.load.builder import Piece, TextBuilder
from index.load.encoding import decode
from index.load.json_records import parsed
from index.load.language import language_of
from index.load.markdown import pieces as markdown_pieces
from index.load.normalise import normalise
from index.load.title import title_of
from index.records import Loaded

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
OVERWRITTEN = re.compile(r"^[^\n]*\r(?!\n)", re.MULTILINE)  # a progress bar draws its line again and again
MACHINE = re.compile(r"<[^<>]*(?: at 0x[0-9a-f]+| with \d+ Axes)[^<>]*>|\[<[^<>]* at 0x[0-9a-f]+>\]")
OUTPUT = "Output"


def load(data: bytes, name: str) -> Loaded:
    """The cells of a notebook in their order."""
    book = parsed(decode(data))
    cells = _cells(book)
    builder = TextBuilder()
    for cell in cells:
        builder.extend(_cell(cell))
    metadata = book.get("metadata")
    title = metadata.get("title") if isinstance(metadata, Mapping) else ""
    return builder.build(
        title_of(title if isinstance(title, str) else "", name, builder.first_heading()),
        language=language_of(builder.sample()),
        empty="no text found in the notebook",
    )


def _cells(book: Any) -> list[Mapping[str, Any]]:
    """The cells; those of notebooks before version 4 lie in worksheets."""
    if isinstance(book, Mapping):
        sheets = book.get("worksheets")
        holders = [book, *(sheets if isinstance(sheets, list) else ())]
        lists = [
            holder["cells"]
            for holder in holders
            if isinstance(holder, Mapping) and isinstance(holder.get("cells"), list)
        ]
        if lists:
            return [cell for cells in lists for cell in cells if isinstance(cell, Mapping)]
    raise LoadError("not a notebook: it holds no list of cells")


def _cell(cell: Mapping[str, Any]) -> Iterator[Piece]:
    kind = cell.get("cell_type")
    source = _text(cell.get("source", cell.get("input")))
    if kind == "markdown":
        yield from markdown_pieces(normalise(source))
    elif kind == "heading":  # version 3
        level = str(cell.get("level", "1"))
        yield Piece("heading", source, level=int(level) if level in "123456" else 1)
    elif kind == "raw":
        yield Piece("prose", source)
    elif kind == "code":
        yield Piece("code", source)
        outputs = cell.get("outputs")
        for output in outputs if isinstance(outputs, list) else ():
            if isinstance(output, Mapping):
                yield from _output(output)


def _output(output: Mapping[str, Any]) -> Iterator[Piece]:
    """What a cell put out: tables and formatted text as they are shown, plain text as it stands, failures as code."""
    kind = output.get("output_type")
    if kind in ("error", "pyerr"):
        yield Piece("code", ANSI.sub("", _text(output.get("traceback"), "\n")))
    elif kind == "stream":
        errors = "stderr" in (output.get("name"), output.get("stream"))
        yield from _plain(_text(output.get("text")), code=errors)
    else:
        data = output.get("data")
        found: Mapping[str, Any] = data if isinstance(data, Mapping) else output
        if "text/markdown" in found:
            yield from markdown_pieces(normalise(_text(found["text/markdown"])))
        elif "<table" in _text(found.get("text/html")):
            from index.load.html_walk import pieces as html_pieces

            yield from html_pieces(normalise(_text(found["text/html"])))
        else:
            yield from _plain(_text(found.get("text/plain", found.get("text"))))


def _plain(text: str, *, code: bool = False) -> Iterator[Piece]:
    text = MACHINE.sub("", OVERWRITTEN.sub("", ANSI.sub("", text)))
    yield Piece("code", text) if code else Piece("prose", text, context=OUTPUT)


def _text(value: Any, between: str = "") -> str:
    """A text that the format keeps whole or as a list of lines."""
    if isinstance(value, list):
        return between.join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""
