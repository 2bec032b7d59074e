"""PDFium: the door to the library that draws PDF pages, for those in which pypdf finds no text."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

from index.errors import LoadError
from index.load.normalise import is_visible
from index.load.pdf_lines import Line, repair

DPI = 300
PIXELS = 25_000_000  # of a page as a picture; a page may say that it is as large as a house
PICTURE_SHARE = 0.05  # of the page; a smaller picture is a logo
PATHS = 50  # drawn lines; a page with more may be text drawn without letters
OBJECTS = 20_000  # looked at on one page


class Drawing:
    """A PDF as PDFium reads it. Raises `LoadError` where it cannot, or wants a password."""

    def __init__(self, data: bytes) -> None:
        import pypdfium2

        try:
            self._document = pypdfium2.PdfDocument(data)
            self.pages = len(self._document)
        except pypdfium2.PdfiumError as error:
            raise LoadError(f"damaged PDF: {' '.join(str(error).split())[:120]}") from error

    def lines(self, number: int) -> list[Line]:
        """The lines of a page with their place and size; empty for a damaged page. Pages count from 1."""
        page = self._page(number)
        return list(_lines(page, number)) if page is not None else []

    def has_picture(self, number: int) -> bool:
        """True where the page shows something that may be text in a picture."""
        import pypdfium2.raw as raw

        page = self._page(number)
        if page is None:
            return False
        area, paths = page.get_width() * page.get_height(), 0
        for position, one in enumerate(page.get_objects()):
            if position >= OBJECTS or paths > PATHS:
                break
            if one.type == raw.FPDF_PAGEOBJ_IMAGE:
                left, bottom, right, top = one.get_bounds()
                if abs((right - left) * (top - bottom)) > PICTURE_SHARE * area:
                    return True
            paths += one.type == raw.FPDF_PAGEOBJ_PATH
        return paths > PATHS

    def picture(self, number: int) -> tuple[bytes, float]:
        """The page as a grey picture in the format PGM, and its dots per point (1/72 inch)."""
        page = self._page(number)
        if page is None:
            raise LoadError(f"page {number} cannot be drawn")
        scale = min(DPI / 72, (PIXELS / max(1.0, page.get_width() * page.get_height())) ** 0.5)
        bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
        width, height, stride = bitmap.width, bitmap.height, bitmap.stride
        pixels = bytes(bitmap.buffer)
        rows = b"".join(pixels[row * stride : row * stride + width] for row in range(height))
        return b"P5\n%d %d\n255\n" % (width, height) + rows, scale

    def _page(self, number: int) -> Any:
        import pypdfium2

        try:
            return self._document[number - 1]
        except pypdfium2.PdfiumError:
            return None


def _lines(page: Any, number: int) -> Iterator[Line]:
    """Lines as PDFium parts them; place and size are those of their first letter."""
    import pypdfium2.raw as raw

    text = page.get_textpage()
    place, size, letters = (0.0, 0.0), 0.0, ""
    for index in range(text.count_chars()):
        letter = chr(raw.FPDFText_GetUnicode(text, index))
        if letter in "\r\n":
            yield from _line(letters, number, place, size)
            letters = ""
            continue
        if not letters.strip() and letter.strip():
            x, y = ctypes.c_double(), ctypes.c_double()
            raw.FPDFText_GetCharOrigin(text, index, x, y)
            place, size = (x.value, y.value), round(raw.FPDFText_GetFontSize(text, index), 1)
        letters += "-" if letter in "\x02\ufffe" else letter  # a hyphen at the end of a line
    yield from _line(letters, number, place, size)


def _line(letters: str, number: int, place: tuple[float, float], size: float) -> Iterator[Line]:
    text = repair(letters)
    if is_visible(text):
        yield Line(text, number, *place, size)
