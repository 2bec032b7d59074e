"""Encoding: the text that a file's bytes stand for. Byte-order mark, UTF-8, the page's own word, then a guess."""

from __future__ import annotations

import codecs
import re

from index.errors import LoadError
from index.load.content import kind_of_content

# UTF-32 before UTF-16: the little-endian mark of the one begins with the mark of the other.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.IGNORECASE)
XML_DECLARATION = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_:.-]+)", re.IGNORECASE)
# What pages call Latin-1 or ASCII is Windows-1252, says the WHATWG encoding standard.
RENAMED = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
CONTROLS = bytes(set(range(32)) - {7, 8, 9, 10, 12, 13, 27})
HEAD = 4096  # bytes in which a page names its encoding, and which are looked at for binary content
GUESS_SAMPLE = 200_000  # bytes; guessing costs seconds on megabytes


def decode(data: bytes, *, html: bool = False) -> str:
    """The text of a file's bytes. Raises `LoadError("binary data, not text")` where they are none."""
    for mark, name in MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    wide = _wide(data)
    if wide:
        return data.decode(wide, "replace")
    if _is_binary(data):
        found = kind_of_content(data)
        raise LoadError(f"binary data, not text: it is {found}" if found else "binary data, not text")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _declared(data, html) or _nearly_utf8(data) or _guessed(data)


def _wide(data: bytes) -> str | None:
    """UTF-16 without its mark: every other byte of western text is zero."""
    head = data[:HEAD]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if len(head) < 8 or max(even, odd) < len(head) * 0.35 or min(even, odd) > len(head) * 0.02:
        return None
    name = "utf-16-le" if odd > even else "utf-16-be"
    text = head.decode(name, "ignore")
    return name if sum(char.isprintable() or char.isspace() for char in text) > 0.95 * len(text) else None


def _is_binary(data: bytes) -> bool:
    head = data[:HEAD]
    if kind_of_content(data) not in ("", "a web page", "a rich text file", "a program"):
        return True
    controls = len(head) - len(head.translate(None, CONTROLS))
    zeros = data.count(0)
    return zeros > max(1, len(data) // 1000) or controls > max(8, len(head) // 20)


def _declared(data: bytes, html: bool) -> str | None:
    """The text by the encoding that an HTML page names, if the name is known and nearly all bytes obey it."""
    match = (META.search(data[:HEAD]) or XML_DECLARATION.search(data[:HEAD])) if html else None
    if not match:
        return None
    try:
        name = codecs.lookup(match[1].decode("ascii")).name
        text = data.decode(RENAMED.get(name, name), "replace")
    except (LookupError, UnicodeError, AttributeError):
        return None
    return text if isinstance(text, str) and _damage(text) < 0.01 else None


def _nearly_utf8(data: bytes) -> str | None:
    """UTF-8 with a few damaged bytes: several times more whole characters beyond ASCII than damaged ones."""
    text = data.decode("utf-8", "replace")
    whole = sum(1 for char in text[:GUESS_SAMPLE] if char > "\x7f" and char != "\ufffd")
    damaged = text[:GUESS_SAMPLE].count("\ufffd")
    return text if whole > 4 * damaged else None


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:GUESS_SAMPLE]).best() if len(data) > 200 else None  # below that a guess is a coin toss
    name = best.encoding if best is not None else "cp1252"
    try:
        return data.decode(name)
    except (UnicodeError, LookupError):
        return data.decode("cp1252", "replace")


def _damage(text: str) -> float:
    return text.count("\ufffd") / max(1, len(text))
