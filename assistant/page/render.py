"""Answer record → HTML for the chatbot. Pure functions.

| step | takes | gives |
|---|---|---|
| `escape` | any text | the same text, inert in HTML, in Markdown and in a template literal |
| `render_question` | the question | one HTML block |
| `render_answer` | an answer, how many sentences are shown | one HTML block, with sources when complete |

Gradio sends a message through a Markdown parser and then a sanitiser that keeps `id`, `class`, `href` and `title`, and
drops `data-*` and `aria-*`. So everything is one HTML block without a line break (Markdown leaves such a block alone),
and names for screen readers are visually hidden text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from assistant.page.address import on_page, source_address
from assistant.page.plain import PARTLY, REFUSAL, day, place, plain_text, unturned
from assistant.record import Answer, AnswerSentence, Citation

REFUSAL_MORE = "Nothing was filled in. These are the sentences that come nearest to your question."

BETWEEN = " | "  # between the cells of a table row, and between the column names in its context
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


def render_question(question: str) -> str:
    """The user's message. Line breaks are kept."""
    return f'<h2 class="asked">{unseen("You asked: ")}<bdi>{shown(question)}</bdi></h2>'


def render_waiting() -> str:
    """What stands in the answer's place while the documents are read."""
    return '<div class="waiting"><span class="dots"><i></i><i></i><i></i></span> Reading the documents…</div>'


def render_failure(message: str) -> str:
    """A calm notice in the answer's place, when a question could not be answered for a technical reason."""
    return f'<div class="answer failed"><p class="verdict">{shown(message)}</p></div>'


def render_answer(answer: Answer, anchor: str, shown: int | None = None) -> str:
    """The answer as one HTML block; `anchor` is unique on the page and prefixes every element id.

    With `shown` below the number of sentences, the first `shown` of them and nothing else: what is on the page while
    the answer appears. No element above the text changes when the rest follows, so nothing jumps.
    """
    if answer.verdict == "not_found":
        return f'<div class="answer refused" id="{anchor}">{_refusal(answer, anchor)}</div>'
    complete = shown is None or shown >= len(answer.sentences)
    sentences = answer.sentences if complete else answer.sentences[:shown]
    numbered = {citation.number: citation for citation in answer.citations}
    body = _prose(sentences, numbered, anchor, fresh=shown is not None)
    if not complete:
        return f'<div class="answer growing" id="{anchor}">{body}</div>'
    parts = [body, _remarks(answer), _footer(answer), _sources(answer.citations, anchor, "Sources")]
    return f'<div class="answer complete" id="{anchor}">{"".join(parts)}</div>'


def _prose(sentences: Sequence[AnswerSentence], numbered: dict[int, Citation], anchor: str, *, fresh: bool) -> str:
    """Running sentences share a paragraph; items and rows stand below the context that they share, one by one."""
    pieces = []
    for position, sentence in enumerate(sentences):
        cited = [numbered[number] for number in sentence.citations if number in numbered]
        context = next((citation.context for citation in cited if citation.context), "")
        newest = fresh and position == len(sentences) - 1
        pieces.append((context, _sentence(sentence, cited, anchor, newest=newest)))
    groups = groupby(pieces, key=itemgetter(0))
    return f'<div class="text">{"".join(_paragraph(context, [one for _, one in run]) for context, run in groups)}</div>'


def _paragraph(context: str, pieces: list[str]) -> str:
    if not context:
        return f"<p>{' '.join(pieces)}</p>"
    above = "" if "cells" in pieces[0] else f'<span class="context">{isolated(context)}</span>'
    return f'<div class="with-context">{above}{"".join(f"<p>{piece}</p>" for piece in pieces)}</div>'


def pairs(row: str, context: str) -> list[tuple[str, str]]:
    """Column name and cell of a table row, whose names stand in its context; empty when they do not pair up."""
    names, cells = context.split(BETWEEN), row.split(BETWEEN)
    return list(zip(names, cells, strict=True)) if BETWEEN in context and len(names) == len(cells) else []


def _row(row: str, context: str) -> str:
    cells = "".join(
        f'<span class="cell"><small>{isolated(name)}{unseen(":")}</small> {isolated(cell)}</span>'
        for name, cell in pairs(row, context)
    )
    return f'<span class="cells">{cells}</span>' if cells else ""


def _sentence(sentence: AnswerSentence, cited: Sequence[Citation], anchor: str, *, newest: bool) -> str:
    chips = "".join(
        f'<a class="chip" href="#{anchor}-cite-{citation.number}">{unseen("Citation ")}{citation.number}'
        f"{unseen(': ' + citation.document.title)}</a>"
        for citation in cited
    )
    marks = {"partly": "partly supported", "unsupported": "not supported by the documents"}
    mark = f'<span class="doubt">{marks[sentence.verdict]}</span>' if sentence.verdict in marks else ""
    kind = f"sentence {sentence.verdict}" + (" newest" if newest else "")
    # No break is allowed between the last word and its chips: a chip alone on a line belongs to nothing.
    context = cited[0].context if len(cited) == 1 and sentence.verdict == "source" else ""
    text = _row(sentence.text, context) or isolated(sentence.text)
    return f'<span class="{kind}">{text}<span class="chips">&#8288;{chips}{mark}</span></span>'


def _remarks(answer: Answer) -> str:
    remarks = [PARTLY] if answer.verdict == "partial" else []
    if answer.withheld:
        many = "1 sentence was" if answer.withheld == 1 else f"{answer.withheld} sentences were"
        remarks.append(
            f"{many} withheld: the documents do not support it."
            if answer.withheld == 1
            else f"{many} withheld: the documents do not support them."
        )
    remarks += answer.notes
    return "".join(f'<p class="remark">{shown(remark)}</p>' for remark in remarks)


def _refusal(answer: Answer, anchor: str) -> str:
    more = f"<p>{escape(REFUSAL_MORE)}</p>" if answer.nearest else "<p>No sentence comes near your question.</p>"
    notes = "".join(f'<p class="remark">{shown(note)}</p>' for note in answer.notes)
    nearest = _sources(answer.nearest, anchor, "Nearest sentences") if answer.nearest else ""
    return f'<p class="verdict">{escape(REFUSAL)}</p>{more}{notes}{nearest}{_footer(answer)}'


def _sources(citations: Sequence[Citation], anchor: str, heading: str) -> str:
    """The cited sentences, grouped by document in the order of their first number."""
    groups: dict[str, list[Citation]] = {}
    for citation in citations:
        groups.setdefault(citation.document.id, []).append(citation)
    documents = "".join(_document(group, anchor) for group in groups.values())
    count = "1 document" if len(groups) == 1 else f"{len(groups)} documents"
    return (
        f'<section class="sources"><h3>{heading} <span class="count">{count}</span></h3>'
        f'<div class="documents">{documents}</div></section>'
    )


def _document(citations: Sequence[Citation], anchor: str) -> str:
    document = citations[0].document
    quotes = "".join(_quote(citation, anchor) for citation in citations)
    return (
        f'<div class="document"><div class="title">{isolated(document.title)}</div>'
        f'<div class="origin"><span>{isolated(document.source)}</span>'
        f"<time>{shown(day(document.modified))}</time></div><ol>{quotes}</ol></div>"
    )


def _quote(citation: Citation, anchor: str) -> str:
    address = on_page(source_address(citation.document.id, citation.sentence_id))
    where = place(citation)
    named = " · ".join(f"{name}: {cell}" for name, cell in pairs(citation.quote, citation.context)) or citation.context
    extra = f'<span class="context">{isolated(named)}</span>' if named else ""
    extra += f'<span class="where">{isolated(where)}</span>' if where else ""
    extra += '<span class="stale">The document has changed since this was quoted.</span>' if citation.stale else ""
    return (
        f'<li id="{anchor}-cite-{citation.number}"><span class="number">{citation.number}</span>'
        f'<div><a class="quote" href="{escape_attribute(address)}">{unseen(f"Open source {citation.number}: ")}'
        f"<bdi>{_with_phrase(citation)}</bdi></a>{extra}</div></li>"
    )


def _with_phrase(citation: Citation) -> str:
    if citation.phrase is None:
        return shown(citation.quote)
    start, end = citation.phrase
    before, phrase, after = citation.quote[:start], citation.quote[start:end], citation.quote[end:]
    return f"{shown(before)}<mark>{shown(phrase)}</mark>{shown(after)}" if phrase else shown(citation.quote)


def _footer(answer: Answer) -> str:
    cited = f"{answer.coverage.cited} of {answer.coverage.sentences} sentences cited"
    how = {"extractive": "quoted word for word", "generated": "written by a language model, then checked"}[answer.mode]
    fact = f'<span class="coverage">{cited} · {how}</span>' if answer.verdict != "not_found" else "<span></span>"
    plain = escape(plain_text(answer))
    return (
        f'<div class="foot">{fact}<button class="copy" type="button">Copy {_copied(answer)}</button></div>'
        f'<pre class="plain">{plain}</pre>'
    )


def _copied(answer: Answer) -> str:
    return "sentences" if answer.verdict == "not_found" else "answer"


def unseen(text: str) -> str:
    """Text for screen readers only."""
    return f'<span class="unseen">{shown(text)}</span>'


def escape_attribute(address: str) -> str:
    """One of our own addresses (already percent-encoded) for a double-quoted attribute."""
    return address.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
