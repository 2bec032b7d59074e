"""The gates of names, negation, strength and foreign matter, and all of them in a row."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.writing.gates import objections
from assistant.writing.gates.certainty import surer
from assistant.writing.gates.elsewhere import denies_otherwise, missing_figures
from assistant.writing.gates.foreign import foreign
from assistant.writing.gates.names import names, unknown_names, unresolved_names
from assistant.writing.gates.negation import denied, opposed
from assistant.writing.gates.order import turned_round
from assistant.writing.gates.strength import reasoned, wider
from assistant.writing.gates.substitution import substituted_names


@pytest.mark.parametrize(
    ("claim", "premise"),
    [
        ("Japanese boats were seized.", "Boats from Japan were seized."),
        ("Russia refused.", "Moscow refused."),
        ("The IMF agreed.", "The International Monetary Fund agreed."),
        ("The International Monetary Fund agreed.", "The IMF agreed."),
        ("The Kurchatov Dubna Laboratory agreed.", "The KDL agreed."),
        ("The U.S. agreed.", "The United States agreed."),
        ("Sayle's figure is disputed.", "The figure of Sayle is disputed."),
        ("Deployment was stopped.", "It was no longer rolled out."),
        ("Mr Café spoke.", "Then Cafe spoke."),
        ("WhatsApp was used.", "They used Whatsapp."),
        ("World War II ended.", "The Second World War ended."),
    ],
)
def test_same_name(claim: str, premise: str) -> None:
    """Inflected names, people for country, capital for government and abbreviations pass; so do common words."""
    assert unknown_names(claim, premise) == []


@pytest.mark.parametrize(
    ("claim", "premise", "unknown"),
    [
        ("Seoul refused the offer.", "Tokyo refused the offer.", ["Seoul"]),
        ("It was signed by Ichiro Hatoyama.", "The prime minister signed it.", ["Ichiro Hatoyama"]),
        ("Austria joined.", "Australia joined.", ["Austria"]),
        ("The WTO agreed.", "The World Health Organization agreed.", ["WTO"]),
    ],
)
def test_other_name(claim: str, premise: str, unknown: list[str]) -> None:
    """A name of which the premise has no word is unknown."""
    assert unknown_names(claim, premise) == unknown


def test_unresolved_names() -> None:
    """A name known in part, or that may be that of a pronoun, is not unknown but unresolved."""
    assert unresolved_names("Yoriko Kawaguchi resigned.", "Kawaguchi resigned.") == ["Yoriko"]
    assert unknown_names("Yoriko Kawaguchi resigned.", "Kawaguchi resigned.") == []
    assert unresolved_names("Haugen owes the bank money.", "We still owe the bank money.") == ["Haugen"]
    assert unknown_names("Haugen owes the bank money.", "We still owe the bank money.") == []


def test_substituted_name() -> None:
    """A name in words taken over is wrong where the premise has another one, though it stands elsewhere."""
    premise = (
        "Admiral Stepan Corl wrote a dissenting opinion of 44 pages. Judge Helga Sunniva would have liked more time."
    )
    assert substituted_names("Judge Helga Sunniva wrote a dissenting opinion of 44 pages.", premise)
    assert not substituted_names("Admiral Stepan Corl wrote a dissenting opinion of 44 pages.", premise)
    assert not substituted_names(
        "Corl wrote a dissenting opinion of 44 pages.", "He wrote a dissenting opinion of 44 pages."
    )


def test_names_are_runs() -> None:
    """Words with capitals beside each other are one name."""
    found = [name.words for name in names("Then Helga Sunniva of the North Sea Board met Corl.")]
    assert found == [("Then", "Helga", "Sunniva"), ("North", "Sea", "Board"), ("Corl",)]


@pytest.mark.parametrize(
    ("claim", "premise"),
    [
        (
            "A charge that has been paid can be given back later.",
            "A charge that has been paid cannot be given back later.",
        ),
        ("The union had organised the occupation.", "The union had not organised the occupation."),
        ("The army has never used the northern road.", "The army used the northern road in spring."),
        ("A treaty has been signed by both states.", "No treaty has been signed by both states."),
    ],
)
def test_denied(claim: str, premise: str) -> None:
    """What the premise denies the claim may not assert, nor the other way round."""
    assert denied(claim, premise)


@pytest.mark.parametrize(
    ("claim", "premise"),
    [
        ("The union did not organise the occupation.", "The union had not organised the occupation."),
        ("The inspectors refuse a picture of the licence.", "The inspectors do not accept a picture of the licence."),
        ("Fees are not refunded unless we end the contract.", "Fees are refunded when we end the contract."),
        ("The bridge was closed in March.", "No one crossed the river. The bridge was closed in March."),
    ],
)
def test_denied_alike(claim: str, premise: str) -> None:
    """Both deny, or one denies in other words, or the denial is about something else: no objection."""
    assert denied(claim, premise) == []


def test_opposed() -> None:
    """An opposite in otherwise like words is an objection; not where either sentence denies."""
    premise = "The board rejected the plan for a new harbour in June."
    assert opposed("The board accepted the plan for a new harbour in June.", premise) == ["accept"]
    assert opposed("The board did not accept the plan for a new harbour in June.", premise) == []
    assert opposed(
        "The river moved 200 metres to the east since 1951.", "The river moved 200 metres to the west since 1951."
    )
    assert opposed("Visitors are unwelcome at the northern gate.", "Visitors are welcome at the northern gate.")


def test_surer() -> None:
    """What is planned, permitted or supposed may not be told as done."""
    premise = "Norvolt has offered to dig the plants up and move them."
    assert surer("Norvolt has dug the plants up and moved them.", premise)
    assert surer("Norvolt offered to move the plants.", premise) == []
    assert surer("Norvolt moved the plants.", "Norvolt moved the plants.") == []
    said = "The Russian side said that the catch did not agree with the logbooks."
    assert surer("The catch did not agree with the logbooks.", said) == ["said"]
    assert surer("According to Russia the catch did not agree with the logbooks.", said) == []
    assert surer("The treaty covers the two islands.", "If handed over, the treaty would cover the two islands.") == [
        "cover"
    ]


def test_wider() -> None:
    """ "All" may not be made of "some", nor "only" of nothing."""
    assert wider("All volcanoes of the island are active.", "Several volcanoes of the island are active.") == ["All"]
    assert wider("All volcanoes of the island are active.", "Every volcano of the island is active.") == []
    assert wider("Only Ruiz can lift the ban.", "Ruiz can lift the ban.") == ["Only"]
    assert wider("Only Ruiz can lift the ban.", "Nobody but Ruiz, the sole head, can lift the ban.") == []
    assert wider("He was the first ever to try.", "He was one of five to try.") == ["ever"]


def test_reasoned() -> None:
    """A reason may not be given where the premise gives none."""
    premise = "Trump announced the withdrawal. Putin suspended participation."
    assert reasoned("Trump announced the withdrawal because Putin suspended participation.", premise) == ["because"]
    assert reasoned("Putin left because of it.", "Putin left, for it had come to nothing.") == []


def test_turned_round() -> None:
    """Who does what to whom may not be turned round; a passive, another order of parts and mutual doings may."""
    premise = "Russia asked Japan to accept the results of the war."
    assert turned_round("Japan asked Russia to accept the results of the war.", premise)
    assert not turned_round("To accept the results of the war, Russia asked Japan.", premise)
    assert not turned_round("The plan was drawn by Brill in March.", "In March Brill drew the plan of the hall.")
    assert not turned_round(
        "Brill and Loy met in the town hall in March.", "Loy and Brill met in the town hall in March."
    )
    assert turned_round(
        "It is paid back if the machine is sold but not if it burns.",
        "It is paid back if the machine burns but not if it is sold.",
    )


@pytest.mark.parametrize(
    "matter",
    [
        "https://evil.example/x",
        "www.evil.example",
        "evil.example.com",
        "javascript:alert(1)",
        "someone@evil.example",
        "![](https://evil.example/a.png)",
        "[here](/x)",
        "<img src=x>",
        "`rm -rf /`",
        "fetch('a')",
        "10.0.0.1",
        "/etc/passwd",
    ],
)
def test_foreign(matter: str) -> None:
    """Links, addresses, markup and code that the premise lacks are foreign; those that it has are not."""
    assert foreign(f"Seals sleep on rocks, see {matter} for more.", "Seals sleep on rocks.")
    assert (
        foreign(f"Seals sleep on rocks, see {matter} for more.", f"Seals sleep on rocks, see {matter} for more.") == []
    )


def test_plain_text_is_not_foreign() -> None:
    """Ordinary sentences with brackets, ratios, abbreviations and times hold nothing foreign."""
    text = "At 10:30 (local time) the U.S. side, e.g. Mr. Low, voted 3:2 and/or left; see section 4.2: it was No. 5."
    assert foreign(text, "") == []


def test_other_languages() -> None:
    """In any language a figure must be there, and a denial must be denied."""
    premise = "Der Vertrag wurde am 12. März 1956 von 1.250 Mitgliedern angenommen."
    assert missing_figures("Der Vertrag von 1965 wurde angenommen.", premise) == ["1965"]
    assert missing_figures("1250 Mitglieder nahmen 1956 den Vertrag an.", premise) == []
    assert denies_otherwise("Der Vertrag wurde nicht angenommen.", premise) == ["nicht"]
    assert denies_otherwise("条約は承認されなかった", "条約は承認された")


SENTENCES = [
    "On 19 October 1956 Ichiro Hatoyama signed it in Moscow, and 98 % of some 3,500 islanders did not agree.",
    "Only two of the four parties, the Greens and the Civic Union, will accept all terms by half past six.",
    "She has never seen the U.S. report (see https://example.org/a?b=1), which costs £29.50, i.e. a third more.",
]


@given(st.one_of(st.text(max_size=300), st.sampled_from(SENTENCES)))
@example(SENTENCES[0])
@example("2\u0660 1/1/2000 ½½ 31.02.2021 12:60 May 1.1.1")
@settings(max_examples=150, deadline=None)
def test_a_text_supports_itself(text: str) -> None:
    """No gate objects to a claim that is its own premise, nor fails on any text."""
    assert list(objections(text, text)) == []
    assert list(objections(text, text, english=False)) == []


@pytest.mark.parametrize(
    "piece",
    ["1", "1,", "a.", "(", "<a", "[", "A ", "twenty-", "a-1-", "http:", "x@", "not ", "one and a half ", "`", "A.B."],
)
def test_long_text_is_quick(piece: str) -> None:
    """Hostile text of 8,000 characters is read in seconds by all gates together."""
    text = (piece * 8000)[:8000]
    started = time.process_time()
    list(objections(text[:1000], text))
    assert time.process_time() - started < 5
