"""A collection: a named set of documents that is searched together. The public face of `index`."""

from __future__ import annotations

import hashlib
import re
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType

from index.catalog import Catalog
from index.catalog_queries import DocumentSummary
from index.dense import DenseIndex
from index.embed import Embedder, Vectors, embedder_stamp, open_embedder
from index.errors import CollectionBusy, EmbedderMismatch, SourceError
from index.exact import ExactSearch
from index.handover import HandoverServer
from index.ingest import Ingest, Report
from index.load.worker import LoadWorker
from index.lock import CollectionLock
from index.records import Document, FileFailure, Hit, IngestReport, Sentence
from index.reindex import reindex
from index.remote import ingest_there, serve_ingests
from index.search import DenseSearch, search
from index.settings import Settings
from index.sources import targets

HITS = 12
CATALOG = "catalog.sqlite"
UPLOADS = "uploads"


@dataclass(frozen=True, slots=True)
class Status:
    """What a collection holds. `bytes` is the size of its folder."""

    documents: int
    sentences: int
    passages: int
    bytes: int
    embedder: str
    failures: tuple[FileFailure, ...]


class Collection:
    """Open it with `Collection.open` (to read and to ingest) or `Collection.serve` (the one process that serves it)."""

    def __init__(self, settings: Settings, catalog: Catalog, embedder: Embedder | None = None) -> None:
        self.settings = settings
        self.name = settings.collection
        self.catalog = catalog
        self._given_embedder = embedder
        self._exact = ExactSearch(catalog)
        self._lock: CollectionLock | None = None
        self._index: DenseIndex | None = None
        self._door: HandoverServer | None = None
        self._writing = threading.Lock()

    @classmethod
    def open(
        cls, settings: Settings | None = None, *, create: bool = False, embedder: Embedder | None = None
    ) -> Collection:
        """The collection that the settings name; CatalogError if it is not there (unless `create`) or not readable."""
        settings = settings or Settings.from_environment()
        return cls(settings, Catalog(settings.folder / CATALOG, create=create), embedder)

    @classmethod
    def serve(cls, settings: Settings, embedder: Embedder | None = None) -> Collection:
        """The collection, held for as long as it is open: CollectionBusy if another process writes to it or serves it."""
        collection = cls.open(settings, create=True, embedder=embedder)
        try:
            collection._lock = CollectionLock(settings.folder / "lock", "server").acquire()
            collection._index = DenseIndex.open(settings.folder / "vectors", collection.catalog, background=True)
            collection._door = serve_ingests(
                settings.folder, lambda paths, show: collection.ingest(*paths, progress=show)
            )
        except BaseException:
            collection.close()
            raise
        return collection

    def close(self) -> None:
        if self._door is not None:
            self._door.close()
        if self._index is not None:
            self._index.close()
        if self._lock is not None:
            self._lock.release()
        self._door = self._index = self._lock = None
        self.catalog.close()

    def __enter__(self) -> Collection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- reading -------------------------------------------------------------------------------------------------

    @cached_property
    def embedder(self) -> Embedder:
        """The embedder of the settings, loaded at first use."""
        return self._given_embedder or open_embedder(self.settings.embedder)

    def search(self, question: str, limit: int = HITS, within: str | None = None) -> tuple[Hit, ...]:
        """The passages found for a question, best first. EmbedderMismatch if the collection was built with another one.

        `within` restricts the search to what stands at `source/path` or below it, and is then exact.
        """
        self._check_embedder()
        vector = self.embedder.embed([question])[0]
        if within:
            documents = self.catalog.documents_within(within)
            inside = self.catalog.passage_ids(documents)
            return search(self.catalog, partial(self._search_exactly, ids=inside), question, vector, limit, documents)
        dense: DenseSearch = self._index.search if self._index is not None else self._search_exactly
        return search(self.catalog, dense, question, vector, limit)

    def documents(self) -> tuple[DocumentSummary, ...]:
        """Every document without its text, ordered by source and path."""
        return self.catalog.documents()

    def document(self, document_id: str) -> Document | None:
        return self.catalog.document(document_id)

    def sentences(self, document_id: str) -> tuple[Sentence, ...]:
        """All sentences of a document in reading order; empty if there is no such document."""
        with self.catalog.snapshot():
            document = self.catalog.document(document_id)
            return self.catalog.sentences(document) if document else ()

    def folders(self) -> list[Path]:
        """The folders and files read before, as they can be given to `ingest` again. SourceError if there are none."""
        whole = self.catalog.whole_sources()
        folders = [
            path
            for name, location in self.catalog.sources().items()
            for path in (
                [Path(location)]
                if name in whole
                else [Path(location) / file for file in self.catalog.fingerprints(name)]
            )
        ]
        if not folders:
            raise SourceError(
                "Nothing has been read into this collection yet; give a file or a folder: assistant ingest PATH."
            )
        return folders

    def status(self) -> Status:
        failures = tuple(
            FileFailure(f"{source}/{path}", reason) for (source, path), (reason, _) in self.catalog.failures().items()
        )
        return Status(
            **self.catalog.counts(),
            bytes=_size(self.settings.folder),
            embedder=self.catalog.meta().get("embedder", "none yet"),
            failures=failures,
        )

    # -- writing -------------------------------------------------------------------------------------------------

    def ingest(self, *paths: Path | str, progress: Report | None = None) -> IngestReport:
        """Reads files and folders into the collection, skipping what has not changed.

        Folders lose the documents whose files have vanished. A server that holds the collection does the reading.
        SourceError for a path that is not there, CollectionBusy if another process is writing.
        """
        try:
            return self._ingest([Path(path) for path in paths], progress)
        except CollectionBusy:
            report = ingest_there(self.settings.folder, [Path(path) for path in paths], progress)
            if report is None:
                raise
            return report

    def _ingest(self, paths: Sequence[Path], progress: Report | None) -> IngestReport:
        with self._writer() as index:
            self._check_embedder()
            self.catalog.set_meta(embedder=self.embedder.stamp)
            with LoadWorker(self.settings.limits) as worker:
                run = Ingest(self.catalog, index, self.embedder, worker.load, progress)
                return run.run(targets(self.catalog, paths))

    def ingest_upload(self, files: Sequence[Path], progress: Report | None = None) -> IngestReport:
        """Copies files into the collection's own folder and reads them; a file of the same name is replaced."""
        folder = self.settings.folder / UPLOADS
        folder.mkdir(parents=True, exist_ok=True)
        copies: list[Path] = []
        for file in files:
            name = _safe_name(file.name, {copy.name for copy in copies})
            copies.append(shutil.copyfile(file, folder / name))
        return self.ingest(*copies, progress=progress)

    def remove(self, document_id: str) -> bool:
        """Whether there was such a document; it is removed, and the copy of its file if it was uploaded.

        SourceError for one that lies in a folder that is read whole, since the next ingest would bring it back.
        """
        with self._writer() as index:
            document = self.catalog.document(document_id)
            if document is None:
                return False
            file = Path(self.catalog.sources()[document.source]) / document.path
            uploaded = file.is_relative_to((self.settings.folder / UPLOADS).resolve())
            if not uploaded and document.source in self.catalog.whole_sources():
                raise SourceError(
                    f"{document.source}/{document.path} lies in a folder that is read whole and would come back: "
                    "delete the file there, and read the folder again."
                )
            passages = self.catalog.passage_ids([document_id])
            self.catalog.remove([document_id])
            index.delete(passages)
            self.catalog.sweep()
            if uploaded:
                file.unlink(missing_ok=True)
            return True

    def reindex(self, progress: Callable[[int, int], None] | None = None) -> int:
        """Cuts and embeds all passages anew with the embedder of the settings; returns their number.

        The old passages and vectors answer until the last moment; one transaction changes over. What was embedded is
        kept, so that an interrupted run goes on from there. `progress` gets documents done and in all.
        """
        with self._writer() as index:
            return reindex(self.catalog, index, self.embedder, progress)

    @contextmanager
    def _writer(self) -> Iterator[DenseIndex]:
        """The vector index, held for writing: by this server, or by a lock taken for as long as this lasts."""
        with self._writing:
            if self._index is not None:
                yield self._index
                return
            with CollectionLock(self.settings.folder / "lock", "ingest"):
                index = DenseIndex.open(self.settings.folder / "vectors", self.catalog, background=False)
                try:
                    yield index
                finally:
                    index.close()

    def _search_exactly(self, vector: Vectors, limit: int, ids: Sequence[str] | None = None) -> list[str]:
        return [identity for identity, _ in self._exact.search(vector, limit, ids)]

    def _check_embedder(self) -> None:
        """EmbedderMismatch if the passages were embedded by another embedder than the settings name."""
        built = self.catalog.meta().get("embedder")
        wanted = self._given_embedder.stamp if self._given_embedder else embedder_stamp(self.settings.embedder)
        wanted = wanted or self.embedder.stamp
        if built is not None and built != wanted:
            raise EmbedderMismatch(
                f"Collection {self.name!r} was built with the embedder {built}, but the settings name "
                f"{wanted}; set ASSISTANT_EMBEDDER back, or run `assistant reindex`."
            )


def _size(folder: Path) -> int:
    """Bytes of all files below a folder; files that vanish meanwhile count nothing."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return total


def _safe_name(name: str, taken: set[str]) -> str:
    """A file name without folders, control characters or leading dots; the suffix stays.

    One that had to be shortened, or is taken, ends in a part of the full name's hash: no upload replaces another's.
    """
    base = re.sub(r"[\x00-\x1f\x7f/\\:]", "_", Path(name).name).lstrip(".") or "document"
    stem, dot, suffix = base.rpartition(".") if "." in base else (base, "", "")
    short = f"{stem[:60]}{dot}{suffix[:10]}"
    if short == base and short not in taken:
        return short
    mark = hashlib.sha256(f"{name}{len(taken) if short in taken else ''}".encode("utf-8", "surrogatepass")).hexdigest()[
        :8
    ]
    return f"{stem[:60]}-{mark}{dot}{suffix[:10]}"
