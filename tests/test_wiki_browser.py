"""The widget in pages of real MediaWiki and real DokuWiki, in a real browser: from the question to the cited sentence.

Runs where Debian's packages of the wikis are installed. `WIKI_SCREENSHOTS=docs/screenshots` keeps what was seen.
"""

from __future__ import annotations

import io
import json
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from assistant.commands.widget import snippet
from wikis.demo import QUESTION, WIKIS, assistant, make_wiki, read_wiki
from wikis.dokuwiki import id_of
from wikis.mediawiki import title_of
from wikis.pages import WikiPage, dokuwiki_text, pages_of, wikitext
from wikis.php import free_port, missing

SEEDS = Path(__file__).parent.parent / "seeds"
WIDE, PHONE = (1280, 800), (360, 740)
QUOTE = "Japan and Russia have never signed a peace treaty because they cannot agree who is sovereign over four islands"
CITED, OTHER = "putin-year-end-2019", "four-islands"  # the page that the first citation is on; another one
TARGET, MARKED = (233, 210, 253), (253, 238, 181)  # Chromium's colour of a text fragment; the widget's of a sentence
FORBIDDEN = "This page is not allowed to use the assistant."
SCREENSHOTS = os.environ.get("WIKI_SCREENSHOTS")
# The box of the paragraph that holds the cited sentence.
PARAGRAPH = "quote => { const p = [...document.querySelectorAll('p')].find(p => p.textContent.includes(quote)); %s }"
IN_VIEW = PARAGRAPH % "const box = p.getBoundingClientRect(); return box.top >= 0 && box.top < innerHeight - 20"
PARAGRAPHS = "[...document.querySelectorAll('p')].map(one => one.outerHTML).join()"
ON_TOP = """element => { const box = element.getBoundingClientRect();
    const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return hit === element.getRootNode().host }"""


@dataclass(frozen=True)
class Site:
    """A running wiki with the widget, the assistant that has read it, and its pages by name."""

    kind: str
    wiki: Any  # either kind
    assistant: str
    pages: dict[str, WikiPage]

    def address(self, name: str) -> str:
        return self.wiki.page_address(self.pages[name])


Open = Callable[..., Page]


@pytest.fixture(scope="module", params=sorted(WIKIS))
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Each kind of wiki, made from `seeds/`, read over HTTP and served with the widget in it."""
    kind: str = request.param
    if absent := missing(WIKIS[kind].packages):
        pytest.skip(f"Debian's packages are not installed: {' '.join(absent)}")
    port = free_port()
    wiki = make_wiki(kind, tmp_path_factory.mktemp(kind) / "wiki", SEEDS)
    wiki.embed(snippet(kind, f"http://127.0.0.1:{port}"))
    wiki.start()
    try:
        with assistant(read_wiki(kind, wiki), wiki.address, port):
            yield Site(kind, wiki, f"http://127.0.0.1:{port}", {page.name: page for page in pages_of(SEEDS)})
    finally:
        wiki.stop()


@pytest.fixture
def visit(site: Site, browser: Browser) -> Iterator[Open]:
    """Opens an address in a fresh profile; afterwards: no request elsewhere, no error in any page, no dialog."""
    wrong: list[str] = []
    contexts = []

    def watch(page: Page) -> None:
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on(
            "console",
            lambda said: wrong.append(f"{said.type}: {said.text}") if said.type in ("error", "warning") else None,
        )

    def open_page(address: str, size: tuple[int, int] = WIDE, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
        contexts.append(context)
        ours = (
            site.wiki.address,
            site.assistant,
            site.wiki.address.replace("127.0.0.1", "localhost"),
            "data:",
            "about:",
        )
        context.on("request", lambda asked: None if asked.url.startswith(ours) else wrong.append(asked.url))
        context.on("page", watch)
        page = context.new_page()
        page.goto(address)
        return page

    open_page.wrong = wrong  # type: ignore[attr-defined]  # for the test that means to be refused
    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def ask(page: Page, question: str = QUESTION) -> Locator:
    """The widget, opened, after the whole answer to a question has come."""
    widget = page.locator("cited-assistant")
    widget.locator(".launcher").click()
    widget.locator("textarea").fill(question)
    widget.locator("textarea").press("Enter")
    expect(widget.locator(".foot")).to_be_visible()
    return widget


def card(widget: Locator, number: int = 1) -> Locator:
    """The card of a citation, opened by its chip."""
    widget.locator(".chip", has_text=re.compile(f"^{number}$")).first.click()
    return widget.locator(".card").first


def highlighted(page: Page, colour: tuple[int, int, int], quote: str = QUOTE) -> bool:
    """Whether the paragraph of the cited sentence is in view and shows a good deal of the colour of a highlight."""
    page.wait_for_function(IN_VIEW, arg=quote)
    box = page.evaluate(
        PARAGRAPH % "const {x, y, width, height} = p.getBoundingClientRect(); return {x, y, width, height}", quote
    )
    seen = Image.open(io.BytesIO(page.screenshot(clip=box))).convert("RGB")
    return seen.get_flattened_data().count(colour) > 0.05 * seen.width * seen.height


def keep(page: Page, name: str) -> None:
    """Keeps a screenshot where the environment asks for it."""
    if SCREENSHOTS:
        page.wait_for_timeout(600)  # movements have ended
        page.screenshot(path=Path(SCREENSHOTS) / f"wiki-{name}.png")


def size_name(size: tuple[int, int]) -> str:
    return "phone" if size == PHONE else "desktop"


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=size_name)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_from_the_question_to_the_sentence_in_another_page(
    site: Site, visit: Open, theme: str, size: tuple[int, int]
) -> None:
    """The cited sentence is read in place, and its link opens the wiki page with this sentence highlighted."""
    name = f"{site.kind}-{theme}-{size_name(size)}"
    page = visit(site.address(OTHER), size, color_scheme=theme)
    width = page.evaluate("document.documentElement.scrollWidth")
    widget = ask(page)
    shown = card(widget)
    expect(shown.locator("blockquote")).to_contain_text(QUOTE)
    expect(shown.locator(".name")).to_have_text(site.pages[CITED].title)
    keep(page, f"{name}-answer")
    link = shown.locator("a.go")
    assert (link.get_attribute("href") or "").startswith(
        f"{site.address(CITED).replace(chr(39), '%27')}#:~:text=Japan%20and%20Russia"
    )
    assert page.evaluate("document.documentElement.scrollWidth") == width
    with page.context.expect_page() as opened:
        link.click()
    target = opened.value
    assert highlighted(target, TARGET)
    if theme == "light":  # the wiki's own pages are, always
        keep(target, f"{name}-sentence")


EDITED, ADDED = "joint-declaration-1956", "The harbour office of Amari keeps its own copy in a green tin box."
ASKED = "Where does the harbour office of Amari keep its copy?"


def test_an_edit_is_cited_after_some_seconds_and_its_link_lands_on_it(site: Site, visit: Open) -> None:
    """A sentence that is added in the wiki is cited once the server's own sync has come round, and its link opens the
    page with this sentence highlighted."""
    page = site.pages[EDITED]
    if site.kind == "mediawiki":
        site.wiki.edit(title_of(page), f"{ADDED}\n\n{wikitext(page)}")
    else:
        site.wiki.edit(id_of(page), dokuwiki_text(page).replace("\n\n", f"\n\n{ADDED}\n\n", 1))
    asked = Request(f"{site.assistant}/api/ask", json.dumps({"question": ASKED}).encode())
    asked.add_header("Content-Type", "application/json")
    deadline = time.monotonic() + 60
    while ADDED not in str(json.load(urlopen(asked))["citations"]):
        assert time.monotonic() < deadline
        time.sleep(0.5)
    shown = card(ask(visit(site.address(OTHER)), ASKED))
    expect(shown.locator("blockquote")).to_contain_text(ADDED)
    with shown.page.context.expect_page() as opened:
        shown.locator("a.go").click()
    assert opened.value.url.startswith(site.address(EDITED))
    assert highlighted(opened.value, TARGET, ADDED)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=size_name)
def test_a_sentence_of_the_page_being_read_is_shown_there(site: Site, visit: Open, size: tuple[int, int]) -> None:
    """The page scrolls to its sentence and highlights it; nothing covers it, and its elements stay as they were."""
    page = visit(site.address(CITED), size, reduced_motion="reduce")
    before = page.evaluate(PARAGRAPHS)
    widget = ask(page)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    card(widget).locator("button.go").click()
    assert highlighted(page, MARKED)
    assert page.evaluate("[...CSS.highlights.get('cited-assistant')].map(String)[0]").startswith(QUOTE)
    assert page.evaluate(PARAGRAPHS) == before
    keep(page, f"{site.kind}-same-page-{size_name(size)}")


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=size_name)
def test_the_conversation_goes_along_to_other_pages(site: Site, visit: Open, size: tuple[int, int]) -> None:
    """On the next page of the wiki, and in another tab, the widget holds the same question and the same answer."""
    page = visit(site.address(OTHER), size)
    said = ask(page).locator(".text").inner_text()
    page.goto(site.address("joint-declaration-1956"))
    widget = page.locator("cited-assistant")
    if size == PHONE:  # it does not open over the page by itself
        widget.locator(".launcher").click()
    expect(widget.locator("h3")).to_contain_text(QUESTION)
    expect(widget.locator(".text")).to_have_text(said, use_inner_text=True)
    expect(card(widget).locator("blockquote")).to_contain_text(QUOTE)
    other = page.context.new_page()
    other.goto(site.address(CITED))
    other.locator("cited-assistant .launcher").click()
    expect(other.locator("cited-assistant .text")).to_have_text(said, use_inner_text=True)


def test_a_wiki_of_another_origin_is_refused_in_words(site: Site, visit: Open) -> None:
    """A page of an origin that is not allowed gets no answer, and the widget says why."""
    page = visit(site.address(OTHER).replace("127.0.0.1", "localhost"))
    widget = page.locator("cited-assistant")
    widget.locator(".launcher").click()
    widget.locator("textarea").fill(QUESTION)
    widget.locator("textarea").press("Enter")
    expect(widget.locator(".problem")).to_contain_text(FORBIDDEN)
    expect(widget.locator(".text, .card")).to_have_count(0)
    assert QUOTE not in page.content()
    keep(page, f"{site.kind}-refused")
    refusals = [words for words in visit.wrong if re.search("CORS|ERR_FAILED", words)]  # type: ignore[attr-defined]
    assert refusals
    visit.wrong[:] = [words for words in visit.wrong if words not in refusals]  # type: ignore[attr-defined]


SKINS = {"mediawiki": ["vector", "vector-2022", "monobook", "timeless", "minerva"], "dokuwiki": ["dokuwiki"]}


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=size_name)
def test_nothing_of_the_wiki_covers_the_widget(site: Site, visit: Open, size: tuple[int, int]) -> None:
    """In every look that the wiki brings along, button and panel lie on top, inside the window."""
    for skin in SKINS[site.kind]:
        address = site.address(OTHER)
        page = visit(f"{address}{'&' if '?' in address else '?'}useskin={skin}", size)
        widget = page.locator("cited-assistant")
        launcher = widget.locator(".launcher")
        launcher.wait_for()
        assert launcher.evaluate(ON_TOP), skin
        launcher.click()
        for part in ("header h2", ".log", "textarea", ".send"):
            assert widget.locator(part).evaluate(ON_TOP), (skin, part)
        box = widget.locator(".panel").bounding_box()
        assert box is not None
        assert box["x"] >= 0, skin
        assert box["x"] + box["width"] <= size[0], skin


LISTEN = """() => { window.keys = [];
    for (const on of [window, document, document.body]) on.addEventListener('keydown', event => keys.push(event.key)) }"""


def test_typing_a_question_sets_off_none_of_the_wikis_shortcuts(site: Site, visit: Open) -> None:
    """Keys that are typed into the widget reach no listener of the wiki."""
    page = visit(site.address(OTHER))
    page.evaluate(LISTEN)
    page.locator("cited-assistant .launcher").click()
    page.keyboard.type("/fe?")
    expect(page.locator("cited-assistant textarea")).to_have_value("/fe?")
    assert page.evaluate("keys") == []


# Each wiki's own way to a content policy. MediaWiki makes one by itself, and adds the address that is named to it.
POLICIES = {
    "mediawiki": '$wgCSPHeader = ["default-src" => ["{0}"], "script-src" => ["{0}"]];',
    "dokuwiki": """header("Content-Security-Policy: default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        . "script-src 'self' 'unsafe-inline' {0}; connect-src 'self' {0}");""",
}


def test_a_content_policy_has_to_name_the_assistant_only(site: Site, visit: Open) -> None:
    """Under a policy of the wiki that names the assistant for script and connections, the whole way works."""
    files = {
        "mediawiki": site.wiki.server.root / "LocalSettings.php",
        "dokuwiki": site.wiki.folder / "conf" / "local.php",
    }
    settings = files[site.kind]
    before = settings.read_text()
    settings.write_text(f"{before}\n{POLICIES[site.kind].replace('{0}', site.assistant)}\n")
    try:
        time.sleep(2.5)  # PHP looks every two seconds whether a file has changed
        page = visit(site.address(CITED), reduced_motion="reduce")
        told = page.request.get(site.address(CITED)).headers["content-security-policy"]
        assert site.assistant in told
        card(ask(page)).locator("button.go").click()
        assert highlighted(page, MARKED)
    finally:
        settings.write_text(before)
