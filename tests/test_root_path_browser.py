"""Under a path, behind a proxy that ends TLS: signing on, the chat page, the source view, the API and the widget's script."""

from __future__ import annotations

import json
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import create_connection, socket

import pytest
from browser_library import ANSWERED
from browser_origins import RULES, make_certificate, service
from playwright.sync_api import Page, expect, sync_playwright
from test_page_browser import CHROMIUM, FLAGS, ask

from assistant.service.keys import Keys

ROOT = b"/assistant"


class Proxy(socketserver.ThreadingTCPServer):
    """A reverse proxy by https that takes the path away and says nothing of itself."""

    allow_reuse_address = daemon_threads = True
    target = 0
    certificate: ssl.SSLContext

    def get_request(self) -> tuple[socket, object]:
        connection, address = self.socket.accept()
        return self.certificate.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser may hang up at any time."""


class Passing(socketserver.StreamRequestHandler):
    """One request and its answer; then the connection ends."""

    def handle(self) -> None:
        method, path, version = self.rfile.readline().split(b" ")
        lines = list(iter(self.rfile.readline, b"\r\n"))
        length = next((int(one.split(b":")[1]) for one in lines if one.lower().startswith(b"content-length:")), 0)
        kept = [one for one in lines if not one.lower().startswith(b"connection:")]
        if not path.startswith(ROOT + b"/"):
            self.wfile.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        with create_connection(("127.0.0.1", self.server.target)) as behind:  # type: ignore[attr-defined]
            first = b" ".join((method, path[len(ROOT) :], version))
            behind.sendall(b"".join((first, *kept, b"Connection: close\r\n\r\n", self.rfile.read(length))))
            while piece := behind.recv(65536):
                self.wfile.write(piece)


@contextmanager
def proxy(target: int, certificate: Path) -> Iterator[int]:
    with Proxy(("127.0.0.1", 0), Passing) as server:
        server.target = target
        server.certificate = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.certificate.load_cert_chain(certificate)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The chat page after signing on; in the end: nothing was asked for outside the path, and nothing failed."""
    folder = tmp_path_factory.mktemp("data")
    _, key = Keys(folder).add("reader")
    wrong: list[str] = []
    with ExitStack() as held:
        address = held.enter_context(service(folder, "ask.corp", root_path=ROOT.decode()))
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
