"""The collection → HTML: the greeting of an empty chat, and the list of documents in the drawer, in parts. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from assistant.page.address import document_address, on_page
from assistant.page.contract import Library
from assistant.page.escape import escape, escape_attribute, isolated
from assistant.said import day

if TYPE_CHECKING:
    from index.catalog_queries import DocumentSummary

LISTED = 100  # documents in the drawer at once


@dataclass(frozen=True, slots=True)
class Listing:
    """A part of the list of documents, from `offset` on, and whether there are more before and after it."""

    html: str
    offset: int = 0
    before: bool = False
    after: bool = False


def render_welcome(library: Library, *, uploads: bool) -> str:
    """The greeting, with the number of documents, or with how to add the first ones."""
    number = library.count()
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


def render_listing(library: Library, offset: int = 0) -> Listing:
    """The documents from `offset` on, grouped by source, each a link to its source view."""
    total = library.count()
    offset = min(offset, max(0, total - 1)) // LISTED * LISTED  # documents may have gone meanwhile
    documents = library.documents(LISTED, offset)
    if not documents:
        return Listing('<p class="fine">Nothing is indexed yet.</p>')
    groups = groupby(documents, key=lambda document: document.source)
    body = "".join(_group(source, list(members)) for source, members in groups)
    end = offset + len(documents)
    place = f'<p class="fine place">{offset + 1:,}–{end:,} of {total:,} documents</p>' if total > LISTED else ""
    return Listing(place + body, offset, before=offset > 0, after=end < total)


def _group(source: str, documents: list[DocumentSummary]) -> str:
    items = "".join(
        f'<li><a href="{escape_attribute(on_page(document_address(one.id)))}"><b>{isolated(one.title)}</b>'
        f"<small>{isolated(one.path)} · {escape(_length(one.sentences))} · "
        f"<time>{escape(day(one.modified))}</time></small></a></li>"
        for one in documents
    )
    head = f'<p class="label-small group">{isolated(source)}</p>'
    return f'<div>{head}<ul class="listing">{items}</ul></div>'


def _length(sentences: int) -> str:
    return "1 sentence" if sentences == 1 else f"{sentences:,} sentences"
