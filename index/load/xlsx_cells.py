"""Cells of a workbook: its shared strings, its number formats and the rows of its sheets, read as a stream."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from index.errors import LoadError
from index.load.number_format import BUILT_IN, shown_number
from index.load.office import Package
from index.load.sheets import Row
from index.load.xml_tree import (
    ENTITIES,
    PARSER,
    all_text,
    attribute,
    broken,
    child,
    children,
    local,
)

MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]{0,40}?ref=\"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})\"")
MERGES = 10_000  # looked at in one sheet
REFERENCE = re.compile(r"([A-Za-z]{1,3})(\d{1,7})")
COLUMNS = 16_384
CHUNK = 1 << 20


class Styles:
    """The number format of each cell style."""

    def __init__(self, package: Package, *, from_1904: bool) -> None:
        self.from_1904 = from_1904
        root = next((package.part(path) for path in package.related(package.main, "styles")), None)
        own = {
            attribute(one, "numFmtId"): attribute(one, "formatCode")
            for one in children(child(root, "numFmts"), "numFmt")
        }
        built = {str(number): code for number, code in BUILT_IN.items()}
        named = {**built, **own}
        self._codes = [named.get(attribute(one, "numFmtId"), "") for one in children(child(root, "cellXfs"), "xf")]

    def shown(self, text: str, style: str) -> str:
        """A number as its style shows it."""
        code = self._codes[int(style)] if style.isascii() and style.isdigit() and int(style) < len(self._codes) else ""
        return shown_number(text, code, from_1904=self.from_1904)


class Strings:
    """The strings that cells name by number."""

    def __init__(self, package: Package) -> None:
        path = next(package.related(package.main, "sharedStrings"), "")
        self._texts = [_rich(item) for item in _elements(package, path, "si")] if path in package.archive else []

    def __getitem__(self, number: str) -> str:
        number = number.strip()
        if not number.isascii() or not number.isdigit() or int(number) >= len(self._texts):
            return ""
        return self._texts[int(number)]


def sheet_rows(package: Package, path: str, strings: Strings, styles: Styles) -> Iterator[Row]:
    """The rows of a sheet from top to bottom. What a merge of several rows holds is said in each of them."""
    merges = _merges(package, path)
    hanging: dict[int, tuple[int, str]] = {}  # column → last row, text
    number = 0
    for element in _elements(package, path, "row"):
        given = attribute(element, "r")
        number = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else number + 1
        cells, unknown = _cells(element, strings, styles)
        for column, (last, text) in list(hanging.items()):
            if number > last:
                del hanging[column]
            elif not cells.get(column):
                cells[column] = text
        for column, text in list(cells.items()):
            if (column, number) in merges:
                hanging[column] = (merges[column, number], text)
        if any(cells.values()):
            yield Row(number, [cells.get(column, "") for column in range(max(cells) + 1)], unknown)


def _cells(row: Any, strings: Strings, styles: Styles) -> tuple[dict[int, str], bool]:
    """The texts of a row's cells by column from 0, and whether a formula has no value."""
    cells: dict[int, str] = {}
    unknown = False
    column = -1
    for cell in row:
        if local(cell) != "c":
            continue
        match = REFERENCE.match(attribute(cell, "r"))
        column = _column(match[1]) if match else column + 1
        if column >= COLUMNS:
            break
        text = _text(cell, strings, styles)
        unknown = unknown or (not text and child(cell, "f") is not None and attribute(cell, "t") != "str")
        if text:
            cells[column] = text
    return cells, unknown


def _text(cell: Any, strings: Strings, styles: Styles) -> str:
    kind = attribute(cell, "t", "n")
    if kind == "inlineStr":
        return _rich(child(cell, "is"))
    value = all_text(child(cell, "v"))
    if kind == "s":
        return strings[value]
    if kind == "b":
        return "TRUE" if value.strip() == "1" else "FALSE"
    if kind == "d":
        return value.replace("T00:00:00", "").rstrip("Z").removesuffix(".000")
    return styles.shown(value, attribute(cell, "s")) if kind == "n" and value else value


def _rich(item: Any) -> str:
    """The text of a string, without the readings that stand above Japanese characters."""
    if item is None:
        return ""
    parts = []
    for one in item:
        if local(one) == "t":
            parts.append(one.text or "")
        elif local(one) == "r":
            parts.extend(run.text or "" for run in children(one, "t"))
    return "".join(parts)


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def _merges(package: Package, path: str) -> dict[tuple[int, int], int]:
    """The last row of each merge of several rows, by the column and row of its first cell.

    They stand behind the rows that they are about, so a first pass looks for them in the bytes.
    """
    found: dict[tuple[int, int], int] = {}
    tail = b""
    for chunk in _chunks(package, path):
        for match in MERGED.finditer(tail + chunk):
            if int(match[4]) > int(match[2]) and len(found) < MERGES:
                found[_column(match[1].decode()), int(match[2])] = int(match[4])
        tail = chunk[-100:]
    return found


def _chunks(package: Package, path: str) -> Iterator[bytes]:
    """A part's bytes. Raises `LoadError` where they cannot be unpacked."""
    with package.archive.stream(path) as stream:
        try:
            while chunk := stream.read(CHUNK):
                yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise LoadError(f"damaged {package.archive.suffix}: its part {path[:80]} cannot be unpacked") from error


def _elements(package: Package, path: str, name: str) -> Iterator[Any]:
    """The elements of a name in a part, one by one; each is emptied when the next is asked for."""
    from lxml import etree

    parser = etree.XMLPullParser(events=("end",), tag="{*}" + name, **PARSER)
    tail = b""
    try:
        for chunk in _chunks(package, path):
            if any(entity in tail + chunk for entity in ENTITIES):
                raise LoadError("its XML declares entities, which are not read: save the file again in its own program")
            tail = chunk[-40:]
            parser.feed(chunk)
            for _, element in parser.read_events():
                yield element
                _forget(element)
        parser.close()
    except etree.XMLSyntaxError as error:
        raise broken(error) from error
    for _, element in parser.read_events():
        yield element


def _forget(element: Any) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
