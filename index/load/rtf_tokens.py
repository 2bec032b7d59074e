"""Tokens of Rich Text Format, and the characters that its bytes stand for in each font."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|((?:\\'[0-9a-fA-F]{2})+)|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\",
    re.DOTALL,
)
# Code page of each character set that a font may name (RTF specification 1.9.1, \fcharset).
CHARSETS = {
    0: "cp1252", 77: "mac_roman", 78: "cp932", 79: "cp949", 80: "gb18030", 81: "big5", 83: "mac_greek", 85: "mac_turkish",
    88: "mac_latin2", 89: "mac_cyrillic", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "big5",
    161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251",
    222: "cp874", 238: "cp1250", 255: "cp437",
}  # fmt: skip
CODE_PAGES = {10000: "mac_roman", 65001: "utf-8", 936: "gb18030", 1361: "johab", 708: "cp1256", 10007: "mac_cyrillic"}
SPECIAL = {
    "tab": " ", "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "emspace": " ", "enspace": " ", "qmspace": " ", "line": "\n", "lbr": "\n", "softline": "\n",
    "~": "\u00a0", "_": "\u2011",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """A control word with its number, a bracket (`{` or `}` as word), a symbol as word, or bytes of text."""

    word: str = ""
    number: int | None = None
    data: bytes = b""


def tokens(data: bytes) -> Iterator[Token]:
    """The tokens of a file; what `\\bin` announces as raw data is passed over."""
    position = 0
    while match := TOKEN.match(data, position):
        position = match.end()
        word, number, code, symbol, bracket, text = match.groups()
        if word:
            value = int(number) if number else None
            if word == b"bin" and value:
                position += max(0, value)
            else:
                yield Token(word.decode("ascii"), value)
        elif code:
            yield Token(data=bytes.fromhex(code.replace(b"\\'", b"").decode("ascii")))
        elif text:
            yield Token(data=text)
        elif symbol in (b"\n", b"\r"):
            yield Token("par")
        elif symbol in (b"{", b"}", b"\\"):
            yield Token(data=symbol)
        elif symbol or bracket:
            yield Token((symbol or bracket).decode("latin-1"))


def code_page(number: int) -> str:
    """Python's name of a Windows code page, that of Western Europe for one that it does not know."""
    name = CODE_PAGES.get(number, f"cp{number}")
    try:
        codecs.lookup(name)
    except LookupError:
        return "cp1252"
    return name


def decoded(data: bytes, name: str) -> str:
    """The characters of bytes in a code page, damaged ones replaced."""
    return data.decode(name, "replace")
