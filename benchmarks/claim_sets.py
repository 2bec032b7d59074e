"""Sentences with human labels and what they should rest on, from the sets of the data folder and from files of our own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from assistant.writing.check import Source
from assistant.writing.coverage import coverage, terms
from index import Embedder
from index.load.formats import load_file
from index.passages import heading_path
from index.records import Loaded
from index.sentences import boundaries
from training.reading_data import read_rows

SEEDS = Path(__file__).parent.parent / "seeds"
COLLECTIONS = Path(__file__).parent.parent / "training" / "collections" / "training"
WHOLE = 180  # words: evidence up to so long is the premise as it stands
PICKED = 5  # of longer evidence, so many sentences
SETS = ("wice_dev", "qags_xsum", "expertqa_claims")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence, the sources that it cites, whether they support it, the kind that its author gave it, and the document."""

    text: str
    sources: tuple[Source, ...]
    supported: bool
    kind: str = ""
    document: str = ""


def human_labelled(data: Path, name: str, embedder: Embedder) -> list[Claim]:
    """The claims of one of SETS. Supported are only those that are fully so; rows without a judgement are left out."""
    return [
        Claim(text, _picked(text, context, evidence, embedder), supported)
        for text, context, evidence, supported in map(_parsed, read_rows(data / "eval" / f"{name}.jsonl.gz"))
        if supported is not None and text and evidence
    ]


def _parsed(row: dict[str, Any]) -> tuple[str, str, list[str], bool | None]:
    """Claim, title, evidence sentences, and whether it is supported; None where nobody could judge."""
    if "supporting_sentences" in row:  # wice
        title = next((line for line in row["evidence"] if line.startswith("(meta data) TITLE:")), "")
        lines = [line for line in row["evidence"] if not line.startswith("(meta data)")]
        return row["claim"], title.removeprefix("(meta data) TITLE:").strip(), lines, row["label"] == "supported"
    if "article" in row:  # qags
        return row["sentence"], "", _sentences(row["article"]), bool(row["supported"])
    text = re.sub(r"\s*\[\d+\]", "", row["claim"]).strip()  # expertqa
    lines = [line for one in row["evidence"] for line in _sentences(one["text"])]
    return text, "", lines, None if row["support"] == "N/A" else row["support"] == "Complete"


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in boundaries(text)]


def _picked(claim: str, title: str, lines: Sequence[str], embedder: Embedder) -> tuple[Source, ...]:
    """Short evidence whole; of longer the sentences nearest by similarity and shared words together, in their order."""
    chosen = range(len(lines))
    if sum(len(line.split()) for line in lines) > WHOLE:
        vector, *others = embedder.embed([claim, *lines])
        wanted = terms(claim)
        shares = [coverage(wanted, terms(line)) for line in lines]
        near = np.stack(others) @ vector + np.array(shares)
        chosen = sorted(np.argsort(-near, kind="stable")[:PICKED].tolist())
    return tuple(Source(number, lines[number], title) for number in chosen)


def own_claims(file: Path) -> Iterator[Claim]:
    """The claims of a file of ours: `{"document", "quotes", "claim", "label", "kind"}`, with `collection` if not of seeds/."""
    for row in read_rows(file):
        document = f"{row['collection']}/{row['document']}" if "collection" in row else row["document"]
        path = (COLLECTIONS if "collection" in row else SEEDS) / document
        sources = (Source(number, quote, _context(path, quote)) for number, quote in enumerate(row["quotes"], start=1))
        yield Claim(row["claim"], tuple(sources), row["label"] == "supported", row["kind"], document)


def _context(path: Path, quote: str) -> str:
    """Title and headings above a quote, as they stand with the citation."""
    loaded = _loaded(path)
    place = loaded.text.find(quote)
    headings = heading_path(loaded.headings, place) if place >= 0 else ()
    return " · ".join(dict.fromkeys([loaded.title, *headings]))


@cache
def _loaded(path: Path) -> Loaded:
    return load_file(path)
