"""Citations → the quoted sentences below an answer, grouped by document, and the cells of a table's row. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.page.address import on_page, source_address
from assistant.page.escape import escape, escape_attribute, isolated, shown, unseen
from assistant.page.plain import place
from assistant.record import Citation
from assistant.said import Said, day

BETWEEN = " | "  # between the cells of a table row, and between the column names in its context


def render_sources(citations: Sequence[Citation], anchor: str, heading: str, say: Said) -> str:
    """The cited sentences, grouped by document in the order of their first number."""
    groups: dict[str, list[Citation]] = {}
    for citation in citations:
        groups.setdefault(citation.document.id, []).append(citation)
    documents = "".join(_document(group, anchor, say) for group in groups.values())
    count = escape(say("one_document") if len(groups) == 1 else say("many_documents", number=len(groups)))
    return (
        f'<section class="sources"><h3>{escape(heading)} <span class="count">{count}</span></h3>'
        f'<div class="documents">{documents}</div></section>'
    )


def _document(citations: Sequence[Citation], anchor: str, say: Said) -> str:
    document = citations[0].document
    quotes = "".join(_quote(citation, anchor, say) for citation in citations)
    return (
        f'<div class="document"><div class="title">{isolated(document.title)}</div>'
        f'<div class="origin"><span>{isolated(document.source)}</span>'
        f"<time>{shown(day(document.modified, say))}</time></div><ol>{quotes}</ol></div>"
    )


def _quote(citation: Citation, anchor: str, say: Said) -> str:
    start = f'<li id="{anchor}-cite-{citation.number}"><span class="number">{citation.number}</span>'
    if not citation.quote:  # of a document that is gone, nothing is quoted any more
        return f'{start}<div><span class="stale">{escape(say("gone"))}</span></div></li>'
    address = on_page(source_address(citation.document.id, citation.sentence_id))
    opens = say("open_source", number=citation.number)
    where = place(citation, say)
    named = " · ".join(f"{name}: {cell}" for name, cell in pairs(citation.quote, citation.context)) or citation.context
    extra = f'<span class="context">{isolated(named)}</span>' if named else ""
    extra += f'<span class="where">{isolated(where)}</span>' if where else ""
    extra += f'<span class="stale">{escape(say("changed"))}</span>' if citation.stale else ""
    return (
        f'{start}<div><a class="quote" href="{escape_attribute(address)}">{unseen(f"{opens} ")}'
        f"<bdi>{_with_phrase(citation)}</bdi></a>{extra}</div></li>"
    )


def _with_phrase(citation: Citation) -> str:
    if citation.phrase is None:
        return shown(citation.quote)
    start, end = citation.phrase
    before, phrase, after = citation.quote[:start], citation.quote[start:end], citation.quote[end:]
    return f"{shown(before)}<mark>{shown(phrase)}</mark>{shown(after)}" if phrase else shown(citation.quote)


def pairs(row: str, context: str) -> list[tuple[str, str]]:
    """Column name and cell of a table row, whose names stand in its context; empty when they do not pair up."""
    names, cells = context.split(BETWEEN), row.split(BETWEEN)
    return list(zip(names, cells, strict=True)) if BETWEEN in context and len(names) == len(cells) else []


def render_row(row: str, context: str) -> str:
    """The cells, each under the name of its column; empty when they do not pair up."""
    cells = "".join(
        f'<span class="cell"><small>{isolated(name)}{unseen(":")}</small> {isolated(cell)}</span>'
        for name, cell in pairs(row, context)
    )
    return f'<span class="cells">{cells}</span>' if cells else ""
