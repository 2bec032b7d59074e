"""Chrome: the parts of a page that are not its text, told by tag, role, name and by being hidden or made of links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement


def word_set(words: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(words.split())


NEVER_TEXT = word_set(
    "script style noscript template svg math iframe object embed applet canvas video audio map head link meta title "
    "button select option optgroup datalist textarea input progress meter frame frameset noframes rp rt"
)
CHROME_TAGS = frozenset({"nav", "footer", "aside", "dialog", "menu", "form", "search"})
CHROME_ROLES = word_set(
    "navigation banner contentinfo complementary search dialog alertdialog menu menubar menuitem toolbar tablist "
    "tooltip status alert progressbar switch button form"
)
# Whole words of a class or id, each the usual name of a part that is not the text.
CHROME_NAMES = word_set(
    "nav navbar navigation menu breadcrumb breadcrumbs sidebar sidenav footer masthead topbar toolbar cookie "
    "cookies consent "
    "gdpr ccpa newsletter subscribe subscription signup paywall promo promotion advert advertisement ad ads "
    "sponsor sponsored "
    "share sharing social related recommended recommendations trending pagination pager comments disqus modal "
    "popup overlay "
    "lightbox toast skip skiplink login signin banner widget widgets outbrain taboola catlinks printfooter navbox "
    "editsection "
    "headerlink noprint metadata jumplink hatnote feedback rating ratings"
)
HIDING_NAMES = word_set("hidden hide invisible offscreen") | {
    "sr-only",
    "visually-hidden",
    "visuallyhidden",
    "screen-reader-text",
}
CONTENT_NAMES = word_set("note warning tip info caution important admonition callout example definition")
INLINE_CHROME = word_set(
    "mw-editsection headerlink reference noprint anchor-link anchorjs-link mw-cite-backlink cite-accessibility-label "
    "fn_top fn_bot"
)
SIDE_MARK = re.compile(r"\s*\[[^\[\]]{1,60}\]\s*")  # [3], [source needed]: as a superscript no part of the text
HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
NAME_WORD = re.compile(r"[a-z]+", re.IGNORECASE)
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
SMALL = 0.4  # share of the page's text; a part that holds more is not chrome, whatever its name


def is_chrome(element: HtmlElement, page_length: int) -> bool:
    """True when the element and all below it are no part of the page's text."""
    tag = element.tag
    if tag in NEVER_TEXT or _is_hidden(element):
        return True
    classes = (element.get("class") or "").split()
    if tag in ("span", "sup", "a") and INLINE_CHROME.intersection(classes):
        return True
    if tag == "sup" and SIDE_MARK.fullmatch(element.text_content()):
        return True
    if tag in ("body", "html", "main", "article", "h1"):
        return False
    named = _is_named_chrome(element, classes)
    if not named and not _is_page_header(element):
        return False
    return not _holds_the_text(element, page_length)


def _is_hidden(element: HtmlElement) -> bool:
    if (
        element.get("hidden") is not None
        or (element.get("aria-hidden") or "").lower() == "true"
        or element.get("aria-modal") == "true"
    ):
        return True
    style = element.get("style")
    if style and HIDDEN_STYLE.search(style):
        return True
    return element.tag not in ("body", "html") and bool(
        HIDING_NAMES.intersection((element.get("class") or "").lower().split())
    )


def _is_named_chrome(element: HtmlElement, classes: list[str]) -> bool:
    names = set(classes)
    if CONTENT_NAMES.intersection(word for name in names for word in _words(name)):
        return False
    if element.tag in CHROME_TAGS or (element.get("role") or "").lower() in CHROME_ROLES:
        return True
    if element.tag in (
        "p",
        "span",
        "a",
        "b",
        "i",
        "em",
        "strong",
        "code",
        "td",
        "th",
        "tr",
        "tbody",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
    ):
        names = {name for name in names if name.lower() in CHROME_NAMES}  # `has-social-icon` on a paragraph says little
    names.add(element.get("id") or "")
    return any(_is_chrome_name(name) for name in names)


def _is_chrome_name(name: str) -> bool:
    """True for `site-nav`, `share_buttons`, `cookieBanner`; False for names of many words, which describe a layout."""
    words = _words(name)
    if (
        not words
        or len(words) > 3
        or {"with", "has", "no", "without", "page", "content", "main", "body"}.intersection(words)
    ):
        return False
    return bool(CHROME_NAMES.intersection(words))


def _words(name: str) -> list[str]:
    return [word.lower() for word in NAME_WORD.findall(CAMEL.sub("-", name))]


def _is_page_header(element: HtmlElement) -> bool:
    """The header of the whole site: outside any article, without the page's own title."""
    if element.tag != "header" or next(element.iter("h1"), None) is not None:
        return False
    return not any(parent.tag in ("article", "main", "section") for parent in element.iterancestors())


def _holds_the_text(element: HtmlElement, page_length: int) -> bool:
    if next(element.iter("main", "article"), None) is not None and element.tag not in (
        "nav",
        "aside",
        "footer",
        "dialog",
    ):
        return True
    linked = text_length(element, links_only=True)
    own = text_length(element) - linked  # a menu may well be most of a short page; running text may not
    return own > SMALL * page_length and own > 2 * linked


def text_length(element: HtmlElement, *, links_only: bool = False) -> int:
    """Number of characters that are no white space below an element, or only those inside links."""
    holders = element.iter("a") if links_only else (element,)
    return sum(len("".join(text.split())) for holder in holders for text in holder.itertext() if isinstance(text, str))
