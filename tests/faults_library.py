"""What the fault tests share: documents in two states, a collection in the older one, and what an undisturbed run gives."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakes import HashEmbedder, WordReader
from forked_runs import Forked, Run, forked
from sound_library import checked_here

from assistant.answer import Assistant
from assistant.read import Reader
from index.collection import Collection
from index.embed import Embedder
from index.settings import Settings

DIMENSION = 32
NUMBER = 36  # documents
QUESTIONS = (
    "Where do the seals of island 7 sleep?",
    "How many boats came to harbour 12?",
    "Which whale sang in bay 21?",
    "What does nobody know?",
)
TABLES = {  # what must be the same; numbers of passages and the change number tell how often something was written
    "documents": "SELECT id, source, path, title, text, revision, headings, pages, fingerprint FROM documents",
    "sentences": "SELECT document_id, ordinal, id, start, end, kind, context, block FROM sentences",
    "passages": "SELECT id, document_id, ordinal, first, last, start, end, embedded_text, content FROM passages",
    "vectors": "SELECT content, vector FROM vectors",
    "lexical": "SELECT id, body FROM lexical JOIN passages ON number = lexical.rowid",
    "orphans": "SELECT rowid FROM lexical WHERE rowid NOT IN (SELECT number FROM passages)",
    "failures": "SELECT source, path, reason FROM failures",
    "sources": "SELECT name FROM sources",
    "embedder": "SELECT value FROM meta WHERE key = 'embedder'",
}


def write(folder: Path, version: int) -> None:
    """Documents of which a part differs, vanishes or comes between version 1 and 2."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(NUMBER + 3):
        path = folder / f"part{number % 4}" / f"{number:02}.md"
        path.parent.mkdir(exist_ok=True)
        if number in (range(NUMBER, NUMBER + 3) if version == 1 else range(3)):
            path.unlink(missing_ok=True)
            continue
        edition = version if number % 5 == 4 else 1
        parts = [
            f"# Section {section} of {number}\n\nThe seals of island {number} sleep on rock {section} in edition {edition}. "
            f"{number + section} boats came to harbour {number}.\n\n- the whale sang in bay {number}"
            for section in range(6)
        ]
        text = "\n\n".join(parts)
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            os.utime(path, (version * 86400, version * 86400))


@dataclass(slots=True)
class Scene:
    """Documents, and for each command a collection that read their older state and what an undisturbed run makes of it."""

    root: Path
    runs: Forked
    expected: dict[str, dict[str, Any]]

    def command(self, name: str, data: Path) -> list[str]:
        """`ingest` or `sync`, as it is typed."""
        return [name, *([str(self.root / "notes")] if name == "ingest" else []), "--data", str(data)]

    @property
    def config(self) -> str:
        return str(self.root / f"{self.root.name}.toml")

    def copy(self, name: str) -> Path:
        """A collection in the older state."""
        data = self.root / "case"
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(self.root / f"older-{name}", data)
        return data

    def nothing(self) -> Path:
        """A data folder that is not there yet."""
        shutil.rmtree(self.root / "case", ignore_errors=True)
        return self.root / "case"

    def start(self, name: str, data: Path, **options: Any) -> Run:
        config = {} if name == "ingest" else {"config": self.config}
        return self.runs.start(self.command(name, data), **config, **options)

    def run(self, name: str, data: Path, **options: Any) -> int:
        return self.start(name, data, **options).wait()

    def ends_as_undisturbed(self, name: str, data: Path) -> None:
        """One more run, and the check is clean, and rows and answers are those of a run that nothing disturbed."""
        status = self.run(name, data)
        assert status == 0, self.runs.log.read_text()[-2000:]
        assert state(data) == self.expected[name]


@contextmanager
def scene(root: Path, commands: Sequence[str] = ("ingest", "sync")) -> Iterator[Scene]:
    """The warm process, the documents in their newer state, and both collections of each command."""
    with forked(DIMENSION, root / "log") as runs:
        made = Scene(root, runs, {})
        Path(made.config).write_text(f'[sources.notes]\nkind = "folder"\npath = "{root}/notes"\n')
        write(root / "notes", 1)
        for name in commands:
            assert made.run(name, root / f"older-{name}") == 0, runs.log.read_text()
        write(root / "notes", 2)
        for name in commands:
            data = made.copy(name)
            assert made.run(name, data) == 0, runs.log.read_text()
            made.expected[name] = state(data)
            assert len(made.expected[name]["documents"]) == NUMBER
            assert made.expected[name]["orphans"] == []
        yield made


def state(data: Path, embedder: Embedder | None = None, reader: Reader | None = None) -> dict[str, Any]:
    """Everything that must be the same, of a collection whose check is clean: the catalog's rows, and the answers.

    Those of the stand-ins, unless others are given.
    """
    assert [one.text for one in checked_here(data)] == []
    with closing(sqlite3.connect(data / "default" / "catalog.sqlite")) as database:
        rows: dict[str, Any] = {name: sorted(database.execute(one).fetchall()) for name, one in TABLES.items()}
    with Collection.open(Settings(data), embedder=embedder or HashEmbedder(DIMENSION)) as collection:
        assistant = Assistant(collection, reader or WordReader())
        for question in QUESTIONS:
            rows[question] = assistant.ask(question).to_json() | {"timings_ms": None}
    return rows
