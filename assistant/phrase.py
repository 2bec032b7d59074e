"""The words of a sentence that answer the question, from a logit per token: shown bold in the citation."""

from __future__ import annotations

from collections.abc import Sequence

SURE = 0.0  # mean logit of a phrase that is shown
MOST = 0.6  # share of the sentence's characters: what is longer is no phrase

Range = tuple[int, int]


def phrase(text: str, offsets: Sequence[Range], logits: Sequence[float]) -> Range | None:
    """The half-open range, in characters of `text`, of the run of tokens whose logits have the highest sum; whole words.

    None where no token speaks for itself, the phrase is unsure, or it is most of the sentence. `offsets` has the
    range of each token.
    """
    best, run, first = 0.0, 0.0, 0
    found: Range | None = None
    for number, logit in enumerate(logits):
        if run <= 0:
            run, first = 0.0, number
        run += logit
        if run > best:
            best, found = run, (first, number)
    if found is None or best / (found[1] + 1 - found[0]) < SURE:
        return None
    start, end = _whole_words(text, offsets[found[0]][0], offsets[found[1]][1])
    return (start, end) if 0 < end - start <= MOST * len(text) else None


def _whole_words(text: str, start: int, end: int) -> Range:
    while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    while start < end and not (text[start].isalnum() or text[start] in "$€£([“\"'"):
        start += 1
    while start < end and text[end - 1] in " ,;:.!?":
        end -= 1
    return start, end
