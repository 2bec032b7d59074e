"""OCR: lines of text in the picture of a page, by the program tesseract where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from index.errors import LoadError
from index.load.normalise import is_visible
from index.load.pdf_lines import Line, repair

PAGE_SECONDS = 60.0  # for one page, before it is given up; a page of text takes about 2
LEAST_CONFIDENCE = 30.0  # of 100; what is less sure is a speck or a picture
HEADING = 1.35  # times the usual height; less tells nothing, since heights vary with the letters of a line
COLUMNS = 12  # of a line of tesseract's TSV
WORD = "5"


@dataclass(frozen=True, slots=True)
class Ocr:
    """How pages without text are read. `languages` are tesseract's names, joined by `+`; `seconds` is the most time
    for all pages of one file; `ask_time` asks for so many seconds more than reading a file may take."""

    languages: str = "eng"
    seconds: float = 600.0
    ask_time: Callable[[float], object] = lambda _: None


def is_installed() -> bool:
    """True where the program can be found."""
    return shutil.which("tesseract") is not None


def page_lines(picture: bytes, scale: float, number: int, languages: str) -> list[Line]:
    """The lines in a picture of a page with `scale` dots per point. Raises `LoadError` where tesseract fails."""
    command = ["tesseract", "stdin", "stdout", "-l", languages, "--dpi", str(round(scale * 72)), "tsv"]
    try:
        done = subprocess.run(
            command,
            input=picture,
            capture_output=True,
            timeout=PAGE_SECONDS,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},  # its threads make one page slower, not faster
        )
    except subprocess.TimeoutExpired as error:
        raise LoadError(f"tesseract took longer than {PAGE_SECONDS:g} seconds for it") from error
    if done.returncode:
        raise LoadError(_failure(done.stderr.decode("utf-8", "replace"), languages))
    return read_tsv(done.stdout.decode("utf-8", "replace"), scale, number)


def read_tsv(table: str, scale: float, number: int) -> list[Line]:
    """The lines in tesseract's table of words. Their y counts from the bottom of the page, as in a PDF."""
    lines: dict[tuple[str, ...], list[tuple[str, int, int, int]]] = {}
    for row in table.split("\n")[1:]:
        cells = row.split("\t")
        if (
            len(cells) == COLUMNS
            and cells[0] == WORD
            and float(cells[10]) >= LEAST_CONFIDENCE
            and is_visible(cells[11])
        ):
            left, top, height = int(cells[6]), int(cells[7]), int(cells[9])
            lines.setdefault(tuple(cells[1:5]), []).append((cells[11], left, top, height))
    heights = {key: max(height for _, _, _, height in words) for key, words in lines.items()}
    usual: float = median(heights.values()) if heights else 0.0
    made = []
    for key, words in lines.items():
        size: float = heights[key] if heights[key] > HEADING * usual else usual
        bottom = max(top + height for _, _, top, height in words)
        text = repair(" ".join(word for word, _, _, _ in words))
        made.append(Line(text, number, words[0][1] / scale, -bottom / scale, round(size / scale, 1)))
    return made


def _failure(said: str, languages: str) -> str:
    if "traineddata" in said or "load any languages" in said:
        return f"tesseract has no data for the languages {languages}: install them, or name others by ASSISTANT_OCR_LANGUAGES"
    return f"tesseract failed: {' '.join(said.split())[:120] or 'it said nothing'}"
