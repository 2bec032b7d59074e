"""assistant/service/pace.py: requests of every kind, counted by client."""

from __future__ import annotations

from typing import Any

from browser_library import FakeAssistant
from service_library import LOCAL, OWNER
from starlette.testclient import TestClient

from assistant.service.app import create_app
from assistant.service.limits import Allowed, Buckets, Limits
from assistant.service.pace import TOO_MANY

WIKI = "https://wiki.example"
REQUESTS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/api/documents", {}),
    ("POST", "/api/documents", {"files": {"files": ("a.md", b"One.")}}),
    ("DELETE", "/api/documents/x", {}),
    ("GET", "/api/conversations/x", {"headers": OWNER}),
    ("DELETE", "/api/conversations/x", {"headers": OWNER}),
    ("POST", "/api/feedback", {"json": {"conversation": "x", "answer": "x", "value": "up"}, "headers": OWNER}),
    ("POST", "/api/ticket", {"headers": {"origin": WIKI}}),
    ("GET", "/source/x", {}),
    ("GET", "/v1/models", {}),
    ("POST", "/mcp", {"json": {}}),
    ("POST", "/signin", {"data": {"key": "guessed"}}),
    ("POST", "/gradio_api/upload", {"files": {"files": ("a.md", b"One.")}}),
    ("GET", "/metrics", {}),
]


def service(requests: float, client: str = "192.0.2.1", **options: Any) -> TestClient:
    app = create_app(FakeAssistant(), allowed=Allowed(requests=requests), origins=(WIKI,), **options)
    return TestClient(app, base_url=LOCAL, client=(client, 1))


def test_every_kind_of_request_counts() -> None:
    """Whatever was asked before, the next one of any kind is told when to come back, in JSON, and nothing is done."""
    with service(2) as client:
        limits = client.app.state.service.limits  # type: ignore[attr-defined]
        for method, path, more in REQUESTS:
            limits._requests = Buckets(2)
            for _ in range(2):
                assert client.request(method, path, **more).status_code != 429, path
            for again_method, again_path, again in ((method, path, more), REQUESTS[0]):
                refused = client.request(again_method, again_path, **again)
                assert refused.status_code == 429, path
                assert refused.json() == {"error": {"message": TOO_MANY}}
                assert 1 <= int(refused.headers["retry-after"]) <= 60


def test_what_a_page_is_made_of_does_not_count() -> None:
    """Scripts, styles, the widget and the health of the service are there however much was asked."""
    with service(1) as client:
        assert client.get("/api/documents").status_code == 200
        for path in ("/", "/assets/assistant/page.css", "/widget.js", "/healthz", "/docs"):
            assert client.get(path).status_code == 200
        assert client.get("/api/documents").status_code == 429


def test_a_page_of_a_listed_site_can_read_the_refusal() -> None:
    """It carries the permission, so that the widget can wait as long as it is told."""
    with service(1) as client:
        for status in (200, 429):
            answer = client.post("/api/ticket", headers={"origin": WIKI})
            assert answer.status_code == status
            assert answer.headers["access-control-allow-origin"] == WIKI
        assert "retry-after" in answer.headers["access-control-expose-headers"]


def test_clients_are_told_apart_by_their_addresses() -> None:
    """Behind the trusted proxy by what it says; what anybody else says of itself is not believed."""
    with service(1, "192.0.2.9", trusted_proxy="192.0.2.9", force=True) as client:
        for address in ("198.51.100.1", "198.51.100.2"):
            headers = {"x-forwarded-for": address}
            assert client.get("/source/x", headers=headers).status_code == 404
            assert client.get("/source/x", headers=headers).status_code == 429
    with service(1) as client:
        assert client.get("/source/x").status_code == 404
        assert client.get("/source/x", headers={"x-forwarded-for": "198.51.100.3"}).status_code == 429


def test_it_may_come_back_when_it_is_told() -> None:
    """Sixty a minute are one a second, after sixty at once."""
    now = [0.0]
    limits = Limits(Allowed(requests=60), lambda: now[0])
    assert [limits.request("a") for _ in range(62)] == [0] * 60 + [1, 1]
    assert limits.request("b") == 0
    now[0] += 1.0
    assert [limits.request("a") for _ in range(2)] == [0, 1]
