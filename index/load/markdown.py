"""Markdown (`.md`): the text that a reader of the rendered page sees, links by their text, code kept apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.load.builder import Piece, TextBuilder
from index.load.dates import from_text
from index.load.encoding import decode
from index.load.language import language_of
from index.load.normalise import normalise
from index.load.rows import row_pieces
from index.load.title import title_of
from index.records import Loaded

if TYPE_CHECKING:
    from markdown_it.token import Token

FRONT_MATTER = re.compile(r"\A(---|\+\+\+)[ \t]*\n(.*?)\n(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
ENTRY = re.compile(r"^([A-Za-z_-]+)[ \t]*[:=][ \t]*(.*)$", re.MULTILINE)
TASK = re.compile(r"\A\[[ xX]\]\s+")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
NESTING = 100  # levels of quotes and lists; what is deeper is dropped by the parser
DATE_KEYS = ("lastmod", "modified", "updated", "last_modified", "date")


@dataclass(slots=True)
class State:
    """Where the walk over the tokens stands."""

    lists: list[int | None] = field(default_factory=list)  # next number of each open list, None for a bulleted one
    fresh: bool = False  # the next text is the first of its item
    rows: list[list[str]] = field(default_factory=list)


def load(data: bytes, name: str) -> Loaded:
    """The blocks and headings of a Markdown file; title and date from its front matter where it has one."""
    text, matter = split_front_matter(normalise(decode(data)))
    builder = TextBuilder()
    builder.extend(pieces(text))
    title = title_of(matter.get("title", ""), name, builder.first_heading())
    modified = next((made for key in DATE_KEYS if (made := from_text(matter.get(key)))), None)
    return builder.build(title, language=language_of(builder.sample(), matter.get("lang")), modified=modified)


def split_front_matter(text: str) -> tuple[str, dict[str, str]]:
    """The text below the front matter, and the plain `key: value` lines in it by their key in lower case."""
    match = FRONT_MATTER.match(text)
    if not match or not ENTRY.search(match[2]):
        return text, {}
    entries = {key.lower(): value.strip().strip("\"'") for key, value in ENTRY.findall(match[2])}
    return text[match.end() :], entries


def pieces(text: str) -> Iterator[Piece]:
    """The pieces of a Markdown text in reading order."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark", {"maxNesting": NESTING}).enable(["table", "strikethrough"]).parse(text)
    state = State()
    for position, token in enumerate(tokens):
        if token.type == "inline":
            yield from _inline(tokens, position, state)
        elif token.type in ("fence", "code_block"):
            yield Piece("code", token.content)
        elif token.type == "html_block":
            yield from _html(token.content)
        else:
            yield from _structure(token, state)


def _structure(token: Token, state: State) -> Iterator[Piece]:
    """Follows lists and tables as they open and close; a table's rows come out when it closes."""
    match token.type:
        case "bullet_list_open":
            state.lists.append(None)
        case "ordered_list_open":
            state.lists.append(int(token.attrGet("start") or 1))
        case "bullet_list_close" | "ordered_list_close":
            state.lists.pop()
        case "list_item_open":
            state.fresh = True
        case "tr_open":
            state.rows.append([])
        case "table_close":
            yield from row_pieces(state.rows[1:], state.rows[0])
            state.rows = []


def _inline(tokens: Sequence[Token], position: int, state: State) -> Iterator[Piece]:
    opening, text = tokens[position - 1], _text(tokens[position])
    if opening.type == "heading_open":
        yield Piece("heading", text, level=int(opening.tag[1:]))
    elif opening.type in ("td_open", "th_open"):
        state.rows[-1].append(text)
    elif state.lists:
        text = TASK.sub("", text) if state.fresh else text
        yield Piece("item", text, len(state.lists) - 1, marker=_marker(state))
        state.fresh = False
    else:
        yield Piece("prose", text)


def _marker(state: State) -> str:
    """What stands before the item: its number or a dash, nothing before a further paragraph of the same item."""
    if not state.fresh:
        return ""
    number = state.lists[-1]
    if number is None:
        return "- "
    state.lists[-1] = number + 1
    return f"{number}. "


def _text(token: Token) -> str:
    """The inline text as read: emphasis and links by their text; images, which a reader sees and does not read, left
    out."""
    parts = []
    for child in token.children or ():
        if child.type in ("text", "code_inline", "text_special"):
            parts.append(child.content)
        elif child.type == "softbreak":
            parts.append(" ")
        elif child.type == "hardbreak" or (child.type == "html_inline" and child.content.lower().startswith("<br")):
            parts.append("\n")
    return "".join(parts)


def _html(source: str) -> Iterator[Piece]:
    """Raw HTML between the paragraphs, read as the HTML loader reads a page's body."""
    source = COMMENT.sub("", source)
    if "<" in source and re.search(r">\s*[^<\s]", source):
        from index.load.html_walk import pieces as html_pieces

        yield from html_pieces(f"<body>{source}</body>")
