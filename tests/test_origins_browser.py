"""In a real browser: a page of an origin that is not allowed can neither frame nor call the service.

Everything is tried twice, with third-party cookies allowed and not. What no browser can send is sent as raw bytes.
"""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from browser_library import ANSWERED, FakeAssistant
from browser_origins import RULES, make_certificate, service, site
from chromium import CHROMIUM, FLAGS
from playwright.sync_api import BrowserContext, Frame, Page, expect, sync_playwright

from assistant.service.keys import Keys

COOKIES = {"third-party cookies on": False, "third-party cookies off": True}  # whether they are blocked

CALLS = """calls => Promise.all(calls.map(async ([address, method, headers, body, credentials]) => {
    try {
        const answer = await fetch(address, { method, headers, body: body ?? undefined, credentials });
        return [answer.status, await answer.text()];
    } catch (error) { return ["blocked", ""]; }
}))"""
BLIND = """calls => Promise.all(calls.map(async ([address, method, body]) => {
    try {
        const options = { method, body: body ?? undefined, mode: "no-cors", credentials: "include" };
        return (await fetch(address, options)).type;
    } catch (error) { return "blocked"; }
}))"""
FRAMES = """([sources, sandbox]) => Promise.all(sources.map((source) => {
    const frame = document.createElement("iframe");
    if (sandbox) frame.sandbox = "allow-scripts";
    const loaded = new Promise((done) => { frame.onload = done; setTimeout(done, 4000); });
    frame.src = source;
    document.body.append(frame);
    return loaded;
}))"""
FORMS = """addresses => Promise.all(addresses.map((address, number) => {
    const frame = document.createElement("iframe");
    frame.name = `target${number}`;
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action: address, enctype: "text/plain", target: frame.name });
    const field = document.createElement("input");
    Object.assign(field, { name: '{"question": "why?", "x": "', value: '"}' });
    form.append(field);
    document.body.append(frame, form);
    const loaded = new Promise((done) => { frame.onload = done; setTimeout(done, 3000); });
    form.submit();
    return loaded;
}))"""
ELEMENTS = """async addresses => {
    const tags = { script: "src", img: "src", link: "href", video: "src" };
    const made = addresses.flatMap((address) => Object.entries(tags).map(([tag, attribute]) => new Promise((done) => {
        const element = document.createElement(tag);
        if (tag === "link") element.rel = "stylesheet";
        element.onload = element.onloadeddata = () => done(`${tag} ${address}`);
        element.onerror = () => done("");
        setTimeout(() => done(""), 5000);
        element[attribute] = address;
        document.body.append(element);
    })));
    return (await Promise.all(made)).filter((one) => one);
}"""
STORES = """() => { try { localStorage.setItem("x", "1"); return true; } catch { return false; } }"""


@dataclass(frozen=True)
class World:
    """The ports of the sites, the addresses of the services, and keys of the one that needs one."""

    listed: int
    other: int
    secure: int
    keyless: str
    keyed: str
    bare: str
    key: str
    admin: str

    def address(self, page: str) -> str:
        """The address of a page that is allowed, or of one that is not."""
        return {
            "listed": f"http://wiki.corp:{self.listed}/",
            "case": f"http://WIKI.Corp:{self.listed}/",
            "user-info": f"http://user:pw@wiki.corp:{self.listed}/",
            "other port": f"http://wiki.corp:{self.other}/",
            "trailing dot": f"http://wiki.corp.:{self.listed}/",
            "name before": f"http://evil.wiki.corp:{self.listed}/",
            "name after": f"http://wiki.corp.evil:{self.listed}/",
            "https": f"https://wiki.corp:{self.secure}/",
            "our host, other port": f"http://127.0.0.1:{self.other}/",
            "our name, other port": f"http://ask.corp:{self.other}/",
            "localhost": f"http://localhost:{self.other}/",
        }.get(page, f"http://wiki.corp:{self.listed}/")

    def asked(self) -> list[str]:
        """How many questions each service has answered."""
        return [
            "\n".join(
                line for line in read(address, "/metrics", self.admin)[1].splitlines() if "questions_total{" in line
            )
            for address in (self.keyless, self.keyed.replace("ask.corp", "127.0.0.1"), self.bare)
        ]


ALLOWED = ["listed", "case", "user-info"]
FOREIGN = [
    "other port",
    "trailing dot",
    "name before",
    "name after",
    "https",
    "our host, other port",
    "our name, other port",
    "localhost",
    "sandboxed",
    "data",
]


def read(address: str, path: str, key: str) -> tuple[int, str]:
    """What a program of this machine gets."""
    connection = http.client.HTTPConnection(address.partition("://")[2], timeout=10)
    connection.request("GET", path, headers={"authorization": f"Bearer {key}"})
    answer = connection.getresponse()
    status, text = answer.status, answer.read().decode()
    connection.close()
    return status, text


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Sites, and three services: open to programs of this machine, with keys under a name, and without a list."""
    folders = [tmp_path_factory.mktemp(name) for name in ("keyless", "keyed", "bare")]
    _, key = Keys(folders[1]).add("reader")
    _, admin = Keys(folders[1]).add("watcher", ["admin"])
    with ExitStack() as held:
        listed, other = held.enter_context(site()), held.enter_context(site())
        secure = held.enter_context(site(make_certificate(tmp_path_factory.mktemp("tls"))))
        # Of the https site the scheme is wrong on the list, and nothing else.
        origins = (f"http://wiki.corp:{listed}", f"http://wiki.corp:{secure}")
        keyless = held.enter_context(service(folders[0], "", *origins))
        keyed = held.enter_context(service(folders[1], "ask.corp", *origins))
        bare = held.enter_context(service(folders[2], ""))
        yield World(listed, other, secure, keyless, keyed.replace("127.0.0.1", "ask.corp"), bare, key, admin)


@pytest.fixture(scope="module", params=COOKIES)
def context(
    request: pytest.FixtureRequest, world: World, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """A browser that takes third-party cookies, or does not, and whose user is signed on to the service with keys."""
    profile, blocked = tmp_path_factory.mktemp("profile"), COOKIES[request.param]
    (profile / "Default").mkdir()
    settings = {"profile": {"cookie_controls_mode": int(blocked), "block_third_party_cookies": blocked}}
    (profile / "Default" / "Preferences").write_text(json.dumps(settings))
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch_persistent_context(
            str(profile),
            executable_path=str(CHROMIUM),
            args=[*FLAGS, f"--host-resolver-rules={RULES}"],
            ignore_https_errors=True,
        )
        opened.set_default_timeout(30_000)
        page = opened.new_page()
        page.goto(world.address("listed"))
        page.evaluate(FRAMES, [[world.address("our name, other port")], False])
        assert page.frames[1].evaluate(STORES) is not blocked  # the setting is in force
        page.goto(world.keyed)
        page.wait_for_url(f"{world.keyed}/signin")
        page.locator("#key").fill(world.key)
        page.locator("button").click()
        expect(page.locator("#question textarea")).to_be_focused(timeout=30_000)
        page.close()
        yield opened
        opened.close()


@pytest.fixture
def visit(context: BrowserContext, world: World) -> Iterator[Callable[[str], Frame]]:
    """Opens a page by its name in `World.address`, or one without an origin."""
    pages: list[Page] = []

    def visit(name: str) -> Frame:
        page = context.new_page()
        pages.append(page)
        page.goto(world.address(name))
        if name in ("sandboxed", "data"):
            source = "data:text/html,<body>A page." if name == "data" else world.address("listed")
            page.evaluate(FRAMES, [[source], name == "sandboxed"])
        frame = page.frames[-1]
        assert (frame.evaluate("origin") == "null") == (name in ("sandboxed", "data"))
        return frame

    yield visit
    for page in pages:
        page.close()


def call(frame: Frame, address: str, method: str = "GET", headers: Any = None, body: Any = None) -> tuple[Any, str]:
    """Status and text that a script of this page gets, or `blocked`."""
    ((status, text),) = frame.evaluate(CALLS, [[address, method, headers or {}, body, "omit"]])
    return status, text


def ticket(frame: Frame, address: str) -> str:
    """A ticket for the listed page."""
    status, text = call(frame, f"{address}/api/ticket", "POST")
    assert status == 200
    return str(json.loads(text)["ticket"])


def framed(frame: Frame, addresses: Sequence[str]) -> list[str]:
    """The addresses that a page shows in frames; one that is blocked is left out."""
    frame.evaluate(FRAMES, [list(addresses), False])
    return [one.url for one in frame.child_frames if one.url.startswith("http")]


QUESTION = json.dumps({"question": ANSWERED})
JSON = {"content-type": "application/json"}
DOCUMENT = FakeAssistant().collection.documents()[0].id
READ = [
    "/api/documents",
    "/v1/models",
    "/openapi.json",
    "/config",
    "/",
    "/signin",
    "/embed",
    "/healthz",
    f"/source/{DOCUMENT}",
]


def attempts(address: str, secrets: Sequence[str]) -> list[list[Any]]:
    """What a page tries: to read, to ask, to get a ticket, with nothing and with what it has stolen."""
    chat = {"model": "cited-assistant", "messages": [{"role": "user", "content": ANSWERED}]}
    tried: list[list[Any]] = [[path, "GET", {}, None] for path in READ]
    tried += [
        ["/api/ask", "POST", JSON, QUESTION],
        ["/api/ask", "POST", {}, QUESTION],
        ["/api/ticket", "POST", {}, None],
        ["/api/ticket", "POST", JSON, json.dumps({"origin": "http://wiki.corp"})],
        ["/mcp", "POST", JSON, json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})],
        ["/v1/chat/completions", "POST", JSON, json.dumps(chat)],
    ]
    tried += [["/api/ask", "POST", JSON | {"authorization": f"Bearer {one}"}, QUESTION] for one in secrets]
    return [[address + path, *rest, credentials] for path, *rest in tried for credentials in ("include", "omit")]


@pytest.mark.parametrize("name", FOREIGN)
def test_a_page_that_is_not_allowed_cannot_call(name: str, world: World, visit: Callable[[str], Frame]) -> None:
    """It reads nothing, with cookies, with a key, with the ticket of an allowed page; and nothing that it sends is done."""
    listed = visit("listed")
    stolen = [world.key, ticket(listed, world.keyless), ticket(listed, world.keyed)]
    frame, before = visit(name), world.asked()
    for address in (world.keyless, world.keyed, world.bare):
        tried = attempts(address, stolen)
        for one, answer in zip(tried, frame.evaluate(CALLS, tried), strict=True):
            assert answer == ["blocked", ""], one
        blind = [
            ["/api/ask", "POST", QUESTION],
            ["/gradio_api/queue/join", "POST", QUESTION],
            ["/api/documents", "GET", None],
        ]
        types = frame.evaluate(BLIND, [[address + path, *rest] for path, *rest in blind])
        assert set(types) <= {"opaque", "blocked"}
    if name not in ("sandboxed", "data"):
        frame.evaluate(FORMS, [f"{address}/api/ask" for address in (world.keyless, world.keyed, world.bare)])
    assert world.asked() == before


@pytest.mark.parametrize("name", FOREIGN)
def test_a_page_that_is_not_allowed_cannot_frame(name: str, world: World, visit: Callable[[str], Frame]) -> None:
    """The chat page, a source, the widget's page: nothing of them is shown; nor can it use them as parts of its own."""
    services = (world.keyless, world.keyed, world.bare)
    frame = visit(name)
    whole = ("/", f"/source/{DOCUMENT}", "/embed", "/signin")
    assert framed(frame, [address + path for address in services for path in whole]) == []
    parts = (f"/source/{DOCUMENT}", "/api/documents", "/assets/assistant/page.js")
    assert frame.evaluate(ELEMENTS, [address + path for address in services for path in parts]) == []


@pytest.mark.parametrize("name", ALLOWED)
def test_a_page_of_a_listed_origin_asks_with_a_ticket(name: str, world: World, visit: Callable[[str], Frame]) -> None:
    """However its address is written; and without the ticket not, cookies or none."""
    for address in (world.keyless, world.keyed):
        frame = visit(name)
        given = {"authorization": f"Bearer {ticket(frame, address)}"}
        status, text = call(frame, f"{address}/api/ask", "POST", JSON | given, QUESTION)
        assert status == 200
        assert json.loads(text)["verdict"] == "answered"
        assert call(frame, f"{address}/api/ask", "POST", JSON, QUESTION)[0] == 401
        with_cookies = [f"{address}/api/ask", "POST", JSON | given, QUESTION, "include"]
        assert frame.evaluate(CALLS, [with_cookies]) == [["blocked", ""]]
        view = json.loads(text)["views"]["1"]
        assert call(frame, address + view)[0] == "blocked"  # it is opened, not read


def test_a_page_of_a_listed_origin_frames(world: World, visit: Callable[[str], Frame]) -> None:
    """The widget's page is shown, and so is the chat page of this machine."""
    addresses = [f"{world.keyless}/embed", f"{world.keyed}/embed", f"{world.keyless}/"]
    assert sorted(framed(visit("listed"), addresses)) == sorted(addresses)


def test_an_empty_list_allows_the_same_origin_only(
    world: World, visit: Callable[[str], Frame], context: BrowserContext
) -> None:
    """A page of the service itself asks and frames; the wiki that others list does not."""
    page = context.new_page()
    page.goto(f"{world.bare}/")
    assert call(page.main_frame, f"{world.bare}/api/ask", "POST", JSON, QUESTION)[0] == 200
    assert framed(page.main_frame, [f"{world.bare}/source/{DOCUMENT}"])[-1].endswith(DOCUMENT)
    page.close()
    wiki = visit("listed")
    assert call(wiki, f"{world.bare}/api/ticket", "POST")[0] == "blocked"
    assert framed(wiki, [f"{world.bare}/embed", f"{world.bare}/"]) == []


def test_a_name_that_leads_here_is_no_name_of_ours(world: World, context: BrowserContext) -> None:
    """A site whose name is made to lead to this machine reads nothing, though for the browser it is one origin."""
    for address in (world.keyless, world.bare):
        page = context.new_page()
        answer = page.goto(address.replace("127.0.0.1", "wiki.corp.evil"))
        assert answer is not None
        assert answer.status == 421
        assert call(page.main_frame, f"{page.url}api/documents")[0] in (421, "blocked")
        page.close()


def test_the_session_is_not_for_scripts_and_not_for_others(world: World, context: BrowserContext) -> None:
    """The cookie is out of reach of scripts, sent by no other site, and of no use to another port of the same name."""
    (cookie,) = [one for one in context.cookies() if one.get("name") == "assistant-session"]
    assert cookie.get("httpOnly")
    assert cookie.get("sameSite") == "Strict"
    page = context.new_page()
    sent: list[str] = []
    page.on(
        "request",
        lambda request: sent.append(request.all_headers().get("cookie", "")) if "/api/" in request.url else None,
    )
    page.goto(world.address("listed"))
    page.evaluate(BLIND, [[f"{world.keyed}/api/documents", "GET", None]])
    assert [one for one in sent if "assistant-session" in one] == []
    page.goto(world.address("our name, other port"))
    assert "assistant-session" not in page.evaluate("document.cookie")
    page.close()


def test_a_link_from_a_wiki_opens_the_page_of_who_is_signed_on(world: World, context: BrowserContext) -> None:
    """The strict cookie does not come along, so the page is loaded once more, and then it is there."""
    page = context.new_page()
    page.goto(world.address("listed"))
    page.evaluate("address => { location.href = address; }", f"{world.keyed}/")
    expect(page.locator("#question textarea")).to_be_focused(timeout=30_000)
    page.close()


def raw(address: str, head: str, body: str = "") -> str:
    """The first line of the answer to bytes that no browser would send."""
    host, _, port = address.partition("://")[2].replace("ask.corp", "127.0.0.1").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        text = (
            head.replace("PORT", port).replace("\n", "\r\n")
            + f"\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}"
        )
        connection.sendall(text.encode("latin-1"))
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    assert b"access-control-allow-origin: http://evil" not in answer.lower()
    return answer.split(b"\r\n", 1)[0].decode().split(" ", 2)[1]


POST = "POST /api/ask HTTP/1.1\nContent-Type: application/json\n"
SPOOFED = {
    "another host": (POST + "Host: evil.example", "421"),
    "another host that is its own origin": (POST + "Host: evil.example\nOrigin: http://evil.example", "421"),
    "a host that begins like ours": (POST + "Host: 127.0.0.1.evil.example:PORT", "421"),
    "a host with user-info": (POST + "Host: 127.0.0.1@evil.example", "421"),
    "no host that could be one": (POST + "Host: 127.0.0.1, evil.example", "421"),
    "our host, another origin": (POST + "Host: 127.0.0.1:PORT\nOrigin: http://evil.example", "403"),
    "our host in the origin's user-info": (
        POST + "Host: 127.0.0.1:PORT\nOrigin: http://127.0.0.1:PORT@evil.example",
        "403",
    ),
    "our origin with a path": (POST + "Host: 127.0.0.1:PORT\nOrigin: http://127.0.0.1:PORT/", "403"),
    "another origin that says it is ours": (
        POST + "Host: 127.0.0.1:PORT\nOrigin: http://evil.example\nSec-Fetch-Site: same-origin",
        "403",
    ),
    "https that says nothing": (POST + "Host: 127.0.0.1:PORT\nOrigin: https://127.0.0.1:PORT", "403"),
    "a forwarded host": (
        POST + "Host: 127.0.0.1:PORT\nX-Forwarded-Host: evil.example\nOrigin: http://evil.example",
        "403",
    ),
    "a forwarded user": (POST + "Host: 127.0.0.1:PORT\nX-Forwarded-For: 127.0.0.1\nX-Remote-User: admin", "401"),
    "two origins": (POST + "Host: 127.0.0.1:PORT\nOrigin: http://127.0.0.1:PORT\nOrigin: http://evil.example", "403"),
    "null": (POST + "Host: 127.0.0.1:PORT\nOrigin: null", "403"),
    "an empty origin": (POST + "Host: 127.0.0.1:PORT\nOrigin:", "403"),
    "ours": (POST + "Host: 127.0.0.1:PORT\nOrigin: http://127.0.0.1:PORT", "200"),
    "a program": (POST + "Host: 127.0.0.1:PORT", "200"),
}


@pytest.mark.parametrize("name", SPOOFED)
def test_what_no_browser_sends(name: str, world: World) -> None:
    """Hosts and origins that are made up are refused; the last two show that everything else was right."""
    head, status = SPOOFED[name]
    assert raw(world.keyless, head, QUESTION) == status


def test_a_ticket_is_of_no_use_at_another_origin(world: World) -> None:
    """Replayed with another Origin, with two, with none: refused; with its own, answered."""
    connection = http.client.HTTPConnection(world.keyless.partition("://")[2])
    origin = f"http://wiki.corp:{world.listed}"
    connection.request("POST", "/api/ticket", headers={"origin": origin})
    given = json.loads(connection.getresponse().read())["ticket"]
    connection.close()
    head = f"{POST}Host: 127.0.0.1:PORT\nAuthorization: Bearer {given}"
    assert raw(world.keyless, f"{head}\nOrigin: {origin}", QUESTION) == "200"
    others = ("http://evil.example", "null", f"http://wiki.corp:{world.secure}", f"{origin}.", "http://127.0.0.1:PORT")
    for other in others:
        assert raw(world.keyless, f"{head}\nOrigin: {other}", QUESTION) == "403"
    assert raw(world.keyless, f"{head}\nOrigin: {origin}\nOrigin: http://evil.example", QUESTION) == "403"
    assert raw(world.keyless, head, QUESTION) == "403"
    assert raw(world.keyed, f"{head}\nOrigin: {origin}", QUESTION) == "401"  # another service's secret
