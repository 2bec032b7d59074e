"""The source view: a stored document → one HTML page, whole, with the cited sentence marked. Pure functions.

| step | takes | gives |
|---|---|---|
| `render_source` | document, its sentences, the cited id | the page |
| `blocks_of` | sentences | runs of sentences of one block, in reading order |
| `render_missing` | — | the page for an unknown document, in the same look |

Every character of the document's text is on the page and is escaped, but for those that turn the direction of what
follows; between two sentences the text's own characters stand. No script is on the page and its policy allows none. The
cited sentence is reached by the address's `#s-…`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from urllib.parse import urlsplit

from assistant.page.address import sentence_anchor
from assistant.page.cited import BETWEEN
from assistant.page.escape import shown
from assistant.said import day
from index.records import Document, Heading, Page, Sentence

POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
TABLE_COLUMNS = 5  # beside a chat or on a phone, no more can be read next to each other
STALE = "The cited sentence is no longer in this document: it has changed since it was quoted."


def render_source(
    document: Document, sentences: Sequence[Sentence], cited: str | None = None, theme: str | None = None
) -> str:
    """The page of a document. `cited` is a sentence id; `theme` is `light`, `dark` or None for the reader's own."""
    writer = _Writer(document, sentences, cited)
    body = "".join(writer.parts())
    stale = f'<p class="notice" role="note">{STALE}</p>' if cited and not writer.found else ""
    return _page(
        document.title, theme, f"<main><article>{_header(document)}{stale}{body}</article></main>", document.language
    )


def render_missing(theme: str | None = None) -> str:
    """The page for an id that is not in the collection."""
    return _page(
        "Document not found",
        theme,
        '<main class="missing"><h1>This document is not here</h1>'
        "<p>It may have been removed from the collection since it was cited.</p></main>",
        "en",
    )


def blocks_of(sentences: Sequence[Sentence]) -> Iterator[list[Sentence]]:
    """Runs of sentences that stand in one block; consecutive rows make one run, a table, and items one list."""

    def key(sentence: Sentence) -> tuple[str, int]:
        return (sentence.kind, -1 if sentence.kind in ("row", "item") else sentence.block)

    for _, run in groupby(sentences, key=key):
        yield list(run)


class _Writer:
    """Walks over the text from front to back; `_at` is how far it is written: nothing is lost, nothing doubled."""

    def __init__(self, document: Document, sentences: Sequence[Sentence], cited: str | None) -> None:
        self._document = document
        self._text = document.text
        self._sentences = sentences
        self._cited = cited
        self._at = 0
        self._pages = list(document.pages)
        self._headings = {heading.start: heading for heading in document.headings}
        self.found = False

    def parts(self) -> Iterator[str]:
        for run in blocks_of(self._sentences):
            yield self._between(run[0].start)
            yield self._page_marks(run[0].start)
            yield self._run(run)
        yield self._between(len(self._text))

    def _run(self, run: list[Sentence]) -> str:
        kind = run[0].kind
        if kind == "row":
            return self._rows(run)
        if kind == "item":
            items = groupby(run, key=lambda sentence: sentence.block)
            return f"<ul>{''.join(f'<li>{self._inline(list(members))}</li>' for _, members in items)}</ul>"
        if kind == "heading":
            level = self._level(run[0])
            return f"<h{level}>{self._inline(run)}</h{level}>"
        if kind == "code":
            return f"<pre>{self._inline(run)}</pre>"
        return f'<p class="{kind}">{self._inline(run)}</p>'

    def _inline(self, run: list[Sentence]) -> str:
        """Sentences of one paragraph, and the characters that stand between them."""
        out = []
        for position, sentence in enumerate(run):
            if position:
                out.append(shown(self._text[self._at : sentence.start]))
                out.append(self._page_marks(sentence.start, inline=True))
            out.append(self._span(sentence))
            self._at = max(self._at, sentence.end)
        return "".join(out)

    def _span(self, sentence: Sentence) -> str:
        text = shown(self._text[sentence.start : sentence.end])
        return f'<span id="{sentence_anchor(sentence.id)}">{self._marked(sentence, text)}</span>'

    def _marked(self, sentence: Sentence, html: str) -> str:
        if sentence.id != self._cited:
            return html
        self.found = True
        return f"<mark>{html}</mark>"

    def _rows(self, run: list[Sentence]) -> str:
        """A table; one too wide to read becomes a list of records. Each cell goes under its own name: rows leave out
        empty ones."""
        columns = _columns(run)
        wide = len(columns) > TABLE_COLUMNS and run[0].context != ""
        rows = []
        for sentence in run:
            cells = {name: self._marked(sentence, shown(cell)) for name, cell in _cells(sentence, self._text)}
            here = f'id="{sentence_anchor(sentence.id)}" class="{"cited" if sentence.id == self._cited else "row"}"'
            rows.append(_record(here, cells) if wide else _table_row(here, cells, columns))
            self._at = max(self._at, sentence.end)
        if wide:
            return f'<div class="records">{"".join(rows)}</div>'
        names = "".join(f'<th scope="col">{shown(name)}</th>' for name in columns)
        head = f"<thead><tr>{names}</tr></thead>" if run[0].context else ""
        return f'<div class="rows"><table>{head}<tbody>{"".join(rows)}</tbody></table></div>'

    def _between(self, until: int) -> str:
        """Text that belongs to no sentence; white space alone is dropped between blocks."""
        gap, self._at = self._text[self._at : until], max(self._at, until)
        return f"<p>{shown(gap.strip())}</p>" if gap.strip() else ""

    def _page_marks(self, until: int, *, inline: bool = False) -> str:
        passed: list[Page] = []
        while self._pages and self._pages[0].start <= until:
            passed.append(self._pages.pop(0))
        tag = "span" if inline else "div"
        return "".join(f'<{tag} class="page">Page {page.number}</{tag}>' for page in passed)

    def _level(self, sentence: Sentence) -> int:
        heading: Heading | None = self._headings.get(sentence.start)
        return min(max((heading.level if heading else 2) + 1, 2), 6)


def _table_row(here: str, cells: dict[str, str], columns: list[str]) -> str:
    row = "".join(f"<td>{cells.get(name, '')}</td>" for name in columns)
    return f"<tr {here}>{row}</tr>"


def _record(here: str, cells: dict[str, str]) -> str:
    named = "".join(f"<div><dt>{shown(name)}</dt><dd>{cell}</dd></div>" for name, cell in cells.items())
    return f"<dl {here}>{named}</dl>"


def _columns(run: Sequence[Sentence]) -> list[str]:
    """Every column name of a run of rows, those of the widest row first; numbers where the rows carry no names."""
    widest = max(run, key=lambda sentence: len(_names(sentence)))
    names = dict.fromkeys(_names(widest))
    for sentence in run:
        names.update(dict.fromkeys(_names(sentence)))
    return list(names)


def _names(sentence: Sentence) -> list[str]:
    names, cells = sentence.context.split(BETWEEN), sentence.text.split(BETWEEN)
    if sentence.context and len(names) == len(cells) == len(set(names)):
        return names
    return [sentence.context] if sentence.context else [str(number) for number in range(len(cells))]


def _cells(sentence: Sentence, text: str) -> list[tuple[str, str]]:
    """Name and text of each cell. Where names and cells do not pair up the row is one cell, under its whole context."""
    names, row = _names(sentence), text[sentence.start : sentence.end]
    return [(names[0], row)] if len(names) == 1 else list(zip(names, row.split(BETWEEN), strict=True))


def _header(document: Document) -> str:
    origin = f"{shown(document.source)}/{shown(document.path)}"
    link = ""
    if document.address and urlsplit(document.address).scheme in ("http", "https"):
        link = (
            f' · <a href="{escape(document.address)}" target="_blank" rel="noopener noreferrer">Open the original</a>'
        )
    return (
        f"<header><h1><bdi>{shown(document.title)}</bdi></h1>"
        f"<p><bdi>{origin}</bdi> · <time>{shown(day(document.modified))}</time>{link}</p></header>"
    )


def _page(title: str, theme: str | None, body: str, language: str) -> str:
    chosen = f' data-theme="{theme}"' if theme in ("light", "dark") else ""
    return (
        f'<!doctype html><html lang="{escape(language)}"{chosen}><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="robots" content="noindex"><title>{shown(title)}</title><link rel="icon" href="data:,">'
        '<link rel="stylesheet" href="../assets/assistant/palette.css">'
        '<link rel="stylesheet" href="../assets/assistant/source.css">'
        f"</head><body>{body}</body></html>"
    )
