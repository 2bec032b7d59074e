"""What the reader looks at in one sentence for one question: a vector of plain numbers with names."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.question import Question, satisfies
from index.lexical import content_stems, words
from index.sentences import word_count

PLAIN = (
    "covered",
    "covered_near",
    "covered_passage",
    "kind_absent",
    "length",
    "pronoun",
    "names_missing",
    "numbers_missing",
)
NAMES = ("similarity", *PLAIN)
_PRONOUNS = [[word] for word in "he she it they this these those that his her its their such both".split()]

Matrix = NDArray[np.float64]


def features(
    question: Question, vector: NDArray[np.float32], sentences: Sequence[str], vectors: NDArray[np.float32], about: str
) -> Matrix:
    """One row per sentence of a passage, columns as NAMES.

    `vector` is the question's unit vector, `vectors` those of the sentences; the rest as in `plain`.
    """
    return np.column_stack([(vectors @ vector).astype(np.float64), plain(question, sentences, about)])


def plain(question: Question, sentences: Sequence[str], about: str) -> Matrix:
    """One row per sentence of a passage, columns as PLAIN; `about` is the title and heading path, said in every sentence."""
    stems = [frozenset(content_stems(sentence)) for sentence in sentences]
    about_stems = frozenset(content_stems(about))
    everywhere = about_stems.union(*stems)
    covered_passage = _share(question.stems, everywhere)
    names_missing = _share_missing(question.names, everywhere)
    numbers_missing = _share_missing(question.numbers, frozenset(words(" ".join([about, *sentences]))))
    rows = []
    for index, sentence in enumerate(sentences):
        near = about_stems.union(*stems[max(0, index - 1) : index + 2])
        rows.append(
            (
                _share(question.stems, stems[index]),
                _share(question.stems, near),
                covered_passage,
                float(not satisfies(question, sentence)),
                math.log1p(word_count(sentence)),
                float(words(sentence[:20])[:1] in _PRONOUNS),
                names_missing,
                numbers_missing,
            )
        )
    return np.array(rows, np.float64).reshape(len(sentences), len(PLAIN))


def _share(wanted: Sequence[str], present: frozenset[str]) -> float:
    """Share of the wanted stems that are present, 0 to 1; nothing wanted counts as half."""
    return sum(stem in present for stem in wanted) / len(wanted) if wanted else 0.5


def _share_missing(wanted: frozenset[str], present: frozenset[str]) -> float:
    return sum(one not in present for one in wanted) / len(wanted) if wanted else 0.0
