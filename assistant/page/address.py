"""Where a cited sentence is shown: the address of its document, and the anchor of the sentence in it."""

from __future__ import annotations

import re
from urllib.parse import quote

_NOT_SAFE = re.compile(r"[^A-Za-z0-9_-]")


def sentence_anchor(sentence_id: str) -> str:
    """The element id of a sentence in the source view: `s-` and its id, safe in an address and an attribute."""
    return "s-" + _NOT_SAFE.sub("_", sentence_id)


def on_page(address: str) -> str:
    """One of these paths as a link on the chat page, relative to it, so that it is right under any path of a proxy."""
    return "." + address


def document_address(document_id: str) -> str:
    """The path of the source view of a document, on our own origin."""
    return "/source/" + quote(document_id, safe="", errors="replace")


def source_address(document_id: str, sentence_id: str) -> str:
    """The path that opens a document with one sentence marked and scrolled to."""
    sentence = quote(sentence_id, safe="", errors="replace")
    return f"{document_address(document_id)}?sentence={sentence}#{sentence_anchor(sentence_id)}"
