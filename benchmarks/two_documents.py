"""Whether an answer has all sentences that it takes, where they stand in two documents.

    python -m benchmarks.two_documents [--cases FILE]

Cases name a folder of training/collections, a question, its shape and the sentences that are needed and enough. Shares of
the cases of a shape: all of them cited, some of them, nothing answered. two_documents.jsonl has the folders that nothing was
trained on; two_documents_more.jsonl others, so that its figures flatter.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

from assistant.answer import Assistant
from benchmarks.report import publish
from index.embed import MiniLM
from training.development import folders, opened, same
from training.reading_data import read_rows

CASES = Path(__file__).parent / "sets" / "two_documents.jsonl"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=Path, default=CASES)
    arguments = parser.parse_args()
    cases = list(read_rows(arguments.cases))
    met: dict[str, list[tuple[bool, bool, bool]]] = defaultdict(list)
    embedder = MiniLM()
    for folder in [*folders("development"), *folders("training")]:
        mine = [case for case in cases if case["folder"] == folder.name]
        if not mine:
            continue
        with opened(folder, embedder) as collection:
            assistant = Assistant(collection)
            for case in mine:
                answer = assistant.ask(case["question"])
                cited = [any(same(one.quote, gold["quote"]) for one in answer.citations) for gold in case["quotes"]]
                met[case["shape"]].append((all(cited), any(cited), answer.verdict == "not_found"))
    met["all"] = [one for found in met.values() for one in found]
    rows = [
        {"shape": shape, "cases": len(found)}
        | {name: sum(one[place] for one in found) / len(found) for place, name in enumerate(("all", "some", "refused"))}
        for shape, found in met.items()
    ]
    publish("two_documents", rows)


if __name__ == "__main__":
    main()
