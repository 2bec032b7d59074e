"""A collection: a named set of documents that is searched together. The public face of `index`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

from index.catalog import Catalog
from index.collection_reading import Status as Status
from index.collection_sync import CollectionSync
from index.dense import DenseIndex
from index.embed import Embedder, open_embedder
from index.errors import CollectionBusy, SourceError
from index.handover import HandoverServer, Request
from index.ingest import Ingest, Report
from index.load.worker import LoadWorker
from index.lock import CollectionLock
from index.records import IngestReport, Progress
from index.reindex import reindex
from index.remote import Work, ingest_there, reindex_there, serve_requests
from index.settings import Settings
from index.source.declared import read_declared
from index.sources import targets
from index.sync.plan import Rules
from index.uploads import copied

CATALOG = "catalog.sqlite"
UPLOADS = "uploads"


class Collection(CollectionSync):
    """Open it with `Collection.open` (to read and to ingest) or `Collection.serve` (the one process that serves it)."""

    def __init__(self, settings: Settings, catalog: Catalog, embedder: Embedder | None = None) -> None:
        super().__init__(settings, catalog, embedder)
        self._lock: CollectionLock | None = None
        self._door: HandoverServer | None = None

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
            collection._door = serve_requests(settings.folder, collection._commands())
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
        self._check_undeclared(paths)
        with self._writer() as index:
            self._check_embedder()
            self.catalog.set_meta(embedder=self.embedder.stamp)
            with LoadWorker(self.settings.limits) as worker:
                run = Ingest(self.catalog, index, self.embedder, worker.load, progress)
                return run.run(targets(self.catalog, paths))

    def ingest_upload(self, files: Sequence[Path], progress: Report | None = None) -> IngestReport:
        """Copies files into the collection's own folder and reads them; a file of the same name is replaced."""
        return self.ingest(*copied(files, self.settings.folder / UPLOADS), progress=progress)

    def folders(self) -> list[Path]:
        """The folders and files given to `ingest` before, as they can be given again. SourceError if there are none."""
        whole, declared = self.catalog.whole_sources(), {one.name for one in read_declared(self.settings.config)}
        folders = [
            path
            for name, location in self.catalog.sources("folder").items()
            if name not in declared
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
                    if document.source in self.catalog.sources("folder")
                    else f"{document.path} would come back: delete it in {document.source}, and sync that."
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
        kept, so that an interrupted run goes on from there. `progress` gets documents done and in all. A server that
        holds the collection does it, and uses this embedder from then on.
        """
        try:
            return self._reindex(lambda: self.embedder, progress)
        except CollectionBusy:
            show = None if progress is None else lambda at: progress(at.done, at.total)
            done = None
            if self._index is None and self._given_embedder is None:  # one that only this process has cannot be named
                done = reindex_there(self.settings.folder, self.settings.embedder, show)
            if done is None:
                raise
            return done

    def _reindex(self, load: Callable[[], Embedder], progress: Callable[[int, int], None] | None) -> int:
        with self._long_turn(of_embedder=False) as turn:
            embedder = load()
            return reindex(self.catalog, turn, embedder, lambda: self._expect(embedder), progress)

    def _commands(self) -> dict[str, Work]:
        """What this server does for other processes."""

        def ingest(request: Request, show: Report) -> Any:
            return asdict(self.ingest(*map(Path, request.paths), progress=show))

        def sync(request: Request, show: Report) -> Any:
            names = [one for one in request.options if not one.startswith("--")]
            rules = Rules(full="--full" in request.options, yes="--yes" in request.options)
            return [asdict(one) for one in self._sync(Path(request.paths[0]), names, rules, show)]

        def forget(request: Request, show: Report) -> Any:
            return self.forget(request.options[0])

        def reindex(request: Request, show: Report) -> Any:
            return self._reindex(
                lambda: open_embedder(request.options[0]), lambda done, total: show(Progress(done, total, "", 0))
            )

        return {"ingest": ingest, "sync": sync, "forget": forget, "reindex": reindex}

    def _check_undeclared(self, paths: Sequence[Path]) -> None:
        """SourceError for a path inside a declared folder, of which the declaration says what is read, and how."""
        uploads = (self.settings.folder / UPLOADS).resolve()
        places = [place for path in paths if not (place := _real(path)).is_relative_to(uploads)]
        for one in read_declared(self.settings.config) if places else ():
            inside = [place for place in places if "path" in one.options and place.is_relative_to(one.path)]
            if inside and one.collection == self.name:
                raise SourceError(
                    f"{inside[0]} belongs to the source {one.name} of {self.settings.config}; "
                    f"run `assistant sync {one.name}`."
                )


def _real(path: Path) -> Path:
    """The real path; one that cannot be any stays as it is, and is told when it is read."""
    try:
        return path.resolve()
    except (OSError, ValueError, RuntimeError):
        return path
