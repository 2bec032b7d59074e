"""Export: a wiki's pages over HTTP, as a reader who is not signed in sees them, as HTML files for `assistant ingest`.

Each file names its page's title, canonical address and time of change; the headings keep the wiki's own anchors.
"""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import parse_qs, quote, urlencode, urlsplit
from urllib.request import ProxyHandler, build_opener

from wikis import WikiError

LIMIT = 20 * 2**20  # bytes of one answer
NOT_IN_FILES = re.compile(r"[^\w.,() -]+")
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """A page as the wiki renders it: where its file goes, what it says of itself, its HTML."""

    file: str  # relative, `/` between namespaces
    title: str
    address: str
    modified: str  # ISO 8601
    language: str
    html: str


def export(kind: str, address: str, folder: Path) -> list[Path]:
    """The files written, one per page of the wiki of this kind at this address.

    Raises WikiError where the wiki does not answer, or answers with something else.
    """
    written = []
    for page in READERS[kind](address.rstrip("/")):
        path = folder / f"{page.file}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document(page), encoding="utf-8")
        written.append(path)
    return written


def document(page: RenderedPage) -> str:
    """The page as an HTML document. What it says of itself stands first, so that nothing inside it can say otherwise."""
    address = escape(page.address) if page.address.startswith(("http://", "https://")) else ""
    heading = "" if re.search(r"<h1\b", page.html) else f"<h1>{escape(page.title)}</h1>\n"
    return (
        f'<!doctype html>\n<html lang="{escape(page.language)}"><head><meta charset="utf-8">\n'
        f"<title>{escape(page.title)}</title>\n"
        f'<link rel="canonical" href="{address}">\n'
        f'<meta property="article:modified_time" content="{escape(page.modified)}">\n'
        f"</head><body><main>\n{heading}{page.html}\n</main></body></html>\n"
    )


def mediawiki_pages(address: str) -> Iterator[RenderedPage]:
    """The pages of MediaWiki's main namespace, by title; redirects are left out."""
    after: dict[str, str] = {}
    while True:
        listed = _api(
            address,
            action="query",
            generator="allpages",
            gapfilterredir="nonredirects",
            gaplimit="50",
            prop="info|revisions",
            inprop="url",
            rvprop="timestamp",
            **after,
        )
        for page in listed.get("query", {}).get("pages", []):
            parsed = _api(
                address, action="parse", pageid=str(page["pageid"]), prop="text", disableeditsection="1", disabletoc="1"
            )
            yield RenderedPage(
                f"{NOT_IN_FILES.sub('_', page['title'])[:80].lstrip('. ')}-{page['pageid']}",
                page["title"],
                page["canonicalurl"],
                page["revisions"][0]["timestamp"],
                page["pagelanguage"],
                parsed["parse"]["text"],
            )
        if "continue" not in listed:
            return
        after = listed["continue"]


def dokuwiki_pages(address: str) -> Iterator[RenderedPage]:
    """The pages of DokuWiki's sitemap, which lists what its search knows and everyone may read."""
    from lxml import etree

    sitemap = _get(f"{address}/doku.php?do=sitemap")
    if sitemap.startswith(b"\x1f\x8b"):
        sitemap = gzip.GzipFile(fileobj=io.BytesIO(sitemap)).read(LIMIT)
    try:
        root = etree.fromstring(sitemap, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise WikiError(f"{address} has no sitemap; set $conf['sitemap'] = 1, and index its pages.") from error
    for entry in root.iter(f"{SITEMAP}url"):
        location = entry.findtext(f"{SITEMAP}loc", "").strip()
        page_id = parse_qs(urlsplit(location).query).get("id", [""])[0]
        if not page_id or not location.startswith(f"{address}/"):
            continue
        html = _get(f"{address}/doku.php?{urlencode({'id': page_id, 'do': 'export_xhtmlbody'})}").decode(
            "utf-8", "replace"
        )
        heading = re.search(r"<h1\b[^>]*>(.*?)</h1>", html, re.DOTALL)
        yield RenderedPage(
            "/".join(NOT_IN_FILES.sub("_", part).lstrip(".") or "_" for part in page_id.split(":")),
            _plain(heading[1]) if heading else page_id,
            f"{address}/doku.php?id={quote(page_id, safe=':')}",
            entry.findtext(f"{SITEMAP}lastmod", ""),
            "",
            html,
        )


READERS: dict[str, Callable[[str], Iterator[RenderedPage]]] = {
    "mediawiki": mediawiki_pages,
    "dokuwiki": dokuwiki_pages,
}


def _plain(html: str) -> str:
    from lxml.html import fragment_fromstring

    return " ".join(fragment_fromstring(html, create_parent="div").text_content().split())


def _api(address: str, **parameters: str) -> dict[str, Any]:
    query = urlencode({**parameters, "format": "json", "formatversion": "2"})
    answer = _get(f"{address}/api.php?{query}")
    try:
        found: dict[str, Any] = json.loads(answer)
    except ValueError as error:
        raise WikiError(f"{address}/api.php did not answer with JSON; is this MediaWiki?") from error
    if "error" in found:
        raise WikiError(f"{address}/api.php says: {found['error'].get('info')}")
    return found


def _get(url: str) -> bytes:
    if urlsplit(url).scheme not in ("http", "https"):
        raise WikiError(f"{url} is no address of a wiki; it begins with http:// or https://")
    opener = build_opener(ProxyHandler({}))  # the wiki is near; a proxy is for what is far
    try:
        with opener.open(url, timeout=60) as answer:
            body: bytes = answer.read(LIMIT + 1)
    except (URLError, OSError) as error:
        raise WikiError(f"{url} cannot be read: {error}") from error
    if len(body) > LIMIT:
        raise WikiError(f"{url} answers with more than {LIMIT:,} bytes")
    return body
