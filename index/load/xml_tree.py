"""XML trees: parts of office files, parsed without entities, external files or network."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from index.errors import LoadError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

ENTITY = "<!ENTITY"
ENTITIES = tuple(ENTITY.encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"))
# ISO's strict variant of the Office formats names the same elements in other namespaces.
STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/(\w+)")
TRANSITIONAL = rb"http://schemas.openxmlformats.org/\1/2006/\2"
DEEP = ("depth", "Excessive")
PARSER: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "remove_comments": True,
    "remove_pis": True,
}


def parse(data: bytes) -> Element:
    """The root element. Raises `LoadError` where the XML is damaged, nested too deeply, or declares entities.

    No office program writes entities; in a file they are there to fill the memory or to read other files.
    """
    from lxml import etree

    refuse_entities(data)
    try:
        return etree.fromstring(STRICT.sub(TRANSITIONAL, data), etree.XMLParser(**PARSER))
    except etree.XMLSyntaxError as error:
        raise broken(error) from error
    except ValueError as error:
        raise LoadError("damaged XML: it is in an encoding that cannot be read") from error


def refuse_entities(data: bytes) -> None:
    """Nothing; raises `LoadError` where the XML declares entities."""
    if any(entity in data for entity in ENTITIES):
        raise LoadError("its XML declares entities, which are not read: save the file again in its own program")


def broken(error: Exception) -> Exception:
    """The failure to report for what lxml raised; its lack of memory is Python's."""
    text = " ".join(str(error).split())[:120]
    if "memory" in text.lower():
        return MemoryError()
    if any(word in text for word in DEEP):
        return LoadError("the file is nested too deeply")
    return LoadError(f"damaged XML: {text or type(error).__name__}")


def local(element: Any) -> str:
    """The element's name without its namespace; `""` for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Any, name: str, default: str = "") -> str:
    """An attribute by its name without namespace."""
    found = element.get(name)
    if found is not None:
        return str(found)
    return next((str(value) for key, value in element.attrib.items() if key.rpartition("}")[2] == name), default)


def child(element: Any, *names: str) -> Any:
    """The first child of the first name, of it the first of the next name and so on; None where one is missing."""
    for name in names:
        if element is None:
            return None
        element = next((inner for inner in element if local(inner) == name), None)
    return element


def children(element: Any, name: str) -> list[Any]:
    """The children of a name, without namespace."""
    return [inner for inner in element if local(inner) == name] if element is not None else []


def below(element: Any, name: str) -> list[Any]:
    """The elements of a name at any depth, in the order of the document."""
    return list(element.iter("{*}" + name)) if element is not None else []


def all_text(element: Any) -> str:
    """The text at any depth, joined."""
    return "".join(element.itertext()) if element is not None else ""
