"""TextBuilder: collects a document's pieces in reading order into stored text, and counts their ranges."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from index.errors import LimitExceeded, LoadError
from index.load.normalise import fold, fold_lines, is_visible, normalise
from index.records import Block, Heading, Kind, Loaded, Page

SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s+")
LEAD_LIMIT = 300  # characters; a longer "line" ending in a colon is a paragraph, of which its last sentence leads in
TITLE_LIMIT = 300  # characters
TEXT_CHARACTERS = 20_000_000  # of one document: ten thousand pages of a book, and about 100,000 passages to embed
BLOCKS = 500_000
BLOCK_CHARACTERS = 100_000  # no sentence ends in so much text: it is cut at a space, and each part is a block
HEADING_CHARACTERS = 1_000  # a longer heading is none
CONTEXT_CHARACTERS = 5_000  # of which a reader of the citation sees far less


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a document on its way into the builder.

    `level` is a heading's level (from 1) or an item's depth (from 0); `marker` stands before an item in the stored text
    and outside its block (`- `, `3. `), so that the list stays readable and a quote never begins with a number.
    """

    kind: Kind
    text: str
    level: int = 0
    context: str = ""
    anchor: str = ""
    marker: str = ""
    first: bool = False  # of its list: what led into a list right above does not lead into this one


class TextBuilder:
    """Grows a document's text block by block; `build` returns the frozen result."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._headings: list[Heading] = []
        self._pages: list[Page] = []
        self._leads: dict[int, str] = {}  # depth of the items → the line that leads into them
        self._last: Piece | None = None

    def extend(self, pieces: Iterable[Piece]) -> None:
        """Adds pieces in reading order; those that show no character are left out."""
        for piece in pieces:
            self.add(piece)

    def add(self, piece: Piece) -> Block | None:
        """The block that the piece became, its last one where it was too long for one, or None where it shows no
        character."""
        text = _stored(piece)
        if len(text) <= BLOCK_CHARACTERS:
            return self._add(piece, text)
        block = None
        for part in _parts(text):
            block = self._add(replace(piece, text=part, marker=piece.marker if block is None else ""), part) or block
        return block

    def _add(self, piece: Piece, text: str) -> Block | None:
        if not is_visible(text):
            return None
        if piece.kind == "heading" and len(text) > HEADING_CHARACTERS:
            piece = replace(piece, kind="prose", level=0)
        context = fold(piece.context[: 2 * CONTEXT_CHARACTERS])[:CONTEXT_CHARACTERS].strip()
        context = context or (self._lead(piece) if piece.kind == "item" else "")
        start = self._append(text, piece)
        block = Block(start, start + len(text), piece.kind, context)
        self._blocks.append(block)
        if piece.kind == "heading":
            self._headings.append(Heading(start, min(max(piece.level, 1), 6), text, fold(piece.anchor)))
        self._last = piece
        return block

    def add_paged(self, piece: Piece, fragments: Sequence[tuple[str, int]]) -> Block | None:
        """Like `add` for a piece whose text is the fragments joined, each with the number of the page it stands on."""
        block = self._add(piece, _stored(piece))
        if block is None:
            return None
        read, start = "", block.start
        for position, (fragment, number) in enumerate(fragments):
            read += fragment
            last = position == len(fragments) - 1
            end = block.end if last else min(block.end, block.start + len(_stored(Piece(piece.kind, read))))
            if end > start:
                self._mark(start, end, number)
                start = end
        return block

    def build(
        self,
        title: str,
        *,
        language: str = "en",
        modified: str | None = None,
        address: str | None = None,
        empty: str = "no text found in the file",
        notes: Sequence[str] = (),
    ) -> Loaded:
        """The document made of all pieces. Raises `LoadError` with the reason `empty` when no piece held text."""
        if not self._blocks:
            raise LoadError(empty)
        return Loaded(
            text="".join(self._parts),
            title=fold(title)[:TITLE_LIMIT].strip() or self.first_line(),
            blocks=tuple(self._blocks),
            headings=tuple(self._headings),
            pages=tuple(self._pages),
            language=language,
            modified=modified,
            address=address,
            notes=tuple(notes),
        )

    def first_heading(self) -> str:
        """The text of the first heading, `""` if there is none."""
        return self._headings[0].text if self._headings else ""

    def first_line(self) -> str:
        """The first block's first line, at most 120 characters; `""` for an empty document."""
        if not self._blocks:
            return ""
        first = self._blocks[0]
        return "".join(self._parts)[first.start : first.end].split("\n")[0][:120].strip()

    def sample(self) -> str:
        """About the first 20,000 characters: enough to tell the language."""
        return "".join(self._parts[:400])[:20_000]

    def _append(self, text: str, piece: Piece) -> int:
        separator = ""
        if self._last is not None:
            together = piece.kind == self._last.kind and piece.kind in ("item", "row")
            separator = "\n" if together else "\n\n"
        marker = normalise(piece.marker)
        start = self._length + len(separator) + len(marker)
        self._parts.append(separator + marker + text)
        self._length = start + len(text)
        if self._length > TEXT_CHARACTERS:
            raise too_long(self._length)
        if len(self._blocks) >= BLOCKS:
            raise too_many()
        return start

    def _lead(self, piece: Piece) -> str:
        """The line that leads into this item's list; the same for all items of one list."""
        depth, last = piece.level, self._last
        if last is None or last.kind != "item":
            self._leads = {depth: _leading_line(last)}
        elif last.level < depth:
            self._leads[depth] = _leading_line(last) or (
                fold(last.text) if _is_label(last.text) else self._leads.get(last.level, "")
            )
        else:
            self._leads = {known: lead for known, lead in self._leads.items() if known < depth + (not piece.first)}
        return self._leads.setdefault(depth, "")

    def _mark(self, start: int, end: int, number: int) -> None:
        if self._pages and self._pages[-1].number == number:
            self._pages[-1] = Page(self._pages[-1].start, end, number)
        else:
            self._pages.append(Page(start, end, number))


def too_long(characters: int) -> LimitExceeded:
    """The failure of a document with so many characters, counted up to the limit or beyond."""
    return LimitExceeded(f"its text has {characters:,} characters or more; the limit is {TEXT_CHARACTERS:,}: split it")


def too_many() -> LimitExceeded:
    """The failure of a document with more blocks than the limit."""
    return LimitExceeded(f"it has more than {BLOCKS:,} paragraphs or rows: split it")


def _stored(piece: Piece) -> str:
    """The piece's text as it will be stored. Code and rows keep their inner spaces; a row is always one line."""
    if piece.kind == "code":
        return normalise(piece.text).strip("\n").rstrip()
    if piece.kind == "row":
        return normalise(piece.text).replace("\n", " ").strip()
    return fold_lines(piece.text) if piece.kind == "prose" else fold(piece.text)


def _parts(text: str) -> Iterator[str]:
    """The text cut at white space into parts of at most `BLOCK_CHARACTERS`, inside a word where there is none."""
    start = 0
    while start < len(text):
        end = start + BLOCK_CHARACTERS
        if end < len(text):
            space = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
            end = space if space > start else end
        yield text[start:end].strip()
        start = end


def _leading_line(piece: Piece | None) -> str:
    """The piece's last sentence when it ends in a colon, else `""`."""
    if piece is None or piece.kind not in ("prose", "item"):
        return ""
    text = fold(piece.text)
    if not text.endswith((":", "：")):
        return ""
    return text if len(text) <= LEAD_LIMIT else SENTENCE_END.split(text)[-1][-LEAD_LIMIT:]


def _is_label(text: str) -> bool:
    folded = fold(text)
    return len(folded.split()) <= 6 and not folded.endswith((".", "!", "?", ";"))
