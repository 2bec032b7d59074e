"""The chat page: an assistant to a Gradio Blocks, and that Blocks mounted in an application. The only door to Gradio.

| step | takes | gives |
|---|---|---|
| `build_page` | an assistant | the Blocks: components and events |
| `add_page` | a FastAPI application, an assistant | the application, with Gradio at `/` |
"""

from __future__ import annotations

import asyncio
import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.page.chat import LIMIT, Chat, Find
from assistant.page.contract import Answers
from assistant.page.head import TITLE
from assistant.page.listing import render_listing, render_welcome
from assistant.page.upload import upload_events

if TYPE_CHECKING:
    import gradio

CONCURRENT = 8  # questions answered at once: 100 users wait 3.1 s (p95) with 8, 20.6 s with Gradio's default of 1
WAITING = 64  # questions in the queue; the next one is told to come back
Finder = Callable[[Any], Find]
KEY_HINT = "Enter sends, Shift + Enter starts a new line."


def build_page(
    assistant: Answers, examples: Sequence[str] = (), *, uploads: bool = True, finder: Finder | None = None
) -> gradio.Blocks:
    """The page as Gradio Blocks. No text from a document stands in the layout: it arrives escaped, through events.

    `finder` gives, for the HTTP request of a visitor, how the service answers this visitor.
    """
    gr = _gradio()
    chat = Chat(assistant)
    ask = _ask(gr, chat, finder)
    hide: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)) as blocks:
        history = gr.State([], time_to_live=24 * 3600)
        with gr.Column(elem_id="shell"):
            with gr.Row(elem_id="header"):
                _html(gr, f'<h1 class="brand"><span class="mark"></span>{TITLE}</h1>', "brand")
                new_chat = gr.Button("New chat", elem_id="new-chat")
                documents = gr.Button("Documents", elem_id="open-documents")
                gr.Button("Theme", elem_id="theme")
            with gr.Column(elem_id="conversation"):
                with gr.Column(elem_id="welcome") as welcome:
                    greeting = _html(gr, render_welcome(assistant.collection, uploads=uploads), "greeting")
                    buttons = _examples(gr, examples)
                chatbot = gr.Chatbot(
                    elem_id="chat",
                    show_label=False,
                    container=False,
                    autoscroll=False,
                    latex_delimiters=[],
                    buttons=[],
                    height=None,
                    layout="panel",
                    sanitize_html=True,
                    allow_tags=False,
                    feedback_options=None,
                    group_consecutive_messages=False,
                    visible="hidden",
                )
            with gr.Column(elem_id="composer"):
                with gr.Row(elem_id="ask-row"):
                    question = gr.Textbox(
                        elem_id="question",
                        show_label=False,
                        container=False,
                        lines=1,
                        max_lines=6,
                        autofocus=True,
                        placeholder="Ask about the documents",
                    )
                    send = gr.Button("Ask", elem_id="send")
                note = _html(gr, f"<p>{KEY_HINT}</p>", "note")
        with gr.Column(elem_id="documents"), gr.Column(elem_classes="body"):
            if uploads:
                files = gr.UploadButton("Add documents", elem_id="upload", file_count="multiple")
                _html(
                    gr,
                    '<p class="fine">Documents you add can be read by everyone who can open this page.</p>',
                    "upload-notice",
                )
                status = _html(gr, "", "upload-status")
            listing = _html(gr, "", "listing")

        shown = [chatbot, question, history, welcome, note]
        asks = [
            gr.on(
                [question.submit, send.click],
                ask,
                [question, history],
                shown,
                concurrency_limit=CONCURRENT,
                concurrency_id="ask",
                **hide,
            )
        ]
        asks += [
            button.click(ask, [button, history], shown, concurrency_limit=CONCURRENT, concurrency_id="ask", **hide)
            for button in buttons
        ]
        new_chat.click(chat.new, None, shown, cancels=asks, concurrency_limit=None, **hide)
        gr.on([documents.click], lambda: render_listing(assistant.collection), None, listing, **hide)
        blocks.load(lambda: render_welcome(assistant.collection, uploads=uploads), None, greeting, **hide)
        if uploads:
            files.upload(
                upload_events(assistant.collection, upload_folder()),
                files,
                [status, listing, files],
                concurrency_limit=1,
                **hide,
            )
    blocks.queue(max_size=WAITING, default_concurrency_limit=CONCURRENT, api_open=False)
    return blocks


def add_page(
    app: Any,
    assistant: Answers,
    examples: Sequence[str] = (),
    *,
    uploads: bool,
    max_file_size: int,
    finder: Finder | None = None,
) -> None:
    """Puts the page at `/` of a FastAPI application; what was added before comes first. `max_file_size` in bytes."""
    gr = _gradio()
    theme = gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])

    def build() -> None:
        blocks = build_page(assistant, examples, uploads=uploads, finder=finder)
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


def _ask(gr: Any, chat: Chat, finder: Finder | None) -> Any:
    """`chat.ask` as Gradio calls it. The cookie is set by page.js where the reader asked the system for less motion."""

    def ask(question: str, history: list[dict[str, str]], request: Any) -> Iterator[tuple[Any, ...]]:
        hurry = "motion=reduce" in str(request.headers.get("cookie", ""))
        yield from chat.ask(question, history, hurry=hurry, find=finder(request.request) if finder else None)

    ask.__annotations__ = {
        "request": gr.Request
    }  # by this Gradio knows to pass it; a written annotation would need the import
    return ask


def _html(gr: Any, html: str, name: str) -> Any:
    """A block of our own HTML. gr.Markdown, since gr.HTML evaluates its content as a JavaScript template."""
    return gr.Markdown(html, elem_id=name, latex_delimiters=[], sanitize_html=True, container=False)


def _examples(gr: Any, examples: Sequence[str]) -> list[Any]:
    if not examples:
        return []
    with gr.Column(elem_id="examples"):
        _html(gr, '<p class="label-small">Try one of these</p>', "examples-title")
        return [gr.Button(example[:LIMIT]) for example in examples]
