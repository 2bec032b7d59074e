"""What the widget's browser tests share: where pages are, and how the widget in a page is opened and asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

WIDE, PHONE = (1280, 800), (360, 740)
HOME = "/index.php/Remote_access"
PATIENCE = 20_000  # milliseconds; the machine may be busy

expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Sites:
    """Addresses of the service, of a wiki on its list, and of a site that is not."""

    service: str
    wiki: str
    strange: str


Visit = Callable[..., Page]


def opened(page: Page) -> Page:
    """The same page with the panel open."""
    page.locator(".launcher").click()
    expect(page.locator("textarea")).to_be_focused()
    return page


def ask(page: Page, question: str, done: str = ".foot") -> Locator:
    """The turn of a question, when it is answered, or when what `done` selects is there."""
    page.locator("textarea").fill(question)
    page.locator("textarea").press("Enter")
    turn = page.locator(".turn").last
    expect(turn.locator("h3")).to_have_text(question)
    expect(turn.locator(done)).to_be_visible()
    return turn
