"""The second reading of a PDF: pages without text, by another library, and where that finds only a picture, by OCR."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from index.errors import LoadError
from index.load import ocr
from index.load.ocr import Ocr
from index.load.pdf_lines import Line
from index.load.pdfium import Drawing

INSTALL = "install tesseract to have them read"


@dataclass(frozen=True, slots=True)
class Second:
    """The lines of all pages, a note for what could not be read, and whether that is for lack of tesseract."""

    pages: list[list[Line]]
    notes: tuple[str, ...] = ()
    missing: bool = False


def read_again(data: bytes, pages: Sequence[list[Line]], how: Ocr) -> Second:
    """The pages with those filled that had no lines. `pages` is empty where the first reading failed as a whole.

    Raises `LoadError` where the second library cannot read the file either.
    """
    drawing = Drawing(data)
    made = [list(page) for page in pages] or [[] for _ in range(drawing.pages)]
    pictures = []
    for number, page in enumerate(made, 1):
        if not page and number <= drawing.pages:
            made[number - 1] = drawing.lines(number)
            if not made[number - 1] and drawing.has_picture(number):
                pictures.append(number)
    if not pictures:
        return Second(made)
    if not ocr.is_installed():
        return Second(made, (f"{_named(pictures)} no text but pictures: {INSTALL}.",), missing=True)
    return Second(made, tuple(_read_pictures(drawing, made, pictures, how)))


def _read_pictures(drawing: Drawing, made: list[list[Line]], pictures: Sequence[int], how: Ocr) -> list[str]:
    """Fills the pages that are pictures; returns notes on those that could not be read."""
    how.ask_time(min(how.seconds, len(pictures) * ocr.PAGE_SECONDS))
    end = time.monotonic() + how.seconds - ocr.PAGE_SECONDS  # the last page may take that long
    failed: dict[str, list[int]] = {}
    for number in pictures:
        if time.monotonic() > end:
            failed.setdefault(f"reading the pictures took longer than {how.seconds:g} seconds", []).append(number)
            continue
        try:
            picture, scale = drawing.picture(number)
            made[number - 1] = ocr.page_lines(picture, scale, number, how.languages)
        except LoadError as error:
            failed.setdefault(str(error), []).append(number)
    return [f"{_named(numbers)} not been read: {reason}." for reason, numbers in failed.items()]


def _named(numbers: Sequence[int]) -> str:
    """`Page 3 has`, `Pages 3, 5–7 have`."""
    runs = []
    for _, group in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        runs.append(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}")
    return f"Page {runs[0]} has" if len(numbers) == 1 else f"Pages {', '.join(runs)} have"
