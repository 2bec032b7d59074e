"""Lines of a PDF page with their place and size, and the repair of characters that only paper needs."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from index.load.normalise import SPACES, is_visible, normalise

if TYPE_CHECKING:
    from pypdf import PageObject

BOLD = ("bold", "black", "heavy", "semibold", "demi", "cmbx")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text on a page; `x` and `y` in points from the lower left, `size` the font's height in points."""

    text: str
    page: int
    x: float = 0.0
    y: float = 0.0
    size: float = 0.0
    bold: bool = False


@dataclass(slots=True)
class Reader:
    """Receives a page's pieces of text one by one, as pypdf shows them, and cuts them into lines."""

    page: int
    lines: list[Line] = field(default_factory=list)
    text: str = ""
    place: tuple[float, float] | None = None
    sizes: Counter[tuple[float, bool]] = field(default_factory=Counter)

    def show(self, text: str, outer: Any, inner: Any, font: Any, size: Any) -> None:
        """One call for each piece: text, the two matrices that place it, its font and nominal size."""
        for position, part in enumerate(text.split("\n")):
            if position:
                self.end_line()
            if part.strip():
                self.place = self.place or _place(outer, inner)
                self.sizes[(_size(outer, inner, size), _is_bold(font))] += len(part)
            self.text += part

    def end_line(self) -> None:
        """Closes the line in hand."""
        text = repair(self.text)
        if is_visible(text):
            (size, bold), _ = self.sizes.most_common(1)[0] if self.sizes else ((0.0, False), 0)
            x, y = self.place or (0.0, 0.0)
            self.lines.append(Line(text, self.page, x, y, size, bold))
        self.text, self.place, self.sizes = "", None, Counter()


def read_lines(page: PageObject, number: int) -> list[Line]:
    """The lines of a page in the order of its content. Raises what pypdf raises on a damaged page."""
    reader = Reader(number)
    page.extract_text(visitor_text=reader.show)
    reader.end_line()
    return reader.lines


def repair(text: str) -> str:
    """Text on one line with ligatures and Arabic letter shapes as letters, and without a font's private characters."""
    text = "".join(_letter(char) for char in text.replace("\u00ad", "-"))
    return SPACES.sub(" ", normalise(text)).strip()


def _letter(char: str) -> str:
    if "\ufb00" <= char <= "\ufb06" or "\ufb50" <= char <= "\ufdff" or "\ufe70" <= char <= "\ufefc":
        return unicodedata.normalize("NFKC", char)
    return "" if "\ue000" <= char <= "\uf8ff" or char >= "\U000f0000" else char


def _place(outer: Any, inner: Any) -> tuple[float, float]:
    x, y = _number(inner, 4), _number(inner, 5)
    return (
        x * _number(outer, 0) + y * _number(outer, 2) + _number(outer, 4),
        x * _number(outer, 1) + y * _number(outer, 3) + _number(outer, 5),
    )


def _size(outer: Any, inner: Any, size: Any) -> float:
    scale = max(abs(_number(inner, 3)), abs(_number(inner, 1))) * max(abs(_number(outer, 3)), abs(_number(outer, 1)))
    return round(abs(float(size or 0)) * scale, 1)


def _number(matrix: Any, position: int) -> float:
    try:
        return float(matrix[position])
    except (TypeError, ValueError, IndexError, OverflowError):
        return 0.0


def _is_bold(font: Any) -> bool:
    name = str(font.get("/BaseFont", "")) if isinstance(font, dict) else ""
    return any(word in name.lower() for word in BOLD)
