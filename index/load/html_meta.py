"""HTML metadata: what a page says of itself, its title, language, time and address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.load.dates import from_text
from index.load.normalise import fold

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MODIFIED = ("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "last-modified")
PUBLISHED = ("article:published_time", "datepublished", "dcterms.created", "dc.date.issued", "dc.date", "date")
NAMES = ("property", "name", "itemprop", "http-equiv")


def page_title(root: HtmlElement) -> str:
    """The page's first heading where the `<title>` begins or ends with it (the rest names the site), else the
    `<title>`."""
    title = _text(root.find(".//title")) or _meta(root).get("og:title", "")
    headings = [_text(heading) for heading in root.iter("h1")]
    for heading in headings:
        if heading and len(heading) > 2 and (not title or title.startswith(heading) or title.endswith(heading)):
            return heading
    return title or next((heading for heading in headings if heading), "")


def page_language(root: HtmlElement) -> str | None:
    """The language that the page declares, None where it declares none."""
    declared = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang")
    return declared or _meta(root).get("content-language")


def page_modified(root: HtmlElement) -> str | None:
    """The stamp of the page's last change, else of its publication; None where it says neither."""
    meta = _meta(root)
    return next((stamp for name in MODIFIED + PUBLISHED if (stamp := from_text(meta.get(name)))), None)


def page_address(root: HtmlElement) -> str | None:
    """The page's canonical address where it is an absolute one of http or https."""
    for link in root.iter("link"):
        if (link.get("rel") or "").lower() == "canonical":
            address = (link.get("href") or "").strip()
            if (
                address.startswith(("http://", "https://"))
                and len(address) < 2000
                and not any(char.isspace() for char in address)
            ):
                return address
    return None


def _meta(root: HtmlElement) -> dict[str, str]:
    """Each `<meta>`'s content by its name in lower case; the first of a name wins."""
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        for attribute in NAMES:
            name, content = element.get(attribute), element.get("content")
            if name and content:
                found.setdefault(name.strip().lower(), content.strip())
    return found


def _text(element: HtmlElement | None) -> str:
    return fold("".join(element.itertext())) if element is not None else ""
