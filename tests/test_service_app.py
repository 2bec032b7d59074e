"""assistant/service/app.py and gate.py: routes, headers, hosts, origins and limits, over HTTP."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_library import FakeAssistant
from starlette.testclient import TestClient

from assistant.service.app import create_app
from assistant.service.guard import host_name
from assistant.service.options import Options

LOCAL = "http://127.0.0.1:7860"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """The service with uploads up to 1 MB."""
    with TestClient(create_app(FakeAssistant(), upload_limit=2**20), base_url=LOCAL) as client:
        yield client


@pytest.fixture(scope="module")
def shut() -> Iterator[TestClient]:
    """The service without uploads, open to a company's own name, shown in one other site."""
    app = create_app(
        FakeAssistant(), host="0.0.0.0", names=("ask.example",), force=True, origins=("https://wiki.example",)
    )
    with TestClient(app, base_url="http://ask.example") as client:
        yield client


def test_the_page_is_served_with_its_policy(client: TestClient) -> None:
    """Our title and style are in the head, nothing points elsewhere, the headers are all there."""
    page = client.get("/")
    assert page.status_code == 200
    assert "<title>Cited Assistant</title>" in page.text
    assert "/assets/assistant/page.css" in page.text
    assert "raw.githubusercontent" not in page.text
    assert "twitter" not in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "unsafe-eval" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"


def test_a_source_has_a_stricter_policy(client: TestClient) -> None:
    """No script, no picture from elsewhere, shown only in our own page."""
    document = FakeAssistant().collection.documents()[0]
    page = client.get(f"/source/{document.id}")
    assert page.status_code == 200
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert "frame-ancestors 'self'" in page.headers["content-security-policy"]
    assert "<script" not in page.text


def test_an_unknown_source_is_404_in_the_same_look(client: TestClient) -> None:
    """The page says so, with the same policy and style."""
    page = client.get("/source/none?theme=dark")
    assert page.status_code == 404
    assert "This document is not here" in page.text
    assert "palette.css" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:7860", "", "[::2]", "a:b:c"]
)
def test_other_hosts_are_refused(client: TestClient, host: str) -> None:
    """A name that resolves here does not get an answer: DNS rebinding fails."""
    for path in ("/", "/source/x", "/assets/assistant/page.js", "/gradio_api/queue/join"):
        assert client.get(path, headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "localhost:7860", "127.0.0.1:1", "[::1]:7860", "LOCALHOST"])
def test_loopback_names_are_answered(client: TestClient, host: str) -> None:
    """With any port, in any case."""
    assert client.get("/source/x", headers={"host": host}).status_code == 404


def test_hosts_follow_the_address() -> None:
    """Loopback addresses answer loopback names, others every name unless some are given."""
    assert Options(host="0.0.0.0").hosts is None
    assert Options(host="0.0.0.0", names=("a",)).hosts == ("a",)
    assert "localhost" in (Options(host="127.0.0.1", names=("a",)).hosts or ())
    assert "a" in (Options(host="::1", names=("a",)).hosts or ())
    assert host_name("[::1]:80") == "::1"
    assert host_name("a.b.:9") == "a.b"


@pytest.mark.parametrize("path", ["/", "/config", "/gradio_api/queue/data", "/source/x"])
def test_no_origin_is_allowed(client: TestClient, shut: TestClient, path: str) -> None:
    """No answer carries a permission for another site, on loopback or elsewhere."""
    for one in (client, shut):
        answer = one.get(path, headers={"origin": "https://evil.example"})
        assert not [name for name in answer.headers if name.startswith("access-control-allow-o")]
        assert "access-control-allow-credentials" not in answer.headers


CLOSED = [
    "/gradio_api/file=/etc/passwd",
    "/gradio_api/file/x",
    "/gradio_api/proxy=https://evil.example",
    "/gradio_api/info",
    "/gradio_api/openapi.json",
    "/gradio_api/runs",
    "/monitoring",
    "/monitoring/summary",
    "/login",
    "/gradio_api/user",
    "/gradio_api/deep_link",
    "/?deep_link=abc",
    "/manifest.json",
    "/pwa_icon",
    "/gradio_api/call/ask",
    "/gradio_api/custom_component/1/client/x/y.js",
    "/svelte/x",
    "/gradio_api/dev/reload",
    "/gradio_api//file=/etc/passwd",
    "/assets/../gradio_api/info",
    "/file=/etc/passwd",
    "/gradio_api/%66ile=/etc/passwd",
]


@pytest.mark.parametrize("path", CLOSED)
def test_other_routes_of_gradio_are_shut(client: TestClient, path: str) -> None:
    """Files, proxies, API, docs, recordings: not found."""
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/run/ask",
        "/gradio_api/api/ask",
        "/gradio_api/call/ask",
        "/gradio_api/process_recording",
        "/gradio_api/vibe-edit",
        "/login",
        "/gradio_api/stream/x",
    ],
)
def test_other_posts_to_gradio_are_shut(client: TestClient, path: str) -> None:
    """Calls past the queue and tools for developers: not found."""
    assert client.post(path, json={}).status_code == 404


def test_upload_is_limited_when_announced(client: TestClient) -> None:
    """A body longer than the limit is refused before it is read."""
    answer = client.post("/gradio_api/upload", files={"files": ("a.txt", b"x" * (2**20 + 1))})
    assert answer.status_code == 413
    assert "1 MB" in answer.text


def test_upload_is_limited_when_not_announced(client: TestClient) -> None:
    """A stream without a length is cut at the limit."""
    head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
    answer = client.post(
        "/gradio_api/upload",
        content=iter([head, *[b"x" * 2**18] * 8, b"\r\n--b--\r\n"]),
        headers={"content-type": "multipart/form-data; boundary=b"},
    )
    assert answer.status_code == 413


def test_small_uploads_pass_from_our_own_page_only(client: TestClient) -> None:
    """With our origin yes, with another or from another site no."""

    def send(**headers: str) -> int:
        return client.post("/gradio_api/upload", files={"files": ("a.txt", b"x")}, headers=headers).status_code

    assert send(origin=LOCAL) == 200
    assert send(origin="https://evil.example") == 403
    assert send(origin="null") == 403
    assert send(**{"sec-fetch-site": "cross-site"}) == 403
    assert send(**{"sec-fetch-site": "same-site"}) == 403


@pytest.mark.parametrize("trigger", ["upload", "submit"])
@pytest.mark.parametrize("path", ["secret", "http://169.254.169.254/x", "../secret.txt", "/etc/passwd"])
def test_only_uploaded_files_can_be_named(client: TestClient, tmp_path: Path, trigger: str, path: str) -> None:
    """An event that names a file of the server, or an address to fetch, is refused, whatever component it is for."""
    secret = tmp_path / "secret.txt"
    secret.write_text("The password is swordfish.")
    functions = client.get("/config").json()["dependencies"]
    event = next(one["id"] for one in functions if one["targets"] and one["targets"][0][1] == trigger)
    named = {"path": str(secret) if path == "secret" else path, "meta": {"_type": "gradio.FileData"}}
    body = {"data": [[named], None], "fn_index": event, "session_hash": "abc"}
    assert client.post("/gradio_api/queue/join", json=body).status_code == 403
    assert secret.exists()


def test_an_uploaded_file_is_indexed_and_its_copy_deleted() -> None:
    """The way of an upload through all layers: sent, named in an event, reported."""
    assistant = FakeAssistant()
    with TestClient(create_app(assistant), base_url=LOCAL) as client:
        (path,) = client.post("/gradio_api/upload", files={"files": ("note.md", b"A new sentence.")}).json()
        functions = client.get("/config").json()["dependencies"]
        event = next(one["id"] for one in functions if one["targets"] and one["targets"][0][1] == "upload")
        named = {"path": path, "orig_name": "note.md", "size": 15, "meta": {"_type": "gradio.FileData"}}
        body = {"data": [[named]], "fn_index": event, "session_hash": "abc"}
        assert client.post("/gradio_api/queue/join", json=body).status_code == 200
        stream = client.get("/gradio_api/queue/data", params={"session_hash": "abc"}).text
    assert "1 added" in stream
    assert "note.md" in [one.path for one in assistant.collection.documents()]
    assert not Path(path).exists()


def test_an_event_that_is_no_json_is_refused(client: TestClient) -> None:
    """Nothing but an event is passed on."""
    assert client.post("/gradio_api/queue/join", content=b"[" * 100_000).status_code == 400


def test_other_bodies_are_limited_too(client: TestClient) -> None:
    """A question of a megabyte is no question."""
    assert client.post("/gradio_api/queue/join", content=b"x" * 2**20).status_code == 413


def test_questions_from_other_sites_are_refused(client: TestClient) -> None:
    """No site can spend this machine's time through a visitor's browser."""
    assert client.post("/gradio_api/queue/join", json={}, headers={"origin": "https://evil.example"}).status_code == 403


def test_without_uploads_the_route_is_shut_and_the_button_gone(shut: TestClient) -> None:
    """Nothing of it is left."""
    assert shut.post("/gradio_api/upload", files={"files": ("a.txt", b"x")}).status_code == 404
    page = shut.get("/").text
    assert "Add documents" not in page
    assert "everyone who can open this page" not in page


def test_a_wider_service_answers_its_names_and_may_be_framed(shut: TestClient) -> None:
    """Only the given name, and only in the given site."""
    page = shut.get("/")
    assert page.status_code == 200
    assert "frame-ancestors 'self' https://wiki.example" in page.headers["content-security-policy"]
    assert shut.get("/", headers={"host": "127.0.0.1"}).status_code == 421


def test_forwarded_addresses_are_not_believed(client: TestClient) -> None:
    """Gradio would build its addresses from them."""
    assert (
        "evil.example"
        not in client.get("/", headers={"x-forwarded-host": "evil.example", "x-forwarded-proto": "https"}).text
    )


def test_assets_are_ours_and_no_others(client: TestClient) -> None:
    """The named files are served with their types, and nothing beside them."""
    for name, kind in [
        ("page.css", "text/css"),
        ("page.js", "javascript"),
        ("source.css", "text/css"),
        ("mark.svg", "image/svg"),
    ]:
        answer = client.get(f"/assets/assistant/{name}")
        assert answer.status_code == 200
        assert kind in answer.headers["content-type"]
    for name in ("page.py", "..%2fpage.py", "contract.py", "app.py"):
        assert client.get(f"/assets/assistant/{name}").status_code == 404


def test_nothing_is_reported_anywhere() -> None:
    """Analytics are off before Gradio is loaded."""
    assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"


def test_further_doors_come_before_the_page() -> None:
    """A router that is given answers its own routes."""
    from fastapi import APIRouter

    router = APIRouter()
    router.add_api_route("/api/health", lambda: {"well": True})
    with TestClient(create_app(FakeAssistant(), routers=[router]), base_url=LOCAL) as client:
        assert client.get("/api/health").json() == {"well": True}
