"""Boilerplate: what stands around a text and is not of it (appeals, bylines, credits, teasers, notices) is not cited.

No page is known by heart. A line is taken for boilerplate by its shape (a copyright line, a credit, a time stamp), or
by weighing, for every line alike: does it address the reader, does it speak of the site and what to do there, does it
stand at the edge of the document, does it share its words with the rest, is its neighbour boilerplate. What a text
is about is no sign: a word that several of its blocks use counts nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.load import cues
from index.load.lines import ends_sentence
from index.load.shape import SHAPED, UNIT, Shape, asks, has_shape, line_has_shape, shape_of, stem, stems, weight
from index.load.text_proper import Context, context_of
from index.load.title import first_words
from index.records import CITABLE, Heading, Loaded
from index.references import reference_blocks

THRESHOLD = 3.0
NEIGHBOUR = 0.8  # added beside boilerplate
SHORT = 22  # words; cues in a longer block weigh less, in proportion
LONG = 45  # words; appeals are shorter
LABELLED_WORDS = 16  # a title under a label such as “Most read” is no longer
MOST_BLOCKS = 20_000  # a document of more is a table or a book, whose edges are lost in it anyway


def mark_boilerplate(loaded: Loaded) -> Loaded:
    """The same document with blocks of kind `boilerplate` where they are; the text and all ranges stay as they are.

    Headings that turn out to be labels of boilerplate leave `headings`; a title taken from one is replaced.
    """
    if len(loaded.blocks) > MOST_BLOCKS or all(block.kind in ("row", "code") for block in loaded.blocks):
        return loaded
    shapes = [
        shape_of(number, block.kind, loaded.text[block.start : block.end], block.context)
        for number, block in enumerate(loaded.blocks)
    ]
    marked = marked_blocks(shapes) | reference_blocks(loaded)
    if not any(shape.kind in CITABLE and shape.number not in marked for shape in shapes):
        return loaded  # where nothing would be left, that is what the document is about
    blocks = tuple(
        replace(block, kind="boilerplate", context="") if number in marked else block
        for number, block in enumerate(loaded.blocks)
    )
    gone = {loaded.blocks[number].start for number in marked if loaded.blocks[number].kind == "heading"}
    headings = tuple(heading for heading in loaded.headings if heading.start not in gone)
    return replace(loaded, blocks=blocks, headings=headings, title=_title(loaded, shapes, marked, headings))


def marked_blocks(shapes: Sequence[Shape]) -> frozenset[int]:
    """Numbers of the blocks that are boilerplate. Marks spread from neighbour to neighbour until nothing changes."""
    marked = {shape.number for shape in shapes if shape.kind == "boilerplate" or has_shape(shape)}
    context = context_of(shapes, marked)
    marked |= _labelled(shapes, context)
    scores = {
        shape.number: score(shape, context) for shape in shapes if shape.kind in CITABLE or shape.kind == "heading"
    }
    marked |= {number for number, found in scores.items() if found >= THRESHOLD}
    waiting = [*marked]
    while waiting:
        number = waiting.pop()
        for beside in (number - 1, number + 1):
            if (
                beside not in marked
                and beside in scores
                and _spreads(shapes[beside], scores[beside], shapes, marked, context)
            ):
                marked.add(beside)
                waiting.append(beside)
    return frozenset(number for number in marked if shapes[number].kind not in ("code", "row"))


def _spreads(shape: Shape, found: float, shapes: Sequence[Shape], marked: set[int], context: Context) -> bool:
    """Whether a block beside boilerplate is taken for it, too."""
    if found + NEIGHBOUR >= THRESHOLD or _is_shaped_in_part(shape, context):
        return True
    return shape.kind == "heading" and _heads_only(shape.number, shapes, marked, context)


def score(shape: Shape, context: Context) -> float:
    """How much speaks for boilerplate; `THRESHOLD` decides."""
    outside = context.is_outside(shape)
    asked = any(asks(part) for part in UNIT.split(shape.text))
    found = (
        _spoken_cues(shape, context, asked) + 1.0 * outside + 0.8 * (outside and shape.only_asks) - 0.8 * shape.tells
    )
    if context.enough:
        shared = _cohesion(shape, context)
        found += 1.0 if shared < 0.2 else 0.5 if shared < 0.3 else -1.5 if shared > 0.55 else 0.0 if outside else -1.0
    if shape.fragment:
        found += 0.8 + 0.6 * (shape.number < context.title) + 0.8 * bool(outside and cues.TRAIL.search(shape.text))
    if shape.has_facts and not (shape.addresses or asked or (shape.fragment and outside)):
        found -= 1.0  # facts, told to nobody in particular
    found -= (
        1.0 * (shape.kind in ("item", "heading"))
        + 3.0 * (shape.number == context.title)
        + 1.0 * (len(shape.words) > LONG)
    )
    return found


def _spoken_cues(shape: Shape, context: Context, asked: bool) -> float:
    """The weight of words about the site, of words for what to do, of address and request; less in a long block."""
    words = sorted(word for word in set(shape.spoken) if stem(word) not in context.topics)
    said = {stem(word): weight(word) for word in words if word in cues.SITE or word in cues.LEGAL}
    acts = {stem(word): weight(word) for word in words if word in cues.ACTIONS}
    pronoun = (1.0 - min(0.7, 2 * context.addressed)) * shape.addresses
    density = min(1.0, SHORT / max(1, len(shape.words)))  # three such words in a long paragraph are chance
    most = (
        2.4 if shape.addresses or asked or context.is_outside(shape) else 1.6
    )  # words alone decide nothing inside the text
    return density * (min(most, 0.8 * sum(said.values())) + min(1.4, 0.7 * sum(acts.values())) + pronoun + 0.8 * asked)


def _labelled(shapes: Sequence[Shape], context: Context) -> set[int]:
    """The path to the page, and labels such as “Most read” with the titles under them."""
    found: set[int] = set()
    for shape in shapes:
        if shape.number < context.first and shape.kind != "item" and len(cues.TRAIL.findall(shape.text)) > 1:
            found.add(shape.number)
        if not _is_label(shape, context):
            continue
        found.add(shape.number)
        for following in shapes[shape.number + 1 :]:
            listed = following.kind in ("prose", "item", "boilerplate") or (
                following.kind == "heading" and following.number > context.last
            )
            is_sentence = following.finished and not following.text.endswith("?")
            if not listed or is_sentence or len(following.words) > LABELLED_WORDS or following.number in found:
                break
            found.add(following.number)
    return found


def _is_label(shape: Shape, context: Context) -> bool:
    """True for a label with at most titles on its further lines. A heading is one only outside the text, or of the
    contents."""
    first, *below = shape.text.split("\n")
    if (
        shape.kind not in ("prose", "heading", "item")
        or not cues.LABEL.match(first)
        or any(ends_sentence(line) for line in below)
    ):
        return False
    return (
        shape.kind != "heading"
        or context.is_outside(shape)
        or not {"contents", "inhaltsverzeichnis"}.isdisjoint(shape.words)
    )


def _is_shaped_in_part(shape: Shape, context: Context) -> bool:
    """A notice outside the text with one sentence of a clear shape, and the rest short and without ties to the text."""
    if len(shape.words) > SHAPED or not context.is_outside(shape) or shape.kind != "prose":
        return False
    return any(line_has_shape(unit) for unit in UNIT.split(shape.text)) and _cohesion(shape, context) < 0.4


def _heads_only(number: int, shapes: Sequence[Shape], marked: set[int], context: Context) -> bool:
    """True for a heading outside the text with nothing but boilerplate below it."""
    if not context.is_outside(shapes[number]) or number == context.title or number + 1 not in marked:
        return False
    for shape in shapes[number + 1 :]:
        if shape.kind == "heading":
            break
        if shape.number not in marked:
            return False
    return True


def _cohesion(shape: Shape, context: Context) -> float:
    """Share of the block's own content words that other blocks of the text use, 0 to 1."""
    own = stems(shape.words)
    counted = (
        shape.kind in ("item", "heading", "row") or shape.number in context.core
    )  # its own words stand in the count
    return sum(context.stems[found] > counted for found in own) / len(own) if own else 0.0


def _title(loaded: Loaded, shapes: Sequence[Shape], marked: frozenset[int], headings: Sequence[Heading]) -> str:
    gone = {" ".join(shapes[number].text.split()) for number in marked}
    if loaded.title not in gone:
        return loaded.title
    first = next((shape.text for shape in shapes if shape.number not in marked and shape.kind in CITABLE), loaded.title)
    return headings[0].text if headings else first_words(first)
