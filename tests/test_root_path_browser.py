"""Under a path, behind a proxy that ends TLS: signing on, the chat page, the source view, the API and the widget's script."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from browser_library import ANSWERED
from browser_origins import RULES, make_certificate, service
from chromium import CHROMIUM, FLAGS
from playwright.sync_api import Page, expect, sync_playwright
from test_page_browser import ask

from assistant.service.keys import Keys

ROOT = "/assistant"
ROOT_FOLDER = Path(__file__).parent.parent
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@contextmanager
def proxy(target: int, certificate: Path) -> Iterator[int]:
    """The port of a real nginx by https, with the lines of docs/service.md."""
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(nginx).exists():
        pytest.skip("the proxy of this test is nginx, which is not installed: sudo apt-get install nginx")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = certificate.parent / "nginx"
    folder.mkdir()
    documented = re.search(r"```nginx\n(.+?)```", (ROOT_FOLDER / "docs" / "service.md").read_text(), re.DOTALL)
    assert documented is not None
    places = " ".join(f"{name}_temp_path {folder / name};" for name in TEMPORARY)
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder / 'pid'}; error_log {folder / 'error.log'}; events {{}}\n"
        f"http {{ access_log off; {places}\n"
        f"server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {certificate}; ssl_certificate_key {certificate};\n"
        f"{documented[1].replace('127.0.0.1:7860', f'127.0.0.1:{target}')} }} }}\n"
    )
    with subprocess.Popen([nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")]) as running:
        try:
            _wait_for(port)
            yield port
        finally:
            running.terminate()


def _wait_for(port: int) -> None:
    for _ in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise AssertionError("nginx does not listen")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The chat page after signing on; in the end: nothing was asked for outside the path, and nothing failed."""
    folder = tmp_path_factory.mktemp("data")
    _, key = Keys(folder).add("reader")
    wrong: list[str] = []
    with ExitStack() as held:
        address = held.enter_context(service(folder, "ask.corp", root_path=ROOT))
        port = held.enter_context(proxy(int(address.rpartition(":")[2]), make_certificate(folder)))
        here = f"https://ask.corp:{port}/assistant/"
        playwright = held.enter_context(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=[*FLAGS, f"--host-resolver-rules={RULES}"]
        )
        page = browser.new_page(ignore_https_errors=True)
        page.set_default_timeout(30_000)
        page.goto(here)
        page.locator("#key").fill(key)
        page.locator("button").click()
        expect(page.locator("#question textarea")).to_be_focused(timeout=30_000)
        assert page.url == here
        page.on("request", lambda one: None if one.url.startswith((here, "data:", "blob:")) else wrong.append(one.url))
        page.on("response", lambda one: wrong.append(f"{one.status} {one.url}") if one.status >= 400 else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.reload()
        expect(page.locator("#question textarea")).to_be_focused(timeout=30_000)
        yield page
        browser.close()
    assert [one for one in wrong if "about:blank" not in one] == []


def test_the_session_is_for_https_and_for_the_path(page: Page) -> None:
    """The cookie goes to nothing else on this host."""
    (cookie,) = [one for one in page.context.cookies() if one.get("name") == "assistant-session"]
    assert cookie.get("secure")
    assert cookie.get("httpOnly")
    assert cookie.get("path") == "/assistant"


def test_the_page_answers_and_shows_the_source(page: Page) -> None:
    """The answer streams through the proxy, and its source opens beside it, in its own look."""
    ask(page, ANSWERED)
    page.locator("#chat a.chip").first.click()
    source = page.frame_locator("#source-panel iframe")
    expect(source.locator("mark").first).to_be_visible()
    frame = next(one for one in page.frames if "/source/" in one.url)
    assert "/assistant/source/" in frame.url
    assert frame.evaluate("getComputedStyle(document.querySelector(':target')).backgroundColor") != "rgba(0, 0, 0, 0)"
    page.keyboard.press("Escape")
    page.locator("#open-documents").click()
    page.locator("#documents ul.listing a").first.click()
    expect(source.locator("h1")).to_be_visible()
    expect(source.locator("mark")).to_have_count(0)
    page.keyboard.press("Escape")


def test_a_reload_shows_the_same_conversation(page: Page) -> None:
    """Below the path, through the proxy, signed on with a key."""
    before = page.locator("#chat .sentence").all_inner_texts()
    page.reload()
    expect(page.locator("#question textarea")).to_be_focused(timeout=30_000)
    assert page.locator("#chat .sentence").all_inner_texts() == before
    expect(page.locator("#chat .asked")).to_have_count(1)


def test_the_api_and_the_views_of_its_answers(page: Page) -> None:
    """With the session, from our own page; addresses of sources stand below the path."""
    text = page.evaluate(
        """async question => (await fetch("./api/ask", { method: "POST", body: JSON.stringify({ question }),
            headers: { "content-type": "application/json" } })).text()""",
        ANSWERED,
    )
    view = json.loads(text)["views"]["1"]
    assert page.evaluate("async view => (await fetch('.' + view)).status", view) == 200


def test_the_widget_is_there(page: Page) -> None:
    """Its script and its page are served below the path."""
    for path in ("./widget.js", "./embed"):
        assert page.evaluate("async path => (await fetch(path)).status", path) == 200
