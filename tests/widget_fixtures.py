"""Fixtures of the widget's browser tests, for `pytest_plugins`: the sites of `widget_service.py`, a browser, opening a page."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from widget_visit import HOME, PATIENCE, WIDE, Sites, Visit

SITES = Path(__file__).with_name("widget_service.py")


@pytest.fixture(scope="session")
def sites() -> Iterator[Sites]:
    """The three sites, running."""
    process = subprocess.Popen([sys.executable, str(SITES)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield Sites(*process.stdout.readline().split())
    process.terminate()
    process.wait(timeout=20)
    process.stdout.close()


@pytest.fixture
def visit(sites: Sites, browser: Browser) -> Iterator[Visit]:
    """Opens a page of the wiki in a fresh profile. Afterwards: no request to another host, nothing against the page's
    policy, no error, no dialog, no text of a document run."""
    wrong: list[str] = []
    contexts = []
    ours = (sites.service + "/", sites.wiki + "/", sites.strange + "/", "data:", "http://127.0.0.1:1/")

    def listen(page: Page) -> None:
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (wrong.append("dialog"), dialog.dismiss()))
        page.on(
            "console",
            lambda said: (
                wrong.append(said.text)
                if "frame-ancestors" not in said.text
                and re.search("Content Security Policy|TrustedHTML|cited-assistant:", said.text)
                else None
            ),
        )

    def open_page(path: str = HOME, *, tag: str = "plain", size: tuple[int, int] = WIDE, **options: Any) -> Page:
        site = options.pop("site", sites.wiki)
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
        contexts.append(context)
        context.on("request", lambda request: None if request.url.startswith(ours) else wrong.append(request.url))
        context.on("page", listen)
        context.add_cookies([{"name": "tag", "value": tag, "url": site, "httpOnly": True}])
        page = context.new_page()
        page.goto(site + path)
        return page

    yield open_page
    for context in contexts:
        for page in context.pages:
            if page.title() in ("1", "2", "3", "4", "5"):
                wrong.append(f"a document has set the title to {page.title()}")
        context.close()
    assert wrong == []
