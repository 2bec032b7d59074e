"""assistant/service/request_log.py: one line for each request, which tells nothing of what was asked."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from assistant.service.caller import Caller
from assistant.service.metrics import Metrics
from assistant.service.request_log import LOGGER, RequestLog, log_to_stderr

SECRET = "how much does the director earn"


async def answer(request: Request) -> Response:
    request.state.caller = Caller("key", "of the intranet", frozenset(), None, None, "key")
    request.state.question = SECRET
    if request.path_params["name"] == "broken":
        raise RuntimeError("unforeseen")
    return PlainTextResponse("x", 429 if request.path_params["name"] == "often" else 200)


def lines(
    caplog: pytest.LogCaptureFixture, path: str, *, log_questions: bool = False, method: str = "GET"
) -> list[Any]:
    """What is logged of a request, and the metrics' text."""
    metrics = Metrics()
    app = RequestLog(Starlette(routes=[Route("/things/{name}", answer)]), metrics=metrics, log_questions=log_questions)
    caplog.clear()
    with caplog.at_level(logging.INFO, LOGGER), TestClient(app, raise_server_exceptions=False) as client:
        client.request(method, path, headers={"authorization": "Bearer secret-key", "user-agent": SECRET})
    records = [record.getMessage() for record in caplog.records if record.name == LOGGER]
    return [*map(json.loads, records), metrics.text({}).decode()]


def test_a_line_tells_what_was_done(caplog: pytest.LogCaptureFixture) -> None:
    """Method, the route's template, status, milliseconds, and the kind of caller, as one line of JSON."""
    line, numbers = lines(caplog, "/things/secret-document?q=secret")
    assert line.pop("ms") >= 0
    assert line == {"method": "GET", "route": "/things/{name}", "status": 200, "caller": "key"}
    assert "refused_total{" not in numbers


@pytest.mark.parametrize("path", ["/things/secret?q=secret", "/secret/elsewhere", "/things/often", "/things/broken"])
def test_a_line_tells_nothing_of_what_was_asked(caplog: pytest.LogCaptureFixture, path: str) -> None:
    """No question, address, name, key or header is in it."""
    said = json.dumps(lines(caplog, path)[0])
    for word in ("secret", "director", "intranet", "things/often"):
        assert word not in said


def test_questions_are_logged_when_that_is_switched_on(caplog: pytest.LogCaptureFixture) -> None:
    """And only where a question was asked."""
    assert lines(caplog, "/things/x", log_questions=True)[0]["question"] == SECRET
    assert "question" not in lines(caplog, "/elsewhere", log_questions=True)[0]


def test_refusals_are_counted(caplog: pytest.LogCaptureFixture) -> None:
    """By status, those of unknown addresses and of faults, too; a fault is logged as an error."""
    line, numbers = lines(caplog, "/things/often")
    assert line["status"] == 429
    assert 'assistant_refused_total{status="429"} 1.0' in numbers
    line, numbers = lines(caplog, "/elsewhere")
    assert (line["status"], line["route"], line["caller"]) == (404, "other", None)
    line, numbers = lines(caplog, "/things/broken")
    assert line["status"] == 500
    assert 'assistant_refused_total{status="500"} 1.0' in numbers
    assert [record.levelname for record in caplog.records if record.name == LOGGER] == ["ERROR"]


def test_a_method_that_is_made_up(caplog: pytest.LogCaptureFixture) -> None:
    """It is not repeated: a line is for machines, and what a stranger writes is not."""
    assert lines(caplog, "/things/x", method="SECRET")[0]["method"] == "other"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("terminal", [True, False])
def test_a_terminal_is_told_of_failed_requests_only(monkeypatch: pytest.MonkeyPatch, terminal: bool) -> None:
    """In words, and of all that is no request; whatever else reads the log gets a line of JSON for each request."""
    stream = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    handler, log = log_to_stderr(), logging.getLogger("assistant")
    monkeypatch.setattr(log, "level", logging.INFO)
    log.addHandler(handler)
    try:
        app = RequestLog(Starlette(routes=[Route("/things/{name}", answer)]), metrics=Metrics())
        with TestClient(app, raise_server_exceptions=False) as client:
            for name in ("fine", "often", "broken"):
                client.get(f"/things/{name}")
        log.info("a source was read")
    finally:
        log.removeHandler(handler)
    lines = stream.getvalue().splitlines()
    if terminal:
        assert re.fullmatch(r"GET /things/\{name\}: 500 after \d+ ms", lines[0])
        assert lines[1:] == ["a source was read"]
    else:
        assert [json.loads(line)["status"] for line in lines[:3]] == [200, 429, 500]
        assert lines[3:] == ["a source was read"]
