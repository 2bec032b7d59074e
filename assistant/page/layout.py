"""The components of the page, in order. No text from a document stands in them: it arrives escaped, through events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.page.chat import LIMIT, Talk
from assistant.page.escape import isolated
from assistant.page.head import TITLE

KEY_HINT = "Enter sends, Shift + Enter starts a new line."
OPEN_TO = "Documents you add can be read by everyone who can open this page."


@dataclass(frozen=True, slots=True)
class Conversation:
    """What is said: `talk` is its state, `kept` the id under which it is kept, `restore` shows it anew."""

    talk: Any
    welcome: Any
    greeting: Any
    examples: Sequence[Any]
    chatbot: Any
    question: Any
    send: Any
    stop: Any
    note: Any
    kept: Any
    restore: Any

    @property
    def shown(self) -> list[Any]:
        """What the events of the chat change, in the order of their updates."""
        return [self.chatbot, self.question, self.talk, self.welcome, self.note, self.kept]


@dataclass(frozen=True, slots=True)
class Header:
    new: Any
    delete: Any
    documents: Any


@dataclass(frozen=True, slots=True)
class Drawer:
    """The list of documents in parts; `files` and `status` are None where none can be added."""

    listing: Any
    offset: Any
    before: Any
    after: Any
    files: Any = None
    status: Any = None


def lay_header(gr: Any) -> Header:
    with gr.Row(elem_id="header"):
        html(gr, f'<h1 class="brand"><span class="mark"></span>{TITLE}</h1>', "brand")
        new = gr.Button("New chat", elem_id="new-chat")
        delete = gr.Button("Delete", elem_id="delete-chat")
        documents = gr.Button("Documents", elem_id="open-documents")
        gr.Button("Theme", elem_id="theme")
    return Header(new, delete, documents)


def lay_conversation(gr: Any, greeting: str, examples: Sequence[str], model: str | None) -> Conversation:
    talk = gr.State(Talk(), time_to_live=24 * 3600)
    with gr.Column(elem_id="conversation"):
        with gr.Column(elem_id="welcome") as welcome:
            greeted = html(gr, greeting, "greeting")
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
            stop = gr.Button("Stop", elem_id="stop")
        note = html(gr, f"<p>{KEY_HINT}</p>", "note")
        if model:
            html(gr, f"<p>Answers written by {isolated(model)}, each sentence checked.</p>", "writer")
        kept = html(gr, "", "kept")
        restore = gr.Button("Show again", elem_id="restore")
    return Conversation(talk, welcome, greeted, buttons, chatbot, question, send, stop, note, kept, restore)


def lay_drawer(gr: Any, *, uploads: bool) -> Drawer:
    files = status = None
    with gr.Column(elem_id="documents"), gr.Column(elem_classes="body"):
        if uploads:
            files = gr.UploadButton("Add documents", elem_id="upload", file_count="multiple")
            html(gr, f'<p class="fine">{OPEN_TO}</p>', "upload-notice")
            status = html(gr, "", "upload-status")
        listing, offset = html(gr, "", "listing"), gr.State(0)
        with gr.Row(elem_id="pages"):
            before = gr.Button("Previous", elem_id="before", visible=False)
            after = gr.Button("Next", elem_id="after", visible=False)
    return Drawer(listing, offset, before, after, files, status)


def html(gr: Any, text: str, name: str) -> Any:
    """A block of our own HTML. gr.Markdown, since gr.HTML evaluates its content as a JavaScript template."""
    return gr.Markdown(text, elem_id=name, latex_delimiters=[], sanitize_html=True, container=False)


def _examples(gr: Any, examples: Sequence[str]) -> list[Any]:
    if not examples:
        return []
    with gr.Column(elem_id="examples"):
        html(gr, '<p class="label-small">Try one of these</p>', "examples-title")
        return [gr.Button(example[:LIMIT]) for example in examples]
