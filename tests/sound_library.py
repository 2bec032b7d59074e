"""A small collection made by the real way of the data with the fake embedder, and ways to look at it and to harm it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from fakes import HashEmbedder, WordReader

from assistant.answer import Assistant
from index import health
from index.check import Note, check
from index.check_document import Problem
from index.collection import Collection
from index.settings import Settings

DIMENSION = 32
QUESTIONS = ("Where do the seals of island 3 sleep?", "What is the area of field 2?", "What does nobody know?")


def write_notes(folder: Path, number: int = 6) -> Path:
    """Documents with headings, prose, a list and a table; the last one has a sentence longer than the embedder takes."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in range(number):
        long = " ".join(f"word{count}" for count in range(400)) if one == number - 1 else "short"
        (folder / f"{one}.md").write_text(
            f"# Island {one}\n\nThe seals of island {one} sleep on its northern rocks. Nobody counts them. "
            f"The list is {long}.\n\n## Fields\n\n- a whale sang in bay {one}\n- a walrus lay at {one}\n\n"
            f"| Field | Area |\n|---|---|\n| field {one} | {one} square metres |\n| meadow {one} | 7 square metres |\n",
            encoding="utf-8",
        )
    return folder


def make(folder: Path, number: int = 6) -> Path:
    """A data folder whose collection `default` was read from `notes` beside it, closed cleanly."""
    with Collection.open(Settings(folder / "data"), create=True, embedder=HashEmbedder(DIMENSION)) as collection:
        collection.ingest(write_notes(folder / "notes", number))
    return folder / "data"


def catalog_of(data: Path) -> Path:
    return data / "default" / "catalog.sqlite"


def change(data: Path, *statements: str, values: Sequence[object] = ()) -> None:
    """Changes the catalog behind everyone's back."""
    with closing(sqlite3.connect(catalog_of(data))) as database, database:
        for statement in statements:
            database.execute(statement, values)


def problems(data: Path) -> list[Problem]:
    return [one for one in checked_here(data) if isinstance(one, Problem)]


def checked_here(data: Path) -> list[Problem | Note]:
    """All that a check finds, with the vector index opened in this process: another one takes a second to start."""
    real = health.compare
    health.compare = lambda folder, catalog: health.examine(folder, catalog, reconciled=False)
    try:
        return list(check(Settings(data)))
    finally:
        health.compare = real


def answers(data: Path, questions: Sequence[str] = QUESTIONS) -> list[dict[str, Any]]:
    """The answer records of a collection, without what differs between any two runs."""
    with Collection.open(Settings(data), embedder=HashEmbedder(DIMENSION)) as collection:
        assistant = Assistant(collection, WordReader())
        return [assistant.ask(question).to_json() | {"timings_ms": None} for question in questions]
