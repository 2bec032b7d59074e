"""The support sets as claims: a sentence, the sentences it should rest on, and whether they support it.

Source: `train/support` of the data folder (see MODEL_CARD.md), our own claims about the documents of our training
collections (training/claims), and claims made from the reading sets' passages (training/made_claims.py).
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.sentences import boundaries
from training.made_claims import Perturbation, made
from training.reading_data import Example, is_kept_aside, read_rows

CLAIMS = Path(__file__).parent / "claims"
COLLECTIONS = Path(__file__).parent / "collections" / "training"
SEEDS = Path(__file__).parent.parent / "seeds"
SEED_CLAIMS = Path(__file__).parent.parent / "tests" / "data" / "claims_seeds_dev.jsonl"
CAPS = {"snli": 7000}  # captions of pictures
TIMES = {"wice-tokens": 3, "factcheck-gpt": 2}  # small sets nearest to the work
OWN_TIMES = 8
MADE = 14000


@dataclass(frozen=True, slots=True)
class Claim:
    """`context` is what stands above the premise: the document's title."""

    text: str
    premise: tuple[str, ...]
    supported: bool
    source: str
    context: str = ""


def load_support(data: Path, chance: random.Random, held_out: bool = False) -> list[Claim]:
    """The open sets, the large one capped and the nearest repeated; `held_out` gives the claims that are development data."""
    chosen: list[Claim] = []
    for path in sorted((data / "train" / "support").glob("*.jsonl.gz")):
        name = path.name.removesuffix(".jsonl.gz")
        rows = [row for row in read_rows(path) if is_kept_aside(row["premise"][:80]) == held_out]
        claims = [
            Claim(row["hypothesis"], _sentences(row["premise"]), row["label"] == "supported", name) for row in rows
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


def _own(row: dict[str, Any], folder: Path, source: str) -> Claim:
    title = Path(row["document"]).stem.replace("-", " ")
    return Claim(row["claim"], tuple(row["quotes"]), row["label"] == "supported", source, title)


def corrupted(claims: Sequence[Claim], chance: random.Random, most: int) -> Iterator[Claim]:
    """Supported claims of the sets with one thing changed that their premise does not say."""
    supported = [one for one in claims if one.supported and one.source not in ("own", "snli")]
    change = Perturbation([" ".join(one.premise) for one in supported], chance)
    for one in chance.sample(supported, min(most, len(supported))):
        text = change(one.text, " ".join(one.premise))
        if text is not None:
            yield Claim(text, one.premise, False, "made", one.context)


def all_claims(data: Path, examples: Sequence[Example], chance: random.Random) -> list[Claim]:
    """What the checker is trained on; `examples` are the passages that claims are made from."""
    open_sets, own = load_support(data, chance), load_own()
    passages = defaultdict(list)
    for one in examples:
        passages[one.document].append(one.sentences)
    texts = [sentences for group in passages.values() for sentences in dict.fromkeys(group)]
    return [
        *open_sets,
        *own * OWN_TIMES,
        *corrupted(open_sets, chance, MADE // 4),
        *(Claim(text, premise, supported, "made") for text, premise, supported in made(texts, chance, MADE)),
    ]


def _sentences(text: str) -> tuple[str, ...]:
    return tuple(text[start:end] for start, end in boundaries(text))
