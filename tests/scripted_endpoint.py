"""A scripted endpoint that speaks OpenAI's, Ollama's and Anthropic's chat API: each request does the next thing of a script.

A step is a text that is written in pieces, or one of: `Status`, `Slow`, `Cut`, `Raw`, `Hang`. The last step goes on for ever.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Status:
    """An HTTP status, with a body and headers that a careless client might repeat."""

    code: int
    headers: tuple[tuple[str, str], ...] = ()
    body: str = '{"error": {"message": "SECRET-BODY", "type": "scripted"}}'


@dataclass(frozen=True)
class Slow:
    """A text of which each piece comes after so many seconds."""

    text: str
    seconds: float


@dataclass(frozen=True)
class Cut:
    """A text that breaks off: the connection is closed before its end is told."""

    text: str


@dataclass(frozen=True)
class Raw:
    """Bytes in place of an answer."""

    data: bytes


@dataclass(frozen=True)
class Hang:
    """Nothing at all, until the client goes away."""


Step = str | Status | Slow | Cut | Raw | Hang
Script = Sequence[Step | Callable[[str], Step]]  # a function is given the prompt


class Endpoint:
    """What was asked of the endpoint, and what it does next."""

    def __init__(self, script: Script) -> None:
        self.script = list(script)
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.left = threading.Event()  # a client went away while an answer was written
        self.url = ""
        self._lock = threading.Lock()

    def next(self, request: dict[str, Any], headers: dict[str, str]) -> Step:
        with self._lock:
            self.requests.append(request)
            self.headers.append(headers)
            step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return step(prompt_of(request)) if callable(step) else step


def prompt_of(request: dict[str, Any]) -> str:
    """The text of the last message."""
    content = request["messages"][-1]["content"]
    return content if isinstance(content, str) else "".join(block["text"] for block in content)


@contextmanager
def endpoint(*script: Step | Callable[[str], Step]) -> Iterator[Endpoint]:
    """The endpoint, on a free port of this machine until the end."""
    found = Endpoint(script)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            step = found.next(body, dict(self.headers))
            try:
                self._do(step)
            except (BrokenPipeError, ConnectionResetError):
                found.left.set()

        def _do(self, step: Step) -> None:
            if isinstance(step, Status):
                self._send(step.code, "application/json", step.body.encode(), step.headers)
            elif isinstance(step, Raw):
                self._send(200, "text/event-stream", step.data)
            elif isinstance(step, Hang):
                self.connection.settimeout(20)
                if self.connection.recv(1) == b"":
                    found.left.set()
            else:
                self._write(step)

        def _write(self, step: str | Slow | Cut) -> None:
            text = step if isinstance(step, str) else step.text
            dialect = DIALECTS[self.path.rsplit("/", 1)[-1]]
            self.send_response(200)
            self.send_header("Content-Type", dialect.content_type)
            self.end_headers()
            self.wfile.write(dialect.opening())
            for piece in in_pieces(text):
                if isinstance(step, Slow):
                    time.sleep(step.seconds)
                self.wfile.write(dialect.piece(piece))
                self.wfile.flush()
            if not isinstance(step, Cut):
                self.wfile.write(dialect.end())

        def _send(self, code: int, kind: str, data: bytes, headers: Sequence[tuple[str, str]] = ()) -> None:
            self.send_response(code)
            for name, value in (("Content-Type", kind), ("Content-Length", str(len(data))), *headers):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield found
    finally:
        server.shutdown()
        with suppress(OSError):
            server.server_close()


def in_pieces(text: str) -> list[str]:
    """Pieces of one to five characters, the same for the same text."""
    pieces, at = [], 0
    while at < len(text):
        size = 1 + (at * 7 + len(text)) % 5
        pieces.append(text[at : at + size])
        at += size
    return pieces


class OpenAIDialect:
    content_type = "text/event-stream"

    def opening(self) -> bytes:
        return self._event({"role": "assistant", "content": ""})

    def piece(self, text: str) -> bytes:
        return self._event({"content": text})

    def end(self) -> bytes:
        return self._event({}, "stop") + b"data: [DONE]\n\n"

    def _event(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        record = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "scripted", "choices": [choice]}
        return b"data: " + json.dumps(record).encode() + b"\n\n"


class OllamaDialect:
    content_type = "application/x-ndjson"

    def opening(self) -> bytes:
        return b""

    def piece(self, text: str, done: bool = False) -> bytes:
        record = {"model": "scripted", "message": {"role": "assistant", "content": text}, "done": done}
        return json.dumps(record).encode() + b"\n"

    def end(self) -> bytes:
        return self.piece("", done=True)


class AnthropicDialect:
    content_type = "text/event-stream"

    def opening(self) -> bytes:
        message = {
            "id": "1",
            "type": "message",
            "role": "assistant",
            "model": "scripted",
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }
        block = {"type": "text", "text": ""}
        return self._event("message_start", message=message) + self._event(
            "content_block_start", index=0, content_block=block
        )

    def piece(self, text: str) -> bytes:
        return self._event("content_block_delta", index=0, delta={"type": "text_delta", "text": text})

    def end(self) -> bytes:
        delta = {"stop_reason": "end_turn", "stop_sequence": None}
        return (
            self._event("content_block_stop", index=0)
            + self._event("message_delta", delta=delta, usage={"output_tokens": 1})
            + self._event("message_stop")
        )

    def _event(self, kind: str, **fields: Any) -> bytes:
        return f"event: {kind}\ndata: {json.dumps({'type': kind} | fields)}\n\n".encode()


DIALECTS: dict[str, OpenAIDialect | OllamaDialect | AnthropicDialect] = {
    "completions": OpenAIDialect(),
    "chat": OllamaDialect(),
    "messages": AnthropicDialect(),
}
