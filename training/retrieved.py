"""Questions with the passages that search really finds for them, right ones and their rivals, as training examples."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.read import about, spoken
from index import Embedder
from training.development import Development, opened
from training.reading_data import RETRIEVED, Example


def retrieved(collections: list[Development], embedder: Embedder) -> Iterator[Example]:
    """One example per question and hit, as the reader meets them: its title and headings, its sentences as they are spoken."""
    for one in collections:
        with opened(one, embedder) as collection:
            for asked in one.questions:
                for hit in collection.search(asked.question):
                    labels = tuple(map(int, asked.answered_by(hit.sentences)))
                    lines = tuple(map(spoken, hit.sentences))
                    yield Example(asked.question, lines, labels, any(labels), about(hit), RETRIEVED)
