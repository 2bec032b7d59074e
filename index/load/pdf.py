"""PDF (`.pdf`) by pypdf: paragraphs over page breaks, headings from the outline or by size, page numbers."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from index.errors import LoadError
from index.load.builder import TextBuilder
from index.load.dates import from_pdf
from index.load.language import language_of
from index.load.pdf_furniture import without_furniture
from index.load.pdf_lines import Line, read_lines
from index.load.pdf_paragraphs import comparable, layout_of, paragraphs
from index.load.title import first_words, is_telling, title_of
from index.records import Loaded

if TYPE_CHECKING:
    from pypdf import PdfReader

ENCRYPTED = "encrypted PDF: remove its password"
NO_TEXT = "no text found in the PDF (scanned?)"
OUTLINE_ENTRIES = 3000


def load(data: bytes, name: str) -> Loaded:
    """The blocks, headings and pages of a PDF. Raises `LoadError` where it is encrypted, damaged or has no text."""
    reader = _open(data)
    pages = without_furniture(_pages(reader))
    layout = layout_of(pages, _outline(reader))
    builder = TextBuilder()
    for paragraph in paragraphs(pages, layout):
        builder.add_paged(paragraph.piece, paragraph.fragments)
    if not any(pages):
        raise LoadError(NO_TEXT)
    title = title_of(_information(reader, "/Title"), name, builder.first_heading())
    if title == title_of("", name) and not is_telling(name):
        title = first_words(builder.sample())
    modified = from_pdf(_information(reader, "/ModDate")) or from_pdf(_information(reader, "/CreationDate"))
    return builder.build(title, language=language_of(builder.sample()), modified=modified, empty=NO_TEXT)


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


def _information(reader: PdfReader, key: str) -> str:
    try:
        value: Any = reader.metadata.get(key) if reader.metadata else None
        return str(value.get_object() if hasattr(value, "get_object") else value or "")
    except MemoryError:
        raise
    except Exception:  # damaged metadata says nothing
        return ""


def _damaged(error: Exception) -> str:
    return f"damaged PDF: {' '.join(str(error).split())[:120] or type(error).__name__}"
