"""assistant/record.py: the JSON that every door gives, key by key as in design.md."""

from __future__ import annotations

import json

from assistant.record import Answer, AnswerSentence, Citation, CitedDocument, Coverage

KEYS = [
    "schema",
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
]
SENTENCE_KEYS = ["text", "citations", "verdict", "support"]
CITATION_KEYS = [
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
]
DOCUMENT_KEYS = ["id", "revision", "title", "source", "modified"]
CITATION = Citation(
    1,
    "A quote.",
    "s",
    CitedDocument("d", "r", "T", "s/p", "2026-01-01"),
    120,
    128,
    (0, 1),
    "head",
    (3, 3),
    ("H", "I"),
    "https://w/#a",
)
ANSWER = Answer(
    "i",
    "q?",
    "answered",
    (AnswerSentence("A quote.", (1,), "source", 0.93),),
    (CITATION,),
    (CITATION,),
    Coverage(1, 1),
    {"retrieve": 1.0, "read": 2.0, "answer": 3.0},
    "q?",
    notes=("n",),
)


def test_keys_in_order() -> None:
    """The keys of the answer, its sentences, coverage and timings are the documented ones, in their order."""
    record = ANSWER.to_json()
    assert list(record) == KEYS
    assert record["schema"] == 1
    assert list(record["sentences"][0]) == SENTENCE_KEYS
    assert list(record["coverage"]) == ["sentences", "cited"]
    assert list(record["timings_ms"]) == ["retrieve", "read", "answer"]


def test_keys_of_a_citation_in_order() -> None:
    """The keys of a citation and its document are the documented ones, in their order."""
    record = ANSWER.to_json()
    for citation in (*record["citations"], *record["nearest"]):
        assert set(citation) == set(CITATION_KEYS)
        assert list(citation["document"]) == DOCUMENT_KEYS
        assert list(citation) == CITATION_KEYS


def test_round_trip() -> None:
    """The record is plain JSON: written and read again it is equal, ranges as lists, what is missing as null."""
    record = ANSWER.to_json()
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert record["citations"][0]["pages"] == [3, 3]
    assert record["citations"][0]["phrase"] == [0, 1]
    assert record["conversation"] is None


def test_values() -> None:
    """Every field of the record stands under its key."""
    record = ANSWER.to_json()
    assert (record["mode"], record["verdict"], record["notes"], record["withheld"]) == (
        "extractive",
        "answered",
        ["n"],
        0,
    )
    assert record["sentences"] == [{"text": "A quote.", "citations": [1], "verdict": "source", "support": 0.93}]
    assert record["citations"][0]["document"] == {
        "id": "d",
        "revision": "r",
        "title": "T",
        "source": "s/p",
        "modified": "2026-01-01",
    }


def test_changing_the_json_changes_no_answer() -> None:
    """What a door does to its JSON does not reach the answer."""
    record = ANSWER.to_json()
    record["timings_ms"].clear()
    record["citations"][0]["document"]["title"] = "other"
    assert ANSWER.timings_ms["read"] == 2.0
    assert ANSWER.citations[0].document.title == "T"
