"""assistant/widget/address.js and page.js in a browser: which address is which page, and where a sentence stands in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, sync_playwright

from assistant.service.widget import FOLDER

CHROMIUM = Path("/usr/bin/chromium")
CODE = "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in ("address.js", "page.js"))
WIKI = "http://wiki.test"
Run = Callable[..., Any]


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A browser whose every page of wiki.test holds what the test has set; nothing is fetched from anywhere."""
    if not CHROMIUM.exists():
        pytest.fail("install Debian's chromium: apt-get install chromium", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 800, "height": 600})
        page.route("**/*", lambda route: route.fulfill(body="<!doctype html><body></body>", content_type="text/html"))
        yield page
        browser.close()


@pytest.fixture
def run(page: Page) -> Run:
    """The value of an expression in a page of this address and content, with the functions of both files."""

    def value(expression: str, at: str = "/", html: str = "", head: str = "") -> Any:
        page.goto(WIKI + at)
        page.evaluate(
            "([html, head]) => { document.body.innerHTML = html; document.head.innerHTML = head }", [html, head]
        )
        return page.evaluate(f"() => {{ {CODE}\nreturn {expression}; }}")

    return value


def cited(quote: str, *, address: str | None = None, context: str = "", earlier: int = 0) -> str:
    """A citation as far as the functions read it, as JavaScript."""
    return json.dumps({"quote": quote, "address": address, "context": context, "sentence_id": f"abc-def-{earlier}"})


@pytest.mark.parametrize(
    ("address", "at"),
    [
        ("/index.php?title=Main_Page", "/index.php/Main_Page"),
        ("/index.php/Main_Page", "/index.php?useskin=vector&title=main%20Page"),
        ("/wiki/index.php?title=Z%C3%BCrich:A/b", "/wiki/index.php/Zürich:A/b"),
        ("/index.php?title=Main_Page", "/wiki/Main_Page"),
        ("/wiki/Main_Page", "/index.php?title=Main_Page&redirect=no"),
        ("/doku.php?id=guide:start", "/doku.php/guide:start"),
        ("/doku.php?id=guide:start", "/doku.php/guide/Start?s[]=word"),
        ("/doku.php?id=guide:start&do=show", "/guide/start"),
        ("/doku.php?id=guide:start", "/guide:start"),
        ("/books/one/page/two#bkmrk-x", "/books/one/page/two/"),
        ("/en/it/vpn#:~:text=a", "/en/it/vpn?utm_source=mail"),
        ("/x?b=2&a=1", "/x?a=1&b=2#part"),
        ("/a%28b%29", "/a(b)"),
        ("/", "/"),
    ],
)
def test_one_page_has_many_addresses(run: Run, address: str, at: str) -> None:
    """Script and path, parameters in any order, what is only for show, MediaWiki's and DokuWiki's ways to write a title."""
    assert run(f"isThisPage({json.dumps(WIKI + address)})", at) is True


@pytest.mark.parametrize(
    ("address", "at"),
    [
        ("http://wiki.test/index.php?title=A", "/index.php/B"),
        ("http://wiki.test/index.php?title=A", "/index.php?title=A&action=edit"),
        ("http://wiki.test/index.php?title=A", "/index.php?title=A&oldid=3"),
        ("http://wiki.test/doku.php?id=a:b", "/doku.php?id=a:b&do=edit"),
        ("http://wiki.test/doku.php?id=b", "/doku.php?id=a:b"),
        ("http://wiki.test/index.php", "/wiki/A"),
        ("http://wiki.test:81/a", "/a"),
        ("https://wiki.test/a", "/a"),
        ("http://wiki.test.evil/a", "/a"),
        ("javascript:alert(1)", "/"),
        ("file:///a", "/a"),
        ("/a", "/a"),
        ("", "/"),
        ("http://wiki.test/%E0%A4%A", "/"),
    ],
)
def test_other_pages_are_other_pages(run: Run, address: str, at: str) -> None:
    """Another title, version, view, port, scheme or host; and what is no web address."""
    assert run(f"isThisPage({json.dumps(address)})", at) is False


def test_a_page_says_its_own_name(run: Run) -> None:
    """Its canonical address, and Confluence's number of the page; a canonical address elsewhere counts for nothing."""
    canonical = '<link rel="canonical" href="http://wiki.test/display/IT/VPN">'
    assert run("isThisPage('http://wiki.test/display/IT/VPN')", "/x/AbC", head=canonical) is True
    number = '<meta name="ajs-page-id" content="77">'
    asked = "isThisPage('http://wiki.test/pages/viewpage.action?pageId=77')"
    assert run(asked, "/display/IT/VPN", head=number) is True
    assert run(asked, "/display/IT/VPN", head=number.replace("77", "78")) is False
    assert (
        run("isThisPage('http://evil.test/a')", "/b", head='<link rel="canonical" href="http://evil.test/a">') is False
    )


@pytest.mark.parametrize(
    ("quote", "context", "fragment"),
    [
        ("It was built in 1874.", "", "It%20was%20built%20in%201874."),
        (
            "A - b, c & d: 100% \u201cof\u201d e\u2013f",
            "",
            "A%20%2D%20b%2C%20c%20%26%20d%3A%20100%25%20%E2%80%9Cof%E2%80%9D%20e%E2%80%93f",
        ),
        ("Broken\n  over lines", "", "Broken%20over%20lines"),
        ("24 May | closed at noon | Ada", "Day | Office | Who", "closed%20at%20noon"),
        ("a | b", "not | a | match", "a%20%7C%20b"),
        ("x \ud800 y", "", "x%20%EF%BF%BD%20y"),
    ],
)
def test_a_text_fragment_names_the_sentence(run: Run, quote: str, context: str, fragment: str) -> None:
    """Percent-encoded, `-`, `,` and `&` too, which mean something there; of a row the longest cell."""
    found = run(f"sentenceAddress({cited(quote, address='http://wiki.test/a?b=c', context=context)})")
    assert found == f"http://wiki.test/a?b=c#:~:text={fragment}"


def test_a_long_sentence_is_named_by_its_ends(run: Run) -> None:
    """Whole words of both, so that the address stays short."""
    words = [f"word{number}" for number in range(100)]
    found = run(f"sentenceAddress({cited(' '.join(words), address='http://wiki.test/a')})")
    start, end = (unquote(part).split(" ") for part in found.partition(":~:text=")[2].split(","))
    assert start == words[: len(start)]
    assert end == words[-len(end) :]
    assert len(start) > 5 < len(end)
    unbroken = "あ" * 400
    assert run(f"sentenceAddress({cited(unbroken, address='http://wiki.test/a')})").endswith("%E3%81%82" * 400)


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("http://wiki.test/a#History", "http://wiki.test/a#History:~:text=Some%20words%20here."),
        ("http://wiki.test/a.pdf#page=3", "http://wiki.test/a.pdf#page=3:~:text=Some%20words%20here."),
        ("http://wiki.test/a#:~:text=x-,y", "http://wiki.test/a#:~:text=x-,y"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//evil.test/a", ""),
        ("/a", ""),
        (None, ""),
    ],
)
def test_which_addresses_are_opened(run: Run, address: str | None, found: str) -> None:
    """Web addresses only; a section or a text directive that stands there already is kept."""
    assert run(f"sentenceAddress({cited('Some words here.', address=address)})") == found


def find(run: Run, quote: str, html: str, earlier: int = 0, context: str = "") -> str | None:
    """What is marked for a quote, white space folded, or None."""
    found = run(f"findSentence({cited(quote, earlier=earlier, context=context)})?.toString() ?? null", html=html)
    return None if found is None else re.sub(r"\s+", " ", found).strip()


@pytest.mark.parametrize(
    ("quote", "html", "marked"),
    [
        (
            "It was built in 1874.",
            "<p>Old. It\n was <b>bu</b>ilt&nbsp;in <a>1874</a>. New.</p>",
            "It was built in 1874",
        ),
        ("Seals sleep on rocks.", "<p>Seals sleep<sup>[2]</sup> on rocks.</p>", "Seals sleep[2] on rocks."),
        ("Ten is 10^2 here.", "<p>Ten is 10<sup>2</sup> here.</p>", "Ten is 102 here."),
        ("North | 31 m | white", "<table><tr><td>North</td><td>31 m</td><td>white</td></tr></table>", "North31 mwhite"),
        (
            "Café crème à la carte.",
            "<p>Cafe\u0301 cre\u0300me a\u0300 la carte.</p>",
            "Cafe\u0301 cre\u0300me a\u0300 la carte.",
        ),
        ("He said \u201cno\u201d twice.", '<p>He said "no" twice.</p>', 'He said "no" twice.'),
        ("日本語の文です。", "<p>前の文。日本語の<b>文</b>です。次。</p>", "日本語の文です。"),
        ("한국어 문장입니다.", "<p>한국어 문장입니다.</p>", "한국어 문장입니다."),
        ("𝔘nicode 𝔘 is here.", "<p>x 𝔘nicode <i>𝔘</i> is here.</p>", "𝔘nicode 𝔘 is here."),
        ("Is it so?", "<p>Is it so? (Yes.)</p>", "Is it so?"),
        ("all keepers must go", "<p>Small keepers must go</p>", None),
        ("keepers must go", "<p>keepers must go\u00f6n</p>", None),
        ("Not shown at all.", "<p style='display:none'>Not shown at all.</p>", None),
        ("Not read at all.", "<script>Not read at all.</script><textarea>Not read at all.</textarea>", None),
        ("Nothing like it.", "<p>Something else.</p>", None),
        ("…!", "<p>…!</p>", None),
    ],
)
def test_a_sentence_is_found_in_a_page(run: Run, quote: str, html: str, marked: str | None) -> None:
    """Over elements, line breaks, footnotes, cells, other quotation marks and accents written apart; never within a word."""
    assert find(run, quote, html) == marked


def test_the_text_of_the_page_comes_first(run: Run) -> None:
    """A menu that says the same is not what was cited; of equal sentences the one at the citation's place is."""
    html = "<nav>Ask the desk first.</nav><main><p id=a>Ask the desk first.</p><p id=b>Ask the desk first.</p></main>"
    place = "startContainer.parentElement.id"
    for earlier, identity in ((0, "a"), (1, "b"), (7, "b")):
        assert run(f"findSentence({cited('Ask the desk first.', earlier=earlier)}).{place}", html=html) == identity


def test_a_long_page_is_searched_quickly(run: Run) -> None:
    """A million characters in 20,000 elements take less than two seconds, also on a busy machine."""
    html = "".join(f"<p>Paragraph {number} says <i>again</i> what was said.</p>" for number in range(20_000))
    took = run(
        f"(() => {{ const start = performance.now(); findSentence({cited('Paragraph 19999 says again what was said.')});"
        " return performance.now() - start })()",
        html=html,
    )
    assert took < 2000


def test_it_is_scrolled_to_wherever_it_stands(run: Run) -> None:
    """In the window, in a box that scrolls by itself, and in a paragraph longer than the window."""
    tall = "<p style='height:3000px'>.</p>"
    words = "Many words stand in this long paragraph. " * 400
    pages = (
        f"{tall}<p>Ask the desk first.</p>{tall}",
        f"<div style='height:400px;overflow:auto'>{tall}<p>Ask the desk first.</p>{tall}</div>{tall}",
        f"{tall}<p>{words} Ask the desk first.</p>{tall}",
    )
    for html in pages:
        seen = run(
            f"(() => {{ const range = findSentence({cited('Ask the desk first.')}); scrollToRange(range);"
            " const place = range.getBoundingClientRect(); return place.top >= 0 && place.bottom <= innerHeight })()",
            html=html,
        )
        assert seen, html[:60]


def test_without_highlights_it_is_selected(run: Run) -> None:
    """In a browser that cannot mark a range without an element around it."""
    selected = run(
        f"(() => {{ Object.defineProperty(CSS, 'highlights', {{value: undefined, configurable: true}});"
        f" markRange(findSentence({cited('Ask the desk first.')})); unmark(); return getSelection().toString() }})()",
        html="<p>Ask the desk first. And more.</p>",
    )
    assert selected == "Ask the desk first."
