"""The layers and routes around the doors, over HTTP: signing on, permissions, tickets, the form of errors, proxies."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from browser_library import FakeAssistant, FakeLibrary, make
from starlette.testclient import TestClient
from test_service_access import HERE, WIKI, bearer, scope

from assistant.service.app import create_app
from assistant.service.guard import Guard
from assistant.service.keys import Keys


def library(name: str, text: str) -> FakeLibrary:
    found = FakeLibrary()
    found.name = name
    found.held = [make("notes", f"{name}.md", name, [("prose", [text], "")])]
    return found


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Two collections under one path of a company's name, with a key for each, and the wiki listed."""
    folder = tmp_path_factory.mktemp("data")
    keys = {name: Keys(folder).add(name, ["ask"], [name])[1] for name in ("a", "b")}
    assistants = {name: FakeAssistant(library(name, f"Only {name} says so.")) for name in ("a", "b")}
    app = create_app(assistants, host="0.0.0.0", data=folder, origins=(WIKI,), root_path="/assistant")
    with TestClient(app, base_url="http://ask.corp") as client:
        yield SimpleNamespace(client=client, keys=keys, service=app.state.service)


def test_the_page_asks_for_a_key_once(served: SimpleNamespace) -> None:
    """Without a session it leads to the form, with a wrong key nowhere, with the right one to the page."""
    client = served.client
    first = client.get("/")
    assert (first.status_code, 'content="0; url=signin"' in first.text) == (401, True)
    for shut in ("/config", "/gradio_api/queue/data?session_hash=x", "/gradio_api/startup-events"):
        assert client.get(shut).status_code == 401
    form = client.get("/signin")
    assert 'type="password"' in form.text
    assert form.headers["content-security-policy"].startswith("default-src 'none'")
    wrong = client.post("/signin", data={"key": "<b>wrong</b>"})
    assert wrong.status_code == 401
    assert "wrong" not in wrong.text
    right = client.post("/signin", data={"key": served.keys["a"]}, follow_redirects=False)
    assert (right.status_code, right.headers["location"]) == (303, "/assistant/")
    cookie = right.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/assistant" in cookie
    assert "Secure" not in cookie
    assert served.keys["a"] not in cookie
    token = {"cookie": cookie.partition(";")[0]}
    client.cookies.clear()
    assert client.get("/", headers=token).status_code == 200
    assert (
        client.post("/signout", headers=token, follow_redirects=False)
        .headers["set-cookie"]
        .startswith('assistant-session="";')
    )
    client.cookies.clear()


def test_the_cookie_is_for_https_where_the_page_is(served: SimpleNamespace) -> None:
    """By the origin that the browser sends, though the proxy speaks plain HTTP to us."""
    headers = {"origin": "https://ask.corp", "sec-fetch-site": "same-origin"}
    cookie = served.client.post(
        "/signin", data={"key": served.keys["a"]}, headers=headers, follow_redirects=False
    ).headers["set-cookie"]
    served.client.cookies.clear()
    assert "Secure" in cookie


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"origin": WIKI}, {"sec-fetch-site": "cross-site"}]
)
def test_nobody_else_can_sign_a_visitor_on(served: SimpleNamespace, headers: dict[str, str]) -> None:
    """A form on another site gives no session, even with a good key."""
    answer = served.client.post("/signin", data={"key": served.keys["a"]}, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_who_is_signed_on_is_not_asked_again(served: SimpleNamespace) -> None:
    """A browser keeps the strict cookie back on the way from another site; the form, which gets it, leads to the page."""
    key = served.service.access.keys.find(served.keys["a"])
    cookie = {"cookie": f"assistant-session={served.service.access.tickets.mint_session(key.id)}"}
    again = served.client.get("/signin", headers=cookie, follow_redirects=False)
    assert (again.status_code, again.headers["location"]) == (303, "/assistant/")


def test_a_key_of_another_collection_does_not_open_the_page(served: SimpleNamespace) -> None:
    """The page is the first collection's."""
    cookie = served.client.post("/signin", data={"key": served.keys["b"]}, follow_redirects=False).headers["set-cookie"]
    served.client.cookies.clear()
    assert served.client.get("/", headers={"cookie": cookie.partition(";")[0]}).status_code == 403


def test_a_document_of_another_collection_is_not_there(served: SimpleNamespace) -> None:
    """With its own key or its own pass it is; with the other one, none, or a pass for another document it is not."""
    document = served.service.assistants["b"].collection.documents()[0]
    client, address = served.client, f"/source/{document.id}"
    assert client.get(address, headers={"authorization": bearer(served.keys["b"])}).status_code == 200
    assert client.get(address, headers={"authorization": bearer(served.keys["a"])}).status_code == 404
    assert client.get(address).status_code == 404
    assert client.get(served.service.view("b", document.id, "s-1")).status_code == 200
    passed = served.service.access.tickets.mint_pass("a", document.id)
    assert client.get(address, params={"pass": passed}).status_code == 404
    other = served.service.access.tickets.mint_pass("b", "other")
    assert client.get(address, params={"pass": other}).status_code == 404


@pytest.mark.parametrize("path", ["/api/ask", "/api/documents", "/api/nothing", "/v1/models", "/v1/nothing", "/mcp"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "DELETE"])
def test_other_origins_get_403_and_no_permission(served: SimpleNamespace, path: str, method: str) -> None:
    """On every route for programs, with any method, also when the browser asks first; also with a good key."""
    for more in ({}, {"access-control-request-method": "POST"}, {"authorization": bearer(served.keys["a"])}):
        answer = served.client.request(method, path, headers={"origin": "https://evil.example", **more})
        assert answer.status_code == 403
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert answer.json() == {"error": {"message": "Requests from other sites are refused."}}


def test_a_listed_origin_gets_its_permission(served: SimpleNamespace) -> None:
    """Named, never with cookies, on routes for programs only."""
    asked = {"origin": WIKI, "access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    first = served.client.options("/api/ask", headers=asked)
    assert first.status_code == 204
    assert first.headers["access-control-allow-origin"] == WIKI
    assert "authorization" in first.headers["access-control-allow-headers"]
    second = served.client.post("/api/ask", json={"question": "why?"}, headers={"origin": WIKI})
    assert second.status_code == 401
    assert second.headers["access-control-allow-origin"] == WIKI
    for answer in (first, second):
        assert answer.headers["vary"] == "Origin"
        assert "access-control-allow-credentials" not in answer.headers
    for path in ("/", "/source/x", "/signin", "/gradio_api/queue/data"):
        answer = served.client.get(path, headers={"origin": WIKI}, follow_redirects=False)
        assert "access-control-allow-origin" not in answer.headers


def test_the_story_of_a_widget(served: SimpleNamespace) -> None:
    """A ticket, a question with it, the source by the address that came with the answer; nothing of the other collection."""
    client, service = served.client, served.service
    given = client.post("/api/ticket", headers={"origin": WIKI})
    assert given.status_code == 200
    assert given.headers["cache-control"] == "no-store"
    assert given.json()["expires_in"] == 60
    assert given.json()["collection"] == "a"
    headers = {"origin": WIKI, "authorization": bearer(given.json()["ticket"])}
    assert client.post("/api/ask", json={"question": "why?"}, headers=headers).status_code == 200
    assert client.post("/api/ask", json={"question": "why?", "collection": "b"}, headers=headers).status_code == 404
    assert (
        client.post(
            "/api/ask", json={"question": "why?"}, headers=headers | {"origin": "https://evil.example"}
        ).status_code
        == 403
    )
    assert (
        client.post("/api/ticket", json={"origin": WIKI}, headers={"origin": "https://evil.example"}).status_code == 403
    )
    document = service.assistants["a"].collection.documents()[0]
    assert (
        client.get(service.view("a", document.id, "s-1"), headers={"sec-fetch-site": "cross-site"}).status_code == 200
    )


def test_errors_have_one_shape_and_repeat_nothing(served: SimpleNamespace) -> None:
    """Unknown addresses, other methods, other content, fields that nobody knows."""
    client, headers = served.client, {"authorization": bearer(served.keys["a"])}
    secret = "<script>evil</script>"
    answers = [
        client.get(f"/api/{secret}", headers=headers),
        client.get("/v1/x", headers=headers),
        client.put("/api/ask", headers=headers),
        client.post("/api/ticket", json={secret: secret}, headers=headers),
        client.post("/api/ticket", json={"origin": [secret]}, headers=headers),
        client.post("/api/ticket", content=secret, headers=headers),
    ]
    assert [one.status_code for one in answers] == [404, 404, 405, 400, 400, 400]
    assert answers[2].headers["allow"] == "POST"
    for one in answers:
        assert list(one.json()) == ["error"]
        assert "evil" not in one.text


def test_bodies_are_limited(served: SimpleNamespace) -> None:
    """A question of a megabyte is refused before it is read."""
    answer = served.client.post(
        "/api/ask", json={"question": "x" * 2**20}, headers={"authorization": bearer(served.keys["a"])}
    )
    assert answer.status_code == 413
    assert "message" in answer.json()["error"]


def test_a_fault_is_told_in_a_fixed_sentence(served: SimpleNamespace, caplog: pytest.LogCaptureFixture) -> None:
    """What failed stands in the log and not in the answer."""
    answer = served.client.post(
        "/api/ask", json={"question": "break"}, headers={"authorization": bearer(served.keys["a"])}
    )
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "secret detail of the machine" in caplog.text


def test_a_proxy_that_leaves_the_path_in_place_is_right_too(served: SimpleNamespace) -> None:
    """Both kinds of proxy reach the same routes."""
    assert served.client.get("/assistant/signin").status_code == 200
    assert served.client.get("/assistant/assets/assistant/page.css").status_code == 200


@pytest.mark.parametrize(
    ("peer", "seen"),
    [
        ("192.0.2.1", ("198.51.100.7", "https", True, True, ["x-remote-user"])),
        ("::ffff:192.0.2.1", ("198.51.100.7", "https", True, True, ["x-remote-user"])),
        ("192.0.2.2", ("192.0.2.2", "http", False, True, [])),
    ],
)
def test_what_a_proxy_says_is_believed_of_the_trusted_one_only(peer: str, seen: tuple[Any, ...]) -> None:
    """The browser's address nearest to it, the scheme, the user; the same headers from others are dropped."""
    passed: list[Any] = []

    async def inside(scope: Any, receive: Any, send: Any) -> None:
        passed.append(scope)

    guard = Guard(inside, None, "", trusted_proxy="192.0.2.1", user_header="X-Remote-User")
    asked = scope(
        x_remote_user="ann",
        x_forwarded_for="203.0.113.9, 198.51.100.7",
        x_forwarded_proto="https",
        x_forwarded_host="evil.example",
    )
    asyncio.run(guard(asked | {"client": (peer, 1)}, None, None))  # type: ignore[arg-type]
    (one,) = passed
    names = [name.decode() for name, _ in one["headers"] if name != b"host"]
    assert (one["client"][0], one["scheme"], one["proxied"], one["forwarded"], names) == seen


@pytest.mark.parametrize("name", ["x-forwarded-for", "forwarded", "x-real-ip", "via", "x-forwarded-host"])
def test_a_request_through_any_proxy_is_not_from_this_machine(name: str) -> None:
    """On a loopback address, too: whoever is behind the proxy needs a key."""
    with TestClient(create_app(FakeAssistant()), base_url=HERE) as client:
        assert client.post("/api/ask", json={"question": "why?"}).status_code == 200
        assert client.post("/api/ask", json={"question": "why?"}, headers={name: "192.0.2.7"}).status_code == 401
