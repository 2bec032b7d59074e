"""The gold questions, end to end through the same code as the chat.

    python -m benchmarks.evaluate [--verbose] [--article FOLDER]

Over seeds/, for the questions frozen first and for the second file, written later and without seeing any answer: share of
answerable questions with a right span cited, of two-document questions with both, of unanswerable ones refused. With
--article (the folder of the users' first article): the 40 paraphrases and 40 near misses.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path

from assistant.answer import Assistant
from benchmarks.gold import Gold, cites, read_gold, share
from index import Collection, Settings

ROOT = Path(__file__).parent.parent
QUESTIONS = (ROOT / "seeds" / "questions.jsonl", ROOT / "tests" / "data" / "seed_questions_second.jsonl")


def collection_of(folder: Path, data: Path) -> Collection:
    """A fresh collection that holds the documents of one folder."""
    collection = Collection.open(replace(Settings(), data=data), create=True)
    collection.ingest(folder)
    return collection


def evaluate_seeds(assistant: Assistant, file: Path, verbose: bool) -> dict[str, tuple[int, int]]:
    """Right and all, by kind of question, for one file of gold questions."""
    counts: dict[str, list[bool]] = {"answerable": [], "both documents": [], "unanswerable": []}
    for gold in read_gold(file, assistant.collection):
        answer = assistant.ask(gold.question)
        if gold.needs:
            right = cites(answer, gold.spans)
            counts["answerable"].append(right)
            if len(gold.needs) > 1:
                counts["both documents"].append(all(cites(answer, group) for group in gold.needs))
        else:
            right = answer.verdict == "not_found"
            counts["unanswerable"].append(right)
        if verbose and not right:
            show(gold, answer.verdict, [sentence.text for sentence in answer.sentences])
    return {kind: (sum(rights), len(rights)) for kind, rights in counts.items()}


def evaluate_article(assistant: Assistant, verbose: bool) -> dict[str, tuple[int, int]]:
    """Right and all, for paraphrases (a quote holds the words that it must) and near misses (refused)."""
    counts: dict[str, list[bool]] = {"paraphrase": [], "near_miss": []}
    for line in (ROOT / "tests" / "data" / "article_questions.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        answer = assistant.ask(row["question"])
        quotes = [citation.quote.lower() for citation in answer.citations]
        right = (
            answer.verdict == "not_found"
            if row["type"] == "near_miss"
            else any(
                all(word.lower() in quote for word in alternative)
                for quote in quotes
                for alternative in row["must_hold"]
            )
        )
        counts[row["type"]].append(right)
        if verbose and not right:
            show(row, answer.verdict, quotes)
    return {kind: (sum(rights), len(rights)) for kind, rights in counts.items()}


def show(question: Gold | dict[str, str], verdict: str, sentences: list[str]) -> None:
    text = question.question if isinstance(question, Gold) else question["question"]
    print(f"- {text}\n    {verdict}: " + " | ".join(sentence[:110] for sentence in sentences))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--verbose", action="store_true", help="print every question that went wrong")
    parser.add_argument("--article", type=Path, help="folder of the first article: its 80 questions instead")
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as data,
        collection_of(arguments.article or ROOT / "seeds", Path(data)) as opened,
    ):
        assistant = Assistant(opened)
        if arguments.article:
            print_shares("article", evaluate_article(assistant, arguments.verbose))
        for file in () if arguments.article else QUESTIONS:
            print_shares(file.stem, evaluate_seeds(assistant, file, arguments.verbose))


def print_shares(name: str, counts: dict[str, tuple[int, int]]) -> None:
    for kind, (right, total) in counts.items():
        print(f"{name:23}{kind:16}{share(right, total)}", flush=True)


if __name__ == "__main__":
    main()
