"""Answer record → HTML for the chatbot. Pure functions.

| step | takes | gives |
|---|---|---|
| `render_question` | the question | one HTML block |
| `render_growing` | the sentences that have come until now, their citations | one HTML block |
| `render_answer` | an answer | one HTML block, with its sources |

No element above the text changes when the rest of an answer follows, so nothing jumps.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from assistant.page.cited import render_row, render_sources
from assistant.page.escape import escape, isolated, shown, unseen
from assistant.page.plain import DOUBTS, doubt, plain_text, understood, withheld
from assistant.record import Answer, AnswerSentence, Citation
from assistant.said import Said, said_to


def render_question(question: str) -> str:
    """The user's message. Line breaks are kept."""
    asked = said_to(question)("asked")
    return f'<h2 class="asked">{unseen(f"{asked} ")}<bdi>{shown(question)}</bdi></h2>'


def render_waiting(question: str) -> str:
    """What stands in the answer's place while the documents are read."""
    reading = said_to(question)("reading")
    return f'<div class="waiting"><span class="dots"><i></i><i></i><i></i></span> {escape(reading)}</div>'


def render_failure(message: str) -> str:
    """A calm notice in the answer's place, when a question could not be answered for a technical reason."""
    return f'<div class="answer failed"><p class="verdict">{shown(message)}</p></div>'


def render_growing(
    question: str, sentences: Sequence[AnswerSentence], citations: Sequence[Citation], anchor: str, above: str = ""
) -> str:
    """What is on the page while the answer to `question` appears; `above` is what `render_understood` gives."""
    numbered = {citation.number: citation for citation in citations}
    body = _prose(sentences, numbered, anchor, said_to(question), fresh=True)
    return f'<div class="answer growing" id="{anchor}">{above}{body}</div>'


def render_answer(answer: Answer, anchor: str, *, fresh: bool = False) -> str:
    """The answer as one HTML block; `anchor` is unique on the page and prefixes every element id.

    A `fresh` one takes the place of one that has been growing.
    """
    if answer.verdict == "talk":
        reply = "".join(f"<p>{shown(note)}</p>" for note in answer.notes)
        return f'<div class="answer complete talk" id="{anchor}"><div class="text reply">{reply}</div></div>'
    above = render_understood(answer.question, answer.standalone_question)
    if answer.verdict == "not_found":
        return f'<div class="answer refused" id="{anchor}">{above}{_refusal(answer, anchor, said_to(answer.question))}</div>'
    numbered = {citation.number: citation for citation in answer.citations}
    say = said_to(answer.question)
    body = _prose(answer.sentences, numbered, anchor, say, fresh=fresh)
    sources = render_sources(answer.citations, anchor, say("sources"), say)
    parts = [above, body, _remarks(answer, say), _footer(answer, say), sources]
    return f'<div class="answer complete" id="{anchor}">{"".join(parts)}</div>'


def render_understood(asked: str, standalone: str) -> str:
    """The question as it was understood, where that is another one than was asked."""
    question = understood(asked, standalone)
    label = said_to(asked)("understood")
    return f'<p class="understood">{escape(label)} {isolated(question)}</p>' if question else ""


def _prose(
    sentences: Sequence[AnswerSentence], numbered: dict[int, Citation], anchor: str, say: Said, *, fresh: bool
) -> str:
    """Running sentences share a paragraph; items and rows stand below the context that they share, one by one."""
    pieces = []
    for position, sentence in enumerate(sentences):
        cited = [numbered[number] for number in sentence.citations if number in numbered]
        context = next((citation.context for citation in cited if citation.context), "")
        newest = fresh and position == len(sentences) - 1
        pieces.append((context, _sentence(sentence, cited, anchor, say, newest=newest)))
    groups = groupby(pieces, key=itemgetter(0))
    return f'<div class="text">{"".join(_paragraph(context, [one for _, one in run]) for context, run in groups)}</div>'


def _paragraph(context: str, pieces: list[str]) -> str:
    if not context:
        return f"<p>{' '.join(pieces)}</p>"
    above = "" if "cells" in pieces[0] else f'<span class="context">{isolated(context)}</span>'
    return f'<div class="with-context">{above}{"".join(f"<p>{piece}</p>" for piece in pieces)}</div>'


def _sentence(sentence: AnswerSentence, cited: Sequence[Citation], anchor: str, say: Said, *, newest: bool) -> str:
    called = say("citation")
    chips = "".join(
        f'<a class="chip" href="#{anchor}-cite-{citation.number}">{unseen(f"{called} ")}{citation.number}'
        f"{unseen(': ' + citation.document.title)}</a>"
        for citation in cited
    )
    doubtful = doubt(sentence, say)
    mark = f'<span class="doubt">{escape(doubtful)}</span>' if doubtful else ""
    kind = f"sentence {sentence.verdict}" + (" newest" if newest else "")
    # No break is allowed between the last word and its chips: a chip alone on a line belongs to nothing.
    context = cited[0].context if len(cited) == 1 and sentence.verdict == "source" else ""
    text = render_row(sentence.text, context) or isolated(sentence.text)
    return f'<span class="{kind}">{text}<span class="chips">&#8288;{chips}{mark}</span></span>'


def _remarks(answer: Answer, say: Said) -> str:
    doubtful = [say("doubtful")] if any(sentence.verdict in DOUBTS for sentence in answer.sentences) else []
    remarks = [*([say("partial")] if answer.verdict == "partial" else []), *doubtful, *withheld(answer), *answer.notes]
    return "".join(f'<p class="remark">{shown(remark)}</p>' for remark in remarks)


def _refusal(answer: Answer, anchor: str, say: Said) -> str:
    more = escape(say("refusal_more" if answer.nearest else "nothing_near"))
    notes = "".join(f'<p class="remark">{shown(note)}</p>' for note in (*withheld(answer), *answer.notes))
    nearest = render_sources(answer.nearest, anchor, say("nearest"), say) if answer.nearest else ""
    return f'<p class="verdict">{escape(say("refusal"))}</p><p>{more}</p>{notes}{nearest}{_footer(answer, say)}'


def _footer(answer: Answer, say: Said) -> str:
    fact = (
        f'<span class="coverage">{escape(_checked(answer, say))}</span>'
        if answer.verdict != "not_found"
        else "<span></span>"
    )
    plain = escape(plain_text(answer))
    copied = "copy_sentences" if answer.verdict == "not_found" else "copy_answer"
    return (
        f'<div class="foot">{fact}<button class="copy" type="button">{escape(say(copied))}</button></div>'
        f'<pre class="plain">{plain}</pre>'
    )


def _checked(answer: Answer, say: Said) -> str:
    """How many sentences rest on a source, and how that is known."""
    if answer.mode == "extractive":
        return say("cited", cited=answer.coverage.cited, number=answer.coverage.sentences)
    whole = sum(sentence.verdict in ("source", "supported") for sentence in answer.sentences)
    return say("checked", whole=whole, number=len(answer.sentences))
