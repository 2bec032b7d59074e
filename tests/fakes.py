"""Fakes that obey the protocols and are pure functions of their input, so that most tests need no model."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.read import PassageReading
from index.embed import Vectors
from index.errors import LoadError
from index.lexical import content_stems, stem
from index.records import Block, Heading, Hit, Loaded

TOKEN = re.compile(r"\w+|[^\w\s]")


class HashEmbedder:
    """An Embedder: the stems of a text, each hashed to a direction, added up and scaled to length 1."""

    def __init__(self, dimension: int = 16, limit: int = 256) -> None:
        self.dimension = dimension
        self.limit = limit
        self.stamp = f"hash@1/{dimension}"
        self.embedded: list[str] = []  # every text that it was given, in order

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.embedded += texts
        out = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            out[row] = self._vector(TOKEN.findall(text)[: self.limit - 2])
        return out

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(TOKEN.findall(text)) for text in texts]

    def token_ends(self, text: str) -> list[int]:
        return [match.end() for match in TOKEN.finditer(text)]

    def _vector(self, tokens: Sequence[str]) -> Vectors:
        total = sum((_direction(stem(token.lower()), self.dimension) for token in tokens), np.zeros(self.dimension))
        length = float(np.linalg.norm(total))
        if length < 1e-6:  # no token, or directions that cancel out
            total, length = np.eye(1, self.dimension)[0], 1.0
        return (total / length).astype(np.float32)


def _direction(word: str, dimension: int) -> np.ndarray:
    digest = hashlib.shake_256(word.encode("utf-8", "surrogatepass")).digest(dimension)
    return np.frombuffer(digest, np.uint8).astype(np.float64) - 127.5


class WordReader:
    """A Reader: the share of the question's content stems that a sentence has."""

    threshold = 0.5

    def read(self, question: str, hits: Sequence[Hit]) -> list[PassageReading]:
        wanted = set(content_stems(question)) or {""}
        readings = []
        for hit in hits:
            scores = tuple(len(wanted & set(content_stems(one.text))) / len(wanted) for one in hit.sentences)
            readings.append(PassageReading(scores, max(scores, default=0.0)))
        return readings


class MemoryIndex:
    """A VectorIndex: vectors by passage id, and the list of what was done to it."""

    def __init__(self) -> None:
        self.vectors: dict[str, Vectors] = {}

    def upsert(self, ids: Sequence[str], vectors: Vectors) -> None:
        self.vectors.update(zip(ids, vectors, strict=True))

    def delete(self, ids: Sequence[str]) -> None:
        for identity in ids:
            self.vectors.pop(identity, None)


def make_loaded(text: str, title: str = "Title") -> Loaded:
    """Blocks between empty lines: `# ` begins a heading, `- ` an item, `| ` a row, anything else is prose."""
    blocks, headings = [], []
    for match in re.finditer(r"[^\n]+(?:\n[^\n]+)*", text):
        piece = match.group()
        kind = {"# ": "heading", "- ": "item", "| ": "row"}.get(piece[:2], "prose")
        start = match.start() + (0 if kind == "prose" else 2)
        blocks.append(Block(start, match.end(), kind))  # type: ignore[arg-type]
        if kind == "heading":
            headings.append(Heading(start, 1, text[start : match.end()]))
    return Loaded(text, title, tuple(blocks), tuple(headings))


class TextLoader:
    """What `Ingest` calls to read a file. A file whose text begins with BROKEN cannot be read."""

    def __init__(self) -> None:
        self.read: list[str] = []  # names of the files read, in order

    def __call__(self, path: Path, *, within: Path | None = None) -> Loaded:
        self.read.append(path.name)
        text = path.read_text(encoding="utf-8")
        if text.startswith("BROKEN"):
            raise LoadError("it is broken")
        return make_loaded(text, path.stem)
