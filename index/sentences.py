"""A document's blocks to its sentences: exact ranges, nothing lost, never across a block.

The boundaries come from sentencex (about 300 languages, returns ranges); what it gets wrong on our hand-made cases is
mended below, and tests/data/sentences.jsonl holds the measure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.identity import sentence_ids
from index.records import CITABLE, Block, Loaded, Sentence

SPLITTER_VERSION = 1
WHOLE = frozenset({"row", "heading", "code"})  # blocks that are one sentence each
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def split(document_id: str, loaded: Loaded) -> tuple[Sentence, ...]:
    """The sentences of a document, in reading order; a range holds no white space at its ends."""
    pieces = [(number, block, start, end) for number, block in enumerate(loaded.blocks)
              for start, end in _pieces(loaded.text, block, loaded.language)]
    texts = [loaded.text[start:end] for _, _, start, end in pieces]
    return tuple(
        Sentence(id, document_id, ordinal, start, end, text, block.kind, block.context, number)
        for ordinal, (id, text, (number, block, start, end))
        in enumerate(zip(sentence_ids(document_id, texts), texts, pieces, strict=True))
    )


def boundaries(text: str, language: str = "en") -> list[tuple[int, int]]:
    """Half-open ranges of the sentences of a run of prose, in order, without white space at their ends.

    What lies between two ranges is white space: ranges and gaps joined give `text` back.
    """
    ranges: list[tuple[int, int]] = []
    for start, end in _mended(text, _cuts(text, language)):
        trimmed = _trim(text, start, end)
        if trimmed is not None:
            ranges.append(trimmed)
    return ranges


def can_stand_alone(sentence: Sentence) -> bool:
    """Whether it may be cited: prose, item or row, with a letter, and of three words or more."""
    return sentence.kind in CITABLE and word_count(sentence.text) >= 3 and any(map(str.isalpha, sentence.text))


def word_count(text: str) -> int:
    """Number of words; in scripts without spaces two letters count as one word."""
    unspaced = len(_UNSPACED.findall(text))
    return len(_WORD.findall(_UNSPACED.sub(" ", text))) + unspaced // 2


def _pieces(text: str, block: Block, language: str) -> Iterator[tuple[int, int]]:
    if block.kind in WHOLE:
        trimmed = _trim(text, block.start, block.end)
        if trimmed is not None:
            yield trimmed
        return
    for start, end in boundaries(text[block.start : block.end], language):
        yield block.start + start, block.start + end


def _cuts(text: str, language: str) -> list[int]:
    """Where sentencex begins a sentence, with 0 and the end of the text; its ranges are taken for their starts only."""
    from sentencex import get_sentence_boundaries

    starts = {boundary["start_index"] for boundary in get_sentence_boundaries(language, text)}
    return sorted(starts | {0, len(text)})


def _mended(text: str, cuts: list[int]) -> list[tuple[int, int]]:
    return list(zip(cuts, cuts[1:], strict=False))


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None
