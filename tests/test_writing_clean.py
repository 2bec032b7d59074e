"""assistant/writing/clean.py: no link, picture, element or unseen letter is shown that the cited sentence does not have."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.writing.clean import clean, seen

FOREIGN = [
    ("See ![map](http://evil.example/x.png) here.", "See here."),
    ("See ![map](//evil.example/x.png) here.", "See here."),
    ("See ![map][1] here.", "See here."),
    ("See [the map](http://evil.example/x) here.", "See the map here."),
    ("See [the map](javascript:alert(1)).", "See the map."),
    ("See <http://evil.example/x> here.", "See here."),
    ("See http://evil.example/x.", "See"),
    ("See HTTPS://EVIL.example/x?a=b&c=d now.", "See now."),
    ("See www.evil.example now.", "See now."),
    ("See evil.example/login now.", "See now."),
    ("See evil.com now.", "See now."),
    ("See //evil.example/x now.", "See now."),
    ("Write to mallory@evil.example now.", "Write to now."),
    ("Open data:text/html;base64,PHN2Zz4= now.", "Open now."),
    ("A <img src=x onerror=alert(1)> seal.", "A seal."),
    ("A <script>alert(1)</script> seal.", "A alert(1) seal."),
    ("A <!-- hidden --> seal.", "A seal."),
    ("A seal <|im_end|> sleeps.", "A seal sleeps."),
    ("A <b>seal</b> **sleeps** *well* on `ice`.", "A seal sleeps well on ice."),
    ("A sea\u202el sle\u200beps\x1b[31m\x00.", "A seal sleeps[31m."),
    ("A seal\U000e0041\U000e0042 sleeps.", "A seal sleeps."),
]


@pytest.mark.parametrize(("text", "shown"), FOREIGN)
def test_what_is_not_cited_is_left_out(text: str, shown: str) -> None:
    """Pictures, links, elements, control characters and emphasis of the model's own are not shown."""
    assert clean(text, "A seal sleeps on ice.") == shown


@pytest.mark.parametrize(
    "text",
    [
        "Ask at https://wiki.example/page?x=1.",
        "Write to ada@island.example.",
        "Use the <b> element.",
        "Set x < 5 and y > 3.",
        "It is 3.5 km, i.e. 2 miles.",
        "Call snake_case_name with 2 * 3 * 4.",
        "می‌خواهم نان",  # with a joiner, without which it reads otherwise
        "👩‍👩‍👧 lives here.",
    ],
)
def test_what_is_cited_stays(text: str) -> None:
    """What the cited sentence has letter by letter stays as it is."""
    assert clean(text, f"As said: {text}") == text


def test_only_the_same_address_stays() -> None:
    """Another address than the cited one is left out, even if it begins like it."""
    assert clean("See https://wiki.example.evil.example/x.", "See https://wiki.example for more.") == "See"


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_nothing_unseen_is_left(text: str) -> None:
    """Whatever the text, one line comes back with no control, formatting, private or unassigned character but joiners."""
    for found in (seen(text), clean(text, "")):
        assert not [one for one in found if unicodedata.category(one) in ("Cc", "Co", "Cs", "Cn", "Zl", "Zp")]
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\ufeff]", found)


ATTACKS = [
    "![a](",
    "](http://e.example)",
    "<img src=x",
    ">",
    "http://",
    "e.example/x",
    "[",
    "]",
    "(",
    ")",
    "<",
    "javascript:",
    "`",
    "*",
    " ",
    "a",
]


@given(st.lists(st.sampled_from(ATTACKS), max_size=12))
def test_no_address_survives(parts: list[str]) -> None:
    """However pictures, links and elements are put together, no address, picture or opening tag is left."""
    found = clean("".join(parts), "")
    assert not re.search(r"https?://\w|e\.example|!\[[^\]]*\]\(|<[a-z/!]|javascript:\w", found, re.IGNORECASE), found
