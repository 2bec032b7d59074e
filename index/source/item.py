"""What a source lists and fetches, and the protocol that every source obeys.

| name | is |
|---|---|
| `Item` | something that the source has; `Gone` what it had, `Unlisted` a part of it that it could not list |
| `Listing` | items as they come, whether they are all, and where the next sync takes up |
| `Fetched` | an item's content as a file that a loader reads |
| `Source` | lists all, or what changed, and fetches one item |
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from index.records import FileFailure


@dataclass(frozen=True, slots=True)
class Item:
    """Something that a source has.

    `key` is its name for good, which survives a rename where the source gives such names; `path` is what people call it.
    `version` differs whenever the content may differ; `""` where only fetching tells. `address` is where a reader finds
    it, in place of any that its content names; `modified` its time, for content that names none.
    """

    key: str
    path: str
    version: str = ""
    address: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Gone:
    """Something that the source says it has no more."""

    key: str


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A part of the source that could not be listed: what lay below this path is unknown, not gone."""

    prefix: str


Entry = Item | Gone | Unlisted | FileFailure


@dataclass(frozen=True, slots=True)
class Listing:
    """What a source has. `entries` may raise SourceError in the middle; then nothing is known of the rest.

    `complete`: what is not among the entries is gone. Otherwise only `Gone` is. `cursor` is for the next `changes`.
    """

    entries: Iterator[Entry]
    complete: bool
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An item's content as a file of a format that a loader reads; its real path lies inside `within`.

    `version` and `title` are for what only fetching tells; the item's version and the file's title hold otherwise.
    """

    path: Path
    within: Path
    version: str = ""
    title: str = ""


class Source(Protocol):
    """One place that documents come from. SourceError, from any method: it cannot be reached, or is not what it was
    said to be."""

    @property
    def location(self) -> str:
        """Where it is, in words; no other source of the collection has the same."""
        ...

    def listing(self) -> Listing:
        """Everything that it has."""
        ...

    def changes(self, cursor: str, again: Sequence[str]) -> Listing | None:
        """What changed since the listing that gave this cursor, and the items of these keys; None if it cannot tell."""
        ...

    def fetch(self, item: Item, known: str, folder: Path) -> Fetched | None:
        """The content, perhaps written into this empty folder; None if it is still what it was at the version `known`.

        LoadError if this item cannot be fetched though the source answers.
        """
        ...

    def close(self) -> None:
        """Ends its connections."""
        ...
