"""The frozen records that travel between the rooms. All ranges are half-open, in code points of `Document.text`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["prose", "item", "row", "heading", "boilerplate", "code"]
CITABLE: frozenset[Kind] = frozenset({"prose", "item", "row"})


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item, table row, heading or code block: the range that sentences never cross.

    `context` is what a reader needs beside it and what is never quoted: the header row of a table row, as
    `Column: value` cannot be known without it; empty otherwise.
    """

    start: int
    end: int
    kind: Kind
    context: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: where it starts in the text, its level (1 is the highest), its text, its anchor (`""` if none)."""

    start: int
    level: int
    text: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """The range of the text that stands on one physical page; numbers start at 1."""

    start: int
    end: int
    number: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a loader makes of one file: stored text and its structure. Blocks are in reading order and do not overlap."""

    text: str
    title: str
    blocks: tuple[Block, ...]
    headings: tuple[Heading, ...] = ()
    pages: tuple[Page, ...] = ()
    language: str = "en"
    modified: str | None = None  # ISO 8601, the document's own time where the format carries one
    address: str | None = None
    notes: tuple[str, ...] = ()  # what of the file was not read, each a sentence for the user


@dataclass(frozen=True, slots=True)
class Document:
    """A stored document. `text[start:end]` of any of its sentences is that sentence, at this `revision`."""

    id: str
    source: str
    path: str  # relative to the source, `/` between parts
    title: str
    text: str
    revision: str
    modified: str  # ISO 8601, UTC
    headings: tuple[Heading, ...] = ()
    pages: tuple[Page, ...] = ()
    address: str | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A half-open range of a document's text: the unit of citation."""

    id: str
    document_id: str
    ordinal: int  # position in the document, from 0
    start: int
    end: int
    text: str
    kind: Kind
    context: str = ""
    block: int = 0  # number of its block in the document: text fragments and paragraphs end with it


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole consecutive sentences, the unit of retrieval.

    `first` and `last` are ordinals of its sentences, both inclusive. `start:end` is the range that was embedded: the
    run's range, or one part of it when a single sentence is longer than the embedder's limit.
    """

    id: str
    document_id: str
    ordinal: int
    first: int
    last: int
    start: int
    end: int
    embedded_text: str  # title, heading path and body, as given to the embedder and the lexical index
    content: str  # hash of the embedder and the embedded text: the key of its vector


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question. Ranks count from 1; None where that search did not find it.

    `similarity` is the exact cosine of question and passage, `score` the reciprocal-rank fusion of both ranks.
    """

    passage: Passage
    document: Document
    sentences: tuple[Sentence, ...]
    score: float
    similarity: float
    dense_rank: int | None = None
    lexical_rank: int | None = None


@dataclass(frozen=True, slots=True)
class FileFailure:
    """A file that was not indexed, with the reason in half a sentence; `unsupported` when no loader reads its format."""

    path: str
    reason: str
    unsupported: bool = False


@dataclass(frozen=True, slots=True)
class FileNote:
    """What of a file that was indexed could not be read, as a sentence."""

    path: str
    note: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an ingest is: files done and in all, the path just dealt with, passages embedded so far."""

    done: int
    total: int
    path: str
    passages: int


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one ingest did, by number of documents; `passages` counts those embedded anew, `seconds` the whole run."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    passages: int = 0
    seconds: float = 0.0
    failures: tuple[FileFailure, ...] = field(default_factory=tuple)
    notes: tuple[FileNote, ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one sync of one source did, by number of documents.

    `held` were to be removed and were not, for want of a yes. `problem` is one sentence: what kept the sync from being
    whole; "" when it was. `complete`: everything that the source has was listed, not only what changed.
    """

    source: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    held: int = 0
    failed: int = 0
    passages: int = 0
    seconds: float = 0.0
    complete: bool = True
    problem: str = ""
    failures: tuple[FileFailure, ...] = field(default_factory=tuple)
    notes: tuple[FileNote, ...] = field(default_factory=tuple)
