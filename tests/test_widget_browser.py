"""The widget in a real browser, in pages of a wiki that allow nothing but the service's script: how it comes into a page,
what an answer shows, and where its sentences lead."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect
from widget_library import ANSWERED, FOLLOW_UP, PARTIAL, REFUSED, STANDALONE, TABLE, THANKS, TROUBLE, TWICE
from widget_visit import HOME, PHONE, Sites, Visit, ask, opened

from assistant.commands.widget import snippet

pytest_plugins = ["widget_fixtures"]

MARKED = "[...CSS.highlights.get('cited-assistant') ?? []].map(range => range.toString().replace(/\\s+/g, ' '))"
IN_VIEW = """() => { const [range] = CSS.highlights.get('cited-assistant'); const place = range.getBoundingClientRect();
    return place.top >= 0 && place.bottom <= innerHeight; }"""
GLOBALS = "Object.getOwnPropertyNames(window).filter(name => !/^\\d+$/.test(name)).sort()"


def test_nothing_of_the_page_is_touched(visit: Visit) -> None:
    """The script adds one element behind everything and no global name; the wiki's own elements stay as they are."""
    bare, page = visit(tag="none"), visit()
    expect(page.locator(".launcher")).to_have_text("Ask this wiki")
    assert page.evaluate(GLOBALS) == bare.evaluate(GLOBALS)
    assert page.evaluate("document.body.lastElementChild.localName") == "cited-assistant"
    assert page.locator("main").inner_html() == bare.locator("main").inner_html()
    assert page.evaluate("document.querySelectorAll('style').length") == 0


def test_nothing_is_asked_or_kept_before_it_is_opened(visit: Visit, sites: Sites) -> None:
    """A reader who does not use it costs one request for the script, and leaves no trace in the browser."""
    page = visit(tag="none")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.context.clear_cookies()
    page.goto(sites.wiki + HOME)
    expect(page.locator(".launcher")).to_be_visible()
    assert [one for one in requests if one.startswith(sites.service)] == [f"{sites.service}/widget.js"]
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]


def test_the_script_twice_is_one_widget(visit: Visit) -> None:
    """A second copy of the script does nothing."""
    page = visit(tag="twice")
    expect(page.locator("cited-assistant")).to_have_count(1)
    opened(page)
    ask(page, REFUSED)


def test_the_wiki_keeps_working_when_the_widget_cannot(visit: Visit, browser: Browser, sites: Sites) -> None:
    """In a browser that lacks what it needs, the page has no error and no widget."""
    context = browser.new_context()
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script("Element.prototype.attachShadow = undefined; delete window.CSSStyleSheet")
    page.goto(sites.wiki + HOME)
    page.wait_for_load_state("networkidle")
    assert errors == []
    expect(page.locator("main")).to_contain_text("Getting connected")
    context.close()


def test_what_the_page_asks_for(visit: Visit, sites: Sites) -> None:
    """Attributes name the server, the title, the language, the side, and where answers are looked for."""
    page = visit(tag="element")
    expect(page.locator(".launcher")).to_have_text("Help")
    assert page.locator(".launcher").bounding_box()["x"] < 100  # type: ignore[index]
    opened(page)
    expect(page.locator("textarea")).to_have_attribute("placeholder", "Ihre Frage")
    turn = ask(page, REFUSED)
    expect(turn).to_contain_text("Die Dokumente beantworten das nicht.")
    sent = page.request.get(sites.wiki + "/asked").json()[-1]
    assert (sent["collection"], sent["within"], sent["question"]) == ("default", "wiki/Remote access", REFUSED)


def test_the_script_alone_can_say_it(visit: Visit) -> None:
    """Its address and its data attributes are taken for the element that it adds; a bright accent gets dark text."""
    page = visit(tag="named")
    launcher = page.locator(".launcher")
    expect(launcher).to_have_text("Ask the wiki")
    style = launcher.evaluate("e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]")
    assert style == ["rgb(255, 212, 0)", "rgb(17, 17, 17)"]
    chip = ask(opened(page), ANSWERED).locator(".chip").first
    assert chip.evaluate("e => getComputedStyle(e).color") == "rgb(28, 33, 39)"


def test_inline_it_is_part_of_the_page(visit: Visit) -> None:
    """No button, no dialog, nothing to close; a restored conversation is there at once; its theme is its own."""
    page = visit(tag="inline", color_scheme="light")
    expect(page.locator(".launcher")).to_have_count(0)
    expect(page.get_by_role("button", name="Close")).to_have_count(0)
    assert page.locator(".panel").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(27, 31, 35)"
    ask(page, ANSWERED)
    page.reload()
    expect(page.locator(".turn .chip")).to_have_count(5)
    page.locator("cited-assistant").evaluate("e => e.setAttribute('theme', 'light')")
    assert page.locator(".panel").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 255, 255)"


def test_tickets_of_the_wikis_own_server(visit: Visit, sites: Sites) -> None:
    """With `ticket-url` the ticket comes from there, and the service's own route is not asked."""
    page = visit(tag="minted")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    ask(opened(page), ANSWERED)
    assert sites.wiki + "/ticket" in requests
    assert sites.service + "/api/ticket" not in requests


@pytest.mark.parametrize("wiki", ["mediawiki", "dokuwiki"])
def test_the_snippets_that_are_scripts_work(visit: Visit, sites: Sites, wiki: str) -> None:
    """What `assistant widget` prints for a wiki that takes script, with as much of the wiki as it needs."""
    page = visit(tag="none", bypass_csp=True)
    page.evaluate(
        """() => { window.jQuery = ready => ready();
        window.mw = {loader: {load: address => {
            const script = document.createElement('script'); script.src = address; document.head.append(script); }}} }"""
    )
    page.evaluate(f"() => {{ {snippet(wiki, sites.service)} }}")
    ask(opened(page), REFUSED)


def test_in_a_frame_it_is_the_same(visit: Visit) -> None:
    """For wikis that allow no script: it fills the frame, asks, and opens sentences in a new tab."""
    page = visit(tag="frame")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Frame")).to_be_visible()
    expect(frame.locator(".launcher")).to_have_count(0)
    frame.locator("textarea").fill(ANSWERED)
    frame.locator("textarea").press("Enter")
    frame.locator(".chip").first.click()
    link = frame.get_by_role("link", name="Ouvrir dans la page")
    with page.context.expect_page() as other:
        link.click()
    expect(other.value.locator("h1")).to_have_text("Remote access")
    assert frame.locator(".panel").bounding_box()["height"] >= 630  # type: ignore[index]


def test_on_the_services_own_origin_no_ticket_is_needed(visit: Visit, sites: Sites) -> None:
    """Where the service's own pages are known otherwise, they need not be on the list of origins."""
    page = visit(tag="none")
    page.route("**/api/ticket", lambda route: route.fulfill(status=403, json={"error": {"message": "no"}}))
    page.goto(sites.service + "/embed?title=%3Cb%3EHelp&theme=dark&accent=red")
    expect(page.get_by_role("heading", name="<b>Help")).to_be_visible()
    expect(ask(page, ANSWERED).locator(".chip")).to_have_count(5)


def test_a_frame_elsewhere_stays_empty(visit: Visit, sites: Sites) -> None:
    """A site that is not on the list cannot frame it."""
    page = visit(tag="frame", site=sites.strange)
    page.wait_for_load_state("networkidle")
    assert [frame.url for frame in page.frames] == [sites.strange + HOME, "chrome-error://chromewebdata/"]


def test_an_answer_comes_sentence_by_sentence(visit: Visit) -> None:
    """Each with its chips as it arrives; the whole is announced once; more questions may be typed meanwhile."""
    page = opened(visit())
    turn = ask(page, TROUBLE["slow"], ".sentence")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    assert turn.locator(".sentence").count() == 1
    page.locator("textarea").fill("next")
    page.locator("textarea").press("Enter")
    assert page.locator("textarea").input_value() == "next"
    expect(turn.locator(".foot")).to_contain_text("2 of 2 sentences cited")
    expect(turn.locator(".chip")).to_have_count(2)
    expect(page.get_by_role("status")).to_contain_text("You sign in with your usual password")


def test_a_chip_shows_the_cited_sentence_in_place(visit: Visit) -> None:
    """Title, heading, day, the quote with the answering words in bold; for an item the line that leads to it."""
    page = opened(visit())
    turn = ask(page, ANSWERED)
    chip = turn.get_by_role("button", name="Citation 2: Remote access")
    chip.click()
    card = turn.locator(".card")
    expect(card).to_contain_text("Remote access")
    expect(card.locator(".where")).to_have_text("Getting connected · 9 March 2026")
    expect(card.locator("blockquote")).to_have_text(
        "You sign in with your usual password and a six-digit code from your phone."
    )
    expect(card.locator("b")).to_have_text("a six-digit code")
    expect(chip).to_have_attribute("aria-expanded", "true")
    assert card.evaluate("e => e.previousElementSibling.textContent").startswith("You sign in")
    turn.get_by_role("button", name="Citation 3").click()
    expect(card).to_have_count(1)
    expect(card).to_contain_text("Bring these to the service desk:")
    expect(chip).to_have_attribute("aria-expanded", "false")
    turn.get_by_role("button", name="Citation 3").click()
    expect(card).to_have_count(0)


def test_a_row_is_shown_under_its_column_names(visit: Visit) -> None:
    """In the answer and in the card, with the answering words in bold in their cell."""
    turn = ask(opened(visit()), TABLE)
    turn.locator(".chip").first.click()
    for place in (turn.locator(".sentence").first, turn.locator(".card blockquote")):
        expect(place.locator("small")).to_have_text(["Day:", "Office:", "Who to ask:"])
    expect(turn.locator(".card b")).to_have_text("closes at noon")
    assert turn.locator(".card b").evaluate("e => e.parentElement.textContent") == "closes at noon - all sites"


def test_open_in_page_leads_to_the_sentence(visit: Visit, sites: Sites) -> None:
    """In a new tab that knows nothing of this one, with a text fragment whose `-` and `,` are encoded; the browser scrolls."""
    page = opened(visit())
    turn = ask(page, TABLE)
    turn.locator(".chip").first.click()
    link = turn.get_by_role("link", name="Open in page")
    address = f"{sites.wiki}/index.php?title=Opening_hours#:~:text=closes%20at%20noon%20%2D%20all%20sites"
    assert link.get_attribute("href") == address
    assert (link.get_attribute("rel"), link.get_attribute("target")) == ("noopener", "_blank")
    with page.context.expect_page() as other:
        link.click()
    expect(other.value.locator("td").nth(1)).to_have_text("closes at noon - all sites")
    assert other.value.evaluate("opener") is None


def test_the_browser_scrolls_to_the_sentence(visit: Visit) -> None:
    """The fragment is understood: on a phone the page is opened where the sentence stands."""
    page = opened(visit("/index.php/Opening_hours", size=PHONE))
    turn = ask(page, ANSWERED)
    turn.get_by_role("button", name="Citation 4").click()
    with page.context.expect_page() as other:
        turn.get_by_role("link", name="Open in page").click()
    item = other.value.get_by_role("listitem").filter(has_text="The approval of your manager, by mail.")
    expect(item).to_be_in_viewport()
    assert other.value.evaluate("scrollY") > 0


def test_without_an_address_the_servers_view_opens(visit: Visit, sites: Sites) -> None:
    """A signed address of the service shows the document with the sentence marked."""
    page = opened(visit())
    turn = ask(page, ANSWERED)
    turn.locator(".chip").last.click()
    expect(turn.locator(".where")).to_have_text("Your equipment · p. 2 · 20 November 2025")
    link = turn.get_by_role("link", name="Open the source")
    assert re.match(rf"{sites.service}/source/\w+\?.*pass=", link.get_attribute("href") or "")
    with page.context.expect_page() as other:
        link.click()
    expect(other.value.locator("mark")).to_have_text("New colleagues get the code app on their first day.")


def test_an_old_view_gets_a_new_pass(visit: Visit) -> None:
    """After some minutes the signed address is fetched anew before it is opened."""
    page = visit()
    page.clock.install()
    opened(page)
    page.clock.resume()
    turn = ask(page, ANSWERED)
    turn.locator(".chip").last.click()
    link = turn.get_by_role("link", name="Open the source")
    page.clock.fast_forward("09:00")
    with page.context.expect_page() as other, page.expect_request("**/api/conversations/*"):
        link.click()
    expect(other.value.locator("mark")).to_contain_text("code app")


def test_a_sentence_of_this_page_is_scrolled_to_and_marked(visit: Visit) -> None:
    """Over line breaks, markup and footnotes; the page's elements stay as they are; what covers it on a phone closes."""
    page = opened(visit(size=PHONE))
    before = page.locator("main").inner_html()
    turn = ask(page, ANSWERED)
    turn.locator(".chip").first.click()
    turn.get_by_role("button", name="Show on this page").click()
    expect(page.locator(".panel")).to_be_hidden()
    expect(page.locator(".launcher")).to_be_focused()
    assert page.evaluate(MARKED) == [
        "Access from home goes through[1] the VPN, and the service desk sets it up within one working day."
    ]
    assert page.evaluate(IN_VIEW)
    assert page.locator("main").inner_html() == before
    expect(page.get_by_role("status")).to_have_text("Highlighted on this page.")
    opened(page)
    expect(turn.locator(".card")).to_be_visible()
    page.get_by_role("button", name="New conversation").click()
    assert page.evaluate(MARKED) == []


def test_of_equal_sentences_the_right_one_is_marked(visit: Visit) -> None:
    """The second of two is the second on the page; where the panel covers nothing it stays open."""
    page = opened(visit(size=(1600, 900)))
    turn = ask(page, TWICE)
    turn.locator(".chip").first.click()
    turn.get_by_role("button", name="Show on this page").click()
    above = "CSS.highlights.get('cited-assistant').values().next().value.startContainer.parentElement.previousElementSibling"
    assert page.evaluate(MARKED) == ["Restart the laptop before you call."]
    assert page.evaluate(f"{above}.textContent").split() == ["From", "abroad"]
    expect(page.locator(".panel")).to_be_visible()


def test_a_sentence_that_is_no_longer_there_is_told(visit: Visit) -> None:
    """In place of the button."""
    page = opened(visit())
    turn = ask(page, ANSWERED)
    page.evaluate("document.querySelector('main').textContent = 'All is new. Access from home is gone.'")
    turn.locator(".chip").first.click()
    turn.get_by_role("button", name="Show on this page").click()
    expect(turn.locator(".card")).to_contain_text("The sentence was not found on this page.")
    assert page.evaluate(MARKED) == []


@pytest.mark.parametrize(
    ("path", "here"),
    [
        ("/index.php?title=Remote_access", True),
        ("/index.php?useskin=x&title=Remote%20access&utm_source=mail", True),
        ("/index.php/remote_access", True),
        ("/index.php?title=Remote_access&action=history", False),
        ("/index.php?title=Remote_access&oldid=7", False),
        ("/index.php/Opening_hours", False),
    ],
)
def test_the_same_page_by_another_address(visit: Visit, sites: Sites, path: str, here: bool) -> None:
    """Path or parameter, their order, what is only for show: the same page. A version or a history is another one."""
    page = visit()
    turn = ask(opened(page), ANSWERED)
    if path == "/index.php/remote_access":
        page.evaluate("path => history.replaceState(null, '', path)", path)
    else:
        page.goto(sites.wiki + path)
    turn.locator(".chip").first.click()
    expect(turn.get_by_role("button", name="Show on this page")).to_have_count(1 if here else 0)
    expect(turn.get_by_role("link", name="Open in page")).to_have_count(0 if here else 1)


def test_a_refusal_shows_the_nearest_sentences(visit: Visit) -> None:
    """It says that the documents do not answer, and shows three sentences with their ways."""
    turn = ask(opened(visit()), REFUSED)
    expect(turn).to_contain_text("The documents do not answer this.")
    expect(turn.locator(".card blockquote")).to_have_count(3)
    expect(turn.get_by_role("link", name="Open in page")).to_have_count(2)
    expect(turn.get_by_role("link", name="Open the source")).to_have_count(1)


def test_a_partial_answer_says_so(visit: Visit) -> None:
    """What is doubtful is marked at its sentence; notes and what was withheld stand below."""
    turn = ask(opened(visit()), PARTIAL)
    expect(turn.locator(".sentence").first).to_contain_text("partly supported")
    expect(turn.locator(".sentence").nth(1)).to_contain_text("partly supported")
    expect(turn.locator(".remark")).to_have_text(
        [
            "The documents answer only part of this.",
            "Sentences withheld because they are not supported: 2",
            "The second part was not found.",
        ]
    )


def test_a_follow_up_says_how_it_was_understood(visit: Visit) -> None:
    """Below the question, also when it is shown again; the conversation goes on with it. Where nothing differs, nothing."""
    page = opened(visit())
    ask(page, ANSWERED)
    turn = ask(page, FOLLOW_UP)
    expect(turn.locator("h3 + .fact")).to_have_text(f"Understood as: {STANDALONE}")
    expect(turn.locator(".sentence")).to_have_count(2)
    page.reload()
    expect(page.locator("h3 + .fact")).to_have_text([f"Understood as: {STANDALONE}"])


def test_talk_is_answered_plainly(visit: Visit) -> None:
    """The reply and nothing to cite; it is read aloud and copied."""
    page = opened(visit(permissions=["clipboard-read", "clipboard-write"]))
    turn = ask(page, THANKS)
    expect(turn.locator(".text")).to_have_text("You are welcome.")
    expect(turn.locator(".refused, .remark, .chip, .card")).to_have_count(0)
    expect(page.get_by_role("status")).to_have_text("You are welcome.")
    turn.get_by_role("button", name="Copy the answer with its citations").click()
    expect(page.get_by_role("status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith(f"{THANKS}\n\nYou are welcome.")


@pytest.mark.parametrize("clipboard", [True, False])
def test_an_answer_is_copied_with_its_citations(visit: Visit, clipboard: bool) -> None:
    """Also on plain http, where the browser has no clipboard object."""
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    if not clipboard:
        page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')) }")
    turn = ask(opened(page), ANSWERED)
    turn.get_by_role("button", name="Copy the answer with its citations").click()
    expect(page.get_by_role("status")).to_have_text("Copied")
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith(ANSWERED + "\n\nAccess from home goes through the VPN")
    assert "from your phone. [2] Your laptop's" in text
    assert "\n[1] “Access from home" in text
    assert "— Remote access, Getting connected, 9 March 2026, http" in text


def test_a_thumb_is_kept(visit: Visit, sites: Sites) -> None:
    """It can be changed, and is still there on the next page."""
    page = opened(visit())
    turn = ask(page, ANSWERED)
    turn.get_by_role("button", name="Helpful", exact=True).click()
    expect(turn.get_by_role("button", name="Helpful", exact=True)).to_have_attribute("aria-pressed", "true")
    turn.get_by_role("button", name="Not helpful").click()
    expect(turn.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")
    page.goto(sites.wiki + "/index.php/Opening_hours")
    expect(turn.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")
    expect(turn.get_by_role("button", name="Helpful", exact=True)).to_have_attribute("aria-pressed", "false")
