"""How well the answering words of a long text are marked, by the protocol of the ACL-Verbatim paper.

    python -m benchmarks.highlight --file FILE [--threshold T]

Rows are `{"question", "text", "spans": [[start, end], …]}`. Counted over all rows: a row without gold spans in which
nothing is marked is right, one in which something is marked is wrong. The text goes through the same sentences, passages
and selection as a document in the chat; what the chat would refuse is left unmarked.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.answer import Assistant
from benchmarks.corpora import Text, collection_of
from benchmarks.report import publish
from training.reading_data import read_rows

Spans = Sequence[Sequence[int]]


def words_of(text: str, spans: Spans) -> set[int]:
    """Numbers of the words of a text that a span touches."""
    return {
        number
        for number, word in enumerate(re.finditer(r"\S+", text))
        if any(word.start() < end and word.end() > start for start, end in spans)
    }


def marked(assistant: Assistant, question: str, text: str) -> list[tuple[int, int]]:
    """Ranges of `text` that the assistant cites; quotes are found again in order, since stored text is normalised."""
    ranges = []
    for citation in assistant.ask(question).citations:
        pattern = r"\s+".join(map(re.escape, citation.quote.split()))
        found = min(re.finditer(pattern, text), key=lambda match: abs(match.start() - citation.start), default=None)
        if found is not None:
            ranges.append(found.span())
    return ranges


def scores(gold: set[int], chosen: set[int]) -> tuple[float, float, float, float]:
    """Precision, recall, F1 and intersection over union of words; all 1 where nothing is to be marked and nothing is."""
    if not gold or not chosen:
        return (float(gold == chosen),) * 4
    both = len(gold & chosen)
    precision, recall = both / len(chosen), both / len(gold)
    return precision, recall, 2 * both / (len(gold) + len(chosen)), both / len(gold | chosen)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--threshold", type=float, help="in place of the shipped one")
    arguments = parser.parse_args()
    found = []
    for row in read_rows(arguments.file):
        with collection_of([Text("text", "", row["text"])]) as collection:
            assistant = Assistant(collection)
            if arguments.threshold is not None:
                assistant.reader.threshold = arguments.threshold
            chosen = words_of(row["text"], marked(assistant, row["question"], row["text"]))
        found.append(scores(words_of(row["text"], row["spans"]), chosen))
    precision, recall, f1, union = (np.array(column) for column in zip(*found, strict=True))
    row = {
        "rows": len(found),
        "P": float(precision.mean()),
        "R": float(recall.mean()),
        "F1": float(f1.mean()),
        "IoU@0.5": float((union >= 0.5).mean()),
    }
    publish(f"highlight-{arguments.file.name.split('.')[0]}", [row])


if __name__ == "__main__":
    main()
