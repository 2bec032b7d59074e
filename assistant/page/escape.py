"""Any text → text that is inert in HTML, in Markdown and in a template literal. Pure functions.

Gradio sends a message through a Markdown parser and then a sanitiser that keeps `id`, `class`, `href` and `title`, and
drops `data-*` and `aria-*`. So everything is one HTML block without a line break (Markdown leaves such a block alone),
and names for screen readers are visually hidden text.
"""

from __future__ import annotations

import re

from assistant.page.plain import unturned

_PLAIN = frozenset(" ,;()%+/?'–—’“”…")
_WWW = re.compile(r"(www)\.", re.IGNORECASE)


def escape(text: str) -> str:
    """The text with every character that HTML, Markdown or JavaScript could act on written as a numeric entity."""
    return _WWW.sub(r"\1&#46;", "".join(_inert(character) for character in text))


def _inert(character: str) -> str:
    code = ord(character)
    if character.isalnum() or character in _PLAIN or character in ".-":
        return "\ufffd" if 0xD800 <= code <= 0xDFFF else character
    if (code < 32 and character not in "\t\n") or code == 127 or 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    return f"&#{code};"


def isolated(text: str) -> str:
    """The escaped text in its own direction: right-to-left letters in a title cannot turn what stands after it."""
    return f"<bdi>{shown(text)}</bdi>"


def shown(text: str) -> str:
    """The escaped text without characters that turn its direction."""
    return escape(unturned(text))


def unseen(text: str) -> str:
    """Text for screen readers only."""
    return f'<span class="unseen">{shown(text)}</span>'


def escape_attribute(address: str) -> str:
    """One of our own addresses (already percent-encoded) for a double-quoted attribute."""
    return address.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
