"""Boilerplate: what belongs to the page and not to its text is never citable, and the text stays."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from index.boilerplate import mark_boilerplate
from index.load.formats import load_bytes, load_file
from index.records import CITABLE, Loaded

PAGES = Path(__file__).parent / "data" / "boilerplate"
GOLD = sorted(PAGES.glob("*.json"))
SHARED = Path(os.environ.get("ASSISTANT_SHARED") or Path(__file__).resolve().parents[2] / "shared")


def fold(text: str) -> str:
    return " ".join(text.split())


def citable(loaded: Loaded) -> list[str]:
    return [fold(loaded.text[block.start : block.end]) for block in loaded.blocks if block.kind in CITABLE]


def lies_in(line: str, blocks: list[str]) -> bool:
    """True when the line stands in a block as whole words."""
    pattern = re.compile(rf"(?<!\w){re.escape(fold(line))}(?!\w)")
    return any(pattern.search(block) for block in blocks)


def measure(gold_file: Path) -> tuple[list[str], list[str], int]:
    """Boilerplate lines that are citable, body texts that are not, and the number of body texts."""
    gold = json.loads(gold_file.read_text(encoding="utf-8"))
    page = next(path for path in PAGES.glob(f"{gold_file.stem}.*") if path.suffix != ".json")
    blocks = citable(load_file(page))
    body = [fold(text) for text in gold["body"]]
    leaked = [line for line in gold["boilerplate"] if lies_in(line, blocks) and not lies_in(line, body)]
    return leaked, [text for text in body if not any(text in block for block in blocks)], len(body)


@pytest.mark.parametrize("gold_file", GOLD, ids=lambda path: path.stem)
def test_no_boilerplate_line_is_citable(gold_file: Path) -> None:
    """No line that a person called boilerplate stands in a prose, item or row block."""
    assert measure(gold_file)[0] == []


def test_the_body_stays_citable() -> None:
    """At least 98 % of the body texts of all 20 pages stand whole in citable blocks."""
    results = [measure(gold_file) for gold_file in GOLD]
    lost = [text for _, missing, _ in results for text in missing]
    assert len(GOLD) == 20
    assert len(lost) <= 0.02 * sum(total for _, _, total in results), lost


def test_ranges_and_text_stay() -> None:
    """Marking changes kinds and nothing else; marking again changes nothing."""
    for gold_file in GOLD:
        page = next(path for path in PAGES.glob(f"{gold_file.stem}.*") if path.suffix != ".json")
        loaded = load_file(page)
        again = mark_boilerplate(loaded)
        assert again.text == loaded.text
        assert [(block.start, block.end) for block in again.blocks] == [
            (block.start, block.end) for block in loaded.blocks
        ]


def test_a_text_about_subscriptions_stays() -> None:
    """Words of subscribing are no sign in a text that is about subscriptions."""
    text = "\n\n".join(
        [
            "The weekly paper sells its subscription by post. A subscription costs 48 crowns a year, and 112 "
            "readers took one in spring.",
            "Subscribers get a newsletter on Fridays. The newsletter was begun in 2014, and readers sign up for it "
            "free of charge.",
            "Cookies count how many articles a reader has seen. After five articles the site asked readers to "
            "subscribe or to accept cookies.",
        ]
    )
    assert len(citable(load_bytes(text.encode(), "a.txt"))) == 3


def test_a_document_of_nothing_else_stays() -> None:
    """Where every block looks like boilerplate, that is what the document is about."""
    assert citable(load_bytes(b"Subscribe to our newsletter today.", "a.txt")) == ["Subscribe to our newsletter today."]


@pytest.mark.skipif(not (SHARED / "seeds").is_dir(), reason="the article is not shared here")
def test_the_article_loses_its_byline_and_its_appeal() -> None:
    """Of the news article the agency's line and the two lines of the appeal are marked, and nothing else."""
    loaded = load_file(next((SHARED / "seeds").glob("*.txt")))
    marked = [number for number, block in enumerate(loaded.blocks) if block.kind == "boilerplate"]
    assert marked == [0, len(loaded.blocks) - 2, len(loaded.blocks) - 1]
