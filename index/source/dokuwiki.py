"""DokuWiki over the network: all pages of a namespace, or those that its recent changes name, as the wiki shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from index.errors import SourceError
from index.source.dokuwiki_api import DokuWikiApi, open_api
from index.source.item import Entry, Fetched, Gone, Item, Listing
from index.source.web import Web
from index.source.wiki_page import RenderedPage, write_page

OVERLAP = 600  # seconds of two syncs: what is written late
KEPT = 5 * 86400  # seconds; a wiki keeps its changes for seven days, unless it was told otherwise
SETTLED = 2  # seconds; a page that changed later can change again in the same second
TAG = re.compile(r"<[^>]*>")
HEADING = re.compile(r"<h1\b[^>]*>(.*?)</h1>", re.DOTALL)


class DokuWikiSource:
    """The pages of a wiki, or of one of its namespaces. A page's key is its id: a page that is moved is another."""

    def __init__(
        self, address: str, namespace: str = "", user: str = "", password: str = "", rate: float = 10.0
    ) -> None:
        self.address = address.rstrip("/").removesuffix("/doku.php")
        self.namespace = namespace.strip(":")
        self._web = Web(self.address, private=True, rate=rate)
        self._user, self._password = user, password
        self._api: DokuWikiApi | None = None

    @property
    def location(self) -> str:
        return f"{self.address} {self.namespace}".strip()

    @property
    def api(self) -> DokuWikiApi:
        """The wiki's interface, signed in."""
        if self._api is None:
            api = open_api(self._web, self.address)
            if self._user and not api.sign_in(self._user, self._password):
                raise SourceError(f"{self.address} does not let {self._user} sign in; see user and password.")
            self._api = api
        return self._api

    def listing(self) -> Listing:
        now = self.api.time()
        return Listing(self._all(now), complete=True, cursor=str(now))

    def changes(self, cursor: str, again: Sequence[str]) -> Listing | None:
        """None where the wiki may no longer keep its changes since then."""
        now = self.api.time()
        if not cursor.isdigit() or not 0 <= now - int(cursor) < KEPT:
            return None
        named = [*again, *self.api.recent(int(cursor) - OVERLAP)]
        return Listing(self._named(dict.fromkeys(named), now), complete=False, cursor=str(now))

    def fetch(self, item: Item, known: str, folder: Path) -> Fetched | None:
        html = self.api.html(item.key)
        heading = HEADING.search(html)
        title = _plain(heading[1]) if heading else item.path
        page = RenderedPage(title or item.path, item.address, item.modified, "", html)
        return Fetched(write_page(page, folder), folder)

    def close(self) -> None:
        self._web.close()

    def _all(self, now: int) -> Iterator[Entry]:
        for page, changed, _ in self.api.pages(self.namespace):
            yield self._item(page, changed, now)

    def _named(self, pages: Iterable[str], now: int) -> Iterator[Entry]:
        for page in pages:
            if self.namespace and not page.startswith(f"{self.namespace}:"):
                continue
            changed = self.api.changed(page)
            yield Gone(page) if changed is None else self._item(page, changed, now)

    def _item(self, page: str, changed: int, now: int) -> Item:
        address = f"{self.address}/doku.php?id={quote(page, safe=':')}"
        modified = datetime.fromtimestamp(changed, UTC).isoformat(timespec="seconds")
        return Item(page, page, str(changed) if now - changed > SETTLED else "", address, modified)


def open_dokuwiki(options: Mapping[str, Any], user: str, password: str) -> DokuWikiSource:
    """The source from its options."""
    return DokuWikiSource(
        str(options["address"]), str(options.get("namespace", "")), user, password, float(options.get("rate", 10.0))
    )


def _plain(html: str) -> str:
    return " ".join(unescape(TAG.sub("", html)).split())
