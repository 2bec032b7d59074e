"""Questions that a passage nearly answers: made from answered ones, so that the reader learns to say no.

Four kinds: the answering sentences taken out; a name, year or number of the question exchanged; a word turned into its
opposite; and the question put to a look-alike passage, of the same document or another.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import Embedder
from training.reading_data import RETRIEVED, Example

ROWS = 512  # questions compared with all passages at once

YEAR = re.compile(r"\b1[0-9]{3}s?\b|\b20[0-9]{2}s?\b")
NUMBER = re.compile(r"(?<![\w.,])\d[\d.,]*\d|(?<![\w.,])\d\b")
NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+(?: [A-Z][a-z]+)*")
OPPOSITES = [
    tuple(pair.split("/"))
    for pair in (
        "largest/smallest biggest/smallest highest/lowest first/last most/least oldest/youngest before/after north/south "
        "east/west northern/southern eastern/western increase/decrease rise/fall won/lost win/lose gain/lose more/less "
        "maximum/minimum best/worst begin/end began/ended start/end started/ended early/late support/oppose "
        "supported/opposed allowed/forbidden accepted/rejected accept/reject longest/shortest earliest/latest "
        "advantages/disadvantages advantage/disadvantage success/failure succeeded/failed male/female men/women "
        "buy/sell bought/sold above/below strongest/weakest majority/minority import/export arrived/left joined/left "
        "married/divorced born/buried founded/dissolved opened/closed added/removed benefits/risks inside/outside"
    ).split()
]
TURNED = {one: other for left, right in OPPOSITES for one, other in ((left, right), (right, left))}


def plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def without_answer(example: Example) -> Example | None:
    """The passage without its answering sentences; None if what is left may still answer."""
    if example.labels is None or not example.answerable:
        return None
    left = tuple(text for text, label in zip(example.sentences, example.labels, strict=True) if not label)
    if len(left) < 2 or _answers_in(example, " ".join(left)):
        return None
    return replace(example, sentences=left, labels=(0,) * len(left), answerable=False, answers=())


def _answers_in(example: Example, text: str) -> bool:
    text = f" {plain(text)} "
    return any(f" {plain(one)} " in text for one in example.answers if plain(one))


class Swapper:
    """Exchanges what a question asks about for another of the same kind, met elsewhere in the sets."""

    def __init__(self, examples: Sequence[Example], chance: random.Random) -> None:
        self._chance = chance
        self._pool: dict[tuple[str, str], list[str]] = defaultdict(list)
        for one in {(one.document, one.question) for one in examples}:
            for kind, pattern in (("name", NAME), ("year", YEAR), ("number", NUMBER)):
                self._pool[one[0], kind] += pattern.findall(one[1])
                self._pool["", kind] += pattern.findall(one[1])

    def swap(self, example: Example) -> Example | None:
        """The question about something else, which the passage does not answer; None if there is nothing to exchange."""
        if example.labels is None or not example.answerable:
            return None
        question = self._opposite(example) if self._chance.random() < 0.4 else None
        question = question or self._other(example)
        if question is None:
            return None
        return replace(example, question=question, labels=(0,) * len(example.sentences), answerable=False, answers=())

    def _other(self, example: Example) -> str | None:
        gold = plain(" ".join(t for t, label in zip(example.sentences, example.labels or (), strict=True) if label))
        for kind, pattern in (("year", YEAR), ("name", NAME), ("number", NUMBER)):
            found = list(pattern.finditer(example.question))
            if not found:
                continue
            match = self._chance.choice(found)
            near = self._pool[example.document, kind] if self._chance.random() < 0.7 else self._pool["", kind]
            near = near or self._pool["", kind]
            for other in self._chance.sample(near, min(5, len(near))):
                if plain(other) not in gold and plain(other) != plain(match[0]) and plain(other):
                    return example.question[: match.start()] + other + example.question[match.end() :]
        return None

    def _opposite(self, example: Example) -> str | None:
        for match in re.finditer(r"[a-z]+", example.question.lower()):
            other = TURNED.get(match[0])
            if other and not re.search(rf"\b{other}\b", " ".join(example.sentences).lower()):
                return example.question[: match.start()] + other + example.question[match.end() :]
        return None


class Neighbours:
    """For each question, passages that look as if they answered it and do not hold the answer: found as at work, by
    words and by similarity, among the passages of all examples."""

    def __init__(self, examples: Sequence[Example], embedder: Embedder) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._embedder = embedder
        self._passages = list({one.sentences: one for one in examples if one.source != RETRIEVED}.values())
        texts = [" ".join(one.sentences) for one in self._passages]
        self._plain = [f" {plain(text)} " for text in texts]
        self._vectorizer = TfidfVectorizer(sublinear_tf=True, stop_words="english", min_df=2, dtype=np.float32)
        self._matrix = self._vectorizer.fit_transform(texts).T.tocsr()
        self._vectors = embedder.embed(texts)

    def of(self, examples: Sequence[Example], chance: random.Random, depth: int = 12) -> list[list[Example]]:
        """A list per example, nearest first, three in five from the same document where there are such."""
        found: list[list[Example]] = []
        for start in range(0, len(examples), ROWS):
            rows = examples[start : start + ROWS]
            asked = [one.question for one in rows]
            words: Any = self._vectorizer.transform(asked)
            lexical = (words @ self._matrix).toarray()
            dense = self._embedder.embed(asked) @ self._vectors.T
            for one, *rankings in zip(rows, _best(lexical, depth), _best(dense, depth), strict=True):
                order = [number for number in _fused(rankings) if self._differs(one, number)][:depth]
                same = [number for number in order if self._passages[number].document == one.document]
                chosen = same if same and chance.random() < 0.6 else order[:6]
                found.append([self._asked(one, self._passages[number]) for number in chosen])
        return found

    def off_topic(self, example: Example, chance: random.Random) -> Example:
        """The question with a passage of some other document."""
        while (other := chance.choice(self._passages)).document == example.document:
            pass
        return self._asked(example, other)

    def _differs(self, example: Example, number: int) -> bool:
        gold = [plain(t) for t, label in zip(example.sentences, example.labels or (), strict=True) if label]
        text = self._plain[number]
        return self._passages[number].sentences != example.sentences and not any(
            f" {one} " in text for one in [*gold, *(plain(answer) for answer in example.answers)] if len(one) > 2
        )

    @staticmethod
    def _asked(example: Example, passage: Example) -> Example:
        labels = (0,) * len(passage.sentences)
        return Example(example.question, passage.sentences, labels, False, passage.document, passage.source)


def _best(scores: NDArray[np.float32], depth: int) -> list[list[int]]:
    """Numbers of the `depth` best of each row that score at all, best first."""
    depth = min(depth, scores.shape[1])
    best = np.argpartition(-scores, depth - 1, axis=1)[:, :depth]
    ordered = np.take_along_axis(best, np.argsort(-np.take_along_axis(scores, best, 1), axis=1), 1)
    return [[int(one) for one in row if line[one] > 0] for row, line in zip(ordered, scores, strict=True)]


def _fused(rankings: Sequence[Sequence[int]]) -> list[int]:
    """Reciprocal rank fusion, best first."""
    scores: dict[int, float] = defaultdict(float)
    for ranking in rankings:
        for rank, number in enumerate(ranking):
            scores[number] += 1 / (10 + rank)
    return sorted(scores, key=lambda number: -scores[number])
