"""The text proper: which blocks carry a document's text, where it begins and ends, and what it is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from index.load import cues
from index.load.shape import UNIT, Shape, asks, stem, stems, weight

CORE_WORDS = 12  # a finished block of so many words, with few cues, is part of the text
STRAY_WORDS = 45  # a longer block at the end of a text belongs to it
ENOUGH_TEXT = 60  # words of text without which nothing can be said about what belongs to it


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of the whole document while one block is weighed."""

    core: frozenset[int]  # numbers of the blocks that carry the text
    first: int  # number of the first block of the text proper
    last: int  # and of the last
    stems: Counter[str]  # in how many blocks of the text proper a stem stands
    topics: frozenset[str]  # stems that several blocks use which ask nothing and address nobody
    title: int  # number of the first heading, -1 without
    enough: bool
    addressed: float  # share of the text's own blocks that address the reader, 0 to 1: instructions do all along

    def is_outside(self, shape: Shape) -> bool:
        """True before the first and after the last block of the text proper."""
        return not self.first <= shape.number <= self.last


def context_of(shapes: Sequence[Shape], marked: set[int]) -> Context:
    """What the blocks that are not marked yet say of the document."""
    core = [shape for shape in shapes if shape.number not in marked and _is_core(shape)]
    numbers = frozenset(shape.number for shape in core)
    counts: Counter[str] = Counter()
    for shape in shapes:
        if shape.number in numbers or shape.kind in ("row", "item", "heading"):
            counts.update(stems(shape.words))
    topics = Counter(found for shape in shapes if _reports(shape, marked) for found in stems(shape.words))
    core = _trimmed(core, counts)
    fixed = [shape.number for shape in shapes if shape.kind in ("row", "code")]
    start = min([shape.number for shape in core] + fixed, default=0)
    lists = [number for number in _items_in_text(shapes, marked) if number > start or not core]
    titles = (shape.number for shape in shapes if shape.number not in marked and _may_be_title(shape, shapes))
    return Context(
        core=numbers,
        first=start,
        last=max([shape.number for shape in core] + fixed + lists, default=len(shapes)),
        stems=counts,
        topics=frozenset(found for found in counts.keys() | topics.keys() if max(counts[found], topics[found]) > 1),
        title=next(titles, -1),
        enough=sum(len(shape.words) for shape in core) >= ENOUGH_TEXT,
        addressed=sum(shape.addresses for shape in core) / max(1, len(core)),
    )


def _is_core(shape: Shape) -> bool:
    """True for a block that carries the text: finished, of some length, with few words about the site."""
    if shape.kind not in ("prose", "item") or len(shape.words) < CORE_WORDS or not shape.finished or shape.only_asks:
        return False
    said = sum(weight(word) for word in shape.words if word in cues.SITE or word in cues.ACTIONS or word in cues.LEGAL)
    spoken = 0.75 * sum(word in cues.ADDRESS for word in shape.spoken)
    return said + spoken < max(2, len(shape.words) * 0.09)


def _reports(shape: Shape, marked: set[int]) -> bool:
    """True for a block of some length that neither addresses nor asks, whatever its words."""
    if (
        shape.number in marked
        or shape.kind not in ("prose", "item")
        or len(shape.words) < CORE_WORDS
        or not shape.finished
    ):
        return False
    return not shape.addresses and not any(asks(part) for part in UNIT.split(shape.text))


def _trimmed(core: list[Shape], counts: Counter[str]) -> list[Shape]:
    """The text without the blocks at its ends that speak of the site and share next to nothing with the rest."""
    start, end = 0, len(core)
    while end - start > 2 and _is_stray(core[end - 1], counts):
        end -= 1
    while end - start > 2 and _is_stray(core[start], counts):
        start += 1
    return core[start:end]


def _is_stray(shape: Shape, counts: Counter[str]) -> bool:
    own = stems(shape.words)
    shared = sum(counts[found] > 1 for found in own) / max(1, len(own))
    if len(shape.words) > STRAY_WORDS or shared >= 0.2 or shape.tells:
        return False
    return any(word in cues.SITE and counts[stem(word)] < 2 for word in shape.spoken)


def _items_in_text(shapes: Sequence[Shape], marked: set[int]) -> list[int]:
    """Items led in by a line, or below a block of the text."""
    found, above = [], False
    for shape in shapes:
        if shape.kind != "item":
            above = shape.number not in marked and not cues.LABEL.match(shape.text)
        elif above or shape.context:
            found.append(shape.number)
    return found


def _may_be_title(shape: Shape, shapes: Sequence[Shape]) -> bool:
    """True for a heading that is no label, and no button or path standing right above another heading."""
    if shape.kind != "heading" or cues.LABEL.match(shape.text):
        return False
    above_heading = any(other.kind == "heading" for other in shapes[shape.number + 1 : shape.number + 2])
    return not (above_heading and (asks(shape.text) or cues.TRAIL.search(shape.text)))
