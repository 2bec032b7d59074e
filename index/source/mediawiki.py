"""MediaWiki by its API: all pages of the chosen namespaces, or what the recent changes and the logs name.

Whatever a log says, a page is taken as the wiki has it now: each page that is named anywhere is asked for by its id, and
is there, or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from index.errors import LoadError, SourceError
from index.source.item import Entry, Fetched, Gone, Item, Listing
from index.source.mediawiki_api import ApiError, MediaWikiApi
from index.source.wiki_page import RenderedPage, write_page

OVERLAP = timedelta(minutes=10)  # of two syncs: pages that the wiki notes later that a template of theirs changed
LATE = timedelta(minutes=1)  # a change may be seen so much later than its own time says
IDS_AT_ONCE = 50
TEMPLATES = (10, 828)  # namespaces of templates and modules: a change of one changes pages that are not named
LOGS = ("delete", "move", "import", "merge")
SHOWN = {"prop": "text", "disableeditsection": "1", "disabletoc": "1", "disablelimitreport": "1"}
INFO = {"prop": "info|revisions", "inprop": "url", "rvprop": "timestamp"}


class MediaWikiSource:
    """The pages of a wiki, redirects left out. A page's key is its id, which stays when it is moved."""

    def __init__(self, api: MediaWikiApi, namespaces: Sequence[int] = (0,)) -> None:
        self.api = api
        self.namespaces = tuple(namespaces)

    @property
    def location(self) -> str:
        return self.api.address

    def listing(self) -> Listing:
        return Listing(self._all(), complete=True, cursor=self.api.now())

    def changes(self, cursor: str, again: Sequence[str]) -> Listing | None:
        """None where the wiki no longer keeps its changes since then, or the cursor is none of its times."""
        try:
            since = _before(cursor, OVERLAP)
        except ValueError:
            return None
        now = self.api.now()
        oldest = next(self.api.query(list="recentchanges", rcdir="newer", rclimit="1", rcprop="timestamp"))
        kept = [str(one["timestamp"]) for one in oldest.get("recentchanges", ())]
        if not kept or kept[0] > cursor:
            return None
        return Listing(self._changed(cursor, since, again), complete=False, cursor=now)

    def fetch(self, item: Item, known: str, folder: Path) -> Fetched | None:
        try:
            if item.version:
                parsed, version = self.api.ask(action="parse", pageid=item.key, **SHOWN)["parse"], item.version
            else:
                parsed, version = self._rendered_now(item)
        except ApiError as error:
            raise LoadError(f"the wiki does not show it: {error}") from error
        language = str(self.api.general().get("lang", ""))
        page = RenderedPage(parsed["title"], item.address, item.modified, language, parsed["text"])
        return Fetched(write_page(page, folder), folder, version)

    def _rendered_now(self, item: Item) -> tuple[dict[str, Any], str]:
        """The page with its templates as they are now, and its version: the wiki may keep what it rendered before."""
        asked = {"prop": "info|revisions", "rvprop": "content", "rvslots": "main"}
        (page,) = self.api.ask(action="query", pageids=item.key, **asked)["query"]["pages"]
        if "revisions" not in page:
            raise LoadError("the wiki does not show it: it is gone")
        text = page["revisions"][0]["slots"]["main"]
        content = {"text": text.get("content", ""), "contentmodel": text.get("contentmodel", "wikitext")}
        answer = self.api.ask(action="parse", title=page["title"], **content, **SHOWN)
        return answer["parse"], _version(page)

    def close(self) -> None:
        self.api.close()

    def _all(self) -> Iterator[Entry]:
        for namespace in self.namespaces:
            found = {"gapnamespace": str(namespace), "gapfilterredir": "nonredirects", "gaplimit": "max"}
            yield from _items(self.api.query(generator="allpages", **found, **INFO))

    def _changed(self, cursor: str, since: str, again: Sequence[str]) -> Iterator[Entry]:
        """What is named since then, and the pages that show a template that changed, though they did not themselves.

        Those come first and without a version, so that they are rendered anew.
        """
        named = [int(one) for one in again if one.isdigit()]
        templates: set[str] = set()
        for one in self._named(since):
            named += [one.get("pageid", 0), one.get("logpage", 0)]
            if one.get("ns") in TEMPLATES and one["timestamp"] >= _before(cursor, LATE):
                templates.add(one["title"])
        seen: set[int] = {0}
        for template in sorted(templates):
            for entry in self._now(self._showing(template), seen):
                yield replace(entry, version="") if isinstance(entry, Item) else entry
        yield from self._now(named, seen)

    def _named(self, since: str) -> Iterator[dict[str, Any]]:
        """What changes and logs say since then."""
        changes = {"rcend": since, "rcprop": "ids|title|timestamp", "rclimit": "max", "rctype": "new|edit|log"}
        for part in self.api.query(list="recentchanges", **changes):
            yield from part.get("recentchanges", ())
        for kind in LOGS:
            for part in self.api.query(
                list="logevents", letype=kind, leend=since, leprop="ids|title|timestamp", lelimit="max"
            ):
                yield from part.get("logevents", ())

    def _showing(self, template: str) -> Iterator[int]:
        """Ids of the pages that show a template."""
        spaces = "|".join(map(str, self.namespaces))
        for part in self.api.query(list="embeddedin", eititle=template, einamespace=spaces, eilimit="max"):
            yield from (one["pageid"] for one in part.get("embeddedin", ()))

    def _now(self, ids: Iterable[int], seen: set[int]) -> Iterator[Entry]:
        """Each of the pages not seen before as it is now, or its being gone; one that left the namespaces is gone."""
        fresh = (one for one in dict.fromkeys(ids) if one not in seen)
        while some := list(islice(fresh, IDS_AT_ONCE)):
            seen.update(some)
            there: set[str] = set()
            for item in _items(self.api.query(pageids="|".join(map(str, some)), **INFO), self.namespaces):
                there.add(item.key)
                yield item
            yield from (Gone(str(one)) for one in some if str(one) not in there)


def _items(parts: Iterable[dict[str, Any]], namespaces: Sequence[int] | None = None) -> Iterator[Item]:
    """The pages of some parts of a query's answer that are there, no redirects, and in one of these namespaces."""
    for part in parts:
        for page in part.get("pages", ()):
            if page.get("missing") or page.get("redirect") or "lastrevid" not in page:
                continue
            if namespaces is not None and page["ns"] not in namespaces:
                continue
            try:
                modified = page["revisions"][0]["timestamp"]
            except (KeyError, IndexError):
                modified = ""
            yield Item(str(page["pageid"]), page["title"], _version(page), page["canonicalurl"], modified)


def _version(page: dict[str, Any]) -> str:
    """Its newest revision, and when the wiki last saw that something else changed what it shows."""
    return f"{page['lastrevid']} {page['touched']}"


def _before(cursor: str, delta: timedelta) -> str:
    """A time of the wiki so much earlier. ValueError for a text that is no time."""
    return (datetime.fromisoformat(cursor) - delta).strftime("%Y-%m-%dT%H:%M:%SZ")


def open_mediawiki(options: dict[str, Any], user: str, password: str) -> MediaWikiSource:
    """The source from its options. SourceError if its namespaces are no numbers."""
    namespaces = options.get("namespaces", [0])
    if not all(type(one) is int for one in namespaces):
        raise SourceError(f"namespaces is {namespaces}; it must be a list of numbers, as [0, 4].")
    return MediaWikiSource(MediaWikiApi(options["address"], user, password, options.get("rate", 10.0)), namespaces)
