"""DokuWiki's own files: the folder `data/pages`, where each page is a text in the wiki's markup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote

from index.load.encoding import decode
from index.load.read import read_file
from index.records import FileFailure
from index.source.dokuwiki_markup import page_title, to_html
from index.source.folder import FolderSource
from index.source.item import Entry, Fetched, Item, Listing, Unlisted
from index.source.wiki_page import RenderedPage, write_page

PAGE_BYTES = 20_000_000
SUFFIX = ".txt"


class DokuWikiFolder:
    """The pages below a folder, each by its id in the wiki. `address` is the wiki's, for links; it may be empty."""

    def __init__(self, root: Path, address: str = "", namespace: str = "") -> None:
        self._files = FolderSource(root, include=[f"*{SUFFIX}"])
        self._address = address.rstrip("/")
        self._namespace = namespace.strip(":")

    @property
    def location(self) -> str:
        return self._files.location

    def listing(self) -> Listing:
        return Listing(self._pages(), complete=True)

    def changes(self, cursor: str, again: Sequence[str]) -> Listing | None:
        return None

    def fetch(self, item: Item, known: str, folder: Path) -> Fetched | None:
        files = [self._files.root / (name.replace(":", "/") + SUFFIX) for name in (quote(item.key, safe=":"), item.key)]
        file = files[0] if files[0].exists() else files[1]  # a wiki may be told to leave letters as they are
        markup = decode(read_file(file, within=self._files.root, limit=PAGE_BYTES))
        modified = datetime.fromtimestamp(file.stat().st_mtime, UTC).isoformat(timespec="seconds")
        page = RenderedPage(page_title(markup) or item.path, item.address, modified, "", to_html(markup))
        return Fetched(write_page(page, folder), folder)

    def close(self) -> None:
        self._files.close()

    def _pages(self) -> Iterator[Entry]:
        for entry in self._files.listing().entries:
            if isinstance(entry, Item):
                if not self._namespace or _id(entry.path).startswith(f"{self._namespace}:"):
                    yield replace(entry, key=_id(entry.path), path=_id(entry.path), address=self._of(_id(entry.path)))
            elif isinstance(entry, Unlisted):
                yield Unlisted(_id(entry.prefix))
            elif isinstance(entry, FileFailure):
                yield replace(entry, path=_id(entry.path))

    def _of(self, page: str) -> str:
        return f"{self._address}/doku.php?id={quote(page, safe=':')}" if self._address else ""


def _id(path: str) -> str:
    """A page's id from its file: `/` between namespaces is `:`, letters beyond ASCII are written as in addresses."""
    return unquote(path.removesuffix(SUFFIX)).replace("/", ":")
