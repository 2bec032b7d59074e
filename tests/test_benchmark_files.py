"""benchmarks/cases.py and corpora.py: each format is recognised, and what answers is told from what does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.cases import UnknownFormat, case, read_cases
from benchmarks.corpora import Query, Text, collection_of, name_of, overlap, read_corpus
from benchmarks.highlight import scores, words_of
from benchmarks.report import curve, table

SENTENCES = ["The tower was built in 1901.", "It is red.", "Nobody climbs it."]
SQUAD = {
    "id": "1",
    "title": "The_tower",
    "para": 0,
    "question": "When was it built?",
    "sentences": SENTENCES,
    "answer_sents": [0],
    "answers": ["1901"],
    "is_impossible": False,
}


@pytest.mark.parametrize(
    ("row", "labels", "answerable"),
    [
        (SQUAD, (1, 0, 0), True),
        (SQUAD | {"is_impossible": True}, (0, 0, 0), False),
        ({"id": 4, "question": "?", "candidates": SENTENCES, "labels": [0, 1, 0]}, (0, 1, 0), None),
        (
            {
                "input": "?",
                "passages": [{"title": "T", "text": "", "sentences": SENTENCES}],
                "output": [{"selected_sentences": ["It is red. &"]}],
            },
            (0, 1, 0),
            True,
        ),
        (
            {"question": "?", "sentences": SENTENCES, "labels": [0, 0, 1], "answerable": True, "doc": "d"},
            (0, 0, 1),
            True,
        ),
        ({"question": "?", "sentences": SENTENCES, "labels": None, "answerable": True, "doc": "d"}, None, True),
    ],
)
def test_formats(row: dict[str, object], labels: tuple[int, ...] | None, answerable: bool | None) -> None:
    """Sentences, labels and answerability come out the same whatever the file calls them."""
    found = case(row)
    assert [text for passage in found.passages for text in passage] == SENTENCES
    assert (found.labels, found.answerable) == (labels, answerable)


def test_unknown_format(tmp_path: Path) -> None:
    """A row of no known format is named by its fields."""
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps({"prompt": "?"}) + "\n")
    with pytest.raises(UnknownFormat, match="prompt"):
        read_cases(file)


def test_squad_is_documents_and_questions(tmp_path: Path) -> None:
    """Paragraphs of one article make one document; the answering sentence is the gold quote."""
    file = tmp_path / "squad.jsonl"
    other = SQUAD | {"sentences": ["A lake lies near."], "answer_sents": [0], "question": "What is near?"}
    file.write_text("".join(json.dumps(row) + "\n" for row in (SQUAD, SQUAD, other)))
    texts, queries = read_corpus(file, file)
    assert texts == [Text("The_tower", "The tower", " ".join(SENTENCES) + "\n\nA lake lies near.")]
    assert queries[0].answered_by("The_tower", "The tower was built in 1901.")
    assert not queries[0].answered_by("The_tower", "It is red.")
    assert not queries[0].answered_by("The_lake", "The tower was built in 1901.")


def test_answer_phrases_count_as_whole_words() -> None:
    """`1901` does not stand in 19012; case and punctuation do not matter."""
    query = Query("?", "answerable", answers=("Red Tower",))
    assert query.answered_by("any", "They call it the “red tower”.")
    assert not query.answered_by("any", "They call it the red towers.")
    assert not Query("?", "null").answerable


def test_overlap() -> None:
    """Within the other, or eight words in a row in common."""
    words = "one two three four five six seven eight nine ten"
    assert overlap("three four", words)
    assert overlap(f"{words} eleven", f"zero {words}")
    assert not overlap("ten nine eight seven six five four three two one", words)
    assert not overlap("", words)


def test_collection_of_texts() -> None:
    """Titles and dates of the documents are those of the texts."""
    texts = [Text("a1", "Tides", "The tide turns at noon.", "2014/12/31"), Text("b2", "", "Gulls sleep on the pier.")]
    with collection_of(texts) as collection:
        found = {name_of(one.path): collection.document(one.id) for one in collection.documents()}
        assert found["a1"].title == "Tides"
        assert found["a1"].modified.startswith("2014-12-3")
        assert "Gulls sleep" in found["b2"].text


def test_words_marked() -> None:
    """A word counts when a span touches it; a row with nothing to mark is right when nothing is marked."""
    assert words_of("one two three", [[0, 5]]) == {0, 1}
    assert scores({1, 2}, {2, 3}) == (0.5, 0.5, 0.5, pytest.approx(1 / 3))
    assert scores(set(), set()) == (1, 1, 1, 1)
    assert scores(set(), {1}) == scores({1}, set()) == (0, 0, 0, 0)


def test_table_and_curve(tmp_path: Path) -> None:
    """Columns line up, missing numbers are a dash, and the picture is a well-formed SVG."""
    shown = table("t", [{"a": 0.5, "b": float("nan")}, {"a": (0.1, 0.2), "b": None}])
    assert shown.splitlines()[1:] == ["a               b", "0.500           –", "[0.100, 0.200]"]
    curve([(0, 0), (1, 1)], "t", "x", "y", tmp_path / "c.svg")
    from lxml import etree

    assert etree.parse(tmp_path / "c.svg").getroot().tag.endswith("svg")
