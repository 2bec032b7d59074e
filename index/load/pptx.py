"""Presentations (`.pptx`): slides as pages, their titles as headings, tables as rows, the speaker's notes behind them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from index.load.archive import UNPACKED_BYTES
from index.load.builder import Piece, TextBuilder
from index.load.language import language_of
from index.load.office import Package, relation_id
from index.load.pptx_walk import note_pieces, slide_pieces
from index.load.title import title_of
from index.load.xml_tree import child, children
from index.records import Loaded


def load(data: bytes, name: str, *, unpacked_bytes: int = UNPACKED_BYTES) -> Loaded:
    """The slides of a presentation in their order. A damaged slide is left out, and a note says so."""
    package = Package(data, ".pptx", "presentation", unpacked_bytes)
    builder = TextBuilder()
    notes: list[str] = []
    for number, path in enumerate(_slides(package), 1):
        slide = package.part(path)
        if slide is None:
            notes.append(f"Slide {number} is damaged and was not read.")
            continue
        for piece in _pieces(package, path, slide):
            builder.add_paged(piece, [(piece.text, number)])
    return builder.build(
        title_of(package.title, name, builder.first_heading()),
        language=language_of(builder.sample()),
        modified=package.modified,
        empty="no text found in the presentation",
        notes=notes,
    )


def _slides(package: Package) -> Iterator[str]:
    relations = package.relations(package.main)
    for one in children(child(package.root, "sldIdLst"), "sldId"):
        relation = relations.get(relation_id(one))
        if relation is not None and not relation.external:
            yield relation.target


def _pieces(package: Package, path: str, slide: Any) -> Iterator[Piece]:
    yield from slide_pieces(package, path, slide)
    for notes in package.related(path, "notesSlide"):
        yield from note_pieces(package.part(notes))
