"""Limits on reading one file, as plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take: seconds of wall time, bytes of memory beyond an idle worker's, bytes of the file
    itself, and bytes that a packed file (`.docx`) may unpack to.

    Reading the pictures of a scanned file by tesseract may take `ocr_seconds` more, in `ocr_languages`: its names for
    them, joined by `+`.
    """

    seconds: float = 60.0
    memory_bytes: int = 2 * 1024**3
    file_bytes: int = 200_000_000
    unpacked_bytes: int = 500_000_000
    ocr_seconds: float = 600.0
    ocr_languages: str = "eng"
