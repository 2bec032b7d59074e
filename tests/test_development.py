"""training/development.py and retrieved.py: what is asked is answered where it says, and search's finds become examples."""

from __future__ import annotations

import pytest
from fakes import HashEmbedder

from training.development import FOLDERS, Asked, Development, folders, opened, pairs
from training.reading_data import RETRIEVED
from training.retrieved import retrieved

TIDES = Development(
    "tides",
    {
        "tides.md": "# Tides\n\n## At the pier\n\nThe tide turns at noon. Gulls sleep then.\n",
        "kelp.txt": "Kelp grows fast.",
    },
    (Asked("When does the tide turn?", ("The tide turns at noon.",)), Asked("Who owns the pier?", ())),
)


@pytest.mark.parametrize("kind", ["development", "training"])
def test_every_quote_stands_in_a_document(kind: str) -> None:
    """Of each folder, white space and the bars of tables folded; answerable and unanswerable questions are both there."""
    for one in folders(kind):
        texts = [_folded(text) for text in one.documents.values()]
        assert len(texts) >= 6, one.name
        for asked in one.questions:
            for quote in asked.gold:
                assert any(_folded(quote) in text for text in texts), (one.name, quote)
        assert 0.3 < sum(bool(asked.gold) for asked in one.questions) / len(one.questions) < 0.7, one.name


def _folded(text: str) -> str:
    return " ".join(text.replace("|", " ").split())


def test_no_folder_is_both() -> None:
    """What is calibrated on is not trained on."""
    names = [{path.name for path in (FOLDERS / kind).iterdir()} for kind in ("development", "training")]
    assert not names[0] & names[1]


def test_pairs_are_collections_of_their_file() -> None:
    """The passages that are kept aside, a document each, by the file that they are of."""
    found = {one.name: one for one in pairs()}
    assert len(found["reasons"].documents) == 10
    assert any(asked.gold for asked in found["reasons"].questions)


def test_opened_is_searched() -> None:
    """The documents are ingested as files of their names."""
    with opened(TIDES, HashEmbedder(32)) as collection:
        assert {one.path for one in collection.documents()} == set(TIDES.documents)


def test_retrieved() -> None:
    """Hits are examples with title and headings; one that holds a gold sentence is answered; a question's stand together."""
    examples = list(retrieved([TIDES], HashEmbedder(32)))
    right = [one for one in examples if one.answerable]
    assert [(one.question, one.sentences[one.labels.index(1)]) for one in right if one.labels] == [
        ("When does the tide turn?", "The tide turns at noon.")
    ]
    assert {one.group for one in examples if one.question == right[0].question} == {right[0].group}
    assert len({one.group for one in examples}) == len(TIDES.questions)
    assert right[0].title.endswith("Tides At the pier")
    assert {one.source for one in examples} == {RETRIEVED}
    assert any(one.question == "Who owns the pier?" and not one.answerable for one in examples)
