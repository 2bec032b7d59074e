"""Questions with the passages that search really finds for them, right ones and their rivals, as training examples."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.read import about, spoken
from index import Embedder, Hit
from training.development import Asked, Development, opened
from training.reading_data import RETRIEVED, Example

TIMES = 2  # a right hit, since there are few
RIVALS = 3  # wrong hits of an answered question; one more where there is no answer


def retrieved(collections: list[Development], embedder: Embedder) -> Iterator[Example]:
    """The right hits of each question, TIMES each, and the first that are wrong, as the reader meets them at work."""
    for one in collections:
        with opened(one, embedder) as collection:
            for asked in one.questions:
                made = [_example(asked, hit) for hit in collection.search(asked.question)]
                right = [one for one in made if one.answerable]
                yield from right * TIMES
                yield from [one for one in made if not one.answerable][: RIVALS if right else RIVALS + 1]


def _example(asked: Asked, hit: Hit) -> Example:
    labels = tuple(map(int, asked.answered_by(hit.sentences)))
    return Example(asked.question, tuple(map(spoken, hit.sentences)), labels, any(labels), about(hit), RETRIEVED)
