"""assistant/service/docs_page.py: the description as a page, without a script and without anything from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator

import pytest
from browser_library import FakeAssistant
from fastapi import APIRouter
from service_library import LOCAL
from starlette.testclient import TestClient

from assistant.service.app import create_app
from assistant.service.docs_page import render_docs

ATTACK = "</title><script>alert(1)</script><img src=x onerror=alert(1)>\"'`${x}`"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(FakeAssistant()), base_url=LOCAL) as client:
        yield client


def test_every_route_is_on_the_page(client: TestClient) -> None:
    """With its method, its summary and its answers; and there is a link to the description itself, below any root path."""
    page = client.get("/docs").text
    raw = client.get("/openapi.json").json()
    assert len(raw["paths"]) >= 11
    for path, methods in raw["paths"].items():
        for method, operation in methods.items():
            assert f'<span class="method">{method.upper()}</span> {path}</h3>' in page
            assert operation["summary"].split("`")[0] in page
    assert '<a href="openapi.json">' in page
    assert "When was the lighthouse built?" in page


def test_the_page_runs_nothing_and_fetches_nothing(client: TestClient) -> None:
    """No script, no other host; its policy allows its own style, by its hash, and nothing else."""
    answer = client.get("/docs")
    assert "<script" not in answer.text
    assert not re.search(r'(src|href)="(?!openapi\.json|data:,")', answer.text)
    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_texts_are_escaped() -> None:
    """Whatever stands in a description, even a hostile one, is text."""
    schema = {"type": ATTACK, "description": ATTACK}
    content = {"schema": {"properties": {ATTACK: schema, "x": {"$ref": f"#/{ATTACK}"}}}, "example": {ATTACK: ATTACK}}
    operation = {
        "tags": [ATTACK],
        "summary": ATTACK,
        "description": ATTACK,
        "parameters": [{"name": ATTACK, "in": ATTACK, "description": ATTACK}],
        "requestBody": {"content": {ATTACK: content}},
        "responses": {"200": {"description": ATTACK, "content": {ATTACK: content}}},
    }
    whole = {
        "info": {"title": ATTACK, "description": ATTACK},
        "paths": {f"/{ATTACK}": {"post": operation}},
        "components": {"schemas": {}},
    }
    page = render_docs(whole)
    assert "<script" not in page
    assert "<img" not in page
    assert page.count("</title>") == 1
    assert "&lt;script&gt;" in page


def test_status_422_is_not_described(client: TestClient) -> None:
    """What is not valid is answered with 400, in our own shape, and the description says no more and no less."""
    raw = client.get("/openapi.json").json()
    assert "422" not in str(raw)
    assert "HTTPValidationError" not in str(raw)
    assert client.get("/openapi.json").json() == raw
    assert {"400", "401", "403", "404", "413", "429", "503"} <= set(raw["paths"]["/api/ask"]["post"]["responses"])
    assert {"409", "413"} <= set(raw["paths"]["/api/documents"]["post"]["responses"])
    assert raw["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_further_routes_are_described_too() -> None:
    """A door that is added stands in the description."""

    def more() -> dict[str, str]:
        return {}

    router = APIRouter(tags=["More"])
    router.add_api_route("/api/more", more, methods=["GET"], summary="More of it")
    with TestClient(create_app(FakeAssistant(), routers=[router]), base_url=LOCAL) as client:
        assert "/api/more" in client.get("/openapi.json").json()["paths"]
        assert "More of it" in client.get("/docs").text
