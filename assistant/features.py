"""What the reader looks at in one sentence for one question: a vector of plain numbers with names."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.question import Question, satisfies
from index.lexical import content_stems, words
from index.sentences import word_count

NAMES = ("similarity", "with_before", "passage", "covered", "covered_near", "covered_passage", "names_missing",
         "numbers_missing", "kind_present", "kind_absent", "kind_absent_passage", "short", "length", "pronoun", "standing",
         "covered_squared", "missing_words")
_PRONOUNS = frozenset("he she it they this these those that his her its their such both".split())

Matrix = NDArray[np.float64]


def features(question: Question, vector: NDArray[np.float32], sentences: Sequence[str], vectors: NDArray[np.float32],
             about: str) -> Matrix:
    """One row per sentence of a passage, columns as NAMES.

    `vector` is the question's unit vector, `vectors` those of the sentences; `about` is the title and heading path,
    whose words count as said in every sentence.
    """
    similarity = vectors @ vector
    passage = vectors.sum(axis=0)
    passage_similarity = float(passage @ vector) / (float(np.linalg.norm(passage)) or 1.0)
    stems = [frozenset(content_stems(sentence)) for sentence in sentences]
    about_stems = frozenset(content_stems(about))
    everywhere = about_stems.union(*stems) if stems else about_stems
    covered_passage = _share(question.stems, everywhere)
    names_missing = _share_missing(question.names, everywhere)
    said = " ".join([about, *sentences])
    numbers_missing = _share_missing(question.numbers, frozenset(words(said)))
    has_kind = [satisfies(question, sentence) for sentence in sentences]
    open_kind = question.wanted == "other"
    missing = sum(stem not in everywhere for stem in question.stems)
    rows = []
    for index, sentence in enumerate(sentences):
        near = about_stems.union(*stems[max(0, index - 1) : index + 2])
        before = vectors[max(0, index - 1)] + vectors[index]
        count = word_count(sentence)
        covered = _share(question.stems, stems[index] | about_stems)
        first = words(sentence[:20])[:1]
        rows.append((
            float(similarity[index]), float(before @ vector) / (float(np.linalg.norm(before)) or 1.0), passage_similarity,
            _share(question.stems, stems[index]), _share(question.stems, near), covered_passage, names_missing,
            numbers_missing, float(has_kind[index] and not open_kind), float(not has_kind[index]),
            float(not any(has_kind)), float(count < 6), math.log1p(count), float(bool(first) and first[0] in _PRONOUNS),
            float(similarity[index] - np.mean(similarity)), covered**2, float(min(missing, 4)),
        ))
    return np.array(rows, np.float64).reshape(len(sentences), len(NAMES))


def _share(wanted: Sequence[str], present: frozenset[str]) -> float:
    """Share of the wanted stems that are present, 0 to 1; nothing wanted counts as half."""
    return sum(stem in present for stem in wanted) / len(wanted) if wanted else 0.5


def _share_missing(wanted: frozenset[str], present: frozenset[str]) -> float:
    return sum(one not in present for one in wanted) / len(wanted) if wanted else 0.0
