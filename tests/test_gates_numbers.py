"""The gates of numbers, dates and times: what counts as the same, and what does not."""

from __future__ import annotations

import pytest

from assistant.writing.gates.attachment import displaced
from assistant.writing.gates.calendar import dates
from assistant.writing.gates.clock import times
from assistant.writing.gates.dates import wrong_dates
from assistant.writing.gates.number_words import spelled
from assistant.writing.gates.numbers import wrong_numbers
from assistant.writing.gates.quantities import quantities
from assistant.writing.gates.substitution import substituted_dates, substituted_numbers


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("twenty-three", 23),
        ("two hundred and fifty", 250),
        ("three million two hundred thousand and five", 3_200_005),
        ("a hundred", 100),
        ("half a dozen", 6),
        ("two thirds of", 2 / 3),
        ("twenty-first", 21),
    ],
)
def test_spelled(written: str, value: float) -> None:
    """A number in words has its value."""
    found = spelled(written.replace("-", " - ").split())
    assert found is not None
    assert found.value == pytest.approx(value)


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("1,234,567", (1_234_567,)),
        ("1 500 000", (1_500_000,)),
        ("1.500", (1500, 1.5)),
        ("3,5", (3.5,)),
        ("$2bn", (2e9,)),
        ("47 %", (0.47,)),
        ("4½", (4.5,)),
        ("three and a half million", (3_500_000,)),
        ("٣٤٥", (345,)),
        ("3万", (30_000,)),
        ("v3.11.2", ()),
        ("1" * 400, ()),
    ],
)
def test_figures(written: str, values: tuple[float, ...]) -> None:
    """A figure is worth what it says, both ways where its marks leave that open, and nothing where it is a code."""
    (found,) = quantities(written)
    assert found.values == pytest.approx(values)


@pytest.mark.parametrize(
    ("claim", "premise"),
    [
        ("The repair cost 3.5 million euros.", "The repair cost €3,487,120."),
        ("About 350 people came.", "Police counted 362 people."),
        ("More than 5,000 signed it.", "The petition has 5,200 signatures."),
        ("It falls due in two weeks.", "It must be paid within fourteen days."),
        ("Half of the seats are taken.", "Of 60 seats, 30 are taken."),
        ("At most three ships may enter.", "No more than three ships may enter."),
        ("Four islands are disputed.", "Etorofu, Kunashiri, Shikotan and Habomai are disputed."),
        ("The war lasted 27 years.", "The war began in 1618 and ended in 1645."),
        ("The price fell by 150 crowns.", "The price fell from 900 to 750 crowns."),
        ("Together they cost 125 pounds.", "The lamp costs 75 pounds and the shade 50."),
        ("It was built in the 19th century.", "It was built in 1856."),
        ("Both doors were locked, two in all.", "Both doors were locked."),
        ("One of the men left.", "A man left."),
        ("The Second World War ended.", "World War II ended."),
        ("Some 58 % agreed.", "Three in five, 58 per cent, agreed."),
        ("Nearly nine in ten voted.", "Of 418 members, 371 voted."),
        (
            "The city paid 125,000 pounds.",
            "It cost 275,000 pounds, of which a trust gave 150,000 and the city the rest.",
        ),
    ],
)
def test_same_number(claim: str, premise: str) -> None:
    """Rounded, converted, counted and reckoned numbers pass."""
    assert wrong_numbers(claim, premise) == []


@pytest.mark.parametrize(
    ("claim", "premise", "wrong"),
    [
        ("It has eleven members.", "It has ten members.", ["eleven"]),
        ("It cost 3.9 million euros.", "It cost 3.4 million euros.", ["3.9 million"]),
        ("It cost 300 dollars.", "It cost 300 euros.", ["300"]),
        ("It weighs 5 kg.", "It weighs 5 g.", ["5"]),
        ("It rose by 47 %.", "It rose by 74 %.", ["47"]),
        ("It is the third attempt.", "It is the second attempt.", ["third"]),
        ("More than three million were spent.", "Less than three million was spent.", ["three million"]),
        ("About 500 people came.", "Some 350 people came.", ["500"]),
        ("They keep 3,000 cows.", "They keep 5,000 cows and 3,000 sheep.", ["3,000"]),
        ("Two thirds of the votes are needed.", "A quarter of the votes is needed.", ["Two thirds"]),
    ],
)
def test_other_number(claim: str, premise: str, wrong: list[str]) -> None:
    """A number that the premise does not have, or has of other things, is named as it is written."""
    assert wrong_numbers(claim, premise) == wrong


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("on 12 March 1956", {"year": 1956, "month": 3, "day": 12}),
        ("on March 12, 1956", {"year": 1956, "month": 3, "day": 12}),
        ("am 12.03.1956", {"year": 1956, "month": 3, "day": 12}),
        ("1956-03-12", {"year": 1956, "month": 3, "day": 12}),
        ("1956年3月12日", {"year": 1956, "month": 3, "day": 12}),
        ("12 de mayo de 2010", {"year": 2010, "month": 5, "day": 12}),
        ("in the 1950s", {"decade": 1950}),
        ("in autumn 2023", {"year": 2023, "season": 2}),
        ("on Monday", {"weekday": 0}),
        ("in May", {"month": 5}),
    ],
)
def test_dates(written: str, parts: dict[str, int]) -> None:
    """A date gives its parts, however it is written."""
    (found,) = dates(written)
    assert found.parts == parts


@pytest.mark.parametrize("text", ["Clause 5 may be changed.", "They march on.", "2000 people came.", "It costs $1999."])
def test_no_dates(text: str) -> None:
    """Words and numbers that only look like a date are none."""
    assert dates(text) == []


def test_times() -> None:
    """Times of day in figures and words are the same minutes."""
    text = "06:30, 6.30 a.m., half past six in the morning; 19:00, 7 pm, seven in the evening; noon"
    assert [one.minutes for one in times(text)] == [390] * 3 + [1140] * 3 + [720]


@pytest.mark.parametrize(
    ("claim", "premise"),
    [
        ("It was signed on 19 October 1956.", "Joint Declaration of 1956. It was signed on 19 October."),
        ("It was signed in the 1950s.", "It was signed in 1956."),
        ("It opened on a Friday, 19 October 1956.", "It opened on 19 October 1956."),
        ("It was due 5 March 2019.", "It was due 03/05/2019."),
        ("Calls are taken from half past six in the morning.", "Calls are taken from 06:30."),
        ("They met the year before.", "They met in 1955."),
    ],
)
def test_same_date(claim: str, premise: str) -> None:
    """The same date in another form, a year that stands in a heading, and a relative date pass."""
    assert wrong_dates(claim, premise) == []


@pytest.mark.parametrize(
    ("claim", "premise", "wrong"),
    [
        ("It was signed in 1965.", "It was signed in 1956.", ["1965"]),
        ("It was signed on 12 October 1956.", "It was signed on 19 October 1956.", ["12 October 1956"]),
        ("It was signed on 19 May 1956.", "It was signed on 19 October 1956, after talks in May.", ["19 May 1956"]),
        ("It opened in autumn 2024.", "It was to open in autumn 2023, and opened in summer 2024.", ["autumn 2024"]),
        ("They met on Tuesday.", "They met on Thursday.", ["Tuesday"]),
        ("The desk closes at 18:00.", "The desk closes at 19:00.", ["18:00"]),
    ],
)
def test_other_date(claim: str, premise: str, wrong: list[str]) -> None:
    """A date that the premise does not have is named, though all its parts stand somewhere."""
    assert wrong_dates(claim, premise) == wrong


def test_substituted_number() -> None:
    """A number in words taken over is wrong where the premise has another one, though it stands elsewhere."""
    premise = "A notice falls to £20 if it is paid within fourteen days. Appeals are answered within 21 days."
    assert substituted_numbers("A notice falls to £20 if it is paid within 21 days.", premise) == ["21"]
    assert substituted_numbers("A notice falls to £20 if it is paid within 14 days.", premise) == []


def test_substituted_date() -> None:
    """A date in words taken over is wrong where the premise has another one, though it stands elsewhere."""
    premise = "The letter was sent to all members on 6 July 2023. The increase takes effect on 6 September 2023."
    assert substituted_dates("The letter was sent to all members on 6 September 2023.", premise)
    assert not substituted_dates("The letter was sent to all members on 6 July 2023.", premise)


def test_displaced_number() -> None:
    """A number whose surroundings belong to another number of the premise is displaced."""
    premise = "By day there is a nurse for seven patients. By night there is a nurse for ten."
    assert displaced("By night there is a nurse for seven.", premise) == ["seven"]
    assert displaced("By night there is a nurse for ten.", premise) == []
