"""Questions with the passages that search really finds for them, right ones and their rivals, as training examples."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.read import about, spoken
from index import Embedder, Hit
from training.development import Asked, Development, opened
from training.reading_data import RETRIEVED, Example

MOST = 5  # passages of one question


def retrieved(collections: list[Development], embedder: Embedder) -> Iterator[Example]:
    """The first hits of each question, a right one among them where there is one, as the reader meets them at work."""
    for one in collections:
        with opened(one, embedder) as collection:
            for number, asked in enumerate(one.questions):
                made = [_example(asked, hit, f"{one.name}-{number}") for hit in collection.search(asked.question)]
                right = [one for one in made if one.answerable][: MOST // 2]
                wrong = [one for one in made if not one.answerable]
                yield from right + wrong[: MOST - len(right)]


def _example(asked: Asked, hit: Hit, group: str) -> Example:
    labels = tuple(map(int, asked.answered_by(hit.sentences)))
    texts = tuple(map(spoken, hit.sentences))
    return Example(asked.question, texts, labels, any(labels), about(hit), RETRIEVED, group=group)
