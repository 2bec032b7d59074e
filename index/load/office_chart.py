"""Charts and diagrams of office files: what they show, as rows and items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from index.load.builder import Piece
from index.load.number_format import shown_number
from index.load.office import Package, Relation, relation_id
from index.load.rows import row_pieces
from index.load.xml_tree import all_text, attribute, below, child, children, local

POINTS = 10_000  # of a series


def figure_pieces(package: Package, relations: Mapping[str, Relation], element: Any) -> Iterator[Piece]:
    """The charts and diagrams that the elements below name, as pieces."""
    for inner in element.iter("{*}chart", "{*}relIds"):
        diagram = local(inner) == "relIds"
        relation = relations.get(relation_id(inner, "dm" if diagram else "id"))
        if relation is not None and not relation.external:
            yield from (diagram_pieces if diagram else chart_pieces)(package, relation.target)


def chart_pieces(package: Package, path: str) -> Iterator[Piece]:
    """A chart's title, then one row for each category: its name and the value of each series."""
    root = package.part(path)
    chart = child(root, "chart") if root is not None else None
    if chart is None:
        return
    title = " ".join(all_text(paragraph) for paragraph in below(child(chart, "title"), "p"))
    yield Piece("prose", title)
    series = below(child(chart, "plotArea"), "ser")
    names = [_name(one, number) for number, one in enumerate(series, 1)]
    categories: dict[int, str] = {}
    for one in series:
        categories.update(_points(child(one, "cat") if child(one, "cat") is not None else child(one, "xVal")))
    values = [_points(child(one, "val") if child(one, "val") is not None else child(one, "yVal")) for one in series]
    rows = [
        [categories.get(index, str(index + 1)), *(value.get(index, "") for value in values)]
        for index in sorted({*categories, *(index for value in values for index in value)})
    ]
    yield from row_pieces(rows, [_axis(chart), *names])


def diagram_pieces(package: Package, path: str) -> Iterator[Piece]:
    """The texts of a diagram's shapes, each an item."""
    root = package.part(path)
    for point in below(root, "pt"):
        if attribute(point, "type", "node") == "node":
            for paragraph in below(child(point, "t"), "p"):
                yield Piece("item", all_text(paragraph))


def _name(series: Any, number: int) -> str:
    named = child(series, "tx")
    return " ".join(_points(named).values()) or all_text(child(named, "v")) or f"series {number}"


def _axis(chart: Any) -> str:
    axis = next((one for one in child(chart, "plotArea") if local(one) in ("catAx", "dateAx")), None)
    return all_text(child(axis, "title", "tx")) if axis is not None else ""


def _points(holder: Any) -> dict[int, str]:
    """The cached points below a reference, by their index; of several levels the first, which stands at the axis."""
    if holder is None:
        return {}
    cache = next(
        (one for name in ("lvl", "strCache", "numCache", "strLit", "numLit") for one in below(holder, name)), None
    )
    code = all_text(child(cache, "formatCode"))
    points = {}
    for point in children(cache, "pt")[:POINTS]:
        index, text = attribute(point, "idx"), all_text(child(point, "v"))
        if index.isascii() and index.isdigit() and len(index) < 8:
            points[int(index)] = shown_number(text, attribute(point, "formatCode", code)) if code else text
    return points
