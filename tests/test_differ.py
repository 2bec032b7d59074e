"""assistant/differ.py and what becomes of it: two documents that answer differently are both shown, the newer one first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.answer import Assistant
from assistant.differ import DOCUMENTS, SHARE, SURE, differing
from assistant.extract import MOST, extract
from assistant.read import Evidence, PassageReading
from assistant.record import Answer
from index import Collection, Hit, Settings
from index.embed import MiniLM, Vectors
from index.records import Document, Sentence


def said(
    document: str, text: str, phrase: str, score: float = 0.9, title: str = "", modified: str = "2020"
) -> Evidence:
    """A document of one sentence, whose words in `phrase` answer."""
    start = text.index(phrase)
    found = Sentence(f"{document}-0", document, 0, 0, len(text), text, "prose")
    whole = Document(document, "s", document, title or document, text, "r", modified)
    return Evidence(found, whole, score, (start, start + len(phrase)) if phrase else None)


def same(texts: Sequence[str]) -> Vectors:
    """One vector for all: every text is like every other."""
    return np.ones((len(texts), 1), np.float32)


FEE = "What does a visitor pay for parking?"
OLD = said("old", "A visitor pays £1.20 an hour for parking.", "£1.20", 0.9, modified="2019-05-01")
NEW = said("new", "For parking each visitor now pays £1.80 an hour.", "£1.80", 0.7, modified="2023-05-01")


def test_two_prices() -> None:
    """Both, the newer document first, whichever has the better sentence."""
    assert differing(FEE, [OLD, NEW], same) == (NEW, OLD)
    assert differing(FEE, [], same) == differing(FEE, [OLD], same) == ()


@pytest.mark.parametrize(
    ("question", "one", "phrase", "other", "other_phrase", "differ"),
    [
        (
            "When is the rent due?",
            "The rent is due on 1 April.",
            "1 April",
            "The rent is due on 1 October.",
            "1 October",
            True,
        ),
        (
            "When is the rent due?",
            "The rent is due on 1 April 2024.",
            "1 April 2024",
            "Rent: due 01.04.2024.",
            "01.04.2024",
            False,
        ),
        ("How long is leave?", "Leave is two weeks.", "two weeks", "Leave lasts 14 days.", "14 days", False),
        ("How long is leave?", "Leave is two weeks.", "two weeks", "Leave lasts 20 days.", "20 days", True),
        ("How long is leave?", "Leave is two weeks.", "two weeks", "Leave costs 300 euros.", "300 euros", False),
        (
            "When does the gate open?",
            "The gate opens at 8.15 am.",
            "8.15 am",
            "The gate opens at 9.15 am.",
            "9.15 am",
            True,
        ),
        (
            "Who signed the report?",
            "The report was signed by Olaf Brandt.",
            "Olaf Brandt",
            "Ms Keane signed the report.",
            "Keane",
            True,
        ),
        (
            "Who signed the report?",
            "The report was signed by Mr Brandt.",
            "Brandt",
            "Olaf Brandt signed the report.",
            "Olaf Brandt",
            False,
        ),
        (
            "Who signed the report?",
            "She signed the report.",
            "She",
            "Olaf Brandt signed the report.",
            "Olaf Brandt",
            False,
        ),
        (
            "Who signed the report?",
            "The report was signed by Olaf Brandt.",
            "Olaf Brandt",
            "It was signed, the report, in 1999.",
            "1999",
            False,
        ),
        (
            "Why is the barn shut?",
            "The barn is shut because of asbestos.",
            "because of asbestos",
            "The barn is shut for repairs.",
            "for repairs",
            False,
        ),
    ],
)
def test_values(question: str, one: str, phrase: str, other: str, other_phrase: str, differ: bool) -> None:
    """Dates, times, numbers with their units and names are compared by what they mean; reasons are not compared."""
    evidence = [said("a", one, phrase), said("b", other, other_phrase, 0.8)]
    assert bool(differing(question, evidence, same)) is differ


@pytest.mark.parametrize(
    "other",
    [
        said("new", NEW.sentence.text, "£1.80", SHARE * 0.9 - 0.01),  # too unsure
        said("new", NEW.sentence.text, "", 0.8),  # no words that answer
        said("old", NEW.sentence.text, "£1.80", 0.8),  # the same document
    ],
)
def test_what_is_no_other_answer(other: Evidence) -> None:
    """A number in another document is not enough."""
    assert differing(FEE, [OLD, other], same) == ()


@pytest.mark.parametrize("angles", [(0, 90, 0), (0, 0, 90)])
def test_other_sentences_are_alike(angles: tuple[int, int, int]) -> None:
    """A sentence that is unlike the other or unlike the question speaks of something else, whatever its numbers."""
    turned = np.array([[np.cos(np.radians(one)), np.sin(np.radians(one))] for one in angles], np.float32)
    assert differing(FEE, [OLD, NEW], lambda _: turned) == ()


def test_an_unsure_answer_has_no_rival() -> None:
    """Where nothing answers for certain, nothing is said to contradict it."""
    unsure = [
        said(one, text, price, SURE - 0.01)
        for one, text, price in (("a", OLD.sentence.text, "£1.20"), ("b", NEW.sentence.text, "£1.80"))
    ]
    assert differing(FEE, unsure, same) == ()


def test_titles_that_stand_for_two_places() -> None:
    """What is asked of the harbour site is not contradicted by the hill site."""
    text = "On Sundays the site closes at {}, unlike the harbour baths."
    harbour = said("a", text.format("4 pm"), "4 pm", 0.9, "Harbour site hours")
    hill = said("b", text.format("6 pm"), "6 pm", 0.95, "Hill site hours")
    question = "When does the harbour site close on Sundays?"
    assert differing(question, [hill, harbour], same) == ()
    assert len(differing(question, [hill, said("a", harbour.sentence.text, "4 pm", 0.9, "Hill site hours")], same)) == 2


def test_names_of_the_question_stand_in_both() -> None:
    """Another ward has other beds."""
    willow = said("a", "Willow ward has 24 beds.", "24")
    oak = said("b", "The ward has 30 beds.", "30", 0.85)
    assert differing("How many beds has Willow ward?", [willow, oak], same) == ()


def test_as_many_documents_as_are_compared() -> None:
    """No more than DOCUMENTS, each once."""
    many = [said(f"d{n}", f"A visitor pays £{n}.50 for parking.", f"£{n}.50", 0.9 - n / 100) for n in range(1, 9)]
    assert len(differing(FEE, many, same)) == DOCUMENTS


def test_they_are_among_the_chosen() -> None:
    """Also where their words are nearly the same, where others are better, and when there is little room."""
    twin = said("new", "A visitor pays £1.80 an hour for parking.", "£1.80", 0.5, modified="2023")
    assert extract([OLD, twin]) == (OLD,)  # near-duplicates but for the number
    assert extract([OLD, twin], MOST, differing(FEE, [OLD, twin], same)) == (twin, OLD)
    rest = [
        said(f"r{n}", f"Parking rule {chr(97 + n) * 5} is number {n} of {chr(98 + n) * 4}.", "", 0.8) for n in range(6)
    ]
    chosen = extract([OLD, *rest, twin], MOST, [twin, OLD])
    assert len(chosen) == MOST
    assert chosen[:2] == (twin, OLD)


class PhraseReader:
    """Answers with the price in a sentence."""

    threshold = 0.5

    def read(self, question: str, hits: Sequence[Hit]) -> list[PassageReading]:
        phrases = [
            [(one.text.find("£"), one.text.find("£") + 5) if "£" in one.text else None for one in hit.sentences]
            for hit in hits
        ]
        return [PassageReading(tuple(0.9 if one else 0.1 for one in found), 0.9, tuple(found)) for found in phrases]


def answered(folder: Path, minilm: MiniLM, *texts: tuple[str, str]) -> Answer:
    """The answer over documents of these times and texts."""
    (folder / "documents").mkdir()
    for number, (modified, text) in enumerate(texts):
        front = f"---\nlastmod: {modified}\ntitle: Parking\n---\n"
        (folder / "documents" / f"{number}.md").write_text(front + text)
    with Collection.open(Settings(data=folder / "data"), create=True, embedder=minilm) as collection:
        collection.ingest(folder / "documents")
        return Assistant(collection, PhraseReader()).ask(FEE)


def test_the_answer_says_so(tmp_path: Path, minilm: MiniLM) -> None:
    """A note names the citations and the newest; the question is answered all the same."""
    answer = answered(tmp_path, minilm, ("2019-05-01", OLD.sentence.text), ("2023-05-01", NEW.sentence.text))
    assert answer.verdict == "answered"
    assert [one.quote for one in answer.citations] == [NEW.sentence.text, OLD.sentence.text]
    assert answer.notes == ("The documents may not say the same: compare [1], [2]. The newest is [1], of 1 May 2023.",)


def test_of_one_day_none_is_the_newest(tmp_path: Path, minilm: MiniLM) -> None:
    """A time of day decides nothing."""
    answer = answered(
        tmp_path, minilm, ("2019-05-01T08:00:00Z", OLD.sentence.text), ("2019-05-01T09:00:00Z", NEW.sentence.text)
    )
    assert answer.notes == ("The documents may not say the same: compare [1], [2].",)


def test_nothing_is_said_where_they_agree(tmp_path: Path, minilm: MiniLM) -> None:
    answer = answered(
        tmp_path, minilm, ("2019-05-01", OLD.sentence.text), ("2023-05-01", "For parking a visitor still pays £1.20.")
    )
    assert answer.notes == ()
