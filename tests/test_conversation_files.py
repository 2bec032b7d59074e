"""The conversations about seeds/ with gold spans: well formed, and found once their last question is understood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.conversation import Turn, understand
from benchmarks.follow_up import Case, count
from benchmarks.gold import locate
from index import Collection, Settings
from training.reading_data import read_rows

ROOT = Path(__file__).parent.parent
FILES = {"conversations_seeds": 60, "conversations_seeds_second": 40}


def rows(name: str) -> list[dict[str, Any]]:
    return list(read_rows(ROOT / "tests" / "data" / f"{name}.jsonl"))


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    settings = replace(Settings(), data=tmp_path_factory.mktemp("data"))
    with Collection.open(settings, create=True) as collection:
        collection.ingest(ROOT / "seeds")
        yield collection


@pytest.mark.parametrize(("name", "amount"), FILES.items())
def test_gold(seeds: Collection, name: str, amount: int) -> None:
    """Each conversation has two to four turns, and gold quotes that stand in the documents just once."""
    documents = {one.path: seeds.document(one.id) for one in seeds.documents()}
    found = rows(name)
    assert len({row["id"] for row in found}) == len(found) == amount
    for row in found:
        assert 2 <= len(row["turns"]) <= 4
        assert row["spans"]
        for span in row["spans"]:
            document = documents[span["document"]]
            first, last = (locate(document, span["quote"], at, row["id"]) for at in (0, 9))
            assert (first, span["occurrence"]) == (last, 0)


def test_found(seeds: Collection) -> None:
    """Understood by the questions alone, far more last turns find their gold sentence than as they were asked."""
    documents = {one.path: seeds.document(one.id) for one in seeds.documents()}
    raw = ours = 0
    for row in rows("conversations_seeds"):
        history: list[Turn] = []
        for question in row["turns"][:-1]:
            history.append(Turn(understand(question, history).text, ""))
        spans = [locate(documents[one["document"]], one["quote"], 0, row["id"]) for one in row["spans"]]
        for text in (row["turns"][-1], understand(row["turns"][-1], history).text):
            hit = any(
                hit.document.id == span.document_id and hit.passage.start < span.end and hit.passage.end > span.start
                for hit in seeds.search(text)[:5]
                for span in spans
            )
            raw, ours = (raw + hit, ours) if text == row["turns"][-1] else (raw, ours + hit)
    assert raw < ours
    assert ours >= 50


def test_counts() -> None:
    """Of the words that are missing and added, each is counted once, by stem; complete questions are counted apart."""
    cases = [
        Case("s", "Is it treatable?", "Is throat cancer treatable?", "Is throat trouble treatable?", ""),
        Case("s", "What is a mill?", "What is a mill?", "What is a mill (wheels)?", ""),
    ]
    total = count(cases, lambda case: case.ours)
    assert (total.turns, total.missing, total.brought, total.added) == (1, 2, 1, 2)
    assert (total.complete, total.alone, total.needless) == (1, 0, 1)
