"""Whether documents that disagree are both shown, and said to disagree, and only those.

    python -m benchmarks.disagree [--cases FILE]

Each case is a few small documents with dates and a question. Kinds: `superseded` and `contradict` (two documents give
different answers, of different times or of the same), `agree` (the same in other words), `different` (the other document
speaks of something else), `both` (the answer has two parts). Shares of the cases of a kind: `both cited`, all sentences
that answer are cited; `told`, the answer says that the documents disagree; `newest first`, of what is cited the newest
document comes first, counted where the documents are of different times.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path
from typing import Any

from assistant.answer import Assistant
from assistant.record import Answer
from assistant.said import said_to
from benchmarks.corpora import Text, collection_of, name_of, overlap
from benchmarks.report import publish
from training.reading_data import read_rows

CASES = Path(__file__).parent / "sets" / "disagreements.jsonl"


def documents(case: dict[str, Any]) -> list[Text]:
    """The case's documents, their first line as the title."""
    found = []
    for one in case["documents"]:
        title, _, text = one["text"].partition("\n")
        found.append(Text(name_of(one["name"]), title.lstrip("# "), text.strip(), one["modified"]))
    return found


def told(question: str, note: str) -> bool:
    """Whether a note says that the documents disagree."""
    return note.startswith(said_to(question)("differ", numbers="\0").split("\0")[0])


def measured(case: dict[str, Any], answer: Answer) -> dict[str, bool | None]:
    """What the answer to a case does."""
    cited = [(name_of(Path(one.document.source).name), one.quote) for one in answer.citations]
    met = [
        any(name == name_of(gold["document"]) and overlap(gold["quote"], quote) for name, quote in cited)
        for gold in case["quotes"]
    ]
    days = [one.document.modified for one in answer.citations]
    return {
        "answered": answer.verdict != "not_found",
        "both cited": all(met),
        "told": any(told(case["question"], note) for note in answer.notes),
        "newest first": days[0] == max(days) if case["kind"] == "superseded" and all(met) else None,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=Path, default=CASES)
    parser.add_argument("--show", action="store_true", help="print what each case was answered with")
    arguments = parser.parse_args()
    rows: dict[str, list[dict[str, bool | None]]] = defaultdict(list)
    for case in read_rows(arguments.cases):
        with collection_of(documents(case)) as collection:
            answer = Assistant(collection).ask(case["question"])
        rows[case["kind"]].append(measured(case, answer))
        if arguments.show:
            print(case["id"], case["kind"], case["question"], rows[case["kind"]][-1])
            for one in answer.citations:
                print("   ", one.document.modified[:10], one.quote, one.phrase and one.quote[slice(*one.phrase)])
            print("   ", answer.notes)
    publish("disagree", [{"kind": kind, "cases": len(found)} | _shares(found) for kind, found in sorted(rows.items())])


def _shares(found: list[dict[str, bool | None]]) -> dict[str, float]:
    shares = {}
    for name in found[0]:
        counted = [one[name] for one in found if one[name] is not None]
        shares[name] = sum(map(bool, counted)) / len(counted) if counted else float("nan")
    return shares


if __name__ == "__main__":
    main()
