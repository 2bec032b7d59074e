"""assistant/writing/model.py and clients/: every kind of model writes the same way, fails the same way and can be stopped."""

from __future__ import annotations

import builtins
import logging
import threading
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from scripted_endpoint import Cut, Endpoint, Hang, Raw, Slow, Status, Step, endpoint

from assistant.errors import ModelError
from assistant.writing import pieces
from assistant.writing.clients import chat
from assistant.writing.model import LanguageModel, Limit, open_model
from assistant.writing.pieces import Stop

KINDS = ("openai", "ollama", "anthropic")
KEY = "sk-SECRET-KEY"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second try comes sooner than for users."""
    monkeypatch.setattr(chat, "FIRST_DELAY", 0.02)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def opened(kind: str, at: Endpoint) -> LanguageModel:
    return open_model(f"{kind}:scripted", at.url + ("/v1" if kind == "openai" else ""), KEY)


def written(model: LanguageModel, seconds: float = 20) -> str:
    return "".join(model.stream("Be brief.", "Where do seals sleep?", Limit.of(seconds)))


def error(kind: str, *script: Step, seconds: float = 20) -> tuple[str, Endpoint]:
    """The text of the error that a script leads to, and the endpoint."""
    with endpoint(*script) as at, pytest.raises(ModelError) as raised:
        written(opened(kind, at), seconds)
    assert raised.value.__cause__ is None  # a library's error may hold the key
    assert raised.value.__suppress_context__ or raised.value.__context__ is None
    text = str(raised.value)
    assert "SECRET" not in text
    assert text.endswith(".")
    return text, at


def test_pieces_and_prompt(kind: str) -> None:
    """What the model writes comes in pieces; it is sent the system prompt, the question, the key and the most tokens."""
    with endpoint("Seals sleep on rocks [K7Q2]. 海豹。") as at:
        found = list(opened(kind, at).stream("Be brief.", "Where?", Limit.of(20), tokens=77))
    assert len(found) > 3
    assert "".join(found) == "Seals sleep on rocks [K7Q2]. 海豹。"
    (request,) = at.requests
    assert "Be brief." in str(request)
    assert "Where?" in str(request["messages"][-1])
    assert 77 in (request.get("max_tokens"), request.get("options", {}).get("num_predict"))
    assert request["model"] == "scripted"
    assert KEY in str(at.headers[0].values())


def test_tried_again_after_a_while(kind: str) -> None:
    """Too many requests and a server that is not ready are tried again, waiting as long as the server asks."""
    waits = Status(429, (("Retry-After", "0"),))
    with endpoint(waits, Status(503), "ok") as at:
        assert written(opened(kind, at)) == "ok"
        assert len(at.requests) == 3


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
def test_a_wait_beyond_the_limit_is_not_begun(kind: str) -> None:
    """A server that asks for more time than is left is not waited for."""
    text, at = error(kind, Status(429, (("Retry-After", "60"),)), "ok")
    assert "429" in text  # and not that it took too long
    assert len(at.requests) == 1


@pytest.mark.parametrize(
    ("status", "says"), [(401, "refused the key"), (403, "refused the key"), (404, "does not know"), (400, "400")]
)
def test_what_waiting_does_not_help(kind: str, status: int, says: str) -> None:
    """A wrong key, model or request is not tried again, and the error says what to check."""
    text, at = error(kind, Status(status), "ok")
    assert says in text
    assert len(at.requests) == 1


def test_a_server_that_stays_broken(kind: str) -> None:
    """After a few tries the error has the status."""
    text, at = error(kind, Status(500))
    assert "500" in text
    assert len(at.requests) == chat.TRIES


@pytest.mark.parametrize(
    "step",
    [Cut("Seals sl"), Raw(b""), Raw(b"\xff\xfe\x00garbage\n\n"), Raw(b"data: {not json}\n\n"), Raw(b"<html>hi</html>")],
)
def test_garbage_and_cut_streams(kind: str, step: Step) -> None:
    """A stream that breaks off, is empty or cannot be read is an error, once something is read not tried again."""
    text, at = error(kind, step)
    assert "broke off" in text or "cannot be read" in text
    assert len(at.requests) == 1


@pytest.mark.parametrize("step", [Hang(), Slow("Seals sleep on warm rocks all day long.", 0.4)])
def test_too_slow(kind: str, step: Step) -> None:
    """When the limit is over the error comes at once, and the connection is closed."""
    with endpoint(step) as at:
        model = opened(kind, at)
        started = time.monotonic()
        with pytest.raises(ModelError, match="took too long"):
            written(model, 1.5)
        assert time.monotonic() - started < 3
        assert at.left.wait(5)


def test_stopped(kind: str) -> None:
    """Once cancelled, even a server that never answers is left at once."""
    cancelled = threading.Event()
    with endpoint(Hang()) as at:
        threading.Timer(0.5, cancelled.set).start()
        started = time.monotonic()
        with pytest.raises(ModelError, match="nobody waits"):
            list(opened(kind, at).stream("", "Where?", Limit.of(30, cancelled)))
        assert time.monotonic() - started < 5
        assert at.left.wait(5)


def test_left_midway(kind: str) -> None:
    """Whoever stops reading closes the connection."""
    with endpoint(Slow("Seals sleep on warm rocks all day long, and all night long, too.", 0.2)) as at:
        stream = opened(kind, at).stream("", "Where?", Limit.of(30))
        next(stream)
        stream.close()  # type: ignore[attr-defined]
        assert at.left.wait(5)


def test_not_there(kind: str) -> None:
    """A server that is down is an error that says so."""
    model = open_model(f"{kind}:scripted", "http://127.0.0.1:9", KEY)
    with pytest.raises(ModelError, match="cannot be reached"):
        written(model)


def test_the_key_is_in_no_log_and_no_text(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    """Neither a log, at any level, nor how the model prints holds the key or what a server said."""
    caplog.set_level(logging.DEBUG)
    with endpoint(Status(401)) as at:
        model = opened(kind, at)
        with pytest.raises(ModelError):
            written(model)
    assert KEY not in repr(model)
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    ("spec", "url", "key", "says"),
    [
        ("", "", "", "write it as openai:NAME"),
        ("gpt-5", "", "", "write it as openai:NAME"),
        ("openai:", "http://x", "", "write it as openai:NAME"),
        ("OPENAI:x", "http://x", "", "write it as openai:NAME"),
        ("openai:x", "", "", "set ASSISTANT_LLM_KEY"),
        ("anthropic:x", "", "", "set ASSISTANT_LLM_KEY"),
        ("openai:x", "127.0.0.1:8000", "", "ASSISTANT_LLM_URL is no address"),
        ("openai:x", "http://user:SECRET@host/v1", "", "ASSISTANT_LLM_URL is no address"),
        ("ollama:x", "file:///etc/passwd", "", "ASSISTANT_LLM_URL is no address"),
        ("gguf:/no/such/file.gguf", "", "", "There is no file"),
        (f"gguf:{__file__}", "", "", "cannot be loaded"),
    ],
)
def test_wrong_specifications(spec: str, url: str, key: str, says: str) -> None:
    """What cannot be opened is one sentence that says what to write."""
    with pytest.raises(ModelError, match=says) as raised:
        open_model(spec, url, key)
    assert "SECRET" not in str(raised.value)


@pytest.mark.parametrize("kind", [*KINDS, "gguf"])
def test_a_missing_package(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package that a kind needs, the error names the command that installs it."""
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith(f"assistant.writing.clients.{kind}"):
            raise ModuleNotFoundError(f"No module named {kind!r}", name=kind)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ModelError, match=rf"pip install 'cited-assistant\[{kind}\]'"):
        open_model(f"{kind}:x", "http://127.0.0.1:9", "k")


class Breaking:
    """A client whose connection breaks each time, after it has written some pieces."""

    name = "breaking"

    def __init__(self, *pieces: str) -> None:
        self.pieces = pieces
        self.calls = 0

    async def chat(self, system: str, prompt: str, seconds: float, tokens: int) -> AsyncIterator[str]:
        self.calls += 1
        for piece in self.pieces:
            yield piece
        raise ConnectionError

    def failure(self, error: Exception) -> chat.Failure:
        return chat.Failure("It broke.", temporary=True)


@pytest.mark.parametrize(("written", "calls"), [((), chat.TRIES), (("",), chat.TRIES), (("Seals",), 1)])
def test_what_has_begun_is_not_asked_for_again(written: tuple[str, ...], calls: int) -> None:
    """A connection that breaks is tried again only while nothing has been written."""
    client = Breaking(*written)
    with pytest.raises(ModelError, match="It broke"):
        list(chat.ChatModel(client).stream("", "Where?", Limit.of(20)))
    assert client.calls == calls


def test_each_wait_is_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waits between tries double, with some chance in them."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(chat, "FIRST_DELAY", 0.5)
    monkeypatch.setattr("asyncio.sleep", sleep)
    with pytest.raises(ModelError):
        list(chat.ChatModel(Breaking()).stream("", "Where?", Limit.of(60)))
    assert len(waits) == chat.TRIES - 1
    assert all(0.8 * wait <= found <= 1.2 * wait for wait, found in zip((0.5, 1, 2), waits, strict=True))


def test_a_library_that_never_returns() -> None:
    """Work that ignores that it is to stop does not hold up whoever waits."""
    released = threading.Event()

    def work(put: Any, stop: Stop) -> None:
        put("a")
        released.wait(20)

    started = time.monotonic()
    stream = pieces.pieces(work, Limit.of(0.5))
    assert next(stream) == "a"
    with pytest.raises(ModelError, match="took too long"):
        next(stream)
    assert time.monotonic() - started < 5
    released.set()


def test_an_error_of_a_library_is_named_by_its_kind_only() -> None:
    """An unexpected error shows its kind; its text, which may hold anything, is not repeated."""

    def work(put: Any, stop: Stop) -> None:
        raise KeyError("SECRET")

    with pytest.raises(ModelError, match="KeyError") as raised:
        list(pieces.pieces(work, Limit.of(5)))
    assert "SECRET" not in str(raised.value)


def test_a_limit_that_is_over() -> None:
    """Nothing is begun when the limit is over."""
    begun: list[int] = []

    def work(put: Any, stop: Stop) -> None:
        begun.append(1)

    with pytest.raises(ModelError):
        list(pieces.pieces(work, Limit.of(0)))
    assert begun == []
