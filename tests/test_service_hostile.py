"""Awkward and hostile texts through every text input of the service, with a real collection behind it: no fault."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fakes import HashEmbedder, WordReader
from service_library import LOCAL, OWNER
from starlette.testclient import TestClient

from assistant.answer import Assistant
from assistant.service.app import create_app
from assistant.service.limits import Allowed
from index.collection import Collection
from index.settings import Settings

SHARED = Path(os.environ.get("ASSISTANT_SHARED") or Path(__file__).resolve().parents[2] / "shared")
LIST = SHARED / "data" / "naughty_strings.txt"
OURS = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\n\r\n",
    "\t\v\f\x1b[31m",
    "\x7f\x80\x85\xa0\xad",
    "\u200b\u200e\u202e\u2066\ufeff",
    "\u2028\u2029",
    "\ud800",
    "x\udfff\ud800x",
    "\ufffe\uffff\U0010ffff",
    "é e\u0301 \u1e9b\u0323",
    "Z̴̛͚͎a̵͔l̷g̸o̶",
    "👩‍👩‍👧‍👦 🏳️‍🌈",
    "ﷺ" * 50,
    "日本語の質問は何ですか",
    "من هو الحارس؟",
    "null",
    "undefined",
    "NaN",
    "-1",
    "9" * 400,
    "1e309",
    "true",
    "{}",
    "[]",
    '"',
    "\\",
    "'; DROP TABLE documents; --",
    '" OR 1=1 --',
    'a" OR "b* NEAR(c d) AND NOT col:x',
    "%s %n %d {0} {question} ${7*7} {{7*7}}",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "file:///etc/passwd",
    "CON",
    "aux.md",
    "$(touch /tmp/x) `id`",
    "http://169.254.169.254/latest/meta-data",
    "%00%0d%0aset-cookie:%20a=b",
    "?" * 1999,
    "word " * 399,
]


def lines() -> list[str]:
    """The list where it is at hand, and our own."""
    listed = LIST.read_bytes().decode("utf-8", "replace").split("\n") if LIST.is_file() else []
    return [*OURS, *(line for line in listed if line and not line.startswith("#"))]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service over a real collection of two documents, whose limits are too high to be met."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "notes").mkdir()
    (folder / "notes" / "seals.md").write_text("# Seals\n\nSeals lie on the warm rocks. They sleep for hours.")
    (folder / "notes" / "boats.txt").write_text("Many boats fish here at dawn. They come back at noon.")
    allowed = Allowed(rate=10**9, total_rate=10**9, requests=10**9)
    with Collection.open(Settings(folder / "data"), create=True, embedder=HashEmbedder(64)) as collection:
        collection.ingest(folder / "notes")
        app = create_app(Assistant(collection, WordReader()), data=folder / "data", allowed=allowed)
        with TestClient(app, base_url=LOCAL, raise_server_exceptions=False) as client:
            yield client


@pytest.fixture(scope="module")
def ids(client: TestClient) -> dict[str, str]:
    """Of a document, a conversation and its answer, that are there."""
    record = client.post("/api/ask", json={"question": "Where do seals lie?"}, headers=OWNER).json()
    document = record["citations"][0]["document"]["id"]
    return {"document": document, "conversation": record["conversation"], "answer": record["id"]}


def posted(client: TestClient, path: str, body: dict[str, Any], **headers: str) -> Any:
    """Escaped JSON, which carries every text."""
    content = json.dumps(body).encode("ascii")
    return client.post(path, content=content, headers=OWNER | {"content-type": "application/json"} | headers)


def in_path(text: str) -> str:
    return quote(text, safe="", errors="surrogatepass")


def in_header(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass").replace(b"\n", b" ").replace(b"\r", b" ").replace(b"\x00", b" ")


def inputs(client: TestClient, ids: dict[str, str]) -> dict[str, Callable[[str], Any]]:
    """What sends a text to each input, by name of the input."""
    seals = "Where do seals lie?"
    given = {"conversation": ids["conversation"], "answer": ids["answer"], "value": "up"}
    chat = {"model": "cited-assistant", "messages": [{"role": "user", "content": seals}]}
    return {
        "question": lambda text: posted(client, "/api/ask", {"question": text}),
        "question with events": lambda text: posted(client, "/api/ask", {"question": text}, accept="text/event-stream"),
        "within": lambda text: posted(client, "/api/ask", {"question": seals, "within": text}),
        "collection": lambda text: posted(client, "/api/ask", {"question": seals, "collection": text}),
        "conversation": lambda text: posted(client, "/api/ask", {"question": seals, "conversation": text}),
        "unknown field": lambda text: posted(client, "/api/ask", {"question": seals, text: text}),
        "feedback's conversation": lambda text: posted(client, "/api/feedback", given | {"conversation": text}),
        "feedback's answer": lambda text: posted(client, "/api/feedback", given | {"answer": text}),
        "feedback's value": lambda text: posted(client, "/api/feedback", given | {"value": text}),
        "comment": lambda text: posted(client, "/api/feedback", given | {"comment": text}),
        "owner": lambda text: client.get(
            f"/api/conversations/{ids['conversation']}", headers={b"x-assistant-owner": in_header(text)}
        ),
        "conversation's path": lambda text: client.get(f"/api/conversations/{in_path(text)}", headers=OWNER),
        "deleted conversation": lambda text: client.delete(f"/api/conversations/{in_path(text)}", headers=OWNER),
        "document's path": lambda text: client.delete(f"/api/documents/{in_path(text)}"),
        "listed collection": lambda text: client.get(f"/api/documents?collection={in_path(text)}"),
        "source": lambda text: client.get(f"/source/{in_path(text)}"),
        "sentence": lambda text: client.get(
            f"/source/{ids['document']}?sentence={in_path(text)}&theme={in_path(text)}"
        ),
        "pass": lambda text: client.get(f"/source/{ids['document']}?pass={in_path(text)}"),
        "key": lambda text: client.get("/api/documents", headers={b"authorization": b"Bearer " + in_header(text)}),
        "origin": lambda text: client.get("/api/documents", headers={b"origin": in_header(text)}),
        "ticket": lambda text: posted(client, "/api/ticket", {"origin": text, "collection": text}),
        "chat": lambda text: posted(
            client, "/v1/chat/completions", chat | {"messages": [{"role": "user", "content": text}]}
        ),
        "model": lambda text: posted(client, "/v1/chat/completions", chat | {"model": text, "within": text}),
        "address": lambda text: client.get(f"/api/{in_path(text)}"),
    }


def check(client: TestClient, ids: dict[str, str], texts: Sequence[str]) -> None:
    """Every text through every input: no status of 500 or above, and no answer that a browser would take for a page."""
    for name, send in inputs(client, ids).items():
        for text in texts:
            answer = send(text)
            assert answer.status_code < 500, (name, text, answer.text)
            if name not in ("source", "sentence", "pass"):
                assert not answer.headers.get("content-type", "").startswith("text/html"), (name, text)
            assert "set-cookie" not in answer.headers
    upload(client, texts)
    assert client.get("/readyz").status_code == 200


def upload(client: TestClient, texts: Sequence[str]) -> None:
    """Each text as the name of a file and as its content: added or refused, and listed without a fault."""
    for start in range(0, len(texts), 100):
        files = [
            ("files", (text.encode("utf-8", "replace").decode() + ".txt", text.encode("utf-8", "surrogatepass")))
            for text in texts[start : start + 100]
        ]
        answer = client.post("/api/documents", files=files)
        assert answer.status_code < 500, answer.text
    listed = client.get("/api/documents").json()["documents"]
    assert len(listed) > 2
    for one in listed:
        assert client.get(f"/source/{one['id']}").status_code == 200


def test_awkward_texts(client: TestClient, ids: dict[str, str]) -> None:
    """Our own list, and every twentieth line of the long one."""
    assert len(OURS) >= 40
    check(client, ids, [*OURS, *lines()[len(OURS) :: 20]])


@pytest.mark.soak
@pytest.mark.skipif(not LIST.is_file(), reason="the list is not shared here")
def test_every_awkward_text(client: TestClient, ids: dict[str, str]) -> None:
    """Every line of the long list."""
    check(client, ids, lines())
