"""The MCP door, by the official SDK: tools `ask`, `search` and `get_document`, over streamable HTTP and over stdio.

| name | is |
|---|---|
| `mounted` | the ASGI app for `/mcp`: one request, one answer in JSON, no sessions; who asks is known before anything is read |
| `stdio` | serves one assistant to the program that started this process, until that closes its end |

What a tool cannot do is told in the result, in one sentence, as an error that a model can read.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, redirect_stdout
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)
from starlette.requests import Request
from starlette.responses import JSONResponse

from assistant.errors import AssistantError
from assistant.page.contract import Answers
from assistant.prompts import filled
from assistant.service.answer_text import answer_text
from assistant.service.caller import Refused
from assistant.service.context import Service
from assistant.service.door import FAILED
from assistant.service.failures import told
from assistant.service.guard import App, Receive, Scope, Send, error_record
from assistant.service.mcp_desk import Alone, Desk, Served
from assistant.service.mcp_tools import TOOLS, Found, Part, Query, Question, Text, input_schema, output_schema, taken
from index.errors import IndexingError

NAME = "cited-assistant"
BODY_LIMIT = 256 * 1024  # bytes of one request

_log = logging.getLogger(__name__)


class Mounted:
    """The ASGI app at `/mcp`. It answers while its `lifespan` is entered, which may be done again after it has ended."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._server = _server(Served(service))
        self._manager: StreamableHTTPSessionManager | None = None

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        manager = StreamableHTTPSessionManager(
            self._server, json_response=True, stateless=True, max_request_body_size=BODY_LIMIT
        )
        async with manager.run():
            self._manager = manager
            try:
                yield
            finally:
                self._manager = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._answer(scope)(scope, receive, send)

    def _answer(self, scope: Scope) -> App:
        if self._manager is None:
            return _refusal(Refused(503, "Closing."))
        if scope["method"] != "POST":  # without sessions there is no stream to listen to, and no session to end
            return _refusal(Refused(405, "Only POST is answered here."))
        try:
            request = Request(scope)
            request.state.caller = self._service.access.caller(request)
            request.state.caller.require("ask")
        except Refused as refused:
            return _refusal(refused)
        return self._manager.handle_request


def mounted(service: Service) -> Mounted:
    """The ASGI app to be routed at `/mcp`; its `lifespan` must be entered by the application's own."""
    return Mounted(service)


def stdio(assistant: Answers) -> None:
    """Speaks the protocol over standard input and output until the input ends; what is printed goes to stderr."""

    async def run() -> None:
        server = _server(Alone(assistant))
        async with stdio_server() as (incoming, outgoing):
            with redirect_stdout(sys.stderr):
                await server.run(incoming, outgoing, server.create_initialization_options())

    asyncio.run(run())


def _server(desk: Desk) -> Server[Any]:
    async def list_tools(context: ServerRequestContext[Any], page: PaginatedRequestParams | None) -> ListToolsResult:
        collections = desk.collections(context.request)
        return ListToolsResult(tools=[_tool(name, collections) for name in TOOLS])

    async def call_tool(context: ServerRequestContext[Any], call: CallToolRequestParams) -> CallToolResult:
        if call.name not in TOOLS:
            raise MCPError(INVALID_PARAMS, f"There is no such tool; there are {', '.join(TOOLS)}.")
        return await _call(desk, context.request, call.name, call.arguments or {})

    server = Server(
        NAME,
        version=_version(),
        title="Cited Assistant",
        instructions=filled("mcp"),
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    server.middleware.clear()  # it would report every call to a tracing library, if one is set up
    return server


async def _call(desk: Desk, request: Any, tool: str, arguments: Mapping[str, Any]) -> CallToolResult:
    """The result of a call, or the sentence that says why there is none."""
    try:
        return await _done(desk, request, tool, arguments)
    except Refused as refused:
        wait = f" Try again in {refused.retry_after} seconds." if refused.retry_after else ""
        return _error(f"{refused.reason}{wait}")
    except (AssistantError, IndexingError) as error:
        return _error(str(error) if request is None else told(error)[1])
    except Exception:
        _log.exception("a tool call failed")
        return _error(FAILED)


async def _done(desk: Desk, request: Any, tool: str, arguments: Mapping[str, Any]) -> CallToolResult:
    if tool == "ask":
        answer = await desk.ask(request, taken(Question, arguments))
        talk = f"\n\nconversation: {answer.conversation}" if answer.conversation else ""
        return _result(f"{answer_text(answer)}{talk}", answer.to_json())
    if tool == "search":
        found = Found.of(await desk.search(request, taken(Query, arguments)))
        return _result(found.as_text(), found.model_dump())
    part = taken(Part, arguments)
    document = await desk.document(request, part)
    if document is None:
        raise Refused(404, "There is no such document.")
    text = Text.of(document, part.start, part.length)
    return _result(text.as_text(), text.model_dump())


def _tool(name: str, collections: Sequence[str]) -> Tool:
    _, title, description = TOOLS[name]
    return Tool(
        name=name,
        title=title,
        description=description,
        input_schema=input_schema(name, collections),
        output_schema=output_schema(name),
        annotations=ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False),
    )


def _result(text: str, record: dict[str, Any]) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=text)], structured_content=record)


def _error(sentence: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=sentence)], is_error=True)


def _refusal(refused: Refused) -> App:
    status, reason, headers = told(refused)
    return JSONResponse(error_record(reason), status, {"allow": "POST"} if status == 405 else headers)


def _version() -> str:
    try:
        return version(NAME)
    except PackageNotFoundError:  # run from a checkout
        return ""
