"""The writing half and the stores: documents in, passages found. Public names in the order of the data's path.

Names are imported when they are first used: a command that does not need the stores does not pay for them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.catalog_queries import DocumentSummary as DocumentSummary
    from index.collection import Collection as Collection
    from index.collection import Status as Status
    from index.embed import Embedder as Embedder
    from index.embed import MiniLM as MiniLM
    from index.errors import IndexingError as IndexingError
    from index.records import Block as Block
    from index.records import Document as Document
    from index.records import FileFailure as FileFailure
    from index.records import FileNote as FileNote
    from index.records import Heading as Heading
    from index.records import Hit as Hit
    from index.records import IngestReport as IngestReport
    from index.records import Loaded as Loaded
    from index.records import Page as Page
    from index.records import Passage as Passage
    from index.records import Progress as Progress
    from index.records import Sentence as Sentence
    from index.records import SyncReport as SyncReport
    from index.settings import Settings as Settings

_HOMES = {
    "settings": ("Settings",),
    "records": ("Loaded", "Block", "Heading", "Page", "Document", "Sentence", "Passage"),
    "embed": ("Embedder", "MiniLM"),
    "collection": ("Collection", "Status"),
    "catalog_queries": ("DocumentSummary",),
    "records ": ("Progress", "IngestReport", "SyncReport", "FileFailure", "FileNote", "Hit"),
    "errors": ("IndexingError",),
}
__all__ = [name for names in _HOMES.values() for name in names]  # all are strings


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"index.{home.strip()}"), name)
    raise AttributeError(f"module 'index' has no attribute {name!r}")
