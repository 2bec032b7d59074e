"""Workbooks (`.xlsx`): each sheet under a heading, its rows with the header row beside each, values as they are shown."""

from __future__ import annotations

from collections.abc import Iterator

from index.load.archive import UNPACKED_BYTES
from index.load.builder import Piece, TextBuilder
from index.load.language import language_of
from index.load.office import Package, relation_id
from index.load.sheets import sheet_pieces
from index.load.title import title_of
from index.load.xlsx_cells import Strings, Styles, sheet_rows
from index.load.xml_tree import all_text, attribute, below, child, children
from index.records import Loaded


def load(data: bytes, name: str, *, unpacked_bytes: int = UNPACKED_BYTES) -> Loaded:
    """The rows of a workbook. Hidden sheets are left out; formulas count by the value that was last computed."""
    package = Package(data, ".xlsx", "workbook", unpacked_bytes)
    builder = TextBuilder()
    notes: list[str] = []
    properties = child(package.root, "workbookPr")
    from_1904 = properties is not None and attribute(properties, "date1904") in ("1", "true")
    styles = Styles(package, from_1904=from_1904)
    strings = Strings(package)
    relations = package.relations(package.main)
    for sheet in children(child(package.root, "sheets"), "sheet"):
        title = attribute(sheet, "name")
        relation = relations.get(relation_id(sheet))
        if attribute(sheet, "state", "visible") != "visible":
            notes.append(f"The hidden sheet “{title}” was not read.")
        elif relation is not None and relation.kind == "worksheet":
            rows = sheet_rows(package, relation.target, strings, styles)
            builder.extend(sheet_pieces(title, rows, notes))
            builder.extend(_boxes(package, relation.target))
    return builder.build(
        title_of(package.title, name),
        language=language_of(builder.sample()),
        modified=package.modified,
        empty="no text found in the workbook",
        notes=notes,
    )


def _boxes(package: Package, path: str) -> Iterator[Piece]:
    """The texts in boxes that lie over a sheet."""
    for drawing in package.related(path, "drawing"):
        for box in below(package.part(drawing), "txBody"):
            yield Piece("prose", "\n".join(all_text(paragraph) for paragraph in children(box, "p")))
