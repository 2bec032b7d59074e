"""What loader tests look at: a document's blocks as kind, text and context."""

from __future__ import annotations

from test_load_builder import check_invariants

from index.load.formats import load_bytes
from index.records import Loaded


def read(data: bytes | str, name: str) -> Loaded:
    """The document as an ingest reads it, after a check of what every loader promises."""
    loaded = load_bytes(data.encode() if isinstance(data, str) else data, name)
    check_invariants(loaded)
    return loaded


def blocks(loaded: Loaded) -> list[tuple[str, str, str]]:
    """Kind, text and context of each block."""
    return [(block.kind, loaded.text[block.start : block.end], block.context) for block in loaded.blocks]


def page_of(loaded: Loaded, text: str) -> int:
    """The number of the page on which the text stands."""
    at = loaded.text.index(text)
    return next(page.number for page in loaded.pages if page.start <= at < page.end)
