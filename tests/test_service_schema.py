"""The OpenAPI description against the running service: what is sent by it, or against it, is answered as it says."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import uvicorn
from browser_library import ANSWERED, FakeAssistant
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from service_library import OWNER, Shelf

from assistant.service.app import create_app
from assistant.service.limits import Allowed

# The owner's secret is a header, of which white space at the ends is no part: its length cannot be told by a schema.
TOO_STRICT = [negative_data_rejection, positive_data_acceptance]
EXAMPLES = 10  # of each route and mode


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server on a free port, whose limits are too high to be met."""
    allowed = Allowed(rate=10**9, total_rate=10**9)
    app = create_app(FakeAssistant(Shelf()), data=tmp_path_factory.mktemp("data"), allowed=allowed)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", ws="none", lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(20)


@pytest.fixture(scope="module")
def described(address: str) -> Any:
    """The description, as a program fetches it."""
    return schemathesis.openapi.from_url(f"{address}/openapi.json")


def tried(operation: Any, mode: GenerationMode) -> set[int]:
    """The statuses of what was sent to one route. Fails if one is 5xx, or an answer is not as described."""
    statuses = set()

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    def send(case: schemathesis.Case) -> None:
        answer = case.call()
        statuses.add(answer.status_code)
        assert answer.status_code < 500
        case.validate_response(answer, excluded_checks=TOO_STRICT)

    send()
    return statuses


def test_what_fits_the_description(described: Any) -> None:
    """Random data that fit it, for every route: no fault, and every answer has a status and a shape that are described."""
    found = {one.ok().label: tried(one.ok(), GenerationMode.POSITIVE) for one in described.get_all_operations()}
    assert len(found) >= 13
    for label in ("POST /api/ask", "POST /api/documents", "POST /api/sync", "GET /api/documents", "GET /metrics"):
        assert 200 in found[label], label
    assert 404 in found["GET /api/conversations/{conversation}"]


def test_what_does_not_fit_it(described: Any) -> None:
    """Wrong types, missing and unknown fields, broken bodies: refused as described."""
    found = {}
    for one in described.get_all_operations():
        operation = one.ok()
        try:
            found[operation.label] = tried(operation, GenerationMode.NEGATIVE)
        except Unsatisfiable:  # nothing can be wrong where nothing, or any text, is taken
            assert not operation.body
    for label in ("POST /api/ask", "POST /api/feedback", "POST /api/documents"):
        assert 400 in found[label], label


def test_a_day_in_the_life(described: Any) -> None:
    """What a client really does, with ids that are there: each answer of success is as described."""

    def call(path: str, method: str, status: int = 200, **sent: Any) -> Any:
        case = described[path][method].Case(**sent)
        answer = case.call()
        assert answer.status_code == status, answer.text
        case.validate_response(answer)
        return answer.json() if answer.content and "json" in answer.headers["content-type"][0] else answer

    asked = {"body": {"question": ANSWERED}, "media_type": "application/json"}
    record = call("/api/ask", "POST", headers=OWNER, **asked)
    call("/api/ask", "POST", headers=OWNER | {"accept": "text/event-stream"}, **asked)
    conversation = {"conversation": record["conversation"]}
    given_back = conversation | {"answer": record["id"], "value": "down", "comment": "why?"}
    call("/api/feedback", "POST", headers=OWNER, body=given_back, media_type="application/json")
    kept = call("/api/conversations/{conversation}", "GET", headers=OWNER, path_parameters=conversation)
    assert kept["turns"][0]["feedback"] == "down"
    call("/api/conversations/{conversation}", "DELETE", 204, headers=OWNER, path_parameters=conversation)
    files = {"files": [b"A new sentence."]}
    call("/api/documents", "POST", body=files, media_type="multipart/form-data")
    listed = call("/api/documents", "GET")["documents"]
    uploaded = [one["id"] for one in listed if one["source"] == "uploads"]
    call("/api/documents/{document}", "DELETE", 204, path_parameters={"document": uploaded[0]})
    call("/api/sync", "POST")
    call("/readyz", "GET")


def test_every_route_is_told_well(described: Any) -> None:
    """A summary, a tag, and an example for whatever is sent and for what comes back; errors in the one shape."""
    raw = described.raw_schema
    schemas = raw["components"]["schemas"]

    def has_example(content: dict[str, Any]) -> bool:
        resolved = schemas.get(content.get("schema", {}).get("$ref", "").rpartition("/")[2], {})
        return bool("example" in content or resolved.get("examples") or resolved.get("example"))

    assert "422" not in str(raw)
    for path, methods in raw["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            assert operation["summary"], where
            assert operation["tags"], where
            if not path.startswith("/api"):
                continue
            assert {"400", "401", "403"} <= set(operation["responses"]) or path == "/api/ticket", where
            for status, answer in operation["responses"].items():
                if "application/json" in answer.get("content", {}):
                    assert has_example(answer["content"]["application/json"]), f"{where} {status}"
            for kind, content in operation.get("requestBody", {}).get("content", {}).items():
                assert kind != "application/json" or path == "/api/ticket" or has_example(content), where
