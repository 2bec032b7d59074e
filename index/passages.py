"""Sentences to passages: runs of whole consecutive sentences that fit the embedder, overlapping by one sentence."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.embed import Embedder
from index.identity import content_hash, passage_id
from index.records import Heading, Passage, Sentence

TARGET_TOKENS = 200
PASSAGES_VERSION = 1
PREFIX_SHARE = 4  # title and headings may take a quarter of the embedder's limit


def heading_path(headings: Sequence[Heading], position: int) -> tuple[str, ...]:
    """The texts of the headings that stand above a position, highest level first."""
    above: list[Heading] = []
    for heading in headings[: bisect_right(headings, position, key=lambda heading: heading.start)]:
        above = [*(upper for upper in above if upper.level < heading.level), heading]
    return tuple(heading.text for heading in above)


def make_passages(
    title: str, headings: Sequence[Heading], sentences: Sequence[Sentence], embedder: Embedder
) -> tuple[Passage, ...]:
    """The passages of a document, in reading order. Boilerplate and code stand in none: they cannot be cited."""
    kept = [sentence for sentence in sentences if sentence.kind not in ("boilerplate", "code", "heading")]
    counts = embedder.count_tokens([_shown(sentence) for sentence in kept])
    made: list[Passage] = []
    for path, start, end in _sections(headings, kept):
        prefix = _prefix(title, path, embedder)
        room = embedder.limit - 2 - sum(embedder.count_tokens([prefix]))
        for first, last in _runs(counts, start, end, min(TARGET_TOKENS, room)):
            made += _passages_of(kept[first:last], sum(counts[first:last]) > room, room, prefix, embedder)
    return tuple(_numbered(made))


def _sections(headings: Sequence[Heading], kept: Sequence[Sentence]) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """Heading path and half-open range of `kept` for each stretch under one heading."""
    paths = [heading_path(headings, sentence.start) for sentence in kept]
    start = 0
    for position in range(1, len(kept) + 1):
        if position == len(kept) or paths[position] != paths[start]:
            yield paths[start], start, position
            start = position


def _runs(counts: Sequence[int], start: int, end: int, target: int) -> Iterator[tuple[int, int]]:
    """Half-open runs of at most `target` tokens (or of one longer sentence); each begins with the last of the one before."""
    first = start
    while first < end:
        last, total = first + 1, counts[first]
        while last < end and total + counts[last] <= target:
            total += counts[last]
            last += 1
        yield first, last
        if last >= end:
            return
        overlap = last - 1 > first and counts[last - 1] + counts[last] <= target
        first = last - 1 if overlap else last


def _passages_of(
    run: Sequence[Sentence], too_long: bool, room: int, prefix: str, embedder: Embedder
) -> Iterator[Passage]:
    bodies = _parts(run[0], room, embedder) if too_long else [(run[0].start, run[-1].end, _joined(run))]
    ids = [sentence.id for sentence in run]
    for start, end, body in bodies:
        text = f"{prefix}\n{body}" if prefix else body
        identity = passage_id(run[0].document_id, ids, text, (start - run[0].start, end - run[0].start))
        yield Passage(
            identity,
            run[0].document_id,
            0,
            run[0].ordinal,
            run[-1].ordinal,
            start,
            end,
            text,
            content_hash(embedder.stamp, text),
        )


def _parts(sentence: Sentence, room: int, embedder: Embedder) -> list[tuple[int, int, str]]:
    """Ranges in the document and texts of the parts in which a sentence longer than the limit is embedded.

    Each part has what of the sentence's context fits in a quarter of the room; the sentence is still cited whole.
    """
    context = _cut(sentence.context, room // PREFIX_SHARE, embedder)
    head = f"{context}\n" if context else ""
    room -= sum(embedder.count_tokens([head]))
    ends = embedder.token_ends(sentence.text)
    parts, start, first = [], 0, 0
    while first < len(ends):
        last = min(first + room, len(ends))
        # Cut inside a word, its tokens can be others and more than they were in the sentence: count again.
        while last > first + 1 and sum(embedder.count_tokens([sentence.text[start : ends[last - 1]]])) > room:
            last -= 1
        end = len(sentence.text) if last == len(ends) else ends[last - 1]
        parts.append((sentence.start + start, sentence.start + end, head + sentence.text[start:end]))
        start, first = end, last
    return parts


def _cut(text: str, most: int, embedder: Embedder) -> str:
    """The text, cut to a number of tokens."""
    ends = embedder.token_ends(text)
    return text[: ends[most - 1]] if len(ends) > most else text


def _joined(run: Sequence[Sentence]) -> str:
    """The run's text, one sentence a line; a context stands once before the sentences that share it."""
    lines: list[str] = []
    context = ""
    for sentence in run:
        if sentence.context and sentence.context != context:
            lines.append(sentence.context)
        context = sentence.context
        lines.append(sentence.text)
    return "\n".join(lines)


def _shown(sentence: Sentence) -> str:
    """What is counted of a sentence: its text and its context, though a run shows a context only once."""
    return f"{sentence.context}\n{sentence.text}" if sentence.context else sentence.text


def _prefix(title: str, path: tuple[str, ...], embedder: Embedder) -> str:
    """Title and heading path, cut to a quarter of the embedder's limit."""
    names = [title, *(name for name in path if name != title)]
    prefix = " › ".join(" ".join(name.split()) for name in names if name.strip())
    return _cut(prefix, embedder.limit // PREFIX_SHARE, embedder)


def _numbered(passages: Sequence[Passage]) -> Iterator[Passage]:
    unique = {passage.id: passage for passage in passages}
    for ordinal, passage in enumerate(unique.values()):
        yield replace(passage, ordinal=ordinal)
