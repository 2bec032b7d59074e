"""Mail (`.eml`, `.mbox`) and saved web pages (`.mht`): subjects as headings, the sender's own words, attachments named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import parsedate_to_datetime

from index.errors import LoadError
from index.load.builder import Piece, TextBuilder
from index.load.dates import stamp
from index.load.language import language_of
from index.load.mail_body import Attachment, body_pieces, header
from index.load.rows import row_pieces
from index.load.title import title_of
from index.records import Loaded

START = re.compile(rb"(?:\A|\n)From [^\n]{0,500}\d\d:\d\d[^\n]{0,100}\n(?=[A-Za-z-]{1,60}:)")
ESCAPED = re.compile(rb"(?m)^>(>*From )")
NAMED = ("From", "To", "Cc")
NO_SUBJECT = "(no subject)"


def load(data: bytes, name: str) -> Loaded:
    """The message of a file, or each message of an mbox under its subject as heading."""
    suffix = name.rpartition(".")[2].lower()
    builder = TextBuilder()
    notes: list[str] = []
    subjects: list[str] = []
    moments: list[str] = []
    for raw in _messages(data) if suffix == "mbox" else (data,):
        message = BytesParser(policy=compat32).parsebytes(raw)
        if not message.keys():
            raise LoadError(f"not a .{suffix}: it does not begin with the headers of a message")
        moment = _moment(message)
        subjects.append(header(message, "Subject"))
        moments += [made for made in [stamp(moment) if moment else None] if made]
        builder.extend(_message(message, moment, notes, is_page=suffix in ("mht", "mhtml")))
    return builder.build(
        title_of("" if suffix == "mbox" else subjects[0], name),
        language=language_of(builder.sample()),
        modified=max(moments, default=None),
        empty="no text found in the message",
        notes=notes,
    )


def _messages(data: bytes) -> Iterator[bytes]:
    """The messages of an mbox, without the lines that part them."""
    starts = [match.span() for match in START.finditer(data)]
    if not starts:
        raise LoadError("not an .mbox: no line in it begins a message")
    ends = [start for start, _ in starts[1:]] + [len(data)]
    for (_, start), end in zip(starts, ends, strict=True):
        yield ESCAPED.sub(rb"\1", data[start:end])


def _message(message: Message, moment: datetime | None, notes: list[str], *, is_page: bool) -> Iterator[Piece]:
    """A message's subject, its people and date as a row, its text, its attachments' names."""
    subject = header(message, "Subject")
    yield Piece("heading", subject or NO_SUBJECT, level=1)
    if not is_page:
        people = [(name, header(message, name)) for name in NAMED]
        shown = moment.strftime("%Y-%m-%d %H:%M %z").strip() if moment else header(message, "Date")
        columns = [*people, ("Date", shown)]
        yield from row_pieces([[text for _, text in columns]], [name for name, _ in columns])
    attachments: list[Attachment] = []
    yield from body_pieces(message, attachments)
    if is_page:
        return
    for one in attachments:
        yield from row_pieces([[one.name, one.kind]], ["Attachment", "Kind"])
        notes.append(
            f"The attachment “{one.name}” of “{subject or NO_SUBJECT}” was not read: save it as a file of its own."
        )


def _moment(message: Message) -> datetime | None:
    try:
        return parsedate_to_datetime(header(message, "Date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
