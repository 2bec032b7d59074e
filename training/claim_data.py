"""The support sets as claims: a sentence, the sentences it should rest on, and whether they support it.

Source: `train/support` of the data folder (see MODEL_CARD.md), our own claims about the documents of our training
collections (training/claims) and about passages of its `train/reading` (training/claims_open, which names them by a hash).
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.sentences import boundaries
from training.reading_data import example, is_kept_aside, passage_key, read_rows, untokenised

CLAIMS = Path(__file__).parent / "claims"
CLAIMS_OPEN = Path(__file__).parent / "claims_open"
COLLECTIONS = Path(__file__).parent / "collections" / "training"
SEEDS = Path(__file__).parent.parent / "seeds"
SEED_CLAIMS = Path(__file__).parent.parent / "tests" / "data" / "claims_seeds_dev.jsonl"
CAPS = {"snli": 3000, "fever": 8000}  # captions of pictures; short and easy
TIMES = {"wice-tokens": 3, "factcheck-gpt": 2}  # small sets nearest to the work


@dataclass(frozen=True, slots=True)
class Claim:
    """`context` is what stands above the premise: the document's title. `document` is the file, of our own claims."""

    text: str
    premise: tuple[str, ...]
    supported: bool
    source: str
    context: str = ""
    document: Path | None = None


def load_support(data: Path, chance: random.Random, held_out: bool = False) -> list[Claim]:
    """The open sets, the large one capped and the nearest repeated; `held_out` gives the claims that are development data."""
    chosen: list[Claim] = []
    for path in sorted((data / "train" / "support").glob("*.jsonl.gz")):
        name = path.name.removesuffix(".jsonl.gz")
        rows = [row for row in read_rows(path) if is_kept_aside(row["premise"][:80]) == held_out]
        claims = [
            Claim(row["hypothesis"], sentences_in(row["premise"]), row["label"] == "supported", name) for row in rows
        ]
        chance.shuffle(claims)
        chosen += claims[: CAPS.get(name, len(claims))] * (1 if held_out else TIMES.get(name, 1))
    return chosen


def load_own(held_out: bool = False) -> list[Claim]:
    """Our own claims, without the documents that `is_kept_aside` names; `held_out` gives those instead."""
    rows = [row for path in sorted(CLAIMS.glob("*.jsonl")) for row in read_rows(path)]
    kept = [row for row in rows if is_kept_aside(f"{row['collection']}/{row['document']}") == held_out]
    return [_own(row, COLLECTIONS / row["collection"], "own") for row in kept]


def load_seeds() -> list[Claim]:
    """The claims about the seeds that are development data."""
    return [_own(row, SEEDS, "seeds") for row in read_rows(SEED_CLAIMS)]


def load_open(data: Path, held_out: bool = False) -> list[Claim]:
    """Our own claims about passages of the open reading sets, as a language model or a summary would put them."""
    rows = {row["passage"]: row["claims"] for path in sorted(CLAIMS_OPEN.glob("*.jsonl")) for row in read_rows(path)}
    chosen: list[Claim] = []
    for path in sorted((data / "train" / "reading").glob("*.jsonl.gz")):
        for row in read_rows(path):
            claims = rows.pop(passage_key(row["sentences"]), ())
            if is_kept_aside(row["doc"]) == held_out:
                premise, title = tuple(map(untokenised, row["sentences"])), example(row).title
                chosen += [
                    Claim(one["claim"], premise, one["label"] == "supported", "passages", title) for one in claims
                ]
    return chosen


def _own(row: dict[str, Any], folder: Path, source: str) -> Claim:
    title = Path(row["document"]).stem.replace("-", " ")
    supported = row["label"] == "supported"
    return Claim(row["claim"], tuple(row["quotes"]), supported, source, title, folder / row["document"])


def sentences_in(text: str) -> tuple[str, ...]:
    """The sentences of a text, in order."""
    return tuple(text[start:end] for start, end in boundaries(text))
