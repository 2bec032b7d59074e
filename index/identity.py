"""Stable names: of a document over its edits, of a sentence over edits elsewhere, of a passage while its text stays."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable

from index.records import Loaded


def document_id(source: str, path: str) -> str:
    """16 hex digits; the same for every revision of the document."""
    return _digest(f"{source}\n{path}")[:16]


def revision(loaded: Loaded) -> str:
    """SHA-256 of the stored text, in hex."""
    return _digest(loaded.text)


def sentence_ids(document: str, texts: Iterable[str]) -> list[str]:
    """One id per sentence, in order: document, hash of the folded sentence, number of equal sentences before it."""
    seen: Counter[str] = Counter()
    ids = []
    for text in texts:
        digest = _digest(" ".join(text.split()))[:10]
        ids.append(f"{document}-{digest}-{seen[digest]}")
        seen[digest] += 1
    return ids


def passage_id(document: str, sentences: Iterable[str], embedded_text: str, part: tuple[int, int]) -> str:
    """Document id and 16 hex digits. `part` tells apart the pieces of one sentence that is longer than the limit."""
    digest = _digest("\n".join([*sentences, embedded_text, str(part)]))
    return f"{document}-{digest[:16]}"


def content_hash(stamp: str, embedded_text: str) -> str:
    """The key under which a vector is kept: equal texts under one embedder share one."""
    return _digest(f"{stamp}\n{embedded_text}")


def fold_digest(text: str) -> str:
    """16 hex digits that stand for a text, white space folded."""
    return _digest(" ".join(text.split()))[:16]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
