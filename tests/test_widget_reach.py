"""Who can use the widget, in a real browser: with the keyboard, a screen reader, a phone, in either theme, without motion."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from widget_library import ANSWERED, HOSTILE, LONG, PARTIAL, REFUSED, TABLE, TROUBLE
from widget_visit import PHONE, WIDE, Visit, ask, opened

pytest_plugins = ["widget_fixtures"]


SMALLEST = (320, 568)
GROUND = "e => getComputedStyle(e).backgroundColor"
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(27, 31, 35)"
FITS = """e => [e.shadowRoot.querySelector('.panel'), ...e.shadowRoot.querySelectorAll('.panel *')]
    .filter(one => !one.closest('.unseen') && one.getClientRects().length)
    .filter(one => { const place = one.getBoundingClientRect(); return place.left < -1 || place.right > innerWidth + 1; })
    .map(one => one.outerHTML.slice(0, 80))"""


def test_everything_can_be_done_with_the_keyboard(visit: Visit) -> None:
    """Open, ask, read a citation, go back step by step; the wiki's shortcuts hear nothing of it."""
    page = visit()
    page.locator(".launcher").focus()
    page.keyboard.press("Enter")
    expect(page.locator("textarea")).to_be_focused()
    page.keyboard.type("one")
    page.keyboard.press("Shift+Enter")
    assert page.locator("textarea").input_value() == "one\n"
    page.locator("textarea").fill("")
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_count(0)
    page.keyboard.type(ANSWERED)
    page.keyboard.press("Enter")
    expect(page.locator(".foot")).to_be_visible()
    names = []
    for _ in range(9):
        page.keyboard.press("Shift+Tab")
        names.append(page.evaluate("document.querySelector('cited-assistant').shadowRoot.activeElement.ariaLabel"))
    assert names[:3] == ["Not helpful", "Helpful", "Copy the answer with its citations"]
    assert names[3:8] == [
        f"Citation {n}: {t}" for n, t in ((5, "Welcome to the company"), *((n, "Remote access") for n in (4, 3, 2, 1)))
    ]
    page.keyboard.press("Tab")
    assert page.locator(".chip").first.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    page.keyboard.press("Space")
    expect(page.locator(".card")).to_be_visible()
    page.locator(".go").focus()
    page.keyboard.press("Escape")
    expect(page.locator(".card")).to_have_count(0)
    expect(page.locator(".chip").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_be_hidden()
    expect(page.locator(".launcher")).to_be_focused()
    assert page.evaluate("document.documentElement.dataset.keys") is None
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("s")
    assert page.evaluate("document.documentElement.dataset.keys") == "leaked s"


def test_choosing_a_word_of_an_input_method_does_not_send(visit: Visit) -> None:
    """The Enter that ends a Japanese word is not the Enter that asks."""
    page = opened(visit())
    page.locator("textarea").fill("にほんご")
    page.locator("textarea").evaluate(
        "e => e.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, composed: true}))"
    )
    assert page.locator("textarea").input_value() == "にほんご"
    expect(page.locator(".turn")).to_have_count(0)


def test_on_a_phone_the_keyboard_stays_in_the_sheet(visit: Visit) -> None:
    """The page below is covered, so Tab goes round."""
    page = opened(visit(size=PHONE))
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="New conversation")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_focused()


def test_it_has_names_and_roles(visit: Visit) -> None:
    """A dialog with a name, a labelled field, headings for questions, polite announcements; the tooltip is not everywhere."""
    page = opened(visit(tag="element"))
    expect(page.get_by_role("dialog", name="Help")).to_be_visible()
    expect(page.get_by_role("textbox", name="Ihre Frage")).to_be_visible()
    ask(page, REFUSED)
    expect(page.get_by_role("heading", name=REFUSED)).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("Die Dokumente beantworten das nicht.")
    assert page.locator(".root").get_attribute("title") == ""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_axe_finds_nothing_serious(visit: Visit, theme: str, size: tuple[int, int]) -> None:
    """Button, empty panel, answer with an open citation, refusal, partial answer, problem."""
    page = visit(size=size, color_scheme=theme, reduced_motion="reduce", bypass_csp=True)

    def check() -> None:
        found = Axe().run(page, context="cited-assistant").response["violations"]
        assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []

    check()
    opened(page)
    check()
    ask(page, ANSWERED).locator(".chip").first.click()
    check()
    ask(page, TABLE).locator(".chip").first.click()
    for question in (REFUSED, PARTIAL):
        ask(page, question)
        check()
    ask(page, TROUBLE["unknown"], ".problem")
    check()


@pytest.mark.parametrize("size", [SMALLEST, PHONE, WIDE])
def test_nothing_reaches_over_the_edge(visit: Visit, size: tuple[int, int]) -> None:
    """From 320 px on; on a phone the panel is the whole screen, and what is touched is large enough."""
    page = opened(visit(size=size, has_touch=size != WIDE))
    widget = page.locator("cited-assistant")
    for question in (ANSWERED, TABLE, REFUSED, PARTIAL, HOSTILE, LONG, "x" * 300):
        ask(page, question).locator(".chip, .foot").first.click()
        assert widget.evaluate(FITS) == [], question
    page.locator("textarea").fill("line\n" * 12)
    assert widget.evaluate(FITS) == []
    box = page.locator(".panel").bounding_box()
    assert box
    if size == WIDE:
        assert (box["width"], box["x"] + box["width"], box["y"] + box["height"]) == (400, 1260, 780)
    else:
        assert box == {"x": 0, "y": 0, "width": size[0], "height": size[1]}
        smallest = min(
            min(one["width"], one["height"])
            for one in (b.bounding_box() for b in page.locator(".tool, .send").all())
            if one
        )
        assert smallest >= 44
    page.evaluate("scrollTo(0, 300)")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


VIEW = """e => { const view = visualViewport; const root = e.shadowRoot;
    const inside = (one) => { const place = one.getBoundingClientRect();
        return place.left >= view.offsetLeft - 1 && place.right <= view.offsetLeft + view.width + 1
            && place.top >= view.offsetTop - 1 && place.bottom <= view.offsetTop + view.height + 1; };
    return [...root.querySelectorAll('.launcher, .panel, .close, textarea, .send')]
        .filter(one => one.getClientRects().length && !inside(one)).map(one => one.className || one.localName) }"""


def swipe(page: Page, start: tuple[int, int], way: tuple[int, int]) -> None:
    """A finger that goes over the screen; only so does a browser move what is seen within a wider page."""
    session = page.context.new_cdp_session(page)
    for step in range(11):
        point = {"x": start[0] + way[0] * step / 10, "y": start[1] + way[1] * step / 10}
        session.send(
            "Input.dispatchTouchEvent", {"type": "touchMove" if step else "touchStart", "touchPoints": [point]}
        )
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.mark.parametrize("side", ["left", "right"])
def test_on_a_page_wider_than_the_phone_it_stays_in_sight(visit: Visit, side: str) -> None:
    """Button, panel, closing and asking lie in what is seen, also after scrolling to the page's right end and with less
    height, as above a keyboard."""
    page = visit(size=PHONE, tag="broad", is_mobile=True, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") == 420
    widget = page.locator("cited-assistant")
    widget.evaluate("(e, side) => e.setAttribute('position', side)", side)
    in_sight = f"() => ({VIEW})(document.querySelector('cited-assistant')).length === 0"
    page.wait_for_function(in_sight)
    for _ in range(20):  # a busy browser may take a slow swipe for a press
        swipe(page, (300, 500), (-200, 0))
        swipe(page, (200, 600), (0, -400))
        if page.evaluate("visualViewport.offsetLeft === 60 && visualViewport.offsetTop > 0"):
            break
    page.wait_for_function("() => visualViewport.offsetLeft === 60 && visualViewport.offsetTop > 0")
    page.wait_for_function(in_sight)
    page.locator(".launcher").press("Enter")
    ask(page, ANSWERED)
    page.wait_for_function(in_sight)
    page.set_viewport_size({"width": PHONE[0], "height": 400})
    page.wait_for_function("() => visualViewport.height < 480")
    page.wait_for_function(in_sight)
    page.locator(".close").press("Enter")
    expect(page.locator(".panel")).to_be_hidden()


def test_a_phone_shows_the_icon_alone(visit: Visit) -> None:
    """The button keeps its name for who cannot see it."""
    page = visit(size=PHONE)
    button = page.get_by_role("button", name="Ask this wiki")
    box = button.bounding_box()
    assert box
    assert (box["width"], box["height"]) == (52, 52)
    assert not page.locator(".launcher span").is_visible()
    assert visit().locator(".launcher span").is_visible()


def test_the_date_of_a_citation_is_not_broken(visit: Visit) -> None:
    """However narrow the card is, day, month and year stand on one line."""
    page = opened(visit(size=SMALLEST))
    turn = ask(page, ANSWERED)
    turn.locator(".chip").first.click()
    date = turn.locator(".card time")
    expect(date).to_have_text("9 March 2026")
    for width in range(150, 300, 10):
        lines = date.evaluate(
            "(e, width) => { e.closest('.card').style.width = `${width}px`; return e.getClientRects().length }", width
        )
        assert lines == 1, width


def test_no_motion_for_who_wants_none(visit: Visit) -> None:
    """No animation runs."""
    page = opened(visit(reduced_motion="reduce"))
    ask(page, ANSWERED)
    assert page.evaluate("document.getAnimations().length") == 0
    assert page.locator(".panel").evaluate("e => e.getAnimations({subtree: true}).length") == 0


def test_the_theme_follows_the_system(visit: Visit) -> None:
    """While the page is open, too."""
    page = opened(visit(color_scheme="light"))
    assert page.locator(".panel").evaluate(GROUND) == LIGHT
    page.emulate_media(color_scheme="dark")
    expect(page.locator(".panel")).to_have_css("background-color", DARK)  # the browser tells the page in its own time


@pytest.mark.parametrize(
    ("ground", "system", "expected"),
    [
        ("white", "dark", LIGHT),
        ("night", "light", DARK),
        ("bare-on-night", "light", DARK),
        ("bare", "light", LIGHT),
        ("bare", "dark", DARK),
    ],
)
def test_the_theme_is_that_of_the_page(visit: Visit, ground: str, system: str, expected: str) -> None:
    """A page with a ground of its own decides, and one without follows the system."""
    page = opened(visit(tag=ground, color_scheme=system))
    assert page.locator(".panel").evaluate(GROUND) == expected
    page.emulate_media(color_scheme="light" if system == "dark" else "dark")
    other = expected if ground != "bare" else {LIGHT: DARK, DARK: LIGHT}[expected]
    if other == expected:
        page.wait_for_function(
            f"matchMedia('(prefers-color-scheme: {'light' if system == 'dark' else 'dark'})').matches"
        )
    expect(page.locator(".panel")).to_have_css("background-color", other)


def test_a_page_that_changes_its_ground_is_followed(visit: Visit) -> None:
    """When the panel is opened: some wikis have a switch of their own."""
    page = visit(tag="white")
    page.evaluate("document.body.className = 'night'")
    assert opened(page).locator(".panel").evaluate(GROUND) == DARK


def test_forced_colours_show_what_is_open(visit: Visit) -> None:
    """An open chip is told from a closed one by more than its ground."""
    page = opened(visit(forced_colors="active"))
    turn = ask(page, ANSWERED)
    turn.locator(".chip").first.click()
    page.locator("textarea").focus()
    lines = turn.locator(".chip").evaluate_all("all => all.map(e => getComputedStyle(e).outlineStyle)")
    assert lines == ["solid", "none", "none", "none", "none"]
