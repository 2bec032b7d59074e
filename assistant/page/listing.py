"""The collection → HTML: the greeting of an empty chat, and the list of documents in the drawer. Pure functions."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from assistant.page.address import document_address, on_page
from assistant.page.contract import Library
from assistant.page.plain import day
from assistant.page.render import escape, escape_attribute, isolated

if TYPE_CHECKING:
    from index.catalog_queries import DocumentSummary

LISTED = 500  # documents in the drawer; a longer list is of no use to anyone


def render_welcome(library: Library, *, uploads: bool) -> str:
    """The greeting, with the number of documents, or with how to add the first ones."""
    number = len(library.documents())
    if number:
        many = "1 document" if number == 1 else f"{number:,} documents"
        return (
            "<h2>Ask your documents</h2><p>Every sentence of an answer is tied to the exact sentence it rests on. "
            f"Open a number to read it in its place.</p><p>Searching {many}.</p>"
        )
    add = (
        "<p>Open <strong>Documents</strong> at the top and choose <strong>Add documents</strong>.</p>"
        if uploads
        else ""
    )
    return (
        '<h2>Ask your documents</h2><div class="empty"><p><strong>There are no documents yet.</strong></p>'
        f"{add}<p>{'Or, on' if uploads else 'On'} the machine that runs this assistant: "
        "<code>assistant ingest FOLDER</code></p></div>"
    )


def render_listing(library: Library) -> str:
    """The documents grouped by source, each a link to its source view; the first 500."""
    documents = library.documents()
    if not documents:
        return '<p class="fine">Nothing is indexed yet.</p>'
    groups = groupby(documents[:LISTED], key=lambda document: document.source)
    body = "".join(_group(source, list(members)) for source, members in groups)
    more = f'<p class="fine">The first {LISTED} of {len(documents):,} documents.</p>' if len(documents) > LISTED else ""
    return body + more


def _group(source: str, documents: list[DocumentSummary]) -> str:
    items = "".join(
        f'<li><a href="{escape_attribute(on_page(document_address(one.id)))}"><b>{isolated(one.title)}</b>'
        f"<small>{isolated(one.path)} · {escape(_length(one.sentences))} · "
        f"<time>{escape(day(one.modified))}</time></small></a></li>"
        for one in documents
    )
    head = f'<p class="label-small group">{isolated(source)} ({len(documents)})</p>'
    return f'<div>{head}<ul class="listing">{items}</ul></div>'


def _length(sentences: int) -> str:
    return "1 sentence" if sentences == 1 else f"{sentences:,} sentences"
