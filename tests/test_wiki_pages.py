"""Documents as wiki pages: what is written, and that the real wikis render it as the documents have it.

The tests that need a wiki run where Debian's packages of it are installed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import HtmlElement, fromstring

from index.load.html import load_source
from index.source.dokuwiki import DokuWikiSource
from index.source.item import Item
from index.source.mediawiki import MediaWikiSource
from index.source.mediawiki_api import MediaWikiApi
from index.source.wiki_page import RenderedPage, document
from wikis import php
from wikis.demo import WIKIS, make_wiki
from wikis.dokuwiki import id_of
from wikis.mediawiki import title_of
from wikis.pages import Part, WikiPage, dokuwiki_text, escape_dokuwiki, escape_wikitext, pages_of, wikitext
from wikis.wiki import Wiki

SEEDS = Path(__file__).parent.parent / "seeds"

# Texts that are markup in one of the wikis, and must be read as they stand.
TEXTS = r"""
= a = | == Heading == | * item | # item | ; term : def | : indented | ---- | {{template}} | {{subst:PAGENAME}} | {{{1}}}
[[Link]] | [[File:a.png]] | [http://a.example x] | http://a.example/ | mailto:a@b.example | //a.example | '''bold''' ''it''
~~~~ | ~~~ | __TOC__ __NOTOC__ | <nowiki>x</nowiki> | <b>x</b> | <script>alert(1)</script> | &amp; &lt; &#65; | RFC 123 PMID 123
ISBN 0123456789 | -{zh}- | <!-- c --> | <ref>x</ref> | #REDIRECT [[Main Page]] | -- a --- b | ====== H ====== | **b** //i// __u__
^ a ^ b ^ | ((foot)) [[x|y]] | %%x%% | a%%b | %%% % | ~~NOTOC~~ ~~NOCACHE~~ | > quote | \\ break a\\b | www.example.com
ftp.example.com | (c) (r) (tm) 640x480 (640x480) | ... -> <- => <= <-> :-) 8-) FIXME DELETEME (FIXME) | <code>x</code> <html>x
</nowiki> <nowiki> | a@b.example <a@b.example> | a//b//c a__b__c a''b''c | {{rss>http://a}} {{tag>x}} | ! head !! cell || cell
ÄÖÜ ß 日本語 | $1 \1 | PAGENAME REDIRECT | <a href="javascript:alert(1)">x</a> | <img src=x onerror=alert(1)> | { | }
[ | ] | ' | "
""".replace("\n", " | ")
NAUGHTY = [text.strip() for text in TEXTS.strip(" |").split(" | ")] + ["| a | b |", "{| class=x", "|}", "|-"]


@pytest.fixture(scope="module", params=sorted(WIKIS))
def wiki(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Wiki]]:
    """A running wiki of each kind, with the pages of `seeds/`."""
    kind: str = request.param
    if absent := php.missing(WIKIS[kind].packages):
        pytest.skip(f"Debian's packages are not installed: {' '.join(absent)}")
    made = make_wiki(kind, tmp_path_factory.mktemp(kind) / "wiki", SEEDS)
    made.start()
    yield kind, made
    made.stop()


def read(wiki: tuple[str, Wiki], folder: Path) -> dict[str, str]:
    """HTML by path of every page, as its source fetches it."""
    kind, made = wiki
    found = {}
    with closing(
        MediaWikiSource(MediaWikiApi(made.address, rate=1000))
        if kind == "mediawiki"
        else DokuWikiSource(made.address, rate=1000)
    ) as source:
        for item in source.listing().entries:
            assert isinstance(item, Item)
            fetched = source.fetch(item, "", folder)
            assert fetched is not None
            found[item.path] = fetched.path.read_text(encoding="utf-8")
    return found


def shown(wiki: tuple[str, Wiki], folder: Path, name: str) -> HtmlElement:
    """The page of this name."""
    pages = read(wiki, folder)
    return fromstring(pages[{"mediawiki": name, "dokuwiki": f"briefings:{name.lower()}"}[wiki[0]]])


def texts(root: HtmlElement, path: str) -> list[str]:
    """The texts of elements, white space folded, DokuWiki's curled quotes made straight."""
    found = (" ".join(element.text_content().split()) for element in root.xpath(path))
    return [straight(text) for text in found]


def straight(text: str) -> str:
    return re.sub("[‘’`]", "'", re.sub("[“”„]", '"', text))


def test_the_seeds_become_pages_with_headings_lists_and_tables() -> None:
    """Each document is a page that has its title, its headings below the title, its lists and its tables."""
    pages = {page.name: page for page in pages_of(SEEDS)}
    assert len(pages) == 9
    islands = pages["four-islands"]
    assert islands.title == "The Four Islands and Their Names"
    assert [part.text for part in islands.parts if part.kind == "heading"][:2] == [
        "Two sets of names",
        "Etorofu (Iturup)",
    ]
    assert sum(part.ordered for part in islands.parts) == 6
    (table,) = (part for part in islands.parts if part.kind == "table")
    assert table.rows[0][:2] == ("Japanese name", "Russian name")
    assert {part.level for page in pages.values() for part in page.parts if part.kind == "heading"} == {2}


def test_an_empty_cell_keeps_its_place() -> None:
    """A row that lacks cells in the document has them empty on the page, under the right names."""
    (table,) = next(page for page in pages_of(SEEDS) if page.name == "islands-in-figures").parts
    header, *rows = table.rows
    nearest = dict(zip(header, next(row for row in rows if row[0].endswith("Kaigara")), strict=True))
    assert nearest["Highest point (m)"] == ""
    assert nearest["Distance from Cape Nosappu (km)"] == "3.7"


@given(st.text())
def test_no_markup_is_left_in_wikitext(text: str) -> None:
    """No sign that begins markup of MediaWiki stands in an escaped text, and references give the text back."""
    escaped = escape_wikitext(text)
    assert not re.search(r"[<>\[\]{}|~_=]|''|^[*#:;!+\- ]|https?:\S", re.sub(r"&#\d+;", "x", escaped))
    references = re.sub(r"&#(\d+);", lambda match: chr(int(match[1])), escaped)
    assert references == re.sub("[\x7f\ufffe\uffff]", "", text)


@given(st.text() | st.sampled_from(NAUGHTY) | st.text("% a", max_size=9))
def test_no_markup_is_left_for_dokuwiki(text: str) -> None:
    """Read as DokuWiki reads it, an escaped text gives its words back; what is outside the escapes is plain words."""
    unread = re.compile(r"<nowiki>(.*?)</nowiki>|%%(.*?)%%")
    escaped = escape_dokuwiki(text)
    assert unread.sub(lambda match: match[1] or match[2], escaped) == " ".join(text.split())
    assert not re.search(r"[^\w\s%'\"‘“’”().,;:!?-]|[\w.,-]{2,}@|--|\.\.\.|\b(?:www|ftp)\.", unread.sub("x", escaped))


def test_titles_and_ids_are_those_that_the_wikis_allow() -> None:
    """A title loses the signs that MediaWiki forbids, an id those that DokuWiki forbids; neither is ever empty."""
    page = WikiPage("[[a]] <b>|{c}_d#e/f", "../Ä b?.x", ())
    assert title_of(page) == "A b c d e f"
    assert id_of(page) == "briefings:b-.x"
    assert title_of(WikiPage("[]", "name", ())) == "Name"
    assert id_of(WikiPage("x", "日本", ())) == "briefings:page"
    assert len(title_of(WikiPage("日" * 300, "x", ())).encode()) <= 240


def test_markup_of_documents_is_text_in_the_wiki(wiki: tuple[str, Wiki], tmp_path: Path) -> None:
    """Texts that are markup are shown as they stand: in paragraphs, items, cells and code; no element comes of them."""
    _, made = wiki
    parts = [
        *(Part("prose", text) for text in NAUGHTY),
        *(Part("item", text) for text in NAUGHTY),
        Part("prose", "between"),
        *(Part("item", text, ordered=True) for text in NAUGHTY),
        Part("table", rows=(("first", "second"), *((text, text) for text in NAUGHTY))),
        *(Part("code", text) for text in NAUGHTY),
    ]
    page = WikiPage("Naughty", "naughty", tuple(parts))
    made.write([page])
    root = shown(wiki, tmp_path, "Naughty")
    wanted = [straight(text) for text in NAUGHTY]
    assert texts(root, "//p[not(ancestor::li)]") == [*wanted, "between"]
    assert texts(root, "//ul/li") == wanted
    assert texts(root, "//ol/li") == wanted
    assert texts(root, "//td") == [text for text in wanted for _ in "12"]
    assert texts(root, "//pre") == wanted
    assert not root.xpath("//main//a | //main//b | //main//i | //main//img | //main//script | //main//sup | //main//hr")


def test_markup_in_headings_is_text_in_the_wiki(wiki: tuple[str, Wiki], tmp_path: Path) -> None:
    """Headings show their text, but for equals signs at their ends, which DokuWiki has no way to write."""
    _, made = wiki
    headings = [text for text in NAUGHTY if re.search(r"\w", text) and not text.startswith("=")]
    page = WikiPage("Headings", "headings", tuple(Part("heading", text, 3) for text in headings))
    made.write([page])
    root = shown(wiki, tmp_path, "Headings")
    assert texts(root, "//h3 | //h4") == [straight(text) for text in headings]


def test_the_wikis_pages_are_read_with_address_anchors_and_time(wiki: tuple[str, Wiki], tmp_path: Path) -> None:
    """A page that was fetched and loaded has the document's text and headings, and the wiki's address and anchors."""
    _, made = wiki
    pages = pages_of(SEEDS)
    made.write(pages)
    islands = next(page for page in pages if page.name == "four-islands")
    loaded = [load_source(text, path) for path, text in read(wiki, tmp_path).items()]
    assert {made.page_address(page) for page in pages if "'" not in page.title} <= {one.address for one in loaded}
    (found,) = (one for one in loaded if one.address == made.page_address(islands))
    assert found.title == islands.title
    assert found.modified is not None
    headings = [(heading.text, heading.anchor) for heading in found.headings if heading.text != found.title]
    assert [text for text, _ in headings] == [part.text for part in islands.parts if part.kind == "heading"]
    assert all(anchor for _, anchor in headings)
    assert [straight(found.text[block.start : block.end]) for block in found.blocks if block.kind == "prose"] == [
        part.text for part in islands.parts if part.kind == "prose"
    ]


def test_a_fetched_page_speaks_for_itself_first() -> None:
    """What a page's own HTML says of title and address comes too late to be believed; no other scheme is an address."""
    page = RenderedPage(
        "<b>T</b>", 'http://wiki.example/"x', "2026-01-02", "en", "<title>U</title><p>Some text here.</p>"
    )
    loaded = load_source(document(page).replace("<p>", '<link rel="canonical" href="http://evil.example/"><p>'), "x")
    assert (loaded.title, loaded.address) == ("<b>T</b>", 'http://wiki.example/"x')
    other = RenderedPage("T", "javascript:alert(1)", "", "en", "<p>Some text here.</p>")
    assert load_source(document(other), "x").address is None
    assert html.escape("javascript") not in document(other)


def test_pages_begin_and_end_with_their_text() -> None:
    """A page has no empty lines around it, one between blocks, and its title where the wiki does not show it."""
    page = WikiPage("T", "t", (Part("prose", "a\nb"), Part("heading", "H", 2), Part("item", "x"), Part("item", "y")))
    assert wikitext(page) == "a<br>b\n\n== H ==\n\n* x\n* y\n"
    assert dokuwiki_text(page) == "====== T ======\n\na\\\\ b\n\n===== H =====\n\n  * x\n  * y\n"
