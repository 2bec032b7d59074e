"""What must hold of one stored document: its text, and every range, id and vector that points into it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from index.identity import content_hash, document_id, passage_id, sentence_ids
from index.lexical import searchable
from index.records import Kind

KINDS = frozenset(get_args(Kind))
NOT_FOUND = frozenset({"boilerplate", "code", "heading"})  # sentences that stand in no passage
NORM_TOLERANCE = 1e-3

# What is wrong decides what can be rebuilt: everything below what is damaged, and nothing above it.
Part = Literal["catalog", "document", "sentences", "passages", "vectors", "lexical", "rows", "index"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that does not hold, in one sentence; `document` is the id of the document that it is about, if any."""

    part: Part
    text: str
    document: str = ""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """The rows of one document, as they were at one moment. Passages come with their vector and their lexical entry."""

    row: sqlite3.Row
    sentences: Sequence[sqlite3.Row]
    passages: Sequence[sqlite3.Row]
    named_by_path: bool  # whether its id is made from its path

    @property
    def name(self) -> str:
        return f"{self.row['source']}/{self.row['path']}"


def document_problems(stored: StoredDocument, embedder: str, dimension: int) -> Iterator[Problem]:
    """What does not hold; parts that rest on a damaged one are passed over. `embedder` is the stamp of the catalog."""
    row, identity = stored.row, stored.row["id"]
    checks: tuple[tuple[Part, Iterator[str]], ...] = (
        ("document", _text(stored)),
        ("sentences", _sentences(row["text"], stored.sentences, identity)),
        ("passages", _passages(stored, embedder)),
        ("vectors", _vectors(stored.passages, dimension)),
        ("lexical", _lexical(stored.passages)),
    )
    for part, texts in checks:
        found = [Problem(part, f"{stored.name}: {text}", identity) for text in texts]
        yield from found
        if found and part in ("document", "sentences", "passages"):
            return


def _text(stored: StoredDocument) -> Iterator[str]:
    row = stored.row
    text = row["text"]
    if hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() != row["revision"]:
        yield "its text is not that of its revision"
    if stored.named_by_path and row["id"] != document_id(row["source"], row["path"]):
        yield f"its id {row['id']} is not that of its path"
    try:
        headings = [(int(start), int(level)) for start, level, _, _ in json.loads(row["headings"])]
        pages = [(int(start), int(end), int(number)) for start, end, number in json.loads(row["pages"])]
    except (ValueError, TypeError):
        yield "its headings or pages cannot be read"
        return
    starts = [start for start, _ in headings]
    if starts != sorted(starts) or any(not 0 <= start <= len(text) or level < 1 for start, level in headings):
        yield "a heading lies outside its text or out of order"
    if pages != sorted(pages) or any(not 0 <= start <= end <= len(text) or number < 1 for start, end, number in pages):
        yield "a page lies outside its text or out of order"


def _sentences(text: str, rows: Sequence[sqlite3.Row], document: str) -> Iterator[str]:
    if [row["ordinal"] for row in rows] != list(range(len(rows))):
        yield "its sentences are not numbered from 0 on"
        return
    behind = block = 0
    for row in rows:
        if not behind <= row["start"] < row["end"] <= len(text):
            yield f"sentence {row['id']} lies at {row['start']}:{row['end']}, outside its text or over another"
            return
        if row["kind"] not in KINDS or row["block"] < block:
            yield f"sentence {row['id']} is of no known kind, or its block is out of order"
            return
        behind, block = row["end"], row["block"]
    ids = sentence_ids(document, (text[row["start"] : row["end"]] for row in rows))
    wrong = [row["id"] for row, wanted in zip(rows, ids, strict=True) if row["id"] != wanted]
    if wrong:
        yield f"sentence {wrong[0]} has not the id of the text that it points to ({len(wrong)} of {len(rows)})"


def _passages(stored: StoredDocument, embedder: str) -> Iterator[str]:
    sentences, passages = stored.sentences, stored.passages
    if [row["ordinal"] for row in passages] != list(range(len(passages))):
        yield "its passages are not numbered from 0 on"
    covered: set[int] = set()
    for row in passages:
        fault = _passage_fault(row, sentences, embedder)
        if fault:
            yield f"passage {row['id']} {fault}"
            return
        covered.update(range(row["first"], row["last"] + 1))
    lost = [one["id"] for one in sentences if one["kind"] not in NOT_FOUND and one["ordinal"] not in covered]
    if lost:
        yield f"sentence {lost[0]} stands in no passage ({len(lost)} of {len(sentences)})"


def _passage_fault(row: sqlite3.Row, sentences: Sequence[sqlite3.Row], embedder: str) -> str:
    """What is wrong with a passage, or `""`."""
    first, last = row["first"], row["last"]
    if not 0 <= first <= last < len(sentences):
        return "has sentences that its document has not"
    start, end = sentences[first]["start"], sentences[last]["end"]
    inside = first == last and start <= row["start"] < row["end"] <= end  # a part of a sentence that is too long
    if (row["start"], row["end"]) != (start, end) and not inside:
        return "does not begin and end with its sentences"
    run = [one["id"] for one in sentences[first : last + 1] if one["kind"] not in NOT_FOUND]
    part = (row["start"] - start, row["end"] - start)
    if row["id"] != passage_id(row["document_id"], run, row["embedded_text"], part):
        return "has not the id of what it holds"
    if row["content"] != content_hash(embedder, row["embedded_text"]):
        return f"was not embedded by {embedder or 'a known embedder'}"
    return ""


def _vectors(passages: Sequence[sqlite3.Row], dimension: int) -> Iterator[str]:
    for row in passages:
        content = row["vector"]
        if content is None:
            yield f"passage {row['id']} has no vector"
            return
        if not isinstance(content, bytes) or len(content) != 4 * dimension:
            yield f"passage {row['id']} has a vector of another length than {dimension} numbers"
            return
        length = float(np.linalg.norm(np.frombuffer(content, np.float32).astype(np.float64)))
        if not abs(length - 1) <= NORM_TOLERANCE:
            yield f"passage {row['id']} has a vector of length {length:g}, not 1"
            return


def _lexical(passages: Sequence[sqlite3.Row]) -> Iterator[str]:
    wrong = [row["id"] for row in passages if row["body"] != searchable(row["embedded_text"])]
    if wrong:
        yield f"passage {wrong[0]} stands in the lexical index with other words or not at all ({len(wrong)})"
