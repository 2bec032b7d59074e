"""Answer record → plain text for the clipboard, and the words for a day and a place. Pure functions."""

from __future__ import annotations

from pathlib import PurePath

from assistant.record import Answer, AnswerSentence, Citation
from assistant.said import ENGLISH, Said, day, said_to

DOUBTS = {"partly": "doubt_partly", "unsupported": "doubt_unsupported"}  # what is said of a sentence, by its verdict
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_BIDI = {**_TURNING, **dict.fromkeys([0x061C, 0x200E, 0x200F])}


def plain_text(answer: Answer) -> str:
    """The answer with `[n]` after each sentence and the numbered list of its sources; lines end with `\\n`."""
    say = said_to(answer.question)
    if answer.verdict == "not_found":
        head, citations, label = [say("refusal")], answer.nearest, say("nearest")
    else:
        sentences = " ".join(_marked(one, say) for one in answer.sentences)
        head, citations, label = [sentences], answer.citations, say("sources")
        head += ["", say("partial")] if answer.verdict == "partial" else []
        head = head if answer.sentences else [*answer.notes]
    lines = [f"[{citation.number}] “{citation.quote}” — {_origin(citation, say)}" for citation in citations]
    return "\n".join([answer.question, "", *head, *(["", label, *lines] if lines else [])])


def understood(asked: str, standalone: str) -> str:
    """The question as it was understood, where it is another one than was asked; else an empty text."""
    return "" if _folded(standalone) in ("", _folded(asked)) else standalone


def _folded(question: str) -> str:
    return " ".join(question.split()).rstrip(" .?!").casefold()


def model_name(specified: str) -> str:
    """A language model as people call it: `openai:NAME` as `NAME`, a file without the folder that it lies in."""
    kind, _, name = specified.partition(":")
    return (PurePath(name).name if kind == "gguf" else name) or specified


def withheld(answer: Answer) -> tuple[str, ...]:
    """How many sentences of a language model are not shown, if any."""
    if not answer.withheld:
        return ()
    say = said_to(answer.question)
    if answer.withheld == 1:
        return (say("withheld_one"),)
    return (say("withheld_many", number=answer.withheld),)


def doubt(sentence: AnswerSentence, say: Said) -> str:
    """What is said of a sentence that its sources do not fully support; empty for others."""
    return say(DOUBTS[sentence.verdict]) if sentence.verdict in DOUBTS else ""


def marks(sentence: AnswerSentence) -> str:
    """The numbers of its citations, as `[1][2]`."""
    return "".join(f"[{number}]" for number in sentence.citations)


def bracketed_doubt(sentence: AnswerSentence, say: Said) -> str:
    """A doubt as it stands behind a sentence in plain text, a space before it; empty where there is none."""
    return f" ({doubtful})" if (doubtful := doubt(sentence, say)) else ""


def _marked(sentence: AnswerSentence, say: Said) -> str:
    numbers = marks(sentence)
    return f"{sentence.text}{' ' if numbers else ''}{numbers}{bracketed_doubt(sentence, say)}"


def _origin(citation: Citation, say: Said) -> str:
    parts = [
        citation.document.title,
        citation.document.source,
        place(citation, say),
        day(citation.document.modified, say),
        citation.address or "",
    ]
    return ", ".join(part.translate(_BIDI) for part in parts if part)


def unturned(text: str) -> str:
    """The text to be shown: without the characters that turn its direction until another one ends that. One that is left
    open would turn what stands behind the text, even behind a `<bdi>`."""
    return text.translate(_TURNING)


def place(citation: Citation, say: Said = ENGLISH) -> str:
    """Where in its document the quote stands, as `page 3 · Lighthouses › History`; empty if nothing is known."""
    parts = []
    if citation.pages:
        first, last = citation.pages
        parts.append(say("page", first=first) if first == last else say("pages", first=first, last=last))
    if citation.heading:
        parts.append(" › ".join(citation.heading))
    return " · ".join(parts)
