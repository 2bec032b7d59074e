"""index/ingest.py: what changed is read, what vanished goes, what fails stays as it was and stops nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from io import BufferedReader
from pathlib import Path

import numpy as np
import pytest
from fakes import HashEmbedder, MemoryIndex, TextLoader

from index import ingest
from index.catalog import Catalog
from index.errors import LimitExceeded, LoadError, UnsupportedFormat
from index.ingest import Ingest
from index.records import FileFailure, IngestReport, Loaded, Progress
from index.sources import targets

ROOT = Path(__file__).parent.parent


class World:
    """A folder of three documents, a catalog, a fake index, a fake embedder, and what the last run did."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "notes"
        self.catalog = Catalog(root / "data" / "default" / "catalog.sqlite", create=True)
        self.index = MemoryIndex()
        self.embedder = HashEmbedder()
        self.loader = TextLoader()
        self.progress: list[Progress] = []
        self.write("a.md", "Seals lie on the rocks. They sleep.")
        self.write("b.md", "Boats fish at dawn.")
        self.write("sub/c.md", "A volcano smokes.")

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run(self, *paths: Path, load: object = None) -> IngestReport:
        self.loader.read.clear()
        self.progress.clear()
        self.embedder.embedded.clear()
        run = Ingest(self.catalog, self.index, self.embedder, load or self.loader, self.progress.append)  # type: ignore[arg-type]
        report = run.run(targets(self.catalog, paths or (self.folder,)))
        self.agrees()
        return report

    def agrees(self) -> None:
        """The vector index holds the catalog's vectors under the catalog's ids, and nothing else."""
        stored = {
            identity: row
            for ids, matrix in self.catalog.passage_vectors()
            for identity, row in zip(ids, matrix, strict=True)
        }
        assert stored.keys() == self.index.vectors.keys()
        assert len(stored) == self.catalog.counts()["passages"]
        assert all(np.array_equal(row, self.index.vectors[identity]) for identity, row in stored.items())

    def texts(self) -> dict[str, str]:
        """Stored text by path."""
        found = (self.catalog.document(summary.id) for summary in self.catalog.documents())
        return {document.path: document.text for document in found if document}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    with closing(made.catalog):
        yield made


def counts(report: IngestReport) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.unchanged, report.removed


def test_added(world: World) -> None:
    """A new folder's files become documents, each with its text as loaded."""
    report = world.run()
    assert counts(report) == (3, 0, 0, 0)
    assert report.failures == ()
    assert report.passages == 3
    assert world.texts() == {
        "a.md": "Seals lie on the rocks. They sleep.",
        "b.md": "Boats fish at dawn.",
        "sub/c.md": "A volcano smokes.",
    }


def test_unchanged(world: World) -> None:
    """A second run reads, embeds and changes nothing, though a file's time is new."""
    world.run()
    change = world.catalog.change()
    os.utime(world.folder / "a.md", (1, 1))
    assert counts(world.run()) == (0, 0, 3, 0)
    assert world.loader.read == []
    assert world.embedder.embedded == []
    assert world.catalog.change() == change


def test_changed(world: World) -> None:
    """Only the changed file is read again, and of its sentences nothing old is left."""
    world.run()
    world.write("b.md", "Boats fish at night.")
    report = world.run()
    assert counts(report) == (0, 1, 2, 0)
    assert world.loader.read == ["b.md"]
    assert report.passages == 1
    assert world.texts()["b.md"] == "Boats fish at night."
    assert world.catalog.lexical("dawn", 5) == []


def test_removed(world: World) -> None:
    """A file that vanished takes its document along; so does a folder."""
    world.run()
    (world.folder / "b.md").unlink()
    (world.folder / "sub" / "c.md").unlink()
    (world.folder / "sub").rmdir()
    assert counts(world.run()) == (0, 0, 1, 2)
    assert set(world.texts()) == {"a.md"}


def test_moved(world: World) -> None:
    """A moved file is a new document, whose vectors are not embedded again if its text and title are the same."""
    world.run()
    (world.folder / "deep").mkdir()
    (world.folder / "a.md").rename(world.folder / "deep" / "a.md")
    report = world.run()
    assert counts(report) == (1, 0, 2, 1)
    assert world.embedder.embedded == []
    assert report.passages == 0


def test_versions_decide(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a newer loader or splitter every file is read again."""
    world.run()
    monkeypatch.setattr(ingest, "VERSIONS", "next")
    assert counts(world.run()) == (0, 3, 0, 0)
    assert len(world.loader.read) == 3


def test_single_file(world: World) -> None:
    """A file given alone is read alone, and removes nothing."""
    world.run()
    world.write("b.md", "Boats fish at night.")
    (world.folder / "a.md").unlink()
    assert counts(world.run(world.folder / "b.md")) == (0, 1, 0, 0)
    assert "a.md" in world.texts()


def test_folder_inside(world: World) -> None:
    """A folder inside a source removes only what lay below it."""
    world.run()
    (world.folder / "a.md").unlink()
    (world.folder / "sub" / "c.md").unlink()
    world.write("sub/d.md", "A new one.")
    assert counts(world.run(world.folder / "sub")) == (1, 0, 0, 1)
    assert set(world.texts()) == {"a.md", "b.md", "sub/d.md"}


def test_same_path_twice(world: World) -> None:
    """A folder given twice, or with a file in it, is read once."""
    report = world.run(world.folder, world.folder, world.folder / "a.md")
    assert (report.added, report.changed, report.removed) == (3, 0, 0)
    assert len(world.loader.read) == 3


def test_broken_file_goes_on(world: World) -> None:
    """A file that cannot be read is named with its reason, and those after it are read."""
    world.write("a.md", "BROKEN")
    report = world.run()
    assert counts(report) == (2, 0, 0, 0)
    assert report.failures == (FileFailure("a.md", "it is broken"),)
    assert world.catalog.failures()[("notes", "a.md")][0] == "it is broken"


def test_broken_file_is_not_read_again(world: World) -> None:
    """A file that failed is reported at every run, but read again only when it changed."""
    world.write("a.md", "BROKEN")
    world.run()
    assert [failure.path for failure in world.run().failures] == ["a.md"]
    assert world.loader.read == []
    world.write("a.md", "BROKEN otherwise")
    assert [failure.path for failure in world.run().failures] == ["a.md"]
    assert world.loader.read == ["a.md"]
    world.write("a.md", "Whole again.")
    assert world.run().failures == ()
    assert world.texts()["a.md"] == "Whole again."
    assert world.catalog.failures() == {}


def test_last_version_is_kept(world: World) -> None:
    """A document whose file broke keeps its last readable version, and the reason says so."""
    world.run()
    world.write("a.md", "BROKEN")
    report = world.run()
    assert counts(report) == (0, 0, 2, 0)
    assert "last readable version is kept" in report.failures[0].reason
    assert world.texts()["a.md"].startswith("Seals")
    assert world.catalog.lexical("seals", 5)


def test_broken_and_restored(world: World) -> None:
    """A file that broke and then came back as it was is no failure any more."""
    world.run()
    world.write("a.md", "BROKEN")
    world.run()
    world.write("a.md", "Seals lie on the rocks. They sleep.")
    report = world.run()
    assert counts(report) == (0, 0, 3, 0)
    assert report.failures == ()
    assert world.catalog.failures() == {}


def test_broken_and_vanished(world: World) -> None:
    """A failure is forgotten with its file."""
    world.write("a.md", "BROKEN")
    world.run()
    (world.folder / "a.md").unlink()
    assert world.run().failures == ()
    assert world.catalog.failures() == {}


def failing(error: LoadError) -> object:
    def load(path: Path, *, within: Path | None = None) -> Loaded:
        raise error

    return load


def test_limit_is_tried_again(world: World) -> None:
    """A file that went over a limit is tried again at the next run, though it did not change."""
    assert len(world.run(load=failing(LimitExceeded("too slow"))).failures) == 3
    assert counts(world.run()) == (3, 0, 0, 0)
    assert world.catalog.failures() == {}


def test_unsupported(world: World) -> None:
    """A file without a loader is marked as such, at the first run and at the next."""
    world.write("picture.xyz", "BROKEN")
    for _ in range(2):
        failures = world.run(world.folder / "picture.xyz", load=failing(UnsupportedFormat("no loader"))).failures
        assert failures == (FileFailure("picture.xyz", "no loader", True),)


def test_vanished_while_reading(world: World) -> None:
    """A file that vanishes between listing and reading is a failure, and the rest is read."""
    given = targets(world.catalog, [world.folder])
    (world.folder / "a.md").unlink()
    report = Ingest(world.catalog, world.index, world.embedder, world.loader).run(given)
    assert counts(report) == (2, 0, 0, 0)
    assert [failure.path for failure in report.failures] == ["a.md"]


def test_folder_that_cannot_be_listed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies in a folder that cannot be listed is unknown, not gone: its documents and failures stay."""
    world.write("sub/broken.md", "BROKEN")
    world.run()
    scandir = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    report = world.run()
    assert counts(report) == (0, 0, 2, 0)
    assert [failure.path for failure in report.failures] == ["sub"]
    assert "sub/c.md" in world.texts()
    assert ("notes", "sub/broken.md") in world.catalog.failures()


def test_file_that_cannot_be_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file whose permission was taken away keeps its document and is reported."""
    world.run()
    opened = ingest.open_file

    def refuse(path: Path, *, within: Path | None = None) -> AbstractContextManager[BufferedReader]:
        if path.name == "a.md":
            raise LoadError("permission denied")
        return opened(path, within=within)

    monkeypatch.setattr(ingest, "open_file", refuse)
    report = world.run()
    assert report.removed == 0
    assert "a.md" in world.texts()
    assert [failure.path for failure in report.failures] == ["a.md"]


def test_nothing_is_embedded_twice(world: World) -> None:
    """An edit in one section of a file embeds the passages of that section only."""
    sections = [f"# Section {n}\n\nThis is what section {n} says about seals." for n in range(20)]
    world.write("long.md", "\n\n".join(sections))
    assert world.run().passages == 23
    sections[7] += " It says more now."
    world.write("long.md", "\n\n".join(sections))
    report = world.run()
    assert report.passages == 1
    assert len(world.embedder.embedded) == 1
    assert "says more now" in world.embedder.embedded[0]


def test_equal_texts_share_a_vector(world: World) -> None:
    """Equal passages in several documents of one title are embedded once."""
    for number in range(5):
        world.write(f"{number}/same.md", "The same words stand here.")
    report = world.run()
    assert counts(report)[0] == 8
    assert report.passages == 4


def test_interrupted(world: World) -> None:
    """After Ctrl-C in the middle, the catalog has whole documents only, and the next run embeds nothing again."""
    for number in range(300):
        world.write(f"many/{number:03}.md", f"Number {number} stands here.")

    def stop(at: Progress) -> None:
        if at.done == 200:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Ingest(world.catalog, world.index, world.embedder, world.loader, stop).run(
            targets(world.catalog, [world.folder])
        )
    stored, embedded = world.catalog.counts()["documents"], len(world.embedder.embedded)
    assert stored >= 128
    assert embedded == 192, "embedded 64 at a time"
    world.index.vectors = {
        one: row for one, row in world.index.vectors.items() if world.catalog.vectors([one])
    }  # as DenseIndex.open
    report = world.run()
    assert report.added + report.unchanged == 303
    assert report.passages == 303 - 192
    assert len(world.texts()) == 303


def test_index_fails_before_anything_is_shown(world: World) -> None:
    """If the vector index cannot take a batch, none of its documents is shown."""

    class Broken(MemoryIndex):
        def upsert(self, ids: object, vectors: object) -> None:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        Ingest(world.catalog, Broken(), world.embedder, world.loader).run(targets(world.catalog, [world.folder]))
    assert world.catalog.counts() == {"documents": 0, "sentences": 0, "passages": 0}
    assert counts(world.run())[0] == 3


def test_progress(world: World) -> None:
    """Progress counts every file once, changed or not, broken or not, up to the total, over all paths given."""
    world.write("b.md", "BROKEN")
    other = world.folder.parent / "other"
    other.mkdir()
    (other / "d.md").write_text("More.")
    world.run(world.folder, other)
    assert [(at.done, at.total) for at in world.progress] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert [at.path for at in world.progress] == ["notes/a.md", "notes/b.md", "notes/sub/c.md", "other/d.md"]
    assert [at.passages for at in world.progress] == [0, 0, 0, 2]  # some at a time
    world.run(world.folder, other)
    assert [(at.done, at.total, at.passages) for at in world.progress] == [(n, 4, 0) for n in range(1, 5)]


def test_document_fields(world: World) -> None:
    """A document has its source, path, title, the file's time in UTC, and the revision of its text."""
    os.utime(world.folder / "a.md", (86400, 86400))
    world.run()
    document = world.catalog.document(world.catalog.documents()[0].id)
    assert document
    assert (document.source, document.path, document.title) == ("notes", "a.md", "a")
    assert document.modified == "1970-01-02T00:00:00+00:00"
    assert len(document.revision) == 64


@pytest.mark.parametrize("when", [-1.5e9, 0, 2**33, 253402300800, 2**40])
def test_odd_times(world: World, when: float) -> None:
    """A file of any time that a disk can store, before 1970 or after 9999, is read."""
    os.utime(world.folder / "a.md", (when, when))
    assert counts(world.run()) == (3, 0, 0, 0)


def test_document_without_passages(world: World) -> None:
    """A document with nothing to cite is stored, counted, and unchanged at the next run."""
    world.write("a.md", "# Only a heading")
    assert counts(world.run()) == (3, 0, 0, 0)
    assert counts(world.run()) == (0, 0, 3, 0)


def test_named_pipe(tmp_path: Path) -> None:
    """A named pipe given as a file is refused, and does not make the run wait for a writer that never comes."""
    os.mkfifo(tmp_path / "pipe.txt")
    program = (
        "import sys\nfrom pathlib import Path\nfrom contextlib import closing\nsys.path.insert(0, 'tests')\n"
        "from fakes import *\nfrom index.catalog import Catalog\nfrom index.ingest import Ingest\n"
        "from index.sources import targets\nfrom index.errors import SourceError\nroot = Path(sys.argv[1])\n"
        "catalog = Catalog(root / 'd' / 'c' / 'catalog.sqlite', create=True)\n"
        "def load(path, within=None):\n    from index.load.formats import load_file\n    return load_file(path)\n"
        "try:\n    given = targets(catalog, [root / 'pipe.txt'])\n"
        "    assert Ingest(catalog, MemoryIndex(), HashEmbedder(), load).run(given).failures\n"
        "except SourceError:\n    pass\nprint('done')"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, capture_output=True, timeout=8)
    assert done.stdout == b"done\n", done.stderr.decode()
