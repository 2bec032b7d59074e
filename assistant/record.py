"""The answer record: one type, the same JSON behind every door (chat page, API, command line)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

SCHEMA = 1
Verdict = Literal["answered", "partial", "not_found", "talk"]
SentenceVerdict = Literal["source", "supported", "partly", "unsupported"]


@dataclass(frozen=True, slots=True)
class CitedDocument:
    """The document behind a citation. `modified` is ISO 8601, UTC."""

    id: str
    revision: str
    title: str
    source: str  # name of the source and the path in it, as `seeds/four-islands.md`
    modified: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A pointer to characters of a stored document at a revision: `document.text[start:end] == quote`, always.

    `phrase` is the half-open range of the answering words inside `quote`, or None. `context` (a table's header row, the
    line that leads into a list) stands beside the quote and is no part of it. `pages` is first and last page, or None.
    """

    number: int  # from 1, in order of first use
    quote: str
    sentence_id: str
    document: CitedDocument
    start: int
    end: int
    phrase: tuple[int, int] | None = None
    context: str = ""
    pages: tuple[int, int] | None = None
    heading: tuple[str, ...] = ()
    address: str | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of the answer, the numbers of its citations, how it was checked and how well it is supported (0–1)."""

    text: str
    citations: tuple[int, ...]
    verdict: SentenceVerdict
    support: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many sentences the answer has, and how many of them carry a citation."""

    sentences: int
    cited: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question. With verdict `not_found`, `sentences` holds nothing and `nearest` the closest ones.

    With verdict `talk` nothing was asked of the documents ("thanks"): the reply is the only note, and nothing else is
    there. `withheld` counts sentences that a language model wrote and the cited sentences do not support.
    `timings_ms` has the keys `retrieve`, `read` and `answer`.
    """

    id: str
    question: str
    verdict: Verdict
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    nearest: tuple[Citation, ...]
    coverage: Coverage
    timings_ms: dict[str, float]
    standalone_question: str
    mode: Literal["extractive", "generated"] = "extractive"
    conversation: str | None = None
    notes: tuple[str, ...] = ()
    withheld: int = 0

    def to_json(self) -> dict[str, Any]:
        """The record as plain JSON values, keys in the documented order."""
        plain = asdict(self)
        keys = (
            "id",
            "conversation",
            "mode",
            "verdict",
            "question",
            "standalone_question",
            "notes",
            "withheld",
            "sentences",
            "citations",
            "coverage",
            "nearest",
            "timings_ms",
        )
        plain["citations"] = [_citation(one) for one in plain["citations"]]
        plain["nearest"] = [_citation(one) for one in plain["nearest"]]
        return {"schema": SCHEMA} | {key: _listed(plain[key]) for key in keys}


@dataclass(frozen=True, slots=True)
class Shown:
    """One sentence of an answer that is still being written, with the citations that are new with it."""

    sentence: AnswerSentence
    citations: tuple[Citation, ...] = ()
    standalone_question: str = ""  # the question as it was understood, if that is known to whoever shows the sentence


Event = Shown | Answer  # what a streamed answer consists of: sentences as they are checked, then the whole record


def _citation(plain: dict[str, Any]) -> dict[str, Any]:
    keys = (
        "number",
        "quote",
        "phrase",
        "context",
        "sentence_id",
        "document",
        "start",
        "end",
        "pages",
        "heading",
        "address",
        "stale",
    )
    return {key: plain[key] for key in keys}


def _listed(value: Any) -> Any:
    """Tuples as lists, all the way down, so that the record equals itself after a round trip through JSON."""
    if isinstance(value, tuple | list):
        return [_listed(item) for item in value]
    if isinstance(value, dict):
        return {key: _listed(item) for key, item in value.items()}
    return value
