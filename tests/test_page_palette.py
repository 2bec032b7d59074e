"""assistant/page/palette.css: text can be read in both themes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import assistant.page

CSS = (Path(assistant.page.__file__).parent / "palette.css").read_text(encoding="utf-8")
BLOCKS = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r"\{([^{}]+)\}", CSS)]
TEXT = [
    ("ink", "paper"),
    ("ink", "surface"),
    ("ink", "raised"),
    ("ink-soft", "paper"),
    ("ink-soft", "surface"),
    ("ink-soft", "raised"),
    ("accent", "surface"),
    ("accent", "accent-soft"),
    ("on-accent", "accent"),
    ("on-mark", "mark"),
    ("warn", "surface"),
    ("warn", "warn-soft"),
    ("warn", "raised"),
    ("paper", "ink"),
]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, from 1 to 21."""
    light, dark = sorted([luminance(one), luminance(other)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1, 2])
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_has_contrast_aa(theme: int, text: str, ground: str) -> None:
    """4.5:1 for every pair of text and ground that the styles use."""
    assert contrast(BLOCKS[theme][text], BLOCKS[theme][ground]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1, 2])
def test_frames_of_controls_have_contrast(theme: int) -> None:
    """3:1 for the frame of the question field and the focus ring."""
    assert contrast(BLOCKS[theme]["line-strong"], BLOCKS[theme]["surface"]) >= 3
    assert contrast(BLOCKS[theme]["accent"], BLOCKS[theme]["paper"]) >= 3


def test_both_ways_to_be_dark_are_the_same() -> None:
    """Dark by choice and dark by the system have equal colours."""
    assert BLOCKS[1] == BLOCKS[2]
    assert len(BLOCKS) == 3
