"""A folder: its files, told apart by their state on disk; what they hold is read only when that state has changed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.load.folder import FoundFile, UnlistedFolder, walk_files
from index.records import FileFailure
from index.source.item import Entry, Fetched, Item, Listing, Unlisted
from index.source.patterns import Patterns

SETTLED = 2_000_000_000  # nanoseconds; a file that changed later can change again without another time


class FolderSource:
    """The files below `root` that the patterns mean, but for what belongs to other sources inside it.

    `apart` are the folders of those, ending in `/`, and `apart_files` their single files.
    """

    def __init__(
        self,
        root: Path,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        *,
        apart: tuple[str, ...] = (),
        apart_files: frozenset[str] = frozenset(),
    ) -> None:
        self.root = root
        self._rules = include, exclude
        self._apart = apart
        self._apart_files = apart_files

    @property
    def location(self) -> str:
        return str(self.root)

    def listing(self) -> Listing:
        return Listing(self._entries(), complete=True)

    def changes(self, cursor: str, again: Sequence[str]) -> Listing | None:
        """None: a listing is as fast as anything else that a folder could be asked."""
        return None

    def fetch(self, item: Item, known: str, folder: Path) -> Fetched | None:
        return Fetched(self.root / item.path, self.root)

    def close(self) -> None:
        """Nothing is held."""

    def _entries(self) -> Iterator[Entry]:
        patterns = Patterns(*self._rules, root=self.root)

        def ignored(path: str, is_folder: bool) -> bool:
            if is_folder and self._apart and f"{path}/".startswith(self._apart):
                return True
            return path in self._apart_files or patterns.ignored(path, is_folder)

        for found in walk_files(self.root, ignored):
            if isinstance(found, FoundFile):
                yield Item(found.path, found.path, version_of(found.state))
            elif isinstance(found, UnlistedFolder):
                yield Unlisted(found.path)
            else:
                yield FileFailure(found.path, found.reason)


def version_of(state: os.stat_result) -> str:
    """What changes whenever the file may have: size, times and number. `""` for one that has changed only just now."""
    changed = max(state.st_mtime_ns, state.st_ctime_ns)
    if time.time_ns() - changed < SETTLED:
        return ""
    return f"{state.st_size}:{state.st_mtime_ns}:{state.st_ctime_ns}:{state.st_ino}"
