"""A fake collection that can be changed in every way, and records of answers over it, for the tests of the service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from browser_library import ANSWERED, FakeAssistant, FakeLibrary, make, shelf

from assistant.record import Answer
from index.errors import SourceError
from index.records import Document, IngestReport, Progress, Sentence

OWNER = {"x-assistant-owner": "a secret of this browser"}
OTHER = {"x-assistant-owner": "a secret of another one"}
LOCAL = "http://127.0.0.1:7860"
KEEPER = "Ada Lindqvist has kept the lighthouse since 2019."


class Shelf(FakeLibrary):
    """Reading everything again takes what lies in `next` for the documents; `handbook` is a folder that is read whole."""

    def __init__(self, name: str = "default") -> None:
        super().__init__(name, shelf(), pause=0.0)
        self.next: list[tuple[Document, tuple[Sentence, ...]]] = self.held
        self.before_reading: Callable[[], None] = lambda: None
        self.places: list[Path] = [Path("/")]

    def ingest_upload(self, files: Sequence[Path], progress: Callable[[Progress], None] | None = None) -> IngestReport:
        for file in files:
            file.write_text(file.read_bytes().decode("utf-8", "replace"), encoding="utf-8")
        return super().ingest_upload(files, progress)

    def folders(self) -> Sequence[Path]:
        if not self.places:
            raise SourceError("Nothing has been read into this collection yet.")
        return self.places

    def ingest(self, *paths: Path, progress: Callable[[Progress], None] | None = None) -> IngestReport:
        self.before_reading()
        for number, (document, _) in enumerate(self.next):
            if progress:
                progress(Progress(number, len(self.next), document.path, 0))
        gone = len({one.id for one, _ in self.held} - {one.id for one, _ in self.next})
        self.held = list(self.next)
        return IngestReport(unchanged=len(self.next), removed=gone)

    def remove(self, document_id: str) -> bool:
        document = self.document(document_id)
        if document is not None and document.source == "handbook":
            raise SourceError(f"handbook/{document.path} lies in a folder that is read whole and would come back.")
        self.held = [pair for pair in self.held if pair[0].id != document_id]
        return document is not None


def keepers(*sentences: str, title: str = "Keepers of the light") -> tuple[Document, tuple[Sentence, ...]]:
    """The document `handbook/keepers.md` with other sentences."""
    return make("handbook", "keepers.md", title, [("#", ["Keepers"], ""), ("prose", sentences, "")])


def an_answer(question: str = ANSWERED, **changes: object) -> Answer:
    """The fake assistant's answer to a question."""
    return replace(FakeAssistant().ask(question), **changes)  # type: ignore[arg-type]
