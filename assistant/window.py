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
CLAIM = 96  # tokens kept of a sentence that is checked, which stands in the question's place
OVERLAP = 80  # tokens that stretches of a long premise share
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


def pack(
    question: Sequence[int],
    context: Sequence[int],
    sentences: Sequence[Sequence[int]],
    first: int = 0,
    most: int = QUESTION,
) -> Window:
    """As many sentences from `first` on as fit, at least one; owners count from 0 within the window.

    `most` is how many tokens of the question are kept, or of the claim in its place.
    """
    ids = [CLS, *question[:most], SEP]
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


def claim_windows(claim: Sequence[int], premise: Sequence[int]) -> list[Window]:
    """The claim with all of the premise, or with stretches of it that overlap where it is too long for one window."""
    room = LENGTH - len(claim[:CLAIM]) - 3
    starts = range(0, max(len(premise) - OVERLAP, 1), room - OVERLAP)
    parts = [premise[start : start + room] for start in starts]
    ids = [[CLS, *claim[:CLAIM], SEP, *part, SEP] for part in parts]
    first = len(claim[:CLAIM]) + 2
    return [
        Window(one, [0] * first + [1] * (len(one) - first), [NOBODY] * len(one), number, 0)
        for number, one in enumerate(ids)
    ]
