"""A web site by its sitemap: the pages that the sitemap names on the same host, where robots.txt allows them."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

from index.errors import LoadError, SourceError
from index.source.address import origin_of
from index.source.item import Entry, Fetched, Item, Listing
from index.source.patterns import Patterns
from index.source.web import Web

ROBOT = "cited-assistant"
SITEMAPS = 2000  # of one site, those that a sitemap of sitemaps names
SITEMAP_BYTES = 100_000_000
SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/csv": ".csv",
}
ETAG, DATED = "etag ", "last-modified "


class WebsiteSource:
    """The pages of a sitemap. A page's key is its address.

    One whose `lastmod` names no time of day, or that has none, is asked for at every sync, with what the site said of it
    last: a site that answers “not modified” need not send it again.
    """

    def __init__(
        self,
        sitemap: str,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        *,
        private: bool = False,
        rate: float = 2.0,
    ) -> None:
        self.sitemap = sitemap
        self._patterns = Patterns(include, exclude)
        self._rate = rate
        self._web = Web(sitemap, private=private, rate=rate)
        self._robots: RobotFileParser | None = None

    @property
    def location(self) -> str:
        return self.sitemap

    def listing(self) -> Listing:
        self._rules()
        return Listing(self._entries(), complete=True)

    def changes(self, cursor: str, again: Sequence[str]) -> Listing | None:
        return None

    def fetch(self, item: Item, known: str, folder: Path) -> Fetched | None:
        headers = {}
        if known.startswith(ETAG):
            headers["If-None-Match"] = known.removeprefix(ETAG)
        elif known.startswith(DATED):
            headers["If-Modified-Since"] = known.removeprefix(DATED)
        if not self._rules().can_fetch(ROBOT, item.key):
            raise LoadError("robots.txt does not allow it")
        reply = self._web.get(item.key, headers)
        if reply.status == 304:
            return None
        if reply.status != 200:
            raise LoadError(f"the site does not show it: status {reply.status}")
        kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in SUFFIXES:
            raise LoadError(f"the site shows something of the kind {kind[:60] or 'unknown'}, which is not read")
        file = folder / f"page{SUFFIXES[kind]}"
        file.write_bytes(reply.body)
        etag, dated = reply.headers.get("etag", ""), reply.headers.get("last-modified", "")
        version = f"{ETAG}{etag}" if etag else f"{DATED}{dated}" if dated else ""
        return Fetched(file, folder, version="" if item.version else version)

    def close(self) -> None:
        self._web.close()

    def _rules(self) -> RobotFileParser:
        """What robots.txt allows. SourceError if it cannot be read: then nothing is known to be allowed."""
        if self._robots is None:
            robots = RobotFileParser()
            reply = self._web.get(f"{self._web.origin}/robots.txt")
            if reply.status == 200:
                robots.parse(reply.body[:500_000].decode("utf-8", "replace").splitlines())
            elif 400 <= reply.status < 500 and reply.status not in (401, 403):
                robots.parse([])
            else:
                raise SourceError(f"{self._web.origin}/robots.txt cannot be read (status {reply.status}); sync later.")
            delay = robots.crawl_delay(ROBOT)
            self._web.slow_down(float(delay) if delay else 0.0)
            self._robots = robots
        return self._robots

    def _entries(self) -> Iterator[Entry]:
        waiting, seen = [self.sitemap], {self.sitemap}
        while waiting:
            address = waiting.pop()
            for kind, location, changed in self._named(address):
                if not self._is_here(location):
                    continue
                if kind == "sitemap":
                    waiting += [location] if location not in seen else []
                    seen.add(location)
                    if len(seen) > SITEMAPS:
                        raise SourceError(f"{self.sitemap} names more than {SITEMAPS} sitemaps.")
                elif self._rules().can_fetch(ROBOT, location) and self._patterns.wanted(_path(location)):
                    yield Item(location, _path(location), _settled(changed), location, changed)

    def _is_here(self, address: str) -> bool:
        try:
            return origin_of(address) == self._web.origin
        except SourceError:  # it is no address at all
            return False

    def _named(self, address: str) -> Iterator[tuple[str, str, str]]:
        """What a sitemap names: `sitemap` or `url`, the address, and the time of its last change."""
        from lxml import etree

        reply = self._web.get(address)
        body = _unpacked(reply.body, address)
        if reply.status != 200:
            raise SourceError(f"{address} cannot be read (status {reply.status}); give the sitemap's address.")
        try:
            for _, element in etree.iterparse(
                io.BytesIO(body), tag=("{*}url", "{*}sitemap"), resolve_entities=False, no_network=True, load_dtd=False
            ):
                location = (element.findtext("{*}loc") or "").strip()
                changed = (element.findtext("{*}lastmod") or "").strip()[:40]
                kind = etree.QName(element).localname
                element.clear()
                while element.getprevious() is not None:  # what was read is not kept
                    del element.getparent()[0]
                if location and len(location) < 2000:
                    yield kind, urldefrag(urljoin(address, location)).url, changed
        except etree.XMLSyntaxError as error:
            raise SourceError(f"{address} is no sitemap ({error}).") from error


def open_website(options: Mapping[str, Any]) -> WebsiteSource:
    """The source from its options."""
    return WebsiteSource(
        str(options["sitemap"]),
        options.get("include", ()),
        options.get("exclude", ()),
        private=options.get("private", False),
        rate=float(options.get("rate", 2.0)),
    )


def _path(address: str) -> str:
    parts = urlsplit(address)
    return (parts.path.lstrip("/") or "index") + (f"?{parts.query}" if parts.query else "")


def _settled(changed: str) -> str:
    """The time as a version; `""` where the page may have changed again since: a day that is not over for a day."""
    try:
        when = datetime.fromisoformat(changed)
    except ValueError:
        return ""
    if "T" in changed:
        return changed
    return changed if datetime.now(UTC) - when.replace(tzinfo=UTC) > timedelta(days=2) else ""


def _unpacked(body: bytes, address: str) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        return gzip.GzipFile(fileobj=io.BytesIO(body)).read(SITEMAP_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(f"{address} is damaged: it cannot be unpacked.") from error
