"""Files of questions with passages and labels, of five formats recognised from their fields, as one kind of record."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.reading_data import read_rows


@dataclass(frozen=True, slots=True)
class Case:
    """A question put to passages whose sentences are labelled.

    `labels` has 1 for each sentence that answers, passage by passage in order, or is None where only `answerable` is
    known. `answerable` is None where every question is meant to be answered (candidate lists).
    """

    question: str
    title: str
    passages: tuple[tuple[str, ...], ...]
    labels: tuple[int, ...] | None
    answerable: bool | None
    document: str


class UnknownFormat(ValueError):
    """A row that is of none of the formats; the message names its fields."""


def read_cases(path: Path) -> list[Case]:
    """The cases of a file, in its order. UnknownFormat if a row is none that is known."""
    return [case(row) for row in read_rows(path)]


def case(row: dict[str, Any]) -> Case:
    if "is_impossible" in row:  # squad2
        gold = set() if row["is_impossible"] else set(row["answer_sents"])
        return _one_passage(row["question"], row["title"], row["sentences"], gold, row["title"])
    if "candidates" in row:  # wikiqa, trecqa: sentences that are no passage, each read alone
        passages = tuple((text,) for text in row["candidates"])
        return Case(row["question"], "", passages, tuple(row["labels"]), None, str(row["id"]))
    if "passages" in row and "output" in row:  # clapnq
        passage, chosen = row["passages"][0], row["output"][0]["selected_sentences"]
        wanted = {_plain(text) for text in chosen}
        gold = {number for number, text in enumerate(passage["sentences"]) if _plain(text) in wanted}
        return _one_passage(row["input"], passage["title"], passage["sentences"], gold, passage["title"])
    if "labels" in row and "sentences" in row:  # train/reading
        labels = None if row["labels"] is None else tuple(row["labels"])
        return Case(row["question"], "", (tuple(row["sentences"]),), labels, row["answerable"], row["doc"])
    raise UnknownFormat(f"A row with the fields {', '.join(sorted(row))} is of no format that benchmarks.read knows.")


def _one_passage(question: str, title: str, sentences: list[str], gold: set[int], document: str) -> Case:
    labels = tuple(int(number in gold) for number in range(len(sentences)))
    return Case(question, title.replace("_", " "), (tuple(sentences),), labels, bool(gold), document)


def _plain(text: str) -> str:
    return " ".join(text.split()).removesuffix("&").strip()
