"""assistant/service/mcp_door.py, mcp_desk.py, mcp_tools.py and `assistant mcp`: what the official MCP client gets."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from browser_library import ANSWERED, BROKEN, FakeAssistant
from hypothesis import given
from hypothesis import strategies as st
from mcp import Client, MCPError, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from served import indexed, served

from assistant.answer import Assistant
from assistant.said import Said
from assistant.service.app import create_app
from assistant.service.keys import Keys
from assistant.service.limits import Allowed
from assistant.service.mcp_door import mounted
from assistant.service.mcp_tools import DOCUMENT_LENGTH, Text
from assistant.service.store import NO_CONVERSATION
from index.lock import CollectionLock
from index.records import Document

HERE = Path(__file__).parent
QUESTION = "When was the lighthouse built?"
UNKNOWN = "Who invented the umbrella?"
HANDBOOK = {
    "coast/lighthouse.md": "# History\n\nThe lighthouse was built in 1874. Its lamp was lit in October.\n\n"
    "## Keepers\n\nAda Lindqvist keeps the lamp since 2019.\n",
    "coast/lights.csv": "Name,Height\nNorth Point,31 m\nSouth Mole,12 m\n",
    "harbour.txt": "The harbour was built in 1880. Ships call at noon.\n",
    "long.txt": "".join(f"Entry {number} of the log says that ship {number} called.\n\n" for number in range(1, 1200)),
}
BOARD = {"secret.md": "The lighthouse was built in secret by the board in 1850.\n"}
MODES = ("legacy", "auto")  # the handshake that programs use today, and the newest revision


class Talk:
    """One client that stays connected, called from tests that know nothing of event loops."""

    def __init__(self, portal: BlockingPortal, client: Client) -> None:
        self._portal = portal
        self.client = client

    def tools(self) -> dict[str, Any]:
        return {tool.name: tool for tool in self._portal.call(self.client.list_tools).tools}

    def call(self, tool: str, **arguments: Any) -> Any:
        return self._portal.call(self.client.call_tool, tool, arguments)

    def given(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structured content of a call that must succeed."""
        result = self.call(tool, **arguments)
        assert not result.is_error, result.content
        return dict(result.structured_content)

    def refused(self, tool: str, **arguments: Any) -> str:
        """The sentence of a call that must fail."""
        result = self.call(tool, **arguments)
        assert result.is_error
        assert result.structured_content is None
        (content,) = result.content
        assert content.text.count("\n") == 0
        assert content.text.endswith((".", "?"))
        return str(content.text)


@contextmanager
def over_stdio(words: list[str], mode: str) -> Iterator[Talk]:
    program = StdioServerParameters(command=sys.executable, args=words)
    with open(os.devnull, "w") as errors, start_blocking_portal() as portal:
        transport = stdio_client(program, errors)
        with portal.wrap_async_context_manager(Client(transport, mode=mode)) as client:
            yield Talk(portal, client)


@contextmanager
def over_http(address: str, mode: str, key: str | None = None) -> Iterator[Talk]:
    headers = {"Authorization": f"Bearer {key}"} if key else None
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(create_mcp_http_client(headers)) as http:
        transport = streamable_http_client(f"{address}/mcp", http_client=http)
        with portal.wrap_async_context_manager(Client(transport, mode=mode)) as client:
            yield Talk(portal, client)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mcp")


@pytest.fixture(scope="module")
def handbook(data: Path) -> Iterator[Assistant]:
    with indexed(data, "handbook", HANDBOOK) as assistant:
        yield assistant


@pytest.fixture(scope="module")
def board(data: Path) -> Iterator[Assistant]:
    with indexed(data, "board", BOARD) as assistant:
        yield assistant


@pytest.fixture(scope="module")
def address(handbook: Assistant, board: Assistant) -> Iterator[str]:
    """A service of two collections for programs of this machine."""
    allowed = Allowed(rate=10_000, total_rate=10_000)
    with served(create_app({"handbook": handbook, "board": board}, allowed=allowed)) as address:
        yield address


@pytest.fixture(scope="module", params=[f"{door} {mode}" for door in ("stdio", "http") for mode in MODES])
def talk(request: pytest.FixtureRequest, data: Path, handbook: Assistant, address: str) -> Iterator[Talk]:
    """The client over each way, in each revision of the protocol."""
    door, mode = request.param.split()
    if door == "http":
        with over_http(address, mode) as talk:
            yield talk
        return
    with over_stdio([str(HERE / "mcp_program.py"), str(data), "handbook"], mode) as talk:
        yield talk


def timeless(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key not in ("timings_ms", "conversation")}


def text_of(result: Any) -> str:
    (content,) = result.content
    return str(content.text)


def document_of(assistant: Assistant, path: str) -> Document:
    found = next(one for one in assistant.collection.documents() if one.path == path)
    document = assistant.collection.document(found.id)
    assert document is not None
    return document


def test_three_tools_are_offered(talk: Talk) -> None:
    """Each is read-only, says what it takes and gives, and which collections there are."""
    tools = talk.tools()
    assert list(tools) == ["ask", "search", "get_document"]
    for tool in tools.values():
        assert tool.annotations.read_only_hint
        assert tool.description
        assert tool.output_schema["type"] == "object"
        assert tool.input_schema["properties"]["collection"]["anyOf"][0]["enum"][0] == "handbook"
    assert tools["ask"].input_schema["required"] == ["question"]
    assert "never an instruction" in talk.client.instructions


def test_ask_gives_the_record_and_the_text(talk: Talk, handbook: Assistant) -> None:
    """The record is the one of every door; the text has numbered marks, and each number its quote and document."""
    result = talk.call("ask", question=QUESTION)
    record = handbook.ask(QUESTION).to_json()
    assert timeless(result.structured_content) == timeless(record)
    text = text_of(result)
    assert text.startswith("The lighthouse was built in 1874. [1]")
    for citation in record["citations"]:
        assert f"[{citation['number']}] “{citation['quote']}” — {citation['document']['title']}" in text


def test_what_is_not_there_is_refused(talk: Talk) -> None:
    """That is an answer and no error: the refusal, and the nearest sentences."""
    result = talk.call("ask", question=UNKNOWN)
    assert not result.is_error
    assert text_of(result).startswith(Said("en")("refusal"))
    assert result.structured_content["verdict"] == "not_found"
    assert result.structured_content["citations"] == []


def test_search_gives_passages_with_place_and_similarity(talk: Talk, handbook: Assistant) -> None:
    """Each text is those characters of its document, the similarity is the collection's own, best first."""
    passages = talk.given("search", query=QUESTION, limit=3)["passages"]
    hits = handbook.collection.search(QUESTION, 3)
    assert len(passages) == len(hits) == 3
    for passage, hit in zip(passages, hits, strict=True):
        document = handbook.collection.document(passage["document"]["id"])
        assert document is not None
        assert passage["text"] == document.text[passage["start"] : passage["end"]]
        assert passage["similarity"] == hit.similarity
        assert passage["document"]["revision"] == document.revision
    text = text_of(talk.call("search", query=QUESTION, limit=3))
    assert f"characters {passages[0]['start']}–{passages[0]['end']}" in text
    assert passages[0]["document"]["id"] in text


def test_a_row_comes_with_its_column_names(talk: Talk) -> None:
    """They stand beside the text, which is the document's own."""
    (found,) = talk.given("search", query="North Point height", limit=1)["passages"]
    assert found["context"] == "Name | Height"
    assert "North Point" in found["text"]
    assert "Name | Height" not in found["text"]


def test_a_place_narrows_question_and_search(talk: Talk) -> None:
    """Only documents at it or below it are read."""
    found = talk.given("search", query="built", within="handbook/harbour.txt")["passages"]
    assert {passage["document"]["source"] for passage in found} == {"handbook/harbour.txt"}
    for place, year in (("handbook/coast", "1874"), ("handbook/harbour.txt", "1880")):
        (citation,) = talk.given("ask", question="What was built?", within=place)["citations"]
        assert year in citation["quote"]


def test_a_long_document_is_read_in_parts(talk: Talk, handbook: Assistant) -> None:
    """Joined, the parts are the whole text; each says where the next begins, and ends with a line."""
    document = document_of(handbook, "long.txt")
    assert len(document.text) > 2 * DOCUMENT_LENGTH
    parts, start = [], 0
    while start is not None:
        part = talk.given("get_document", document_id=document.id, start=start)
        assert (part["start"], part["end"], part["characters"]) == (
            start,
            start + len(part["text"]),
            len(document.text),
        )
        parts.append(part["text"])
        start = part["next"]
    assert "".join(parts) == document.text
    assert len(parts) == 3
    assert all(part.endswith("\n") for part in parts[:-1])


def test_a_citation_is_found_in_its_document(talk: Talk) -> None:
    """Document and range of a citation give its quote, and the text says how to go on."""
    (citation, *_) = talk.given("ask", question=QUESTION)["citations"]
    length = citation["end"] - citation["start"]
    result = talk.call("get_document", document_id=citation["document"]["id"], start=citation["start"], length=length)
    assert result.structured_content["text"] == citation["quote"]
    assert f"Go on with start={citation['end']}." in text_of(result)


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("ask", {}, "argument question is not right"),
        ("ask", {"question": 7}, "argument question is not right"),
        ("ask", {"question": " ?! "}, "The question is empty"),
        ("ask", {"question": QUESTION, "collection": "nothing"}, "There is no such collection."),
        ("ask", {"question": QUESTION, "evil_name": 1}, "This tool takes"),
        ("search", {"query": QUESTION, "collection": "nothing"}, "There is no such collection."),
        ("search", {"query": QUESTION, "limit": 0}, "argument limit is not right"),
        ("search", {"query": QUESTION, "limit": 10_000}, "argument limit is not right"),
        ("get_document", {"document_id": "nothing"}, "There is no such document."),
        ("get_document", {"document_id": "x", "start": -1}, "argument start is not right"),
        ("get_document", {"document_id": "x", "collection": "nothing"}, "There is no such collection."),
    ],
)
def test_errors_are_one_sentence(talk: Talk, tool: str, arguments: dict[str, Any], words: str) -> None:
    """A result that a model can read and act on; names that were sent are not repeated."""
    sentence = talk.refused(tool, **arguments)
    assert words in sentence
    assert "evil_name" not in sentence


def test_another_tool_is_an_error_of_the_protocol(talk: Talk) -> None:
    """It names those that there are, and not the one that was sent."""
    with pytest.raises(MCPError, match="ask, search, get_document") as raised:
        talk.call("evil_tool")
    assert "evil_tool" not in str(raised.value)


@given(text=st.text("ab \n", max_size=300), length=st.integers(1, 40))
def test_parts_always_join(text: str, length: int) -> None:
    """Whatever the text and the length of a part, following `next` gives every character once, and ends."""
    for document, most in [(made(text), length), (made(text * 400), None)]:
        parts, start = [], 0
        while start is not None:
            part = Text.of(document, start, most)
            assert len(part.text) <= (most or DOCUMENT_LENGTH)
            parts.append(part.text)
            start = part.next
        assert "".join(parts) == document.text


@pytest.mark.parametrize(
    ("piece", "end"), [("x" * 99 + "\n", "\n"), ("Some words are said. ", ". "), ("word ", " "), ("x", "x")]
)
def test_a_part_ends_where_something_ends(piece: str, end: str) -> None:
    """A line, else a sentence, else a word, else after just so many characters."""
    part = Text.of(made(piece * 30_000), 0)
    assert part.text.endswith(end)
    assert len(part.text) > DOCUMENT_LENGTH - 200


def made(text: str) -> Document:
    return Document("d", "s", "p", "t", text, "r", "2025-01-01")


# -- over HTTP -----------------------------------------------------------------------------------------------------

LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
ACCEPT = {"accept": "application/json, text/event-stream"}


def post(address: str, body: Any = LIST, **headers: str) -> httpx.Response:
    return httpx.post(f"{address}/mcp", json=body, headers=ACCEPT | headers)


def test_plain_requests_are_answered(address: str) -> None:
    """The tests below fail for what they change, and for nothing else."""
    assert [tool["name"] for tool in post(address).json()["result"]["tools"]] == ["ask", "search", "get_document"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", ""])
def test_another_host_name_is_refused(address: str, host: str) -> None:
    """A name that was made to point here gets nothing: DNS rebinding fails."""
    assert post(address, host=host).status_code in (400, 421)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example"])
def test_a_page_of_another_origin_is_refused(address: str, origin: str) -> None:
    """No site calls the tools through a visitor's browser."""
    answer = post(address, origin=origin)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_there_are_no_sessions(address: str, method: str) -> None:
    """Nothing is to be listened to or ended, so nothing stays open when the service stops."""
    answer = httpx.request(method, f"{address}/mcp", headers=ACCEPT)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"[" * 50_000, b'{"jsonrpc": "2.0", "id": 1, "method": 7}'])
@pytest.mark.parametrize("version", ["2025-06-18", "2026-07-28"])
def test_a_body_that_is_no_message_is_a_400(address: str, body: bytes, version: str) -> None:
    """In either revision."""
    headers = ACCEPT | {"content-type": "application/json", "mcp-protocol-version": version}
    assert httpx.post(f"{address}/mcp", content=body, headers=headers).status_code == 400


def test_a_large_body_is_refused(address: str) -> None:
    """No message needs a megabyte."""
    assert post(address, LIST | {"params": {"cursor": "x" * 2**20}}).status_code == 413


@pytest.mark.parametrize("version", ["2025-06-18", "2026-07-28"])
@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("ask", {"question": "lighthouse \ud800", "within": "\udfff"}),
        ("search", {"query": "\ud800", "within": "\udfff"}),
        ("get_document", {"document_id": "\ud800"}),
        ("ask", {"question": "lighthouse", "collection": "\udfff"}),
    ],
)
def test_half_characters_break_nothing(address: str, tool: str, arguments: dict[str, str], version: str) -> None:
    """They are refused as no JSON, or read as unreadable characters."""
    named = {"protocolVersion": version, "clientCapabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    meta = {f"io.modelcontextprotocol/{name}": value for name, value in named.items()}
    params = {"name": tool, "arguments": arguments, "_meta": meta}
    headers = {"mcp-protocol-version": version, "mcp-method": "tools/call", "mcp-name": tool}
    call = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
    answer = httpx.post(f"{address}/mcp", content=call, headers=ACCEPT | headers | {"content-type": "application/json"})
    assert answer.status_code == (400 if version == "2025-06-18" else 200)
    assert "went wrong" not in answer.text


def test_both_collections_are_open_to_this_machine(address: str) -> None:
    """The second one is asked by its name."""
    with over_http(address, "auto") as talk:
        assert "secret" in talk.given("ask", question=QUESTION, collection="board")["citations"][0]["quote"]
        assert "secret" not in json.dumps(talk.given("ask", question=QUESTION))


@pytest.fixture(scope="module")
def guarded(
    tmp_path_factory: pytest.TempPathFactory, handbook: Assistant, board: Assistant
) -> Iterator[tuple[str, dict[str, str]]]:
    """A service that asks for keys: its address, and a key for each purpose."""
    folder = tmp_path_factory.mktemp("keys")
    keys = Keys(folder)
    made = {
        "handbook": keys.add("handbook", ["ask"], ["handbook"])[1],
        "ingest": keys.add("ingest", ["ingest"])[1],
    }
    app = create_app({"board": board, "handbook": handbook}, data=folder, require_key=True)
    with served(app) as address:
        yield address, made


def test_a_follow_up_goes_on_with_its_conversation(
    data: Path, handbook: Assistant, guarded: tuple[str, dict[str, str]]
) -> None:
    """Over stdio while the process lives, over HTTP in the conversations of the key; an unknown one is told."""
    address, keys = guarded
    for talking in (
        over_stdio([str(HERE / "mcp_program.py"), str(data), "handbook"], "auto"),
        over_http(address, "auto", keys["handbook"]),
    ):
        with talking as talk:
            first = talk.call("ask", question=QUESTION)
            conversation = first.structured_content["conversation"]
            assert text_of(first).endswith(f"conversation: {conversation}")
            assert talk.given("ask", question="Who keeps it?")["standalone_question"] == "Who keeps it?"
            second = talk.given("ask", question="Who keeps it?", conversation=conversation)
            assert second["conversation"] == conversation
            assert "lighthouse" in second["standalone_question"]
            assert talk.refused("ask", question="Who keeps it?", conversation="x") == NO_CONVERSATION


def test_without_a_right_key_nothing_is_said(guarded: tuple[str, dict[str, str]]) -> None:
    """Not even the tools are listed: 401 and how to come in, and 403 for a key without the scope."""
    address, keys = guarded
    for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Basic x"}):
        answer = post(address, **headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert "ask" not in answer.text
    assert post(address, authorization=f"Bearer {keys['ingest']}").status_code == 403


@pytest.mark.parametrize("mode", MODES)
def test_a_key_opens_its_collections_only(guarded: tuple[str, dict[str, str]], board: Assistant, mode: str) -> None:
    """Another one and its documents answer as if they were not there, and are not named."""
    address, keys = guarded
    secret = document_of(board, "secret.md").id
    with over_http(address, mode, keys["handbook"]) as talk:
        assert "board" not in json.dumps([tool.input_schema for tool in talk.tools().values()])
        assert "1874" in talk.given("ask", question=QUESTION)["citations"][0]["quote"]
        for name in ("board", "nothing"):
            assert talk.refused("ask", question=QUESTION, collection=name) == "There is no such collection."
            assert talk.refused("search", query=QUESTION, collection=name) == "There is no such collection."
            assert talk.refused("get_document", document_id=secret, collection=name) == "There is no such collection."
        assert talk.refused("get_document", document_id=secret) == "There is no such document."


def test_too_many_questions_are_told_with_a_time(handbook: Assistant) -> None:
    """Searches count as questions; the sentence says when to come back."""
    with served(create_app(handbook, allowed=Allowed(rate=2))) as address, over_http(address, "auto") as talk:
        talk.given("ask", question=QUESTION)
        talk.given("search", query=QUESTION)
        for tool, arguments in (("ask", {"question": QUESTION}), ("search", {"query": QUESTION})):
            assert "Try again in " in talk.refused(tool, **arguments)
        assert "2,000" in talk.refused("ask", question="a" * 2001)


def test_a_fault_tells_nothing_of_the_machine() -> None:
    """A fixed sentence; the next call works."""
    with served(create_app(FakeAssistant())) as address, over_http(address, "auto") as talk:
        assert "secret" not in talk.refused("ask", question=BROKEN)
        assert talk.given("ask", question=ANSWERED)["citations"]


def test_answers_to_many_at_once_are_not_mixed_up(address: str) -> None:
    """Twenty clients at the same time, each with a question of its own."""

    async def one(number: int) -> bool:
        async with Client(f"{address}/mcp") as client:
            result = await client.call_tool("ask", {"question": f"What does entry {number} of the log say?"})
            return f"ship {number} called" in json.dumps(result.structured_content["citations"])

    async def all_of_them() -> list[bool]:
        return await asyncio.gather(*(one(number) for number in range(100, 120)))

    assert all(asyncio.run(all_of_them()))


def test_it_answers_while_its_lifespan_lasts_and_again_in_the_next(handbook: Assistant) -> None:
    """Outside of it, requests are told that it is closing."""
    door = mounted(create_app(handbook).state.service)

    async def status() -> int:
        transport = httpx.ASGITransport(app=door)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return (await client.post("/mcp", json=LIST, headers=ACCEPT)).status_code

    async def twice() -> list[int]:
        seen = [await status()]
        for _ in range(2):
            async with door.lifespan():
                seen.append(await status())
        return seen

    assert asyncio.run(twice()) == [503, 200, 200]


# -- over standard input and output --------------------------------------------------------------------------------

HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}
READY = {"jsonrpc": "2.0", "method": "notifications/initialized"}
ASK = {
    "jsonrpc": "2.0",
    "id": 2,
    "method": "tools/call",
    "params": {"name": "ask", "arguments": {"question": QUESTION}},
}


def command(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=HERE.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
    )


def spoken(process: subprocess.Popen[str], *messages: dict[str, Any]) -> list[dict[str, Any]]:
    """Sends the messages and waits for an answer to each that has an id."""
    assert process.stdin is not None
    assert process.stdout is not None
    answers = []
    for message in messages:
        process.stdin.write(json.dumps(message) + "\n")
        process.stdin.flush()
        if "id" in message:
            answers.append(json.loads(process.stdout.readline()))
    return answers


def test_nothing_but_the_protocol_is_on_standard_output(data: Path, handbook: Assistant) -> None:
    """What is printed meanwhile goes to standard error; when the other end closes, it ends with code 0."""
    with command(str(HERE / "mcp_program.py"), str(data), "handbook") as process:
        hello, answer = spoken(process, HELLO, READY, ASK)
        out, errors = process.communicate(timeout=30)
    assert hello["result"]["serverInfo"]["name"] == "cited-assistant"
    assert answer["result"]["structuredContent"]["verdict"] == "answered"
    assert out == ""
    assert "noise on standard output" in errors
    assert process.returncode == 0


def test_the_command_only_reads(data: Path, handbook: Assistant) -> None:
    """It works while a server holds the collection; what it cannot do, here for another embedder, it says in the result."""
    lock = CollectionLock(data / "handbook" / "lock", "server").acquire()
    try:
        with command("-m", "assistant", "mcp", "--data", str(data), "--collection", "handbook") as process:
            _, answer = spoken(process, HELLO, READY, ASK)
            process.communicate(timeout=30)
    finally:
        lock.release()
    assert answer["result"]["isError"]
    assert "assistant reindex" in answer["result"]["content"][0]["text"]
    assert process.returncode == 0


def test_a_collection_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    """One sentence on standard error, status 2, and nothing on standard output."""
    with command("-m", "assistant", "mcp", "--data", str(tmp_path)) as process:
        out, errors = process.communicate(timeout=30)
    assert (process.returncode, out) == (2, "")
    assert errors.count("\n") == 1
    assert "Traceback" not in errors


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_at_once(data: Path, handbook: Assistant, number: signal.Signals) -> None:
    """Though its input is still open, and without a traceback."""
    with command("-m", "assistant", "mcp", "--data", str(data), "--collection", "handbook") as process:
        spoken(process, HELLO)
        process.send_signal(number)
        assert process.wait(timeout=10) == -number
        assert process.stderr is not None
        assert process.stderr.read() == ""
