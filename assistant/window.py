"""A question and sentences packed into one window of tokens, as the trained reader sees them.

`[CLS] question [SEP] context · sentence · sentence … [SEP]`; the context (title and headings) is seen and not scored.
The same packing is used in training, so that the reader meets at work what it met there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

CLS, SEP = 101, 102
LENGTH = 352  # tokens of a window
QUESTION, CONTEXT, SENTENCE = 48, 24, 128  # tokens kept of each part
STUB = 12  # a last sentence of which fewer tokens fit goes into the next window

NOBODY = -1


@dataclass(frozen=True, slots=True)
class Window:
    """Token ids, their segment (0 question, 1 passage), and whose they are: the sentence's number, or NOBODY."""

    ids: list[int]
    segments: list[int]
    owners: list[int]
    first: int  # number of the first sentence in the list that was packed
    count: int  # sentences in this window


def pack(question: Sequence[int], context: Sequence[int], sentences: Sequence[Sequence[int]], first: int = 0) -> Window:
    """As many sentences from `first` on as fit, at least one; owners count from 0 within the window."""
    ids = [CLS, *question[:QUESTION], SEP]
    segments = [0] * len(ids)
    ids += context[:CONTEXT]
    owners = [NOBODY] * len(ids)
    count = 0
    for sentence in sentences[first:]:
        tokens = sentence[:SENTENCE]
        room = LENGTH - 1 - len(ids)
        if len(tokens) > room:
            if room < STUB and count:
                break
            tokens = tokens[:room]
        ids += tokens
        owners += [count] * len(tokens)
        count += 1
        if len(ids) >= LENGTH - 1:
            break
    segments += [1] * (len(ids) + 1 - len(segments))
    return Window([*ids, SEP], segments, [*owners, NOBODY], first, count)


def windows(question: Sequence[int], context: Sequence[int], sentences: Sequence[Sequence[int]]) -> list[Window]:
    """Every sentence in exactly one window, in order."""
    packed: list[Window] = []
    first = 0
    while first < len(sentences):
        packed.append(pack(question, context, sentences, first))
        first += packed[-1].count
    return packed
