"""Sections of references are not cited; what follows them is."""

from index.load.formats import load_bytes
from index.records import CITABLE


def citable(name: str, text: str) -> list[str]:
    loaded = load_bytes(text.encode(), name)
    return [loaded.text[block.start : block.end] for block in loaded.blocks if block.kind in CITABLE]


PAGE = """# Harbour dues

Ships of more than 300 tons pay dues on arrival.

## Sources

- Port Authority, tariff of 3 May 2021
- Harbour Act of 1987, as amended

### Online

- Tariff tables of the port

## Exemptions

Pilot boats and lifeboats pay nothing at all.
"""


def test_what_stands_under_sources_is_not_cited() -> None:
    """Items under a heading named Sources, and under its subheadings, are in no citable block."""
    assert citable("dues.md", PAGE) == [
        "Ships of more than 300 tons pay dues on arrival.",
        "Pilot boats and lifeboats pay nothing at all.",
    ]


def test_a_text_about_sources_is_cited() -> None:
    """A heading that only begins with such a word is no section of references."""
    text = "# Energy\n\n## Sources of heat\n\nThe plant burns straw and wood chips.\n"
    assert citable("energy.md", text) == ["The plant burns straw and wood chips."]
