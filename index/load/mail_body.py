"""The body of a message: the plain text of its parts, or their HTML; what it quotes and its signature as boilerplate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from typing import Any

from index.errors import LoadError
from index.load.builder import Piece
from index.load.encoding import decode
from index.load.normalise import fold, normalise
from index.load.plain import pieces as plain_pieces

NESTING = 50  # messages and parts inside each other
# What stands above a quoted message, in the words of common programs and languages.
ATTRIBUTION = re.compile(
    r"(?i)(?:on|am|le|el|il|op|em|den|dne)\b.{5,200}\b(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|escreveu|"
    r"skrev|napsal)\b.{0,60}:\s*"
)
ORIGINAL = re.compile(
    r"(?i)-{3,}\s*(?:original message|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht|"
    r"message d'origine|mensaje original)\s*-{3,}\s*|_{20,}\s*"
)
SIGNATURE = re.compile(r"--\s?")
QUOTE = re.compile(r"\s{0,3}>")
QUOTED_PARTS = (
    ".//blockquote[@type='cite']",
    ".//*[contains(concat(' ', @class, ' '), ' gmail_quote ')]",
    ".//*[contains(concat(' ', @class, ' '), ' gmail_signature ')]",
    ".//*[@id='divRplyFwdMsg']",
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """What came with a message and is not its text: file name, or what there is in place of one, and MIME type."""

    name: str
    kind: str


def header(message: Message, name: str) -> str:
    """A header's text on one line, decoded as far as it can be; `""` without."""
    raw = str(message.get(name, "") or "")
    try:
        parts = [
            part.decode(charset or "ascii", "replace") if isinstance(part, bytes) else part
            for part, charset in decode_header(raw)
        ]
    except (HeaderParseError, LookupError, ValueError):
        parts = [raw]
    return fold("".join(parts))


def is_attachment(part: Message) -> bool:
    """True for a part that is a file and not text of the message."""
    return part.get_content_disposition() == "attachment" or part.get_content_maintype() not in (
        "text",
        "multipart",
        "message",
    )


def body_pieces(message: Message, attachments: list[Attachment], depth: int = 0) -> Iterator[Piece]:
    """The pieces of a message's text; adds to `attachments` what is no text. Raises `LoadError` beyond `NESTING`."""
    if depth > NESTING:
        raise LoadError("the file is nested too deeply")
    kind = message.get_content_type()
    if message.is_multipart() and kind == "message/rfc822":
        for inner in _parts(message):
            yield Piece("heading", header(inner, "Subject") or "(no subject)", level=2)
            yield from body_pieces(inner, attachments, depth + 1)
    elif message.is_multipart():
        parts = _parts(message)
        if kind == "multipart/alternative":
            parts = _preferred(parts)
        for part in parts:
            yield from body_pieces(part, attachments, depth + 1)
    elif is_attachment(message):
        if message.get_content_disposition() == "attachment" or message.get_filename():
            attachments.append(Attachment(_file_name(message), kind))
    elif kind == "text/html":
        yield from _html(_text(message, html=True))
    elif kind == "text/plain" or not message.get_filename():
        flowed = str(message.get_param("format", "")).lower() == "flowed"
        yield from text_pieces(_unflowed(_text(message)) if flowed else _text(message))
    else:
        attachments.append(Attachment(_file_name(message), kind))


def text_pieces(text: str) -> Iterator[Piece]:
    """The pieces of a plain text body: the sender's own paragraphs, and what is quoted or signed as boilerplate."""
    own: list[str] = []
    quoted: list[str] = []
    lines = normalise(text).split("\n")
    introducing = 0  # lines still to come of `On Monday, Ann wrote:`
    for position, line in enumerate(lines):
        if SIGNATURE.fullmatch(line) or ORIGINAL.fullmatch(line.strip()):
            yield from _own(own)
            yield from _boilerplate([*quoted, *lines[position:]])
            return
        introducing = introducing - 1 if introducing > 1 else _introduction(lines, position)
        if introducing or QUOTE.match(line):
            yield from _own(own)
            own = []
            quoted.append(line)
        elif quoted and not line.strip():
            quoted.append(line)
        else:
            yield from _boilerplate(quoted)
            quoted = []
            own.append(line)
    yield from _own(own)
    yield from _boilerplate(quoted)


def _own(lines: list[str]) -> Iterator[Piece]:
    """A message has no headings: a short line above a paragraph is a greeting."""
    for piece in plain_pieces("\n".join(lines)) if any(line.strip() for line in lines) else ():
        yield replace(piece, kind="prose", level=0) if piece.kind == "heading" else piece


def _boilerplate(lines: list[str]) -> Iterator[Piece]:
    for paragraph in re.split(r"\n[>\s]*\n", "\n".join(lines)):
        yield Piece("boilerplate", re.sub(r"(?m)^[>\s]+", "", paragraph))


def _introduction(lines: list[str], position: int) -> int:
    """How many lines from here on, one or two, say who wrote the quotation below them; 0 where they do not."""
    for count in (1, 2):
        below = next((line for line in lines[position + count : position + count + 3] if line.strip()), "")
        if QUOTE.match(below) and ATTRIBUTION.fullmatch(" ".join(lines[position : position + count]).strip()):
            return count
    return 0


def _html(source: str) -> Iterator[Piece]:
    from index.load.html_walk import parse, walk

    if not source.strip():
        return
    root: Any = parse(normalise(source))
    quoted = [element for path in QUOTED_PARTS for element in root.xpath(path)]
    yielded = []
    for element in quoted:
        if element.getparent() is not None and not any(above in yielded for above in element.iterancestors()):
            yielded.append(element)
    for element in yielded:
        element.drop_tree()
    yield from walk(root)
    for element in yielded:
        yield from (replace(piece, kind="boilerplate") for piece in walk(element))


def _text(part: Message, *, html: bool = False) -> str:
    """The text of a part in the encoding that it names, or in the one that its bytes speak for."""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    try:
        return data.decode(part.get_content_charset() or "ascii")
    except (LookupError, UnicodeError, ValueError):
        return decode(data, html=html)


def _unflowed(text: str) -> str:
    """Text of format=flowed (RFC 3676) with its soft line breaks undone: those behind a space."""
    made = []
    for line in text.split("\n"):
        line = line.rstrip("\r")
        soft = line.endswith(" ") and line.strip() and line != "-- " and not QUOTE.match(line)
        made.append(line.rstrip() + " " if soft else line + "\n")
    return "".join(made)


def _preferred(parts: list[Message]) -> list[Message]:
    """Of alternatives the plain text where it says something, else the last, which is the richest."""
    plain = [part for part in parts if part.get_content_type() == "text/plain" and len(_text(part).strip()) > 1]
    return plain[:1] or parts[-1:]


def _parts(message: Message) -> list[Message]:
    payload = message.get_payload()
    return [part for part in payload if isinstance(part, Message)] if isinstance(payload, list) else []


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except (LookupError, ValueError, TypeError):
        name = ""
    return fold(name.replace("\\", "/").rpartition("/")[2])[:200] or "without a name"
