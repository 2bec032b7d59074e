"""The widget's conversation in a real browser: from page to page, over tabs, and when something goes wrong."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from widget_library import ANSWERED, REFUSED, TROUBLE
from widget_visit import HOME, PHONE, Sites, Visit, ask, opened

pytest_plugins = ["widget_fixtures"]


def test_the_conversation_goes_on_from_page_to_page(visit: Visit, sites: Sites) -> None:
    """The open panel is open again, with the same answers and chips; the next question belongs to the same conversation."""
    page = opened(visit())
    ask(page, ANSWERED)
    page.goto(sites.wiki + "/index.php/Opening_hours")
    expect(page.locator(".panel")).to_be_visible()
    expect(page.locator(".turn .chip")).to_have_count(5)
    ask(page, REFUSED)
    first, second = page.request.get(sites.wiki + "/asked").json()[-2:]
    assert first.get("conversation") is None
    kept = page.evaluate("JSON.parse(Object.values(localStorage)[0])")
    assert second["conversation"] == kept["conversation"]
    assert re.fullmatch("[0-9a-f]{32}", kept["owner"])
    page.get_by_role("button", name="Close").click()
    page.goto(sites.wiki + HOME)
    expect(page.locator(".launcher")).to_be_visible()
    expect(page.locator(".panel")).to_be_hidden()
    opened(page)
    expect(page.locator(".turn h3")).to_have_text([ANSWERED, REFUSED])


def test_on_a_phone_the_next_page_is_not_covered(visit: Visit, sites: Sites) -> None:
    """After a link the page itself is seen; the conversation waits behind the button."""
    page = opened(visit(size=PHONE))
    ask(page, REFUSED)
    page.goto(sites.wiki + "/index.php/Opening_hours")
    expect(page.locator(".launcher")).to_be_visible()
    expect(page.locator(".panel")).to_be_hidden()
    expect(opened(page).locator(".turn")).to_have_count(1)


def test_another_tab_has_the_same_conversation(visit: Visit, sites: Sites) -> None:
    """What is asked in one appears in the other; a new conversation begins in both."""
    page = opened(visit())
    other = page.context.new_page()
    other.goto(sites.wiki + HOME)
    opened(other)
    ask(page, ANSWERED)
    expect(other.locator(".turn h3")).to_have_text([ANSWERED])
    other.get_by_role("button", name="New conversation").click()
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator(".hello")).to_be_visible()


def test_a_conversation_that_is_gone_begins_anew(visit: Visit) -> None:
    """One that has expired, or is another's, is forgotten, and the question is answered in a new one."""
    page = opened(visit())
    ask(page, REFUSED)
    for question in (ANSWERED, None):
        page.evaluate(
            "() => { const [key] = Object.keys(localStorage); const kept = JSON.parse(localStorage[key]);"
            " localStorage[key] = JSON.stringify({...kept, conversation: 'no-such-conversation'}) }"
        )
        if question is None:
            page.reload()
            expect(page.locator(".hello")).to_be_visible()
        else:
            page.locator("cited-assistant").evaluate("e => e.replaceWith(e.cloneNode())")
            page.locator("textarea").evaluate("e => e.focus()")
            ask(page, question)
    ask(page, ANSWERED)


def test_too_many_questions_wait_and_are_asked_again(visit: Visit) -> None:
    """It says how long, waits, and then the answer comes."""
    page = opened(visit())
    ask(page, TROUBLE["busy"], ".problem")
    expect(page.locator(".problem")).to_have_text("Too many questions right now. (1 s)")
    expect(page.locator(".foot")).to_be_visible()
    expect(page.locator(".problem")).to_have_count(0)


def test_after_some_tries_it_asks_what_to_do(visit: Visit) -> None:
    """A crowd that does not end leaves a button; waiting can be stopped."""
    page = opened(visit())
    turn = ask(page, TROUBLE["crowded"], ".again")
    expect(turn).to_contain_text("Too many questions right now.")
    turn.get_by_role("button", name="Try again").click()
    expect(turn).to_contain_text("(1 s)")
    page.get_by_role("button", name="Stop").click()
    expect(turn.locator(".again")).to_be_visible()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()


@pytest.mark.parametrize(("kind", "said"), [("cut", "The answer broke off."), ("failing", "Something went wrong.")])
def test_a_broken_stream_is_told(visit: Visit, kind: str, said: str) -> None:
    """What had come stays readable, no detail of the server is shown, and the second try gives the whole answer."""
    page = opened(visit())
    turn = ask(page, TROUBLE[kind], ".problem")
    expect(turn.locator(".sentence")).to_have_count(1)
    expect(turn.locator(".problem")).to_contain_text(said)
    expect(turn).not_to_contain_text("secret")
    turn.get_by_role("button", name="Try again").click()
    expect(turn.locator(".sentence")).to_have_count(2)
    expect(turn.locator(".problem")).to_have_count(0)


def test_an_expired_ticket_is_renewed(visit: Visit, sites: Sites) -> None:
    """A refused ticket is fetched anew and the question asked again; a ticket near its end is not used any more."""
    page = visit()
    page.clock.install()
    opened(page)
    page.clock.resume()
    tickets: list[str] = []
    page.on("request", lambda request: tickets.append(request.url) if request.url.endswith("/api/ticket") else None)
    ask(page, TROUBLE["expired"])
    assert len(tickets) == 2
    ask(page, REFUSED)
    assert len(tickets) == 2
    page.clock.fast_forward("00:51")
    ask(page, REFUSED)
    assert len(tickets) == 3


def test_a_question_that_is_not_taken_comes_back(visit: Visit) -> None:
    """The server's own sentence is shown, and the question stands in the field to be changed."""
    page = opened(visit())
    turn = ask(page, TROUBLE["unknown"], ".problem")
    expect(turn.locator(".problem")).to_have_text("Shorten the question.")
    expect(page.locator("textarea")).to_have_value(TROUBLE["unknown"])


def test_offline_and_unreachable_are_told_apart(visit: Visit) -> None:
    """The browser's own connection, or a server that does not answer; both can be tried again."""
    page = opened(visit())
    page.context.set_offline(True)
    turn = ask(page, ANSWERED, ".problem")
    expect(turn).to_contain_text("You are offline.")
    page.context.set_offline(False)
    turn.get_by_role("button", name="Try again").click()
    expect(turn.locator(".foot")).to_be_visible()
    dead = opened(visit(tag="dead"))
    expect(ask(dead, ANSWERED, ".problem")).to_contain_text("The assistant cannot be reached.")


def test_a_page_that_is_not_allowed_is_told_so(visit: Visit, sites: Sites) -> None:
    """The script runs on any page; the service answers only the listed ones."""
    page = opened(visit(site=sites.strange))
    turn = ask(page, ANSWERED, ".problem")
    expect(turn).to_contain_text("This page is not allowed to use the assistant.")


def test_stopping_keeps_what_has_come(visit: Visit) -> None:
    """And the next question can be asked at once."""
    page = opened(visit())
    turn = ask(page, TROUBLE["slow"], ".sentence")
    page.get_by_role("button", name="Stop").click()
    expect(turn.locator(".problem")).to_contain_text("The answer broke off.")
    expect(turn.locator(".sentence")).to_have_count(1)
    ask(page, REFUSED)


def test_the_stream_is_read_to_its_end(visit: Visit) -> None:
    """After the last event, too: a stream that is cancelled looks to the server like a reader who has gone. The next
    question need not wait for that."""
    page = visit()
    page.evaluate(
        """() => { const reader = ReadableStreamDefaultReader.prototype; const { read, cancel } = reader; window.ends = [];
        reader.cancel = function () { ends.push("cancelled"); return cancel.call(this); };
        reader.read = async function () {
          const got = await read.call(this);
          if (got.done) ends.push("read");
          return got; } }"""
    )
    ask(opened(page), TROUBLE["slow"])
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    page.wait_for_function("() => ends.length")
    assert page.evaluate("ends") == ["read"]
