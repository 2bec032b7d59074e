"""The chat page: an assistant to a Gradio Blocks, and that Blocks mounted in an application.

| step | takes | gives |
|---|---|---|
| `build_page` | an assistant, and who its visitors are | the Blocks: components and events |
| `add_page` | a FastAPI application, the same | the application, with Gradio at `/` |
"""

from __future__ import annotations

import asyncio
import atexit
import os
import shutil
import tempfile
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.page import chat
from assistant.page.alone import Alone
from assistant.page.contract import Answers, Library, Visitor
from assistant.page.head import TITLE
from assistant.page.layout import Conversation, Drawer, Header, lay_conversation, lay_drawer, lay_header
from assistant.page.listing import LISTED, render_listing, render_welcome
from assistant.page.plain import model_name
from assistant.page.upload import upload_events

if TYPE_CHECKING:
    import gradio

CONCURRENT = 8  # questions answered at once: 100 users wait 3.1 s (p95) with 8, 20.6 s with Gradio's default of 1
WAITING = 64  # questions in the queue; the next one is told to come back
Visitors = Callable[[Any], Visitor]
HIDE: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def build_page(
    assistant: Answers, examples: Sequence[str] = (), *, uploads: bool = True, visitors: Visitors | None = None
) -> gradio.Blocks:
    """The page as Gradio Blocks. `visitors` gives the visitor behind the HTTP request of an event; without, all stand alone."""
    gr, library = _gradio(), assistant.collection
    model = model_name(assistant.model.name) if assistant.model else None
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)) as blocks:
        with gr.Column(elem_id="shell"):
            header = lay_header(gr)
            talk = lay_conversation(gr, render_welcome(library, uploads=uploads), examples, model)
        drawer = lay_drawer(gr, uploads=uploads)
        _chat_events(gr, blocks, header, talk, visitors or (lambda request: Alone(assistant)), quoted=model is None)
        _drawer_events(gr, header, drawer, library)
        blocks.load(lambda: render_welcome(library, uploads=uploads), None, talk.greeting, **HIDE)
    blocks.queue(max_size=WAITING, default_concurrency_limit=CONCURRENT, api_open=False)
    return blocks


def _chat_events(gr: Any, blocks: Any, header: Header, talk: Conversation, visitors: Visitors, *, quoted: bool) -> None:
    """Asking, stopping, a new conversation, deleting one, and showing a kept one."""

    async def ask(question: str, talk: chat.Talk, request: Any) -> AsyncGenerator[chat.Update]:
        # The cookie is set by page.js where the reader asked the system for less motion. What a model writes takes long: it
        # is shown as it comes, all the same.
        hurry = quoted and "motion=reduce" in str(request.headers.get("cookie", ""))
        async for update in chat.ask(visitors(request.request), question, talk, hurry=hurry):
            yield update

    async def opened(request: Any) -> chat.Update:
        return await chat.again(visitors(request.request), opening=True)

    async def again(request: Any) -> chat.Update:
        return await chat.again(visitors(request.request))

    async def forget(request: Any) -> chat.Update:
        return await chat.forget(visitors(request.request))

    for handler in (ask, opened, again, forget):  # by this Gradio knows to pass it; a written one would need the import
        handler.__annotations__ = {"request": gr.Request}
    asking: dict[str, Any] = {"concurrency_limit": CONCURRENT, "concurrency_id": "ask", **HIDE}
    asks = [gr.on([talk.question.submit, talk.send.click], ask, [talk.question, talk.talk], talk.shown, **asking)]
    asks += [button.click(ask, [button, talk.talk], talk.shown, **asking) for button in talk.examples]
    at_once: dict[str, Any] = {"concurrency_limit": None, **HIDE}
    header.new.click(chat.new, None, talk.shown, cancels=asks, **at_once)
    header.delete.click(forget, None, talk.shown, cancels=asks, **at_once)
    talk.stop.click(chat.stop, talk.talk, talk.shown, cancels=asks, **at_once)
    talk.restore.click(again, None, talk.shown, **at_once)
    blocks.load(opened, None, talk.shown, **at_once)


def _drawer_events(gr: Any, header: Header, drawer: Drawer, library: Library) -> None:
    """The list of documents, in parts, and adding some."""

    def listed(offset: int) -> tuple[Any, ...]:
        part = render_listing(library, max(0, offset))
        return part.html, part.offset, gr.Button(visible=part.before), gr.Button(visible=part.after)

    shown = [drawer.listing, drawer.offset, drawer.before, drawer.after]
    header.documents.click(lambda: listed(0), None, shown, **HIDE)
    drawer.before.click(lambda offset: listed(offset - LISTED), drawer.offset, shown, **HIDE)
    drawer.after.click(lambda offset: listed(offset + LISTED), drawer.offset, shown, **HIDE)
    if drawer.files is not None:
        drawer.files.upload(
            upload_events(library, upload_folder()),
            drawer.files,
            [drawer.status, drawer.files],
            concurrency_limit=1,
            **HIDE,
        ).then(lambda: listed(0), None, shown, **HIDE)


def add_page(
    app: Any,
    assistant: Answers,
    examples: Sequence[str] = (),
    *,
    uploads: bool,
    max_file_size: int,
    visitors: Visitors | None = None,
) -> None:
    """Puts the page at `/` of a FastAPI application; what was added before comes first. `max_file_size` in bytes."""
    gr = _gradio()
    theme = gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])

    def build() -> None:
        blocks = build_page(assistant, examples, uploads=uploads, visitors=visitors)
        blocks.has_launched = (
            True  # mounting does not set it, and without it Gradio takes any file's path from a client
        )
        gr.mount_gradio_app(
            app,
            blocks,
            path="/",
            footer_links=[],
            run_history=False,
            theme=theme,
            show_error=False,
            ssr_mode=False,
            pwa=False,
            mcp_server=False,
            enable_monitoring=False,
            max_file_size=max_file_size,
        )

    async def build_in_loop() -> None:
        build()

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(build_in_loop())  # outside a loop Gradio makes six of its own for its locks, and never closes them
    else:
        build()


def upload_folder() -> Path:
    """Where Gradio puts what is uploaded, and the only place from which an event may name a file."""
    _gradio()
    return Path(os.environ["GRADIO_TEMP_DIR"])


def _gradio() -> Any:
    """The library, told before its first import to send nothing and to keep its files in a folder of mode 0700."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_OFFLINE"] = "1"
    if not os.environ.get("GRADIO_TEMP_DIR"):
        os.environ["GRADIO_TEMP_DIR"] = folder = tempfile.mkdtemp(prefix="cited-assistant-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    import gradio as gr

    return gr
