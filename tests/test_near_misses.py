"""training/near_misses.py: what is made from an answered question is no longer answered."""

from __future__ import annotations

import random
from dataclasses import replace

from fakes import HashEmbedder

from training.near_misses import Neighbours, Swapper, without_answer
from training.reading_data import Example

DAM = Example(
    "When did the largest dam on the Orm open in 1961?",
    ("The Orm has three dams.", "The largest opened in May 1961.", "It stands near Falk."),
    (0, 1, 0),
    True,
    "Orm",
    "squad-dev",
    ("May 1961",),
)
BRIDGE = replace(
    DAM,
    question="Who built the bridge at Falk in 1874?",
    sentences=("Falk has a bridge over the Orm.", "Ida Brandt built it in 1874.", "It carries trams."),
    answers=("Ida Brandt",),
)
HARBOUR = replace(
    DAM,
    question="Where do the seals of Tarn sleep?",
    sentences=("The seals sleep on rock 7.", "Nobody counts them."),
    labels=(1, 0),
    document="Tarn",
    answers=("rock 7",),
)


def test_without_answer() -> None:
    """The answering sentence is gone, the others stay in order, and nothing is labelled."""
    made = without_answer(DAM)
    assert made is not None
    assert made.sentences == ("The Orm has three dams.", "It stands near Falk.")
    assert made.labels == (0, 0)
    assert not made.answerable


def test_without_answer_but_still_answered() -> None:
    """None if another sentence holds the answer's words as well, or too little is left."""
    assert (
        without_answer(replace(DAM, sentences=(*DAM.sentences, "Guests came in May 1961."), labels=(0, 1, 0, 0)))
        is None
    )
    assert without_answer(HARBOUR) is None


def test_swaps() -> None:
    """The passage stays, the question differs from it in a year, a name or an opposite, and has no answer."""
    swapper = Swapper([DAM, BRIDGE, HARBOUR], random.Random(1))
    made = [swapper.swap(DAM) for _ in range(40)]
    questions = {one.question for one in made if one is not None}
    assert "When did the largest dam on the Orm open in 1874?" in questions
    assert "When did the smallest dam on the Orm open in 1961?" in questions
    assert DAM.question not in questions
    assert all(one is None or (one.sentences == DAM.sentences and not one.answerable) for one in made)


def test_neighbours() -> None:
    """A look-alike passage never holds the answering sentence or the answer's words."""
    copy = replace(DAM, sentences=("A list of dates.", "Dam on the Orm: May 1961."), labels=(0, 1))
    neighbours = Neighbours([DAM, BRIDGE, HARBOUR, copy], HashEmbedder(32))
    found = neighbours.of([DAM], random.Random(1), depth=3)[0]
    assert found
    assert all(one.sentences not in (DAM.sentences, copy.sentences) and not one.answerable for one in found)
    assert neighbours.off_topic(DAM, random.Random(1)).sentences == HARBOUR.sentences
