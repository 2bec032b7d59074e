"""Limits on reading one file, as plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take: seconds of wall time, bytes of memory beyond an idle worker's, bytes of the file
    itself, and bytes that a packed file (`.docx`) may unpack to."""

    seconds: float = 60.0
    memory_bytes: int = 2 * 1024**3
    file_bytes: int = 200_000_000
    unpacked_bytes: int = 500_000_000
