"""The chat page in a real browser: what a reader sees, hears and reaches with the keyboard; nothing leaves the machine.

Another assistant can be put behind these tests by another `SERVICE` program that prints its address.
"""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_library import ANSWERED, BROKEN, HOSTILE, REFUSED, TABLE
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

SERVICE = Path(__file__).with_name("browser_service.py")
WIDE, PHONE = (1280, 800), (360, 740)
Open = Callable[..., Page]
COUNT_SENTENCES = """() => {
    window.seen = new Set();
    new MutationObserver(() => window.seen.add(document.querySelectorAll('#chat .sentence').length))
        .observe(document.body, {childList: true, subtree: true});
}"""
COUNT_SHIFTS = """() => {
    window.shift = 0;
    new PerformanceObserver(list => { for (const entry of list.getEntries()) window.shift += entry.value; })
        .observe({type: 'layout-shift', buffered: true});
}"""
LEAVING: set[Page] = set()  # pages that are on their way to another
FITS = """() => ['html', 'body', '#conversation', '#documents .body', '#header', '#composer', '#source-panel']
    .flatMap(one => [...document.querySelectorAll(one)])
    .every(e => e.scrollWidth <= e.clientWidth + 1 && e.getBoundingClientRect().right <= 361)"""


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """The address of a running service; afterwards it is checked that it connected nowhere."""
    process = subprocess.Popen([sys.executable, str(SERVICE)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.extend(process.stdout or []))
    reader.start()
    yield address
    process.terminate()
    assert process.wait(timeout=10) == 0
    reader.join()
    process.stdout.close()
    assert [line for line in said if line.startswith("OUTBOUND")] == []


@pytest.fixture
def visit(service: str, browser: Browser) -> Iterator[Open]:
    """Opens the page in a fresh profile; afterwards: no request elsewhere, no error on the page, no dialog."""
    wrong: list[str] = []
    contexts = []

    def note(page: Page, message: ConsoleMessage) -> None:
        if message.type == "error" and page not in LEAVING:
            wrong.append(f"console: {message.text}")

    def open_page(size: tuple[int, int] = WIDE, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        context.on(
            "request",
            lambda request: (
                wrong.append(request.url)
                if not request.url.startswith((service + "/", "data:", "blob:")) and request.url != "about:blank"
                else None
            ),
        )
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("console", lambda message: note(page, message))
        page.on("dialog", lambda dialog: (wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.goto(service)
        expect(page.locator("#question textarea")).to_be_focused(timeout=30_000)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def reload(page: Page) -> None:
    """The page anew. What was under way is broken off, which Gradio calls an error."""
    LEAVING.add(page)
    page.reload()
    LEAVING.remove(page)


def ask(page: Page, question: str) -> None:
    """Types a question, sends it with Enter, and waits for the whole answer."""
    answers = page.locator(".answer.complete, .answer.refused, .answer.failed")
    number = answers.count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    expect(answers).to_have_count(number + 1)


def in_view(page: Page, selector: str = "mark, tr.cited") -> bool:
    """Whether the marked sentence lies inside the visible part of the source frame."""
    frame = page.frame_locator("#source-panel iframe")
    expect(frame.locator(selector).first).to_be_visible()
    return frame.locator(selector).first.evaluate(
        "e => { const r = e.getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight && r.width > 0 }"
    )


def test_an_answer_appears_sentence_by_sentence_with_chips(visit: Open) -> None:
    """Sentences come one after another; at the end each has its numbered chip and the sources are grouped."""
    page = visit()
    page.evaluate(COUNT_SENTENCES)
    ask(page, ANSWERED)
    assert page.evaluate("[...window.seen].sort()") == [0, 1, 2, 3, 4]
    expect(page.locator("#chat a.chip")).to_have_count(4)
    expect(page.locator("#chat .sources .document")).to_have_count(2)
    expect(page.locator("#welcome")).to_be_hidden()
    expect(page.locator("#question textarea")).to_have_value("")


def test_a_chip_opens_the_document_at_its_sentence(visit: Open) -> None:
    """The panel shows the whole document, the sentence is marked and in view; Esc gives the focus back to the chip."""
    page = visit()
    ask(page, ANSWERED)
    chip = page.locator("#chat a.chip").first
    chip.click()
    panel = page.locator("#source-panel")
    expect(panel).to_be_visible()
    expect(panel.locator("h2")).to_have_text("North Point: a history")
    expect(panel.locator("h2")).to_be_focused()
    assert in_view(page)
    frame = page.frame_locator("#source-panel iframe")
    assert "built in 1874" in frame.locator("mark").inner_text()
    assert "Appendix F" in frame.locator("article").inner_text()
    assert panel.locator("a.tool").get_attribute("href", timeout=1000).endswith(chip_anchor(page))
    assert page.locator("#conversation").bounding_box()["width"] <= panel.bounding_box()["x"] + 1
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(chip).to_be_focused()


def chip_anchor(page: Page) -> str:
    """The `#s-…` of the first source."""
    return "#" + (page.locator("#chat a.quote").first.get_attribute("href") or "").partition("#")[2]


def test_another_sentence_of_the_same_document_is_scrolled_to(visit: Open) -> None:
    """From one chip to the next the mark moves; a table row is marked as a row."""
    page = visit()
    ask(page, ANSWERED)
    page.locator("#chat a.chip").nth(0).click()
    expect(page.frame_locator("#source-panel iframe").locator("mark")).to_contain_text("built in")
    page.locator("#chat a.chip").nth(1).click()
    expect(page.frame_locator("#source-panel iframe").locator("mark")).to_have_text(
        "Its lamp was first lit on 3 October 1874."
    )
    assert in_view(page)
    page.keyboard.press("Escape")
    ask(page, TABLE)
    page.locator("#chat a.chip").nth(4).click()
    expect(page.frame_locator("#source-panel iframe").locator("tr.cited")).to_contain_text("North Point")


def test_everything_can_be_done_with_the_keyboard(visit: Open) -> None:
    """Ask, reach a chip with Tab, read its quote, open it, scroll the source, leave it from inside."""
    page = visit()
    page.keyboard.type(ANSWERED)
    page.keyboard.press("Shift+Enter")
    assert page.locator("#question textarea").input_value() == ANSWERED + "\n"
    page.keyboard.press("Enter")
    expect(page.locator(".answer.complete")).to_be_visible()
    for _ in range(25):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('#chat a.chip')"):
            break
    expect(page.locator("#chat a.chip").last).to_be_focused()
    expect(page.locator("#tip")).to_contain_text("She is helped by two volunteers")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("#source-panel h2")).to_be_focused()
    assert in_view(page)
    names = []
    for _ in range(3):
        page.keyboard.press("Tab")
        names.append(
            page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.tagName")
        )
    assert names == ["Open this source in a new tab", "Close source", "IFRAME"]
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.locator("#source-panel")).to_be_hidden()
    expect(page.locator("#chat a.chip").last).to_be_focused()


def test_nothing_scrolls_sideways_on_a_phone(visit: Open) -> None:
    """At 360 px every state fits: empty, answer, source, refusal, table, documents."""
    page = visit(PHONE, has_touch=True)

    def fits() -> bool:
        return bool(page.evaluate(FITS))

    assert fits()
    for question in (ANSWERED, TABLE, REFUSED, HOSTILE, "x" * 200):
        ask(page, question)
        assert fits(), question
    page.locator("#chat a.chip").first.click()
    expect(page.locator("#source-panel")).to_be_visible()
    assert fits()
    assert page.locator("#source-panel").bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 740}
    assert page.locator("#shell").evaluate("e => e.inert")
    assert page.locator("#source-panel").get_attribute("aria-modal") == "true"
    inner = page.frame_locator("#source-panel iframe").locator("html")
    assert inner.evaluate("e => e.scrollWidth <= e.clientWidth")
    page.locator("#source-panel .close").click()
    page.locator("#open-documents").click()
    expect(page.locator("#documents .listing li")).not_to_have_count(0)
    assert fits()
    assert page.locator("#upload").bounding_box()["height"] >= 44


def test_the_page_does_not_jump(visit: Open) -> None:
    """Layout shift, while it loads and an answer appears, is under 0.1 in three visits of four: what web.dev calls good."""
    shifts = []
    for _ in range(4):
        page = visit(PHONE)
        page.evaluate(COUNT_SHIFTS)
        ask(page, ANSWERED)
        page.wait_for_timeout(300)
        shifts.append(page.evaluate("window.shift"))
    assert sorted(shifts)[2] < 0.1, shifts


def test_an_answer_is_copied_with_its_citations(visit: Open) -> None:
    """The clipboard gets text, numbers and sources; the button says so."""
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    ask(page, ANSWERED)
    page.locator("button.copy").click()
    expect(page.locator("button.copy")).to_have_text("Copied")
    text = page.evaluate("navigator.clipboard.readText()")
    assert "storm of 1911. [1] Its lamp" in text
    assert "\nSources\n[1] “The lighthouse" in text
    expect(page.locator("button.copy")).to_have_text("Copy answer")


def test_copying_works_without_the_clipboard_api(visit: Open) -> None:
    """On plain http from another machine the browser has no clipboard object: the old way is taken."""
    page = visit(permissions=["clipboard-read"])
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')) }")
    ask(page, ANSWERED)
    page.locator("button.copy").click()
    expect(page.locator("button.copy")).to_have_text("Copied")
    assert "[4] “She is helped" in page.evaluate("navigator.clipboard.readText()")


def test_new_chat_empties_the_page(visit: Open) -> None:
    """The conversation goes, the greeting and the examples come back, the field has the focus."""
    page = visit()
    ask(page, ANSWERED)
    page.locator("#chat a.chip").first.click()
    page.locator("#new-chat").click()
    expect(page.locator("#chat .asked")).to_have_count(0)
    expect(page.locator("#welcome")).to_be_visible()
    expect(page.locator("#source-panel")).to_be_hidden()
    expect(page.locator("#question textarea")).to_be_focused()
    ask(page, REFUSED)
    expect(page.locator("#chat .asked")).to_have_count(1)


def test_an_example_is_asked_by_its_button(visit: Open) -> None:
    """One click asks it."""
    page = visit()
    page.get_by_role("button", name=TABLE).click()
    expect(page.locator(".answer.complete")).to_contain_text("31 m")


def test_a_refusal_shows_the_nearest_sentences_with_links(visit: Open) -> None:
    """It says that the documents do not answer, and each nearest sentence opens its document."""
    page = visit()
    ask(page, REFUSED)
    answer = page.locator(".answer.refused")
    expect(answer).to_contain_text("The documents do not answer this.")
    expect(answer.locator("a.quote")).to_have_count(3)
    answer.locator("a.quote").nth(1).click()
    expect(page.locator("#source-panel h2")).to_have_text("North Point: a history")
    assert in_view(page)


def test_documents_are_uploaded_with_progress(visit: Open, tmp_path: Path) -> None:
    """A bar while it works, then the result by file name with reasons; the new document is listed and opens."""
    page = visit()
    page.locator("#open-documents").click()
    expect(page.locator("#documents h2")).to_be_focused()
    expect(page.locator("#upload-notice")).to_have_text(
        "Documents you add can be read by everyone who can open this page."
    )
    (tmp_path / "news.md").write_text("The ferry sails at nine.")
    (tmp_path / "bad scan.pdf").write_text("-")
    with page.expect_file_chooser() as chooser:
        page.locator("#upload").click()
    chooser.value.set_files([tmp_path / "news.md", tmp_path / "bad scan.pdf"])
    expect(page.locator("#upload-status progress")).to_be_visible()
    result = page.locator("#upload-status")
    expect(result).to_contain_text("1 added, 1 not added")
    expect(result).to_contain_text("bad scan.pdf: no text found (scanned?)")
    expect(page.locator("#announcer")).to_contain_text("1 added")
    page.locator("#listing a", has_text="news").click()
    expect(page.frame_locator("#source-panel iframe").locator("article")).to_contain_text("The ferry sails at nine.")


def test_too_large_an_upload_is_told(visit: Open, tmp_path: Path) -> None:
    """Before it is sent: the name and the limit."""
    page = visit()
    page.locator("#open-documents").click()
    (tmp_path / "huge.md").write_bytes(b"x" * (2 * 2**20 + 1))
    with page.expect_file_chooser() as chooser:
        page.locator("#upload").click()
    chooser.value.set_files([tmp_path / "huge.md"])
    expect(page.locator("#upload-problem")).to_contain_text("huge.md: 2.0 MB. One upload holds at most 2 MB.")
    expect(page.locator("#upload")).to_be_enabled()


def test_the_theme_is_chosen_and_remembered(visit: Open) -> None:
    """System, light, dark: by button, kept over a reload, followed by the source."""
    page = visit(color_scheme="dark")
    ground = "getComputedStyle(document.querySelector('#conversation').closest('gradio-app')).backgroundColor"
    dark = page.evaluate(ground)
    page.locator("#theme").click()
    light = page.evaluate(ground)
    assert (dark, light) == ("rgb(20, 23, 26)", "rgb(250, 249, 245)")
    reload(page)
    expect(page.locator("#theme")).to_have_attribute("aria-label", "Theme: light")
    ask(page, ANSWERED)
    page.locator("#chat a.chip").first.click()
    inner = page.frame_locator("#source-panel iframe").locator("html")
    expect(inner).to_have_attribute("data-theme", "light")
    page.locator("#theme").click()
    expect(inner).to_have_attribute("data-theme", "dark")
    page.locator("#theme").click()
    expect(page.locator("#theme")).to_have_attribute("aria-label", "Theme: system")
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert page.evaluate(ground) == light


def test_it_makes_sense_to_a_screen_reader(visit: Open) -> None:
    """Names, roles and one announcement of the whole answer."""
    page = visit()
    for name in ("New chat", "Documents", "Theme: system", "Ask"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_visible()
    expect(page.get_by_role("textbox", name="Your question")).to_be_visible()
    expect(page.get_by_role("banner")).to_be_visible()
    ask(page, ANSWERED)
    expect(page.get_by_role("link", name="Citation 1: North Point: a history")).to_be_visible()
    expect(page.get_by_role("heading", name=ANSWERED)).to_be_visible()
    expect(page.locator("#announcer")).to_contain_text("Its lamp was first lit on 3 October 1874.")
    expect(page.locator("#announcer")).to_contain_text("4 quoted sentences below")
    assert page.locator("#chat [role=log]").get_attribute("aria-live") == "off"
    page.get_by_role("link", name="Citation 3: Keepers of the light").click()
    expect(page.get_by_role("dialog", name="Keepers of the light")).to_be_visible()
    assert page.locator("#source-panel iframe").get_attribute("title") == "Source: Keepers of the light"


def test_no_motion_for_who_wants_none(visit: Open) -> None:
    """The answer is there at once, in one piece."""
    page = visit(reduced_motion="reduce")
    page.evaluate(COUNT_SENTENCES)
    ask(page, ANSWERED)
    assert page.evaluate("[...window.seen].sort()") == [0, 4]


def test_a_too_long_question_is_told_and_kept(visit: Open) -> None:
    """The message counts, the text stays, nothing is asked; an empty question does nothing."""
    page = visit()
    page.press("#question textarea", "Enter")
    page.fill("#question textarea", "x" * 2003)
    expect(page.locator("#note")).to_contain_text("3 characters over the limit of 2,000")
    page.press("#question textarea", "Enter")
    page.wait_for_timeout(400)
    expect(page.locator("#chat .asked")).to_have_count(0)
    assert len(page.locator("#question textarea").input_value()) == 2003
    page.fill("#question textarea", "short")
    expect(page.locator("#note")).not_to_contain_text("limit")


def test_a_failure_is_told_in_plain_words(visit: Open) -> None:
    """No traceback, no detail; the next question works."""
    page = visit()
    ask(page, BROKEN)
    expect(page.locator(".answer.failed")).to_contain_text("Something went wrong while answering.")
    assert "secret" not in page.content()
    ask(page, REFUSED)


def test_a_hostile_document_does_nothing(visit: Open) -> None:
    """Markup in title, path, quote and context is text in chat, tooltip, panel and list; no picture is loaded."""
    page = visit()
    page.add_init_script("window.name = 'main'")
    ask(page, HOSTILE)
    ask(page, '<img src=x onerror="document.title=4"> ${document.title=4} ![x](http://evil.example/y.png) **b**')
    expect(page.locator("#chat .asked").last).to_contain_text("![x](http://evil.example/y.png) **b**")
    page.locator("#chat a.chip").first.hover()
    expect(page.locator("#tip")).to_contain_text("<img src=x")
    page.locator("#chat a.chip").first.click()
    expect(page.frame_locator("#source-panel iframe").locator("mark")).to_contain_text("<script>")
    page.keyboard.press("Escape")
    page.locator("#open-documents").click()
    expect(page.locator("#listing")).to_contain_text("evil.html")
    assert page.title() == "Cited Assistant"
    assert page.locator("#chat img, #tip img, #listing img, #chat script").count() == 0
    assert not re.search(r"<(b|u)>evil", page.locator("#listing").inner_html())


def test_two_chats_in_two_windows_do_not_mix(visit: Open) -> None:
    """Each window has its own conversation."""
    one, other = visit(), visit()
    ask(one, ANSWERED)
    ask(other, REFUSED)
    expect(one.locator("#chat .asked")).to_have_count(1)
    expect(other.locator("#chat .asked")).to_have_text(re.compile("France"))
