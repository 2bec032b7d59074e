"""The promise that binds all doors, with the real models: the same question gives the same citations through each of them.

Command line, API, OpenAI client, MCP client (both ways), chat page and widget, side by side over one running service. What a
page shows has number, quote, document and sentence; where the sentence stands is then asked of the collection.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from mcp import Client, StdioServerParameters
from openai import OpenAI
from playwright.sync_api import Browser, Locator, expect

from index import Collection, Settings

ROOT = Path(__file__).parent.parent
QUESTIONS = {
    "Why is there no peace treaty?": "answered",
    "What are the four islands called, and when did the INF Treaty end?": "answered",
    "Who won the 2018 world cup?": "not_found",
}
Cited = tuple[int, str, str, str, int, int]  # number, quote, sentence id, document id, start, end
Seen = tuple[bool, list[Cited]]  # whether it is an answer; its citations, or the nearest sentences
Door = Callable[[str], Seen]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The seeds, indexed."""
    folder = tmp_path_factory.mktemp("doors")
    with Collection.open(replace(Settings(), data=folder), create=True) as collection:
        collection.ingest(ROOT / "seeds")
    return folder


@pytest.fixture(scope="module")
def wiki() -> Iterator[ThreadingHTTPServer]:
    """Another site, with one page that holds the widget; the service's address is put in later."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            script = f'<script src="{server.service}/widget.js" async></script>'  # type: ignore[attr-defined]
            element = '<cited-assistant mode="inline"></cited-assistant>'
            self.wfile.write(f"<!doctype html><title>Wiki</title><link rel=icon href=data:,>{element}{script}".encode())

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def service(data: Path, wiki: ThreadingHTTPServer) -> Iterator[str]:
    """The address of `assistant serve`, which the wiki may call."""
    words = ["serve", "--port", "0", "--origin", origin_of(wiki)]
    with subprocess.Popen(
        command(data, *words), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        address = next(word for word in process.stdout.readline().split() if word.startswith("http"))
        wiki.service = address  # type: ignore[attr-defined]
        yield address
        process.terminate()
        assert process.wait(timeout=20) == 0


@pytest.fixture(scope="module")
def doors(data: Path, service: str, wiki: ThreadingHTTPServer, browser: Browser) -> Iterator[dict[str, Door]]:
    """Each door as a function from a question to what it cites."""
    stdio = StdioServerParameters(command=sys.executable, args=command(data, "mcp")[1:], cwd=ROOT)
    with (
        Collection.open(replace(Settings(), data=data)) as collection,
        OpenAI(base_url=f"{service}/v1", api_key="unused", max_retries=0) as openai,
        talking(f"{service}/mcp") as over_http,
        talking(stdio) as over_stdio,
    ):
        yield {
            "command line": partial(by_command, data),
            "API": partial(by_api, service),
            "API, events": partial(by_events, service),
            "OpenAI client": partial(by_openai, openai),
            "OpenAI client, streamed": partial(by_openai_stream, openai),
            "MCP client, HTTP": lambda question: of_record(over_http(question)),
            "MCP client, stdio": lambda question: of_record(over_stdio(question)),
            "chat page": partial(by_page, browser, service, collection),
            "widget": partial(by_widget, browser, origin_of(wiki), collection),
        }


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_door_cites_the_same(doors: dict[str, Door], data: Path, question: str) -> None:
    """Number, quote, sentence, document and range of every citation, or of the nearest sentences of a refusal."""
    expected = doors["command line"](question)
    answered, cited = expected
    assert answered == (QUESTIONS[question] == "answered")
    assert [one[0] for one in cited] == list(range(1, len(cited) + 1))
    assert len(cited) > 1
    with Collection.open(replace(Settings(), data=data)) as collection:
        for _, quote, _, identity, start, end in cited:
            document = collection.document(identity)
            assert document is not None
            assert document.text[start:end] == quote
    for name, door in doors.items():
        assert door(question) == expected, name


def of_record(record: dict[str, Any]) -> Seen:
    shown = record["citations"] or record["nearest"]
    return bool(record["citations"]), [
        (one["number"], one["quote"], one["sentence_id"], one["document"]["id"], one["start"], one["end"])
        for one in shown
    ]


def by_command(data: Path, question: str) -> Seen:
    done = subprocess.run(
        command(data, "ask", question, "--json"), cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return of_record(json.loads(done.stdout))


def by_api(address: str, question: str) -> Seen:
    return of_record(httpx.post(f"{address}/api/ask", json={"question": question}, timeout=60).json())


def by_events(address: str, question: str) -> Seen:
    """From the events of the sentences alone; a refusal has none, and its nearest sentences come with the last event."""
    answer = httpx.post(
        f"{address}/api/ask", json={"question": question}, headers={"accept": "text/event-stream"}, timeout=60
    )
    events = [block.split("\n", 1) for block in answer.text.strip().split("\n\n")]
    said = [(name.removeprefix("event: "), json.loads(line.removeprefix("data: "))) for name, line in events]
    nearest = said[-1][1]["nearest"]
    return of_record({"citations": [one for name, one in said if name == "citation"], "nearest": nearest})


def by_openai(client: OpenAI, question: str) -> Seen:
    messages: Any = [{"role": "user", "content": question}]
    done: Any = client.chat.completions.create(model="cited-assistant", messages=messages)
    for citation in done.citations:
        assert f"[{citation['number']}]" in done.choices[0].message.content
    return of_record({"citations": done.citations, "nearest": done.answer["nearest"]})


def by_openai_stream(client: OpenAI, question: str) -> Seen:
    messages: Any = [{"role": "user", "content": question}]
    *_, last = client.chat.completions.create(model="cited-assistant", messages=messages, stream=True)
    found: Any = last
    return of_record({"citations": found.citations, "nearest": found.answer["nearest"]})


@contextmanager
def talking(server: Any) -> Iterator[Callable[[str], dict[str, Any]]]:
    """Asks through one MCP client that stays connected, from outside of its event loop."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(Client(server)) as client:

        def ask(question: str) -> dict[str, Any]:
            result = portal.call(client.call_tool, "ask", {"question": question})
            assert not result.is_error, result.content
            record: dict[str, Any] = result.structured_content
            return record

        yield ask


def by_page(browser: Browser, address: str, collection: Collection, question: str) -> Seen:
    with browser.new_context(reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(address)
        page.fill("#question textarea", question)
        page.press("#question textarea", "Enter")
        answer = page.locator(".answer.complete, .answer.refused")
        expect(answer).to_have_count(1, timeout=60_000)
        chips = [one.get_attribute("href") for one in answer.locator("a.chip").all()]
        shown = []
        for item in answer.locator(".sources li").all():
            link = item.locator("a.quote")
            number = int(item.locator(".number").inner_text())
            assert not chips or f"#{item.get_attribute('id')}" in chips
            shown.append(placed(collection, number, text_of(link.locator("bdi")), link.get_attribute("href") or ""))
        return bool(chips), sorted(shown)


def by_widget(browser: Browser, address: str, collection: Collection, question: str) -> Seen:
    with browser.new_context(reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(address)
        widget = page.locator("cited-assistant")
        widget.locator("textarea").fill(question)
        widget.locator("textarea").press("Enter")
        expect(widget.locator(".foot")).to_have_count(1, timeout=60_000)
        chips = widget.locator("button.chip").all()
        shown = []
        for chip in chips:
            chip.click()
            shown.append(of_card(collection, int(text_of(chip)), widget.locator(".card")))
        nearest = widget.locator(".turn .card").all() if not chips else []
        shown += [of_card(collection, number, card) for number, card in enumerate(nearest, start=1)]
        return bool(chips), shown


def of_card(collection: Collection, number: int, card: Locator) -> Cited:
    return placed(
        collection, number, text_of(card.locator("blockquote")), card.locator("a.go").get_attribute("href") or ""
    )


def placed(collection: Collection, number: int, quote: str, address: str) -> Cited:
    """The citation behind the address of a source view: where its sentence stands is asked of the collection."""
    parts = urlsplit(address)
    document, sentence = unquote(parts.path.rsplit("/", 1)[-1]), parse_qs(parts.query)["sentence"][0]
    (found,) = [one for one in collection.sentences(document) if one.id == sentence]
    return number, quote, sentence, document, found.start, found.end


def text_of(place: Locator) -> str:
    return place.evaluate("element => element.textContent")  # type: ignore[no-any-return]


def command(data: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "assistant", *words, "--data", str(data)]


def origin_of(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"
