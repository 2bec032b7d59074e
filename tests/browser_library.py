"""A fake assistant that obeys `assistant.page.contract`, over three documents, for the tests of page and service."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.conversation import Turn
from assistant.quoted import shown
from assistant.record import Answer, AnswerSentence, Citation, CitedDocument, Coverage, Event
from assistant.writing.model import LanguageModel
from index.catalog_queries import DocumentSummary
from index.identity import document_id, sentence_ids
from index.records import Document, FileFailure, Heading, IngestReport, Page, Progress, Sentence

ANSWERED = "Who keeps the lighthouse, and when was it built?"
TABLE = "How high is the lighthouse?"
REFUSED = "What is the capital of France?"
BROKEN = "break"
HOSTILE = "hostile"
HOSTILE_TITLE = (
    '<img src=x onerror="document.title=1"> ${document.title=2} ![x](http://evil.example/x.png) **b** \u202e'
)


def make(
    source: str,
    path: str,
    title: str,
    blocks: Sequence[tuple[str, Sequence[str], str]],
    modified: str = "2025-05-03T09:00:00+00:00",
) -> tuple[Document, tuple[Sentence, ...]]:
    """A document from (kind, sentences, context) blocks; headings take their level from the number of `#`."""
    identity, text, pieces, headings = document_id(source, path), "", [], []
    for number, (kind, sentences, context) in enumerate(blocks):
        text += "\n\n" if text else ""
        for position, sentence in enumerate(sentences):
            text += " " if position else ""
            name, level = kind, 2
            if kind.startswith("#"):
                name, level = "heading", len(kind)
                headings.append(Heading(len(text), level, sentence))
            pieces.append((number, name, context, len(text), sentence))
            text += sentence
    ids = sentence_ids(identity, [piece[-1] for piece in pieces])
    sentences = tuple(
        Sentence(one, identity, ordinal, start, start + len(sentence), sentence, kind, context, number)  # type: ignore[arg-type]
        for ordinal, (one, (number, kind, context, start, sentence)) in enumerate(zip(ids, pieces, strict=True))
    )
    pages = (Page(0, len(text) // 2, 1), Page(len(text) // 2, len(text), 2)) if path.endswith(".pdf") else ()
    document = Document(
        identity,
        source,
        path,
        title,
        text,
        hashlib.sha256(text.encode()).hexdigest(),
        modified,
        tuple(headings),
        pages,
        "https://wiki.example/Keepers" if path.endswith(".md") else None,
    )
    return document, sentences


FILLER = (
    "The harbour office keeps a log of every ship that calls.",
    "It is open on weekdays from eight until noon.",
    "Visitors sign the book at the door.",
    "The path along the cliff is closed in strong wind.",
)


def shelf() -> list[tuple[Document, tuple[Sentence, ...]]]:
    """Three documents: a page with headings, a long PDF, a table."""
    long = [
        ("#", ["The lighthouse at North Point"], ""),
        *[
            block
            for year in range(1, 13)
            for block in [
                ("##", [f"Report of year {year}"], ""),
                ("prose", [f"In year {year} the lamp burned on {300 + year} nights.", *FILLER], ""),
            ]
        ],
        ("##", ["History"], ""),
        (
            "prose",
            [
                "The lighthouse at North Point was built in 1874 and rebuilt after the storm of 1911.",
                "Its lamp was first lit on 3 October 1874.",
            ],
            "",
        ),
        *[("prose", [f"Appendix {letter} lists the ships of that decade.", *FILLER], "") for letter in "ABCDEF"],
    ]
    keepers = [
        ("#", ["Keepers"], ""),
        (
            "prose",
            [
                "The harbour office names a keeper every four years.",
                "Ada Lindqvist has kept the lighthouse since 2019.",
            ],
            "",
        ),
        ("##", ["Duties"], ""),
        ("item", ["Light the lamp at dusk."], "The keeper's duties are:"),
        ("item", ["Write the weather book."], "The keeper's duties are:"),
        ("prose", ["She is helped by two volunteers in summer."], ""),
        ("code", ["lamp --on dusk"], ""),
    ]
    table = [
        ("row", ["North Point | 31 m | white every 10 s"], "Name | Height | Light"),
        ("row", ["South Mole | 12 m | red every 4 s"], "Name | Height | Light"),
    ]
    return [
        make("handbook", "keepers.md", "Keepers of the light", keepers, "2025-11-02T08:00:00+00:00"),
        make("handbook", "north-point.pdf", "North Point: a history", long),
        make("tables", "lights.csv", "Lights of the coast", table, "2024-01-15T00:00:00+00:00"),
    ]


def hostile() -> tuple[Document, tuple[Sentence, ...]]:
    """A document that tries to run code and to call home from every place."""
    text = (
        'Attack <img src=x onerror="document.title=3"> ${document.title=3} ![x](http://evil.example/x.png) '
        "<script>document.title=3</script>"
    )
    return make(
        "hostile<b>",
        "<u>evil.html",
        HOSTILE_TITLE,
        [("#", [text], ""), ("prose", [text], ""), ("item", [text + "!"], text)],
    )


@dataclass
class FakeLibrary:
    """A collection in memory. Files named `bad…` fail to load, all others become one-sentence documents."""

    name: str = "default"
    held: list[tuple[Document, tuple[Sentence, ...]]] = field(default_factory=shelf)
    pause: float = 0.05

    def documents(self, limit: int | None = None, offset: int = 0) -> Sequence[DocumentSummary]:
        kept = sorted(self.held, key=lambda pair: (pair[0].source, pair[0].path))
        return [
            DocumentSummary(one.id, one.title, one.source, one.path, one.modified, len(sentences))
            for one, sentences in kept[offset : None if limit is None else offset + limit]
        ]

    def count(self) -> int:
        return len(self.held)

    def document(self, document_id: str) -> Document | None:
        return next((one for one, _ in self.held if one.id == document_id), None)

    def sentences(self, document_id: str) -> Sequence[Sentence]:
        return next((sentences for one, sentences in self.held if one.id == document_id), ())

    def ingest_upload(self, files: Sequence[Path], progress: Callable[[Progress], None] | None = None) -> IngestReport:
        failures = []
        for number, file in enumerate(files):
            if progress:
                progress(Progress(number, len(files), str(file), 0))
            time.sleep(self.pause)
            if file.name.startswith("bad"):
                failures.append(FileFailure(str(file), "no text found (scanned?)"))
            else:
                self.held.append(
                    make("uploads", file.name, file.stem, [("prose", [file.read_text().strip() or "Empty."], "")])
                )
        return IngestReport(added=len(files) - len(failures), failures=tuple(failures))


class Streamed:
    """What gives an answer whole, made to give it sentence by sentence, as the real assistant does."""

    model: LanguageModel | None = None
    history: Sequence[Turn] = ()  # of the latest question

    def ask(self, question: str, within: str | None = None) -> Answer:
        raise NotImplementedError

    def stream(
        self,
        question: str,
        within: str | None = None,
        history: Sequence[Turn] = (),
        cancelled: threading.Event | None = None,
    ) -> Iterator[Event]:
        self.history = history
        answer = self.ask(question, within)
        yield from shown(answer)
        yield answer


class FakeAssistant(Streamed):
    """Answers two questions, fails at one, refuses every other."""

    def __init__(self, library: FakeLibrary | None = None) -> None:
        self.collection = library or FakeLibrary()

    def ask(self, question: str, within: str | None = None) -> Answer:
        if question == BROKEN:
            raise RuntimeError("secret detail of the machine")
        found = {
            ANSWERED: [("in 1874", "1874"), ("first lit", ""), ("Lindqvist", "Ada Lindqvist"), ("volunteers", "")],
            TABLE: [("31 m", "31 m"), ("in 1874", "")],
            HOSTILE: [("document.title=3", "onerror"), ("31 m", "")],
        }.get(question, [])
        near = [
            self._cite(number, word, "") for number, word in enumerate(["keeper every", "ships of", "South Mole"], 1)
        ]
        citations = [self._cite(number, word, phrase) for number, (word, phrase) in enumerate(found, 1)]
        citations = [one for one in citations if one]
        sentences = tuple(AnswerSentence(one.quote, (one.number,), "source", 0.9) for one in citations)
        return Answer(
            "same-id",
            question,
            "answered" if sentences else "not_found",
            sentences,
            tuple(citations),
            () if sentences else tuple(one for one in near if one),
            Coverage(len(sentences), len(sentences)),
            {"retrieve": 1.0, "read": 2.0, "answer": 0.1},
            question,
        )

    def _cite(self, number: int, word: str, phrase: str) -> Citation | None:
        for document, sentences in self.collection.held:
            for one in sentences:
                if word in one.text and one.kind != "heading":
                    pages = (2, 2) if document.pages else None
                    at = one.text.find(phrase)
                    span = (at, at + len(phrase)) if phrase else None
                    above = [heading.text for heading in document.headings if heading.start <= one.start]
                    cited = CitedDocument(
                        document.id,
                        document.revision,
                        document.title,
                        f"{document.source}/{document.path}",
                        document.modified,
                    )
                    return Citation(
                        number, one.text, one.id, cited, one.start, one.end, span, one.context, pages, tuple(above[-1:])
                    )
        return None
