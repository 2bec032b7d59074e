"""Answer records that were kept → the same with what has become of their sources. Pure functions of plain JSON.

| step | takes | gives |
|---|---|---|
| `renewed` | a record, the library | the record; each citation at its place of today, or marked stale |
| `without_quotes` | a record, ids of documents | the record; nothing of these documents is quoted any more |
| `cited_documents` | a record | the ids of the documents that it quotes |
| `as_answer` | a record | the `Answer` that it was made of |
"""

from __future__ import annotations

from collections.abc import Collection as Container
from functools import lru_cache
from typing import Any

from assistant.page.contract import Library
from assistant.record import Answer, AnswerSentence, Citation, CitedDocument, Coverage
from index.passages import heading_path
from index.records import Document, Sentence

MOST_REMEMBERED = 256  # documents
REMOVED = "(This sentence was removed together with its document.)"
Record = dict[str, Any]


class Remembered:
    """A library that reads each document once: the answers of one conversation cite the same ones again and again."""

    def __init__(self, library: Library) -> None:
        self.document = lru_cache(MOST_REMEMBERED)(library.document)
        self.sentences = lru_cache(MOST_REMEMBERED)(library.sentences)


def renewed(record: Record, library: Library | Remembered) -> Record:
    """The record with every citation looked up by its sentence id in the documents of today.

    Where the sentence still stands, range, revision, page and heading are those of now. Where it does not, the citation
    keeps its quote and is `stale`; where the whole document is gone, the quote goes, too.
    """
    found = {one: library.document(one) for one in cited_documents(record)}
    places = {
        one: {sentence.id: sentence for sentence in library.sentences(one)} for one, held in found.items() if held
    }

    def renew(citation: Record) -> Record:
        document = found[citation["document"]["id"]]
        sentence = places[document.id].get(citation["sentence_id"]) if document else None
        return _at(citation, document, sentence) if document and sentence else citation | {"stale": True}

    record = record | {
        "citations": [renew(one) for one in record["citations"]],
        "nearest": [renew(one) for one in record["nearest"]],
    }
    return without_quotes(record, {one for one, held in found.items() if held is None})


def without_quotes(record: Record, documents: Container[str]) -> Record:
    """The record without the words of these documents: citations stand there, empty and stale; ranges are empty."""

    def emptied(citation: Record) -> Record:
        if citation["document"]["id"] not in documents:
            return citation
        gone: Record = {"quote": "", "phrase": None, "context": "", "heading": [], "stale": True}
        return citation | gone | {"end": citation["start"], "address": None}

    numbers = {one["number"] for one in record["citations"] if one["document"]["id"] in documents}
    return record | {
        "citations": [emptied(one) for one in record["citations"]],
        "nearest": [emptied(one) for one in record["nearest"]],
        "sentences": [
            one | {"text": REMOVED} if numbers.intersection(one["citations"]) else one for one in record["sentences"]
        ],
    }


def cited_documents(record: Record) -> list[str]:
    """The ids of the documents behind citations and nearest sentences, each once."""
    return list(dict.fromkeys(one["document"]["id"] for one in [*record["citations"], *record["nearest"]]))


def as_answer(record: Record) -> Answer:
    """The record as the type that it was made of."""
    fields: dict[str, Any] = {key: value for key, value in record.items() if key != "schema"}
    fields |= {
        "notes": tuple(record["notes"]),
        "sentences": tuple(
            AnswerSentence(**one | {"citations": tuple(one["citations"])}) for one in record["sentences"]
        ),
        "citations": tuple(map(_citation, record["citations"])),
        "nearest": tuple(map(_citation, record["nearest"])),
        "coverage": Coverage(**record["coverage"]),
    }
    return Answer(**fields)


def _citation(plain: Record) -> Citation:
    ranges = {key: tuple(plain[key]) if plain[key] is not None else None for key in ("phrase", "pages")}
    document = CitedDocument(**plain["document"])
    fields: dict[str, Any] = plain | ranges | {"heading": tuple(plain["heading"]), "document": document}
    return Citation(**fields)


def _at(citation: Record, document: Document, sentence: Sentence) -> Record:
    """A citation of the sentence where it stands now. The answering words are known only while the quote is the same."""
    quote = document.text[sentence.start : sentence.end]
    pages = [page.number for page in document.pages if page.start < sentence.end and page.end > sentence.start]
    return citation | {
        "quote": quote,
        "phrase": citation["phrase"] if quote == citation["quote"] else None,
        "context": sentence.context,
        "document": {
            "id": document.id,
            "revision": document.revision,
            "title": document.title,
            "source": f"{document.source}/{document.path}",
            "modified": document.modified,
        },
        "start": sentence.start,
        "end": sentence.end,
        "pages": [min(pages), max(pages)] if pages else None,
        "heading": [name for name in heading_path(document.headings, sentence.start) if name != document.title],
        "address": document.address,
        "stale": False,
    }
