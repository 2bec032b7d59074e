"""Rich Text (`.rtf`): paragraphs, headings by their style, lists and tables; pictures and hidden text are left out."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field

from index.errors import LoadError
from index.load.builder import Piece, TextBuilder
from index.load.dates import stamp
from index.load.language import language_of
from index.load.rows import table_pieces
from index.load.rtf_state import CHARACTER, DEPTH, ENTERED, HOLDERS, MARKERS, UNREAD, Group, Paragraph
from index.load.rtf_tokens import CHARSETS, SPECIAL, Token, code_page, decoded, tokens
from index.load.title import title_of
from index.records import Loaded

HEADING = re.compile(r"(?i)(?:heading|überschrift|titre|título|titolo|kop|nadpis)\s*(\d)")
MARKER = re.compile(r"\(?\w{1,4}[.)]")


@dataclass(slots=True)
class Reader:
    """The interpreter of the tokens: `pieces` is what it made so far."""

    group: Group = field(default_factory=Group)
    stack: list[Group] = field(default_factory=list)
    paragraph: Paragraph = field(default_factory=Paragraph)
    default_page: str = "cp1252"
    fonts: dict[int, str] = field(default_factory=dict)
    styles: dict[int, str] = field(default_factory=dict)
    title: str = ""
    modified: dict[str, int] = field(default_factory=dict)
    text: list[str] = field(default_factory=list)
    pending: bytearray = field(default_factory=bytearray)
    footnote: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    to_skip: int = 0
    opened: bool = False  # the last token opened a group
    starred: bool = False  # the next word opens a group that older readers pass over

    def read(self, token: Token) -> None:
        """Takes one token."""
        self._take(token)
        self.opened = token.word == "{"

    def _take(self, token: Token) -> None:
        if token.data:
            self._bytes(token.data)
            return
        word = token.word
        if word != "{" and self.group.destination == "unread" and word != "}":
            return
        self._flush()
        if word in "{}":
            self.to_skip = 0
        elif self.to_skip:
            self.to_skip -= 1
        if word == "{":
            if len(self.stack) >= DEPTH:
                raise LoadError("the file is nested too deeply")
            self.stack.append(copy.copy(self.group))
            self.starred = False
        elif word == "}":
            self._close()
        elif word == "*":
            self.starred = self.opened
        else:
            self._word(word, token.number)

    def end(self) -> list[Piece]:
        """The pieces, the last paragraph's included."""
        self._flush()
        if self.cells:  # of a row that nothing ends
            self.rows.append(self.cells)
        self.paragraph.in_table = False
        self._end_paragraph()
        self._end_table()
        return self.pieces

    def _close(self) -> None:
        if self.group.destination == "footnote" and self.stack and self.stack[-1].destination != "footnote":
            self.footnote.append("\n")
        if self.stack:
            self.group = self.stack.pop()

    def _word(self, word: str, number: int | None) -> None:
        starred, self.starred = self.starred, False
        holder = self.group.destination in ("fonttbl", "stylesheet")
        if word == "ud":  # the better of two versions
            self.group.destination = ""
        elif word in UNREAD or (starred and word not in ENTERED and not holder):
            self.group.destination = "unread"
        elif word in MARKERS:
            self.group.destination = "marker"
            self.paragraph.listed = True
        elif word in HOLDERS or (word in ("title", "revtim") and self.group.destination == "info"):
            self.group.destination = word
        elif word in ("yr", "mo", "dy", "hr", "min") and self.group.destination == "revtim":
            self.modified[word] = number or 0
        elif word in SPECIAL:
            self._add(SPECIAL[word])
        elif word == "u" and number is not None:
            self._add(chr(number % 65536))
            self.to_skip = self.group.skip
        elif word in CHARACTER:
            self._character(word, number)
        else:
            self._structure(word, number)

    def _character(self, word: str, number: int | None) -> None:
        """Words that change how the bytes that follow are read."""
        if word == "ansicpg":
            self.default_page = self.group.page = code_page(number or 1252)
        elif word in ("mac", "pc", "pca"):
            self.default_page = self.group.page = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}[word]
        elif word == "uc":
            self.group.skip = min(max(number or 0, 0), 100)
        elif word == "f" and self.group.destination == "fonttbl":
            self.group.font = number or 0
        elif word == "f":
            self.group.page = self.fonts.get(number or 0, self.default_page)
        elif word == "fcharset" and self.group.destination == "fonttbl":
            self.fonts[self.group.font] = CHARSETS.get(number or 0, self.default_page) if number else self.default_page
        elif word == "plain":
            self.group.page, self.group.hidden = self.default_page, False
        else:
            self.group.hidden = number != 0

    def _structure(self, word: str, number: int | None) -> None:
        """Words that make paragraphs, cells and rows."""
        if self.group.destination == "stylesheet":
            if word in ("s", "cs", "ds", "ts"):
                self.group.font = number or 0 if word == "s" else -1
        elif self.group.destination in ("footnote", "marker", "info"):
            self._add(" " if word in ("par", "cell", "sect") else "")
        elif word in ("par", "sect", "page", "column"):
            self._end_paragraph()
        elif word in ("cell", "nestcell"):
            self.cells.append(self._taken())
        elif word in ("row", "nestrow"):
            self.rows.append(self.cells)
            self.cells = []
        elif word == "pard":
            self.paragraph = Paragraph()
        elif word == "intbl":
            self.paragraph.in_table = True
        elif word == "s":
            self.paragraph.style = number or 0
        elif word == "outlinelevel":
            self.paragraph.outline = number if number is not None else 9
        elif word in ("ilvl", "ls"):
            self.paragraph.level = number or 0 if word == "ilvl" else self.paragraph.level
            self.paragraph.listed = True

    def _bytes(self, data: bytes) -> None:
        if self.to_skip:
            taken = min(self.to_skip, len(data))
            self.to_skip -= taken
            data = data[taken:]
        if self.group.destination != "unread":
            self.pending += data

    def _flush(self) -> None:
        if self.pending:
            data, self.pending = self.pending, bytearray()
            self._add(decoded(bytes(data), self.group.page))

    def _add(self, text: str) -> None:
        where = self.group.destination
        if where == "stylesheet" and self.group.font >= 0:
            self.styles[self.group.font] = (self.styles.get(self.group.font, "") + text)[:100]
        elif where == "title":
            self.title += text
        elif where == "footnote":
            self.footnote.append(text)
        elif where == "marker":
            self.paragraph.marker += text
        elif where == "" and not self.group.hidden:
            self.text.append(text)

    def _taken(self) -> str:
        text = "".join(self.text)
        self.text = []
        return text

    def _end_paragraph(self) -> None:
        if self.paragraph.in_table:
            self.text.append(" ")
            return
        text, paragraph = self._taken(), self.paragraph
        if text.strip():
            self._end_table()
            self.pieces.append(_piece(text, paragraph, self.styles.get(paragraph.style, "").rstrip(";")))
        notes = "".join(self.footnote).split("\n")
        self.footnote = []
        self.pieces.extend(Piece("prose", note) for note in notes if note.strip())
        paragraph.marker = ""

    def _end_table(self) -> None:
        if self.rows:
            self.pieces.extend(table_pieces(self.rows))
            self.rows = []


def load(data: bytes, name: str) -> Loaded:
    """The blocks of a rich text file. Raises `LoadError` where it does not begin as one."""
    reader = Reader()
    for token in tokens(data):
        reader.read(token)
    builder = TextBuilder()
    builder.extend(reader.end())
    return builder.build(
        title_of(reader.title, name, builder.first_heading()),
        language=language_of(builder.sample()),
        modified=_modified(reader.modified),
        empty="no text found in the document",
    )


def _piece(text: str, paragraph: Paragraph, style: str) -> Piece:
    heading = HEADING.match(style.strip())
    level = int(heading[1]) if heading else paragraph.outline + 1
    if 0 < level < 9 and len(text) < 300:
        return Piece("heading", text, level=level)
    if style.strip().lower() in ("title", "titel", "titre", "título") and len(text) < 300:
        return Piece("heading", text, level=1)
    if paragraph.listed or paragraph.marker:
        marker = MARKER.match(paragraph.marker.strip())
        return Piece("item", text, min(max(paragraph.level, 0), 8), marker=f"{marker[0]} " if marker else "- ")
    return Piece("prose", text)


def _modified(parts: dict[str, int]) -> str | None:
    from datetime import datetime

    try:
        return stamp(datetime(parts["yr"], parts["mo"], parts["dy"], parts.get("hr", 0), parts.get("min", 0)))
    except (KeyError, ValueError):
        return None
