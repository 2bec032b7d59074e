"""The conversation of the chat page, kept on the server: reloads, tabs, other browsers, deleting, changed sources, stopping."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from browser_library import ANSWERED, REFUSED, FakeAssistant, shelf
from playwright.sync_api import Browser, BrowserContext, Page, expect
from served import served
from service_library import Shelf, an_answer, keepers
from test_page_browser import ask
from writers import Scripted, quoting

from assistant.conversation import Turn
from assistant.quoted import shown
from assistant.record import Answer, Event
from assistant.service.app import create_app
from assistant.service.caller import Refused

SLOW, FOLLOW_UP, DOUBTFUL, THANKS = "slow", "and who helps her?", "doubtful", "thanks"
STANDALONE = "Who helps Ada Lindqvist?"
NO_STORAGE = "Object.defineProperty(window, 'localStorage', { get() { throw new Error('blocked') } })"
PATIENCE = 20_000  # milliseconds
Enter = Callable[..., Page]


class Told(FakeAssistant):
    """Understands one follow-up, writes one doubtful answer, and waits at one question until nobody waits any more."""

    model = Scripted(quoting())

    def __init__(self) -> None:
        super().__init__(Shelf())
        self.cancelled: threading.Event | None = None

    def ask(self, question: str, within: str | None = None) -> Answer:
        if question == FOLLOW_UP:
            return replace(an_answer(), question=question, standalone_question=STANDALONE)
        if question == THANKS:
            return replace(
                an_answer(REFUSED), question=question, verdict="talk", nearest=(), notes=("You are welcome.",)
            )
        if question == DOUBTFUL:
            one = an_answer()
            written = [replace(sentence, verdict="supported") for sentence in one.sentences[:2]]
            written[1] = replace(written[1], verdict="partly", text="Its lamp was first lit in 1874 by the mayor.")
            return replace(one, question=question, mode="generated", sentences=tuple(written), withheld=1)
        return super().ask(question, within)

    def stream(
        self,
        question: str,
        within: str | None = None,
        history: Sequence[Turn] = (),
        cancelled: threading.Event | None = None,
    ) -> Iterator[Event]:
        if question != SLOW:
            yield from super().stream(question, within, history, cancelled)
            return
        self.cancelled = cancelled
        yield next(shown(self.ask(DOUBTFUL)))
        assert cancelled is not None
        assert cancelled.wait(30)
        yield an_answer()


@pytest.fixture(scope="module")
def assistant() -> Told:
    return Told()


@pytest.fixture(scope="module")
def app(assistant: Told) -> Any:
    return create_app(assistant)


@pytest.fixture(scope="module")
def address(app: Any) -> Iterator[str]:
    with served(app) as address:
        yield address


@pytest.fixture
def as_it_was(assistant: Told) -> Iterator[None]:
    yield
    assistant.collection.held = shelf()


@pytest.fixture
def enter(address: str, browser: Browser) -> Iterator[Enter]:
    """Opens the page in a new tab: of a new browser profile, or of the one that is given."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def open_page(context: BrowserContext | None = None, **options: Any) -> Page:
        if context is None:
            context = browser.new_context(reduced_motion="reduce", **options)
            contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(address)
        expect(page.locator("#question textarea")).to_be_focused(timeout=PATIENCE)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def said(page: Page) -> list[str]:
    """What is read: questions, answers with the numbers of their citations, quotes."""
    return page.locator("#chat .asked, #chat .text, #chat .verdict, #chat .quote").all_inner_texts()


def reload(page: Page) -> None:
    page.reload()
    expect(page.locator("#question textarea")).to_be_focused(timeout=PATIENCE)


def until(true: Callable[[], Any]) -> None:
    for _ in range(800):
        if true():
            return
        time.sleep(0.01)
    pytest.fail("it did not happen within eight seconds")


def test_a_reload_shows_the_same(enter: Enter) -> None:
    """Questions, answers, citations and sources, in order, without being announced anew; chips open their sources."""
    page = enter()
    ask(page, ANSWERED)
    ask(page, REFUSED)
    before = said(page)
    reload(page)
    assert said(page) == before
    assert len(before) == 2 + 2 + 4 + 3
    expect(page.locator("#welcome")).to_be_hidden()
    assert page.locator("#announcer").inner_text() == ""
    page.locator("#chat a.chip").first.click()
    expect(page.frame_locator("#source-panel iframe").locator("mark")).to_contain_text("built in 1874")
    page.keyboard.press("Escape")
    ask(page, ANSWERED)
    expect(page.locator("#chat .asked")).to_have_count(3)


def test_a_second_tab_shows_the_same_and_follows(enter: Enter) -> None:
    """What is asked in one appears in the other; a new chat begins in both, and what stands in the field stays."""
    page = enter()
    ask(page, ANSWERED)
    other = enter(page.context)
    assert said(other) == said(page)
    page.fill("#question textarea", "half a question")
    ask(other, REFUSED)
    expect(page.locator("#chat .asked")).to_have_count(2)
    assert page.locator("#question textarea").input_value() == "half a question"
    other.locator("#new-chat").click()
    expect(page.locator("#chat .asked")).to_have_count(0)
    expect(page.locator("#welcome")).to_be_visible()
    reload(other)
    expect(other.locator("#chat .asked")).to_have_count(0)


def test_another_browser_shows_nothing_of_it(enter: Enter) -> None:
    """Not even with the conversation's id: whose it is decides."""
    page = enter()
    ask(page, ANSWERED)
    kept = page.evaluate("JSON.parse(Object.values(localStorage).find(one => one.includes('conversation')))")
    stranger = enter()
    expect(stranger.locator("#chat .asked")).to_have_count(0)
    stranger.evaluate(
        "kept => { const key = Object.keys(localStorage).find(one => one.includes('page')); const { conversation } = kept;"
        " localStorage[key] = JSON.stringify({ ...JSON.parse(localStorage[key]), conversation }) }",
        kept,
    )
    reload(stranger)
    expect(stranger.locator("#chat .asked")).to_have_count(0)
    ask(stranger, REFUSED)
    expect(stranger.locator("#chat .asked")).to_have_count(1)
    reload(page)
    expect(page.locator("#chat .asked")).to_have_count(1)


def test_deleting_is_asked_twice_and_deletes_on_the_server(enter: Enter, app: Any) -> None:
    """One press says what a second one does; after that nothing of the conversation is anywhere."""
    page = enter()
    expect(page.locator("#delete-chat")).to_be_hidden()
    ask(page, ANSWERED)
    other = enter(page.context)
    kept = page.evaluate("JSON.parse(Object.values(localStorage).find(one => one.includes('conversation')))")
    store, owner = app.state.service.store, f"browser {kept['owner']}"
    assert len(store.conversation(kept["conversation"], owner)) == 1
    page.get_by_role("button", name="Delete this conversation").click()
    expect(page.locator("#chat .asked")).to_have_count(1)
    page.get_by_role("button", name="Press again to delete this conversation for good").click()
    for tab in (page, other):
        expect(tab.locator("#chat .asked")).to_have_count(0)
    expect(page.locator("#delete-chat")).to_be_hidden()
    with pytest.raises(Refused):
        store.conversation(kept["conversation"], owner)
    reload(page)
    expect(page.locator("#welcome")).to_be_visible()


def test_a_changed_source_is_marked(enter: Enter, assistant: Told, as_it_was: None) -> None:
    """What it quoted stays, with a mark; of a document that is gone nothing is quoted any more."""
    page = enter()
    ask(page, ANSWERED)
    library = assistant.collection
    library.held[0] = keepers("Bo Ek has kept the lighthouse since 2026.")
    reload(page)
    marked = page.locator(".sources li", has_text="The source has changed since this was quoted.")
    expect(marked).to_have_count(2)
    expect(marked.first).to_contain_text("Ada Lindqvist has kept the lighthouse since 2019.")
    library.held.pop(0)
    reload(page)
    expect(page.locator(".sources li", has_text="The document was removed.")).to_have_count(2)
    assert "Lindqvist" not in page.locator("#chat").inner_text()


def test_without_storage_the_page_still_answers(browser: Browser, address: str, assistant: Told) -> None:
    """Nothing is kept then; what was said in this window is the history of the next question all the same."""
    with browser.new_context(reduced_motion="reduce") as context:
        context.add_init_script(NO_STORAGE)
        page = context.new_page()
        page.goto(address)
        expect(page.locator("#question textarea")).to_be_focused(timeout=PATIENCE)
        ask(page, ANSWERED)
        ask(page, FOLLOW_UP)
        assert [turn.question for turn in assistant.history] == [ANSWERED]
        expect(page.locator("#delete-chat")).to_be_hidden()


def test_a_follow_up_says_how_it_was_understood(enter: Enter, assistant: Told) -> None:
    """Above its answer, also after a reload; the kept turns are its history. Small talk is answered plainly."""
    page = enter()
    ask(page, ANSWERED)
    reload(page)
    ask(page, FOLLOW_UP)
    assert [turn.question for turn in assistant.history] == [ANSWERED]
    expect(page.locator(".answer").nth(1).locator(".understood")).to_have_text(f"Understood as: {STANDALONE}")
    ask(page, THANKS)
    expect(page.locator(".answer.talk")).to_have_text("You are welcome.")
    expect(page.locator("#announcer")).to_have_text("You are welcome.")
    reload(page)
    expect(page.locator(".understood")).to_have_count(1)
    ask(page, FOLLOW_UP)
    assert [turn.question for turn in assistant.history] == [ANSWERED, STANDALONE]


def test_doubt_is_seen_and_heard(enter: Enter) -> None:
    """A sentence that is supported in part carries a label and an underline; what was withheld is counted."""
    page = enter()
    ask(page, DOUBTFUL)
    sentences = page.locator("#chat .sentence")
    expect(sentences.nth(1)).to_contain_text("partly supported")
    expect(sentences.nth(0)).not_to_contain_text("supported")
    assert "dotted" in sentences.nth(1).locator("bdi").evaluate("e => getComputedStyle(e).textDecoration")
    expect(page.locator(".remark")).to_contain_text(
        ["A marked sentence is only partly supported", "1 sentence was withheld"]
    )
    expect(page.locator(".foot")).to_contain_text("1 of 2 sentences supported")
    expect(page.locator("#announcer")).to_contain_text("by the mayor. partly supported")


def test_stopping_gives_the_question_back(enter: Enter, assistant: Told) -> None:
    """The button takes the place of the one that asks; whoever writes is told, and nothing of it is kept."""
    page = enter()
    ask(page, REFUSED)
    page.fill("#question textarea", SLOW)
    page.press("#question textarea", "Enter")
    expect(page.locator("#chat .sentence")).to_have_count(1)
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#question textarea")).to_have_value(SLOW)
    expect(page.locator("#chat .asked")).to_have_count(1)
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    until(lambda: assistant.cancelled is not None and assistant.cancelled.is_set())
    reload(page)
    expect(page.locator("#chat .asked")).to_have_count(1)
    ask(page, ANSWERED)


def test_who_closes_the_page_is_missed(enter: Enter, assistant: Told) -> None:
    """Whoever writes is told within moments."""
    page = enter()
    assistant.cancelled = None
    page.fill("#question textarea", SLOW)
    page.press("#question textarea", "Enter")
    expect(page.locator("#chat .sentence")).to_have_count(1)
    cancelled = assistant.cancelled
    assert cancelled is not None
    assert not cancelled.is_set()
    page.close()
    until(cancelled.is_set)


def test_a_long_list_of_documents_is_turned_page_by_page(enter: Enter, assistant: Told, as_it_was: None) -> None:
    """Next and previous, with the place; there are no buttons where all fit."""
    page = enter()
    page.locator("#open-documents").click()
    expect(page.locator("#listing li")).to_have_count(3)
    expect(page.get_by_role("button", name="Next")).to_be_hidden()
    page.keyboard.press("Escape")
    document, sentences = assistant.collection.held[0]
    assistant.collection.held = [(replace(document, id=f"{n}", path=f"{n:04}.md"), sentences) for n in range(150)]
    page.locator("#open-documents").click()
    expect(page.locator("#listing li")).to_have_count(100)
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#listing .place")).to_have_text("101–150 of 150 documents")
    expect(page.get_by_role("button", name="Next")).to_be_hidden()
    page.get_by_role("button", name="Previous").click()
    expect(page.locator("#listing .place")).to_have_text("1–100 of 150 documents")
