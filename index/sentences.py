"""A document's blocks to its sentences: exact ranges, nothing lost, never across a block.

The boundaries come from sentencex (about 300 languages, ranges in code points); what it gets wrong is mended by the
rules of `sentence_rules`. tests/data/sentences.jsonl holds the measure, `python -m benchmarks.sentences` prints it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from index.identity import sentence_ids
from index.records import CITABLE, Block, Loaded, Sentence
from index.sentence_rules import AHEAD, BEHIND, OPENERS, PLACE, UNSPACED_END, begins

SPLITTER_VERSION = 2
WHOLE = frozenset({"row", "heading", "code"})  # blocks that are one sentence each
WINDOW = 4_000  # characters given to the library at once
LONG = 300  # characters; a longer piece is cut inside its quotes
_NO_QUOTES = str.maketrans(dict.fromkeys('"“”„«»「」『』', " "))
_SPACE = re.compile(r"\s")
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def split(document_id: str, loaded: Loaded) -> tuple[Sentence, ...]:
    """The sentences of a document, in reading order; a range holds no white space at its ends."""
    pieces = [
        (number, block, start, end)
        for number, block in enumerate(loaded.blocks)
        for start, end in _in_block(loaded.text, block, loaded.language)
    ]
    texts = [loaded.text[start:end] for _, _, start, end in pieces]
    return tuple(
        Sentence(id, document_id, ordinal, start, end, text, block.kind, block.context, number)
        for ordinal, (id, text, (number, block, start, end)) in enumerate(
            zip(sentence_ids(document_id, texts), texts, pieces, strict=True)
        )
    )


def boundaries(text: str, language: str = "en") -> list[tuple[int, int]]:
    """Half-open ranges of the sentences of a run of prose, in order, without white space at their ends.

    What lies between two ranges is white space: ranges and gaps joined give `text` back. `text` holds no lone
    surrogate (loaders drop them). A language that the library does not know is split by its general rules.
    """
    language = re.split("[-_]", language)[0].lower()  # the rules are kept by the first part of "en-GB"
    pieces = _pieces(text, _starts(text, language), language)
    opened = [inner for start, end in pieces for inner in _opened(text, start, end, language)]
    trimmed = (_trim(text, start, end) for start, end in opened)
    return [piece for piece in trimmed if piece is not None]


def can_stand_alone(sentence: Sentence) -> bool:
    """Whether it may be cited: prose, item or row, with a letter, and of three words or more."""
    return sentence.kind in CITABLE and word_count(sentence.text) >= 3 and any(map(str.isalpha, sentence.text))


def word_count(text: str) -> int:
    """Number of words; in scripts without spaces two letters count as one word."""
    unspaced = len(_UNSPACED.findall(text))
    return len(_WORD.findall(_UNSPACED.sub(" ", text))) + unspaced // 2


def _in_block(text: str, block: Block, language: str) -> Iterator[tuple[int, int]]:
    if block.kind in WHOLE:
        trimmed = _trim(text, block.start, block.end)
        if trimmed is not None:
            yield trimmed
        return
    for start, end in boundaries(text[block.start : block.end], language):
        yield block.start + start, block.start + end


def _starts(text: str, language: str) -> set[int]:
    """Where sentencex begins a sentence; line breaks inside a block are wrapping and end nothing.

    Fed in windows, each from the last start found: its time grows with the square of a text without spaces.
    """
    from sentencex import get_sentence_boundaries

    flat = _SPACE.sub(" ", text)
    starts: set[int] = set()
    start, width = 0, WINDOW
    while start < len(flat):
        found = get_sentence_boundaries(language, flat[start : start + width])
        inner = [start + piece["start_index"] for piece in found if piece["start_index"] > 0]
        starts.update(_skip_space(flat, place) for place in inner)
        if start + width >= len(flat):
            break
        start, width = (inner[-1], WINDOW) if inner else (start, 2 * width)
    return starts


def _pieces(text: str, starts: set[int], language: str) -> list[tuple[int, int]]:
    """The pieces between the library's starts and our own candidates, each place judged once, from left to right."""
    places = sorted(starts | {match.end() for match in PLACE.finditer(text)})
    cased = any(char.isupper() for char in text)
    cuts = [0]
    for place in places:
        if cuts[-1] < place < len(text) and _is_boundary(text, cuts[-1], place, language, cased, place in starts):
            cuts.append(place)
    return list(pairwise([*cuts, len(text)]))


def _opened(text: str, start: int, end: int, language: str) -> list[tuple[int, int]]:
    """The piece, or its inner sentences where it is long and holds quotes, which the library never cuts inside."""
    piece = text[start:end]
    blank = piece.translate(_NO_QUOTES)
    if end - start <= LONG or blank == piece:
        return [(start, end)]
    inner = {_before_openers(piece, place) for place in _starts(blank, language)}
    return [(start + first, start + last) for first, last in _pieces(piece, inner, language)]


def _is_boundary(text: str, start: int, place: int, language: str, cased: bool, in_base: bool) -> bool:
    before = text[max(start, place - BEHIND) : place].rstrip()
    if not before:
        return False
    if not text[place - 1].isspace() and not UNSPACED_END.search(before[-8:]):
        return False  # "Node.js", "perhaps?—and": Latin full stops end a sentence only before white space
    verdict = begins(before, text[place : place + AHEAD], language, cased)
    return in_base if verdict is None else verdict


def _skip_space(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place


def _before_openers(text: str, place: int) -> int:
    while place > 0 and text[place - 1] in OPENERS:
        place -= 1
    return place


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None
