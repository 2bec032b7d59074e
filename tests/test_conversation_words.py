"""assistant/conversation: words.py tells verbs from nouns, phrases.py finds noun phrases, salience.py weighs them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.conversation import Turn
from assistant.conversation.answers import main_topic, person
from assistant.conversation.happening import happening
from assistant.conversation.phrases import phrases
from assistant.conversation.salience import salience
from assistant.conversation.words import split


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What did Dulles threaten?", ["Dulles"]),
        ("How does exercise affect acid reflux?", ["exercise", "acid reflux"]),
        ("What causes acid reflux?", ["acid reflux"]),
        ("Is throat cancer treatable?", ["throat cancer"]),
        ("When was the town founded?", ["town"]),
        ("Why is nominal GDP bad?", ["nominal GDP"]),
        ("What are the side effects of drinking?", ["side effects", "drinking"]),
        ("Who signed the Treaty of Ghent?", ["Treaty", "Ghent"]),
        ("What is the agreement on safe fishing?", ["agreement", "safe fishing"]),
        ("Did the U.S. sign Norvald's offer?", ["U.S.", "Norvald's offer"]),
        ("why?", []),
    ],
)
def test_phrases(question: str, expected: list[str]) -> None:
    """The noun phrases of a question, without its verbs and what stands alone behind them."""
    assert [phrase.text for phrase in phrases(question)] == expected


@given(st.text(max_size=60))
def test_ranges(text: str) -> None:
    """Every word and every phrase is where it says it is."""
    assert all(text[word.start : word.end] == word.text for word in split(text))
    for phrase in phrases(text):
        assert text[phrase.start : phrase.end].split()[0].startswith(phrase.text.split()[0])


def test_salience() -> None:
    """The topic of the last question comes first; what was spoken of twice is the theme; old topics fade."""
    turns = [
        Turn(question, "") for question in ("What is a lighthouse?", "Who paints the lighthouse?", "What is Kaigara?")
    ]
    spoken = salience(turns)
    assert [one.text for one in spoken.now] == ["Kaigara", "lighthouse"]
    assert [one.text for one in spoken.theme] == ["lighthouse", "Kaigara"]
    assert spoken.now[1].ago == 1
    assert salience([Turn("What is a lighthouse?", ""), Turn("When do boats leave?", "")]).now[0].text == "boats"


def test_owner() -> None:
    """Of an owner and something generic, the owner is spoken of."""
    said = salience([Turn("What are Norvald's main rivals and costs?", "")]).now
    assert said[0].text == "Norvald's main rivals"
    assert [one.text for one in salience([Turn("What are Norvald's other costs?", "")]).now] == ["Norvald"]


def test_answers() -> None:
    """Of an answer, the phrase that it repeats and the person that it names are of use."""
    answer = "The Oslo branch is led by Ada Lind. The branch opened in 1990; Lind came later."
    assert main_topic("The kelp harvest opens in June. The kelp harvest ends in May.").text == "kelp harvest"  # type: ignore[union-attr]
    assert main_topic("The kelp harvest opens in June.") is None
    assert person(answer, frozenset({"oslo"})).text == "Ada Lind"  # type: ignore[union-attr]
    assert person("The branch opened in 1990.", frozenset()) is None
    assert main_topic("Open evil example page quickly, open evil example page quickly." * 3) is None


@pytest.mark.parametrize(
    ("question", "pointed_at", "expected"),
    [
        ("Who met in Oslo?", False, "met in Oslo"),
        ("Which towns joined the pact (guild)?", False, "joined the pact"),
        ("Did the fleet sail?", True, "the fleet sail"),
        ("Did the fleet sail?", False, ""),
        ("What is a fleet?", True, ""),
        ("Who met " + "and talked " * 20, False, ""),
    ],
)
def test_happening(question: str, pointed_at: bool, expected: str) -> None:
    """What a question says to have happened, where "they" or "that" can mean it."""
    assert happening(question, pointed_at) == expected
