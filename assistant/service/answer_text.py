"""An answer as text with numbered marks, for programs that show or read text: the OpenAI-compatible and the MCP door.

The exact quotes are in the record. Here every text is on one line, without characters that cannot be seen, and shows
no picture and no element where a program takes it for Markdown. Pure functions.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from assistant.page.plain import bracketed_doubt, marks, place, withheld
from assistant.record import Answer, AnswerSentence, Citation
from assistant.said import Said, day, said_to

_JOINERS = "\u200c\u200d"  # without them some scripts and many emoji read otherwise
_UNSEEN = {"Cf": "", "Cc": " ", "Co": " ", "Cs": " "}  # by category, and what stands there instead
_PICTURE = re.compile(r"!(?=\[)")
_ELEMENT = re.compile(r"<(?=[A-Za-z/!?])")


def answer_pieces(answer: Answer) -> Iterator[str]:
    """The text of an answer in pieces, one for each sentence with its marks `[n]`, then the remarks and the sources.

    Joined as they are, they make the whole text. An answer that was not found is the refusal, then the nearest sentences.
    """
    if answer.verdict == "not_found":
        yield said_to(answer.question)("refusal")
    for position, sentence in enumerate(answer.sentences):
        yield sentence_piece(position, sentence, answer.question)
    yield from end_pieces(answer)


def sentence_piece(position: int, sentence: AnswerSentence, question: str) -> str:
    """A sentence with its marks, and what parts it from the one before it; a doubt about it stands behind it."""
    numbers = marks(sentence)
    after = bracketed_doubt(sentence, said_to(question))
    return f"{' ' if position else ''}{one_line(sentence.text)}{' ' if numbers else ''}{numbers}{after}"


def end_pieces(answer: Answer) -> Iterator[str]:
    """What stands below the sentences."""
    gap = "\n\n" if answer.sentences or answer.verdict == "not_found" else ""
    for note in (*answer.notes, *withheld(answer)):
        yield f"{gap}{one_line(note)}"
        gap = "\n\n"
    shown = answer.citations or answer.nearest
    if shown:
        say = said_to(answer.question)
        label = say("sources" if answer.citations else "nearest")
        yield "\n\n" + "\n\n".join([f"{label}:", *(_source(one, say) for one in shown)])


def late_pieces(answer: Answer, shown: Sequence[AnswerSentence]) -> Iterator[str]:
    """What is still to be said where these sentences have been said already: where the answer became another one, that
    they do not count, and the whole answer."""
    if answer.verdict != "not_found" and tuple(shown) == answer.sentences[: len(shown)]:
        for position, sentence in enumerate(answer.sentences[len(shown) :], start=len(shown)):
            yield sentence_piece(position, sentence, answer.question)
        yield from end_pieces(answer)
        return
    if shown:
        yield f"\n\n{one_line(said_to(answer.question)('instead'))}\n\n"
    yield from answer_pieces(answer)


def answer_text(answer: Answer) -> str:
    """All pieces, joined."""
    return "".join(answer_pieces(answer))


def one_line(text: str) -> str:
    """The text with white space folded, made harmless."""
    return " ".join(visible(text).split())


def visible(text: str) -> str:
    """The text without unseen characters, and with `![` and `<a` written so that Markdown takes them as they stand."""
    kept = "".join(
        letter if letter in "\n\t" or letter in _JOINERS else _UNSEEN.get(unicodedata.category(letter), letter)
        for letter in text
    )
    return _ELEMENT.sub(r"\\<", _PICTURE.sub(r"!\\", kept))


def web_address(address: str | None) -> str:
    """The address if it is one of the web, else an empty text."""
    try:
        return address if address and urlsplit(address).scheme in ("http", "https") else ""
    except ValueError:  # of an address that is none
        return ""


def _source(citation: Citation, say: Said) -> str:
    """`[1] context: “quote” — title, folder/file, place, day, address`."""
    document = citation.document
    context = f"{citation.context.rstrip(':')}: " if citation.context else ""
    origin = (
        document.title,
        document.source,
        place(citation, say),
        day(document.modified, say),
        web_address(citation.address),
    )
    said = f"{context}“{citation.quote}” — {', '.join(part for part in origin if part)}"
    return f"[{citation.number}] {one_line(said)}"
