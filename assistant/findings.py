"""A question to what was found for it: retrieve, read, choose. What is quoted and what a model may use comes from here."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.differ import differing
from assistant.extract import MOST, extract, in_reading_order, needs_antecedent
from assistant.parts import parts
from assistant.read import Evidence, Reader, gather, strongest
from index import Collection, Hit, Sentence
from index.sentences import can_stand_alone

PART_HITS = 6  # passages found by a part of a question, and by the whole, that are read for the part


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is asked: evidence, best first, and the sentences that answer it, in reading order, if any do.

    `differing` are those of the chosen whose documents do not say the same, newest document first.
    """

    question: str
    evidence: tuple[Evidence, ...]
    chosen: tuple[Evidence, ...]
    differing: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found for a question that stands alone: each thing that it asks, in order, and all of it together.

    `chosen` also has what its sentences point back to where they open with a pronoun. `seconds` says how long it took to
    `retrieve` and to `read`.
    """

    question: str
    parts: tuple[Part, ...]
    evidence: tuple[Evidence, ...]
    chosen: tuple[Evidence, ...]
    seconds: dict[str, float]


def find(collection: Collection, reader: Reader, question: str, within: str | None = None) -> Findings:
    """What the documents at `source/path` or below, or all of them, have for the question."""
    started = time.perf_counter()
    asked = parts(question)
    found = _search(collection, question, asked, within)
    retrieved = time.perf_counter()
    read = [_read(collection, reader, one, hits, MOST // len(asked)) for one, hits in zip(asked, found, strict=True)]
    evidence = strongest(one for part in read for one in part.evidence)
    differ = [one for part in read for one in part.differing]
    chosen = with_antecedents(
        collection, strongest(one for part in read for one in part.chosen), evidence, MOST, differ
    )
    seconds = {"retrieve": retrieved - started, "read": time.perf_counter() - retrieved}
    return Findings(question, tuple(read), tuple(evidence), chosen, seconds)


def with_antecedents(
    collection: Collection,
    chosen: Sequence[Evidence],
    evidence: Sequence[Evidence],
    most: int,
    first: Sequence[Evidence] = (),
) -> tuple[Evidence, ...]:
    """The chosen sentences in reading order, each that opens with a pronoun preceded by the one it points back to; the
    documents of `first` stand before the others."""
    scores = {one.sentence.id: one for one in evidence}
    complete = {one.sentence.id: one for one in chosen}
    for one in chosen:
        before = _before(collection, one)
        if before is not None and before.id not in complete and len(complete) < most:
            complete[before.id] = scores.get(before.id, Evidence(before, one.document, 0.0))
    return in_reading_order(list(complete.values()), first)


def _search(collection: Collection, question: str, asked: Sequence[str], within: str | None) -> list[tuple[Hit, ...]]:
    """The hits of each thing that is asked; of several, with those of the whole question, which names what they are about."""
    whole = collection.search(question, within=within)
    if len(asked) == 1:
        return [whole]
    both = [[*collection.search(one, within=within)[:PART_HITS], *whole[:PART_HITS]] for one in asked]
    return [tuple({hit.passage.id: hit for hit in hits}.values()) for hits in both]


def _read(collection: Collection, reader: Reader, question: str, hits: Sequence[Hit], most: int) -> Part:
    readings = reader.read(question, hits)
    evidence = tuple(gather(hits, readings))
    if max((reading.passage for reading in readings), default=0.0) < reader.threshold:
        return Part(question, evidence, ())
    differ = differing(question, evidence, collection.embedder.embed) if most > 1 else ()
    return Part(question, evidence, extract(evidence, most, differ), differ)


def _before(collection: Collection, one: Evidence) -> Sentence | None:
    if not needs_antecedent(one.sentence) or one.sentence.ordinal == 0:
        return None
    ordinal = one.sentence.ordinal - 1
    before = collection.catalog.sentences(one.document, ordinal, ordinal)
    return before[0] if before and before[0].kind == "prose" and can_stand_alone(before[0]) else None
