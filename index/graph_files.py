"""Whether the files of Chroma's graph fit each other, found out without opening it: a torn one can end the process.

Chroma writes the graph in place, and a process that is killed meanwhile leaves files of which some are new and some are
half written. Chroma opens them, and may answer the first questions, before it reads what is not there. The layout is that
of hnswlib, version 1.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np

_HEADER = struct.Struct("<i6QiI3QdQ")
_LENGTH = struct.Struct("<I")
_ROWS_AT_ONCE = 4096


def torn(folder: Path) -> str | None:
    """What does not fit of any graph below a folder, as half a sentence; None if all fits, or the layout is another.

    OSError if a file cannot be read.
    """
    return next((reason for header in sorted(folder.rglob("header.bin")) for reason in _problems(header)), None)


def _problems(header: Path) -> Iterator[str]:
    content = header.read_bytes()
    if len(content) != _HEADER.size:
        return
    version, _, most, elements, row, _, links, _, _, *_ = _HEADER.unpack(content)
    if version != 1:
        return
    rows, lists = header.with_name("data_level0.bin"), header.with_name("link_lists.bin")
    if elements > most or rows.stat().st_size < elements * row:  # an empty graph has room for elements to come
        yield "its graph has fewer elements than it says"
    elif not _lists_fit(lists, elements):
        yield "the upper levels of its graph were cut off while they were written"
    elif not _neighbours_exist(rows, elements, row, links):
        yield "its graph leads to elements that are not there"


def _lists_fit(file: Path, elements: int) -> bool:
    """Whether the list of each element, its length before it, fills the file to its end."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        at = 0
        for _ in range(elements):
            length = stream.read(_LENGTH.size)
            if len(length) < _LENGTH.size:
                return False
            (more,) = _LENGTH.unpack(length)
            at += _LENGTH.size + more
            if at > size:
                return False
            stream.seek(more, 1)
    return at == size


def _neighbours_exist(file: Path, elements: int, row: int, links: int) -> bool:
    """Whether each element of the lowest level names as many neighbours as there is room for, and only such as exist."""
    if not elements:
        return True
    room = links // 4 - 1
    if not 0 < links <= row:
        return False
    table = np.memmap(file, np.uint8, "r", shape=(elements, row))
    for start in range(0, elements, _ROWS_AT_ONCE):
        words = np.ascontiguousarray(table[start : start + _ROWS_AT_ONCE, : 4 * (room + 1)]).view("<u4")
        counts = words[:, 0] & 0xFFFF  # the upper half has marks
        if (counts > room).any():
            return False
        named = np.arange(room) < counts[:, None]
        if (words[:, 1:][named] >= elements).any():
            return False
    return True
