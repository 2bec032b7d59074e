"""PDF (`.pdf`) by pypdf: paragraphs over page breaks, headings from the outline or by size, page numbers."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from index.errors import LoadError, ReadingFailed
from index.load.builder import TextBuilder
from index.load.dates import from_pdf
from index.load.language import language_of
from index.load.ocr import Ocr
from index.load.pdf_furniture import without_furniture
from index.load.pdf_lines import Line, read_lines
from index.load.pdf_paragraphs import comparable, layout_of, paragraphs
from index.load.pdf_second import INSTALL, Second, read_again
from index.load.title import first_words, is_telling, title_of
from index.records import Loaded

if TYPE_CHECKING:
    from pypdf import PdfReader

ENCRYPTED = "encrypted PDF: remove its password"
NO_TEXT = "no text found in the PDF: its pages are blank, or show what is neither text nor a picture"
OUTLINE_ENTRIES = 3000


def load(data: bytes, name: str, *, ocr: Ocr | None = None) -> Loaded:
    """The blocks, headings and pages of a PDF. Raises `LoadError` where it is encrypted, damaged or has no text, and
    `ReadingFailed` where only tesseract is missing to read its pictures."""
    reader, first, failure = _first_reading(data)
    found = _second_reading(data, first, ocr or Ocr(), failure)
    pages = without_furniture(found.pages)
    if not any(pages):  # all that stands on them is the same
        pages = found.pages
    layout = layout_of(pages, _outline(reader) if reader else {})
    builder = TextBuilder()
    for paragraph in paragraphs(pages, layout):
        builder.add_paged(paragraph.piece, paragraph.fragments)
    title = title_of(_information(reader, "/Title"), name, builder.first_heading())
    if title == title_of("", name) and not is_telling(name):
        title = first_words(builder.sample())
    modified = from_pdf(_information(reader, "/ModDate")) or from_pdf(_information(reader, "/CreationDate"))
    return builder.build(
        title, language=language_of(builder.sample()), modified=modified, empty=NO_TEXT, notes=found.notes
    )


def _first_reading(data: bytes) -> tuple[PdfReader | None, list[list[Line]], LoadError | None]:
    """The reader, the lines of each page, and in place of both the failure."""
    try:
        reader = _open(data)
        return reader, _pages(reader), None
    except LoadError as error:
        return None, [], error


def _second_reading(data: bytes, pages: list[list[Line]], ocr: Ocr, failure: LoadError | None) -> Second:
    """The pages with those read again that have no text. Raises the first failure where nothing was found."""
    if pages and all(pages):
        return Second(pages)
    try:
        found = read_again(data, pages, ocr)
    except LoadError as error:
        if failure is None and any(pages):
            return Second(pages)
        raise failure or LoadError(NO_TEXT) from error
    if not any(found.pages):
        if found.missing:
            raise ReadingFailed(f"no text found in the PDF: its pages are pictures; {INSTALL}")
        raise LoadError(found.notes[0].rstrip(".") if found.notes else str(failure or NO_TEXT))
    return found


def _open(data: bytes) -> PdfReader:
    import logging

    import pypdf
    from pypdf.errors import DependencyError, FileNotDecryptedError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it reports each damaged object, thousands in one file
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise LoadError(ENCRYPTED)
        len(reader.pages)
    except (DependencyError, FileNotDecryptedError) as error:
        raise LoadError(ENCRYPTED) from error
    except (MemoryError, LoadError):
        raise
    except Exception as error:  # pypdf lets errors of every kind through on damaged files
        raise LoadError(_damaged(error)) from error
    return reader


def _pages(reader: PdfReader) -> list[list[Line]]:
    """The lines of each page. A damaged page has none; raises `LoadError` when every page is damaged."""
    pages: list[list[Line]] = []
    failure: Exception | None = None
    for number in range(1, len(reader.pages) + 1):
        try:
            pages.append(read_lines(reader.pages[number - 1], number))
        except MemoryError:
            raise
        except Exception as error:  # as above; the other pages may be whole
            failure = failure or error
            pages.append([])
    if failure is not None and not any(pages):
        raise LoadError(_damaged(failure)) from failure
    return pages


def _outline(reader: PdfReader) -> dict[str, int]:
    """Level of each outline title, ready to compare; empty where the outline is missing or damaged."""
    try:
        found: dict[str, int] = {}
        for title, level in _entries(reader.outline, 1):
            found.setdefault(comparable(title), level)
            if len(found) >= OUTLINE_ENTRIES:
                break
    except MemoryError:
        raise
    except Exception:  # headings are found by their size then
        return {}
    found.pop("", None)
    return found


def _entries(outline: Any, level: int) -> Iterator[tuple[str, int]]:
    for entry in outline:
        if isinstance(entry, list):
            if level < 6:
                yield from _entries(entry, level + 1)
        else:
            yield str(entry.title or ""), level


def _information(reader: PdfReader | None, key: str) -> str:
    if reader is None:
        return ""
    try:
        value: Any = reader.metadata.get(key) if reader.metadata else None
        return str(value.get_object() if hasattr(value, "get_object") else value or "")
    except MemoryError:
        raise
    except Exception:  # damaged metadata says nothing
        return ""


def _damaged(error: Exception) -> str:
    return f"damaged PDF: {' '.join(str(error).split())[:120] or type(error).__name__}"
