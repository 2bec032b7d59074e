"""Office packages (`.docx`, `.pptx`, `.xlsx` and their kin): parts, the relations between them, and properties."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from index.errors import LoadError
from index.load.archive import Archive, resolved
from index.load.dates import from_text
from index.load.xml_tree import all_text, attribute, child, local, parse

MAIN = "officeDocument"
KINDS = {"document": "a Word document", "presentation": "a presentation", "workbook": "a workbook"}
NAMES = {"document": ".docx", "presentation": ".pptx", "workbook": ".xlsx"}


@dataclass(frozen=True, slots=True)
class Relation:
    """What a part names: `kind` is the last word of its type, such as `slide`; `target` the path of a part."""

    kind: str
    target: str
    external: bool


class Package:
    """An office file of one kind (`root` is the name of its main part's root element). Raises `LoadError` where it is
    of another kind, damaged or encrypted, `LimitExceeded` where it unpacks to too much."""

    def __init__(self, data: bytes, suffix: str, root: str, unpacked_bytes: int) -> None:
        self.archive = Archive(data, suffix, unpacked_bytes)
        self._top = self.relations("")
        self.main = next((one.target for one in self._top.values() if one.kind == MAIN and not one.external), "")
        if not self.main:
            raise LoadError(f"damaged {suffix}: it names no main part")
        self.root = self.tree(self.main)
        found = local(self.root)
        if found != root:
            held = KINDS.get(found, "something else")
            advice = f"rename it to {NAMES[found]}" if found in NAMES else "save it again in its own program"
            raise LoadError(f"not a {suffix}: it holds {held}; {advice}")

    def tree(self, path: str) -> Any:
        """The root element of a part. Raises `LoadError` where it is missing or damaged."""
        return parse(self.archive.read(path))

    def part(self, path: str) -> Any:
        """Like `tree`, for a part without which the rest can be read: None where it is missing or damaged."""
        try:
            return self.tree(path)
        except LoadError:
            return None

    def relations(self, path: str) -> dict[str, Relation]:
        """What a part names, by the id that it uses; `""` for the package itself."""
        folder, _, name = path.rpartition("/")
        root = self.part(f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels")
        made = {}
        for one in root if root is not None else ():
            external = one.get("TargetMode") == "External"
            target = one.get("Target") or ""
            made[one.get("Id") or ""] = Relation(
                (one.get("Type") or "").rpartition("/")[2],
                target if external else resolved(path, target.partition("#")[0]),
                external,
            )
        return made

    def related(self, path: str, kind: str) -> Iterator[str]:
        """The paths of the parts of a kind that a part names."""
        return (one.target for one in self.relations(path).values() if one.kind == kind and not one.external)

    @property
    def title(self) -> str:
        """The title in the properties, `""` without."""
        return all_text(child(self._properties(), "title"))

    @property
    def modified(self) -> str | None:
        """The stamp of the last change in the properties, None without."""
        return from_text(all_text(child(self._properties(), "modified")))

    def _properties(self) -> Any:
        path = next((one.target for one in self._top.values() if one.kind == "core-properties"), "docProps/core.xml")
        return self.part(path) if path in self.archive else None


def relation_id(element: Any, name: str = "id") -> str:
    """The id by which an element names a related part."""
    return next(
        (str(value) for key, value in element.attrib.items() if key.endswith(f"/relationships}}{name}")),
        attribute(element, name),
    )
