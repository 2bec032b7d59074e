"""Follow-ups made to stand alone: the words that come back, the wrong ones that come along, and what is then found.

    python -m benchmarks.follow_up [--data FOLDER] [--verbose] [cast] [mtrag] [seeds]

`cast` and `mtrag` (conversations with people's rewrites, in FOLDER): of the content words that the rewrite has and the
question as asked lacks, the share that ours brings back; of the words that ours adds, the share that the rewrite has,
too; and how often a question is left alone that needs nothing. Against the first, the previous and the current question
put together. `seeds`: over 100 conversations about seeds/, whether the gold sentence stands in the first passages and is cited,
for the last question as asked, for the last three questions put together, and for ours. Without a language model.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.answer import Assistant
from assistant.conversation import Turn, understand
from benchmarks.evaluate import ROOT, collection_of
from benchmarks.gold import Span, cites, locate, share
from index import Collection, Hit
from index.lexical import content_stems

CONVERSATIONS = [ROOT / "tests" / "data" / f"conversations_seeds{name}.jsonl" for name in ("", "_second")]
SETS = ("cast", "mtrag", "seeds")
TOPS = (5, 3, 1)
ASKED_TOGETHER = 3  # questions, the last one among them


@dataclass(frozen=True, slots=True)
class Case:
    """A question in its conversation: as asked, as people rewrote it, as we do, and put together with earlier ones."""

    set: str
    asked: str
    rewritten: str
    ours: str
    together: str


@dataclass(frozen=True, slots=True)
class Found:
    """The rank of the first passage with a gold sentence, and whether the answer cites one."""

    rank: int
    cited: bool


@dataclass(slots=True)
class Count:
    """Words missing, brought back, added; and of the questions that lack none, how many were left alone."""

    turns: int = 0
    missing: int = 0
    brought: int = 0
    added: int = 0
    complete: int = 0
    alone: int = 0
    needless: int = 0
    shares: list[float] = field(default_factory=list)


def cast(file: Path) -> Iterator[Case]:
    """The turns of CAsT 2019 and 2021, each conversation in order; answers are those that the file has (2021 only)."""
    topics: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for row in _rows(file):
        topics.setdefault((row["set"], row["topic"]), []).append(row)
    for turns in topics.values():
        history: list[Turn] = []
        asked: list[str] = []
        for row, after in zip(turns, [*turns[1:], None], strict=True):
            question = row["raw"].strip()
            text = understand(question, history).text
            together = " ".join(dict.fromkeys([*asked[:1], *asked[-1:], question]))
            yield Case(row["set"], question, row["manual_rewrite"].removeprefix("Utterance: "), text, together)
            answer = after["history"][-1].get("assistant", "") if after else ""
            history.append(Turn(text, answer))
            asked.append(question)


def mtrag(file: Path) -> Iterator[Case]:
    """The last turns of MTRAG, with the user's earlier ones and no answers."""
    for row in _rows(file):
        *asked, question = [turn.strip() for turn in row["all_user_turns"].split("|user|:") if turn.strip()]
        history: list[Turn] = []
        for one in asked:
            history.append(Turn(understand(one, history).text, ""))
        together = " ".join(dict.fromkeys([*asked[:1], *asked[-1:], question]))
        rewrite = row["rewrite"].removeprefix("|user|:").strip()
        yield Case("mtrag", question, rewrite, understand(question, history).text, together)


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def count(cases: Sequence[Case], text: Callable[[Case], str]) -> Count:
    """The words of all cases, where `text` gives the question to judge."""
    total = Count()
    for case in cases:
        asked, wanted = set(content_stems(case.asked)), set(content_stems(case.rewritten))
        added, missing = set(content_stems(text(case))) - asked, wanted - asked
        if not missing:
            total.complete += 1
            total.alone += not added
            total.needless += len(added)
            continue
        total.turns += 1
        total.missing += len(missing)
        total.brought += len(added & missing)
        total.added += len(added)
        total.shares.append(len(added & missing) / len(missing))
    return total


def print_words(cases: Sequence[Case], verbose: bool) -> None:
    names = list(dict.fromkeys(case.set for case in cases))
    for name in [*names, "all"] if len(names) > 1 else names:
        chosen = [case for case in cases if name in (case.set, "all")]
        for label, text in (("ours", lambda case: case.ours), ("together", lambda case: case.together)):
            total = count(chosen, text)
            print(
                f"{name:10}{label:10}turns {total.turns:4}  missing words back {share(total.brought, total.missing)}"
                f"  mean by turn {sum(total.shares) / len(total.shares):.3f}"
                f"  added words right {share(total.brought, total.added)}"
                f"  wrong words a turn {(total.added - total.brought) / total.turns:.2f}\n"
                f"{'':20}of those that lack none, left alone {share(total.alone, total.complete)},"
                f" needless words {total.needless}",
                flush=True,
            )
    for case in cases if verbose else ():
        if set(content_stems(case.ours)) != set(content_stems(case.rewritten)):
            print(f"- {case.asked}\n    ours: {case.ours}\n    gold: {case.rewritten}")


def print_found(verbose: bool) -> None:
    """Over the conversations about seeds/, by split: recall@5, @3, @1, and how often the answer cites a gold sentence.

    The earlier turns are answered for real, since a follow-up may point at an answer.
    """
    with tempfile.TemporaryDirectory() as data, collection_of(ROOT / "seeds", Path(data)) as collection:
        assistant = Assistant(collection)
        rows = [json.loads(line) for file in CONVERSATIONS for line in file.read_text(encoding="utf-8").splitlines()]
        results = [(row["split"], _found(assistant, collection, row, verbose)) for row in rows]
    for split in ("development", "frozen", "second", "third", "all"):
        chosen = [found for name, found in results if split in (name, "all")]
        for name in chosen[0]:
            at = [f"@{top} {share(sum(one[name].rank <= top for one in chosen), len(chosen))}" for top in TOPS]
            cited = share(sum(one[name].cited for one in chosen), len(chosen))
            print(f"{split:13}{name:10}{'  '.join(at)}  cited {cited}")


def _found(assistant: Assistant, collection: Collection, row: dict[str, Any], verbose: bool) -> dict[str, Found]:
    """What is found for the last question in each of its forms."""
    documents = {one.path: collection.document(one.id) for one in collection.documents()}
    spans = [locate(documents[one["document"]], one["quote"], one["occurrence"], row["id"]) for one in row["spans"]]
    history: list[Turn] = []
    for question in row["turns"][:-1]:
        text = understand(question, history).text
        history.append(Turn(text, " ".join(one.text for one in assistant.ask(text).sentences)))
    asked = row["turns"][-1]
    ours = understand(asked, history).text
    forms = {"as asked": asked, "together": " ".join(row["turns"][-ASKED_TOGETHER:]), "ours": ours}
    found = {
        name: Found(_rank(collection.search(text), spans), cites(assistant.ask(text), spans))
        for name, text in forms.items()
    }
    if verbose:
        print(f"- {row['id']} {row['kind']} {found}\n    {' / '.join(row['turns'])}\n    ours: {ours}")
    return found


def _rank(hits: Sequence[Hit], spans: Sequence[Span]) -> int:
    return next((rank for rank, hit in enumerate(hits, start=1) if _holds(hit, spans)), len(hits) + 1)


def _holds(hit: Hit, spans: Sequence[Span]) -> bool:
    first, last = hit.sentences[0].start, hit.sentences[-1].end
    return any(hit.document.id == span.document_id and first < span.end and last > span.start for span in spans)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("sets", nargs="*", choices=[*SETS, []], help="which of them; all if none is named")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "eval")
    parser.add_argument("--verbose", action="store_true", help="print every question that differs from its rewrite")
    arguments = parser.parse_args()
    sets = arguments.sets or SETS
    for name, read in (("cast", cast), ("mtrag", mtrag)):
        if name in sets:
            print_words(list(read(arguments.data / f"{name}_rewrites.jsonl.gz")), arguments.verbose)
    if "seeds" in sets:
        print_found(arguments.verbose)


if __name__ == "__main__":
    main()
