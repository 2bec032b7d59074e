"""assistant/extract.py: which sentences make the answer, and in what order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.extract import MOST, SHARE_OF_BEST, extract, in_reading_order, needs_antecedent
from assistant.read import Evidence
from index.records import Document, Kind, Sentence
from index.sentences import can_stand_alone

SAID = [
    "Seals sleep on warm rocks",
    "Boats fish here at dawn",
    "A volcano smokes above the bay",
    "No treaty was signed yet",
    "The ferry lands at noon",
    "Whales pass by in spring",
    "Otters swim among the kelp",
    "He sleeps there too",
]


def make_evidence(document: str, ordinal: int, score: float, text: str = "", kind: Kind = "prose") -> Evidence:
    text = text or f"{SAID[ordinal % len(SAID)]} in {document}{ordinal}."
    sentence = Sentence(f"{document}-{ordinal}", document, ordinal, 10 * ordinal, 10 * ordinal + len(text), text, kind)
    return Evidence(sentence, Document(document, "s", document, document, "", "r", "2026"), score)


def ranked(*ones: Evidence) -> list[Evidence]:
    return sorted(ones, key=lambda one: (-one.score, one.sentence.id))


PLACES = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), unique=True, max_size=15)


@given(PLACES, st.data())
def test_properties(places: list[tuple[str, int]], data: st.DataObject) -> None:
    """At most five citable sentences, the best one among them, none far below it; by document, in its order."""
    evidence = ranked(
        *(
            make_evidence(
                document, ordinal, data.draw(st.floats(0, 1)), kind=data.draw(st.sampled_from(["prose", "row", "code"]))
            )
            for document, ordinal in places
        )
    )
    chosen = extract(evidence)
    usable = [one for one in evidence if can_stand_alone(one.sentence)]
    assert bool(chosen) is bool(usable)
    assert len(chosen) <= MOST
    if usable:
        assert usable[0] in chosen
        assert chosen[0].document.id == usable[0].document.id
        assert all(one.score >= SHARE_OF_BEST * usable[0].score and can_stand_alone(one.sentence) for one in chosen)
        documents = [one.document.id for one in chosen]
        assert documents == sorted(documents, key=documents.index)  # each document's sentences together
        for document in set(documents):
            ordinals = [one.sentence.ordinal for one in chosen if one.document.id == document]
            assert ordinals == sorted(ordinals)
    assert extract(evidence) == chosen


def test_says_it_once() -> None:
    """Of two sentences that say the same, in whatever document, the better one is taken."""
    evidence = ranked(
        make_evidence("a", 0, 0.9, "Seals sleep on warm rocks."),
        make_evidence("b", 0, 0.8, "Seals sleep on the warm rocks!"),
        make_evidence("b", 1, 0.7, "Boats fish here at dawn."),
    )
    assert [one.sentence.id for one in extract(evidence)] == ["a-0", "b-1"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Two words", "prose"),
        ("1 2 3 4", "row"),
        ("", "prose"),
        ("A whole sentence here.", "heading"),
        ("A whole sentence here.", "code"),
        ("A whole sentence here.", "boilerplate"),
    ],
)
def test_never_alone(text: str, kind: Kind) -> None:
    """A sentence of fewer than three words, without a letter, or of a kind that is not cited is never chosen."""
    evidence = [make_evidence("a", 0, 1.0, text or "?!", kind)]
    assert extract(evidence) == ()
    assert extract([]) == ()


@pytest.mark.parametrize("text", ["The seals eat:", "There are three reasons for this:"])
def test_lead_in_is_no_answer(text: str) -> None:
    """A line that only leads into a list says nothing by itself: it is not chosen where another sentence can be."""
    evidence = ranked(make_evidence("a", 0, 0.9, text), make_evidence("a", 1, 0.8))
    assert [one.sentence.id for one in extract(evidence)] == ["a-1"]


def test_document_of_the_best_first() -> None:
    """The document with the best sentence comes first, though another has an earlier name."""
    order = in_reading_order(
        [make_evidence("a", 5, 0.5), make_evidence("b", 7, 0.9), make_evidence("b", 2, 0.1), make_evidence("a", 1, 0.6)]
    )
    assert [one.sentence.id for one in order] == ["b-2", "b-7", "a-1", "a-5"]


@pytest.mark.parametrize(
    ("text", "kind", "needed"),
    [
        ("He signed it.", "prose", True),
        ("“This was new,” they said.", "prose", True),
        ("It’s cold there.", "prose", True),
        ("It's cold there.", "prose", True),
        ("Theirs is a long story.", "prose", False),
        ("Italy signed it.", "prose", False),
        ("This is one.", "item", False),
        ("…", "prose", False),
    ],
)
def test_needs_antecedent(text: str, kind: Kind, needed: bool) -> None:
    """Prose that opens with a word that points back needs the sentence before it."""
    assert needs_antecedent(make_evidence("a", 0, 1.0, text, kind).sentence) is needed
