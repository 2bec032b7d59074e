"""index/catalog.py: whole transactions or none, one moment for each reader, and a clear word about damage."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import HashEmbedder, make_loaded

from index.catalog import Catalog, Entry
from index.errors import CatalogError, IndexingError
from index.identity import document_id, revision
from index.passages import make_passages
from index.records import Document, FileFailure, Heading, Page
from index.sentences import split

ROOT = Path(__file__).parent.parent
EMBEDDER = HashEmbedder()
ONE = "# Peace\n\nThere is no treaty. Nobody signed it.\n\n- An item stands here"
TWO = "# Fish\n\nMany boats fish here. They come at dawn."


def make_entry(path: str, text: str, fingerprint: str = "f") -> Entry:
    """A document as `Ingest` makes it."""
    loaded = make_loaded(text, path)
    document = Document(
        document_id("s", path),
        "s",
        path,
        path,
        text,
        revision(loaded),
        "2026-01-02T03:04:05+00:00",
        loaded.headings,
        (Page(0, len(text), 1),),
        "https://wiki/x",
        "de",
    )
    sentences = split(document.id, loaded)
    return Entry(document, fingerprint, sentences, make_passages(path, loaded.headings, sentences, EMBEDDER))


def put(catalog: Catalog, *entries: Entry) -> None:
    for entry in entries:
        contents = [one.content for one in entry.passages]
        catalog.keep_vectors(contents, EMBEDDER.embed([one.embedded_text for one in entry.passages]))
    catalog.write(entries)


def dump(catalog: Catalog) -> list[str]:
    """Every row of every table, the lexical index included."""
    with closing(sqlite3.connect(catalog.path)) as connection:
        return list(connection.iterdump())


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with closing(Catalog(tmp_path / "c" / "catalog.sqlite", create=True)) as opened:
        opened.add_source("s", "/s")
        yield opened


def test_gives_back_what_was_written(catalog: Catalog) -> None:
    """Document, sentences and passages come back equal to what was written, also through another connection."""
    entry = make_entry("one.md", ONE)
    put(catalog, entry)
    with closing(Catalog(catalog.path)) as other:
        for one in (catalog, other):
            assert one.document(entry.document.id) == entry.document
            assert one.sentences(entry.document) == entry.sentences
            assert tuple(one.passages([p.id for p in entry.passages]).values()) == entry.passages
            assert one.fingerprints("s") == {"one.md": "f"}
            assert one.fingerprints("t") == {}
            assert one.counts() == {"documents": 1, "sentences": len(entry.sentences), "passages": len(entry.passages)}
        summary = other.documents()[0]
        assert (summary.path, summary.sentences) == ("one.md", len(entry.sentences))


def test_odd_text(catalog: Catalog) -> None:
    """Any stored text comes back to the last character: astral, combining, quotes, and headings of every kind."""
    text = "\u202e🏳️‍🌈 'quotes\" — ﷺ ends here; e\u0301 DROP TABLE. \U0010ffff is the last one."
    entry = make_entry("o'dd\"name\n.md", text)
    entry = replace(
        entry, document=replace(entry.document, headings=(Heading(0, 1, text, "a#b"),), address=None, pages=())
    )
    put(catalog, entry)
    assert catalog.document(entry.document.id) == entry.document
    assert catalog.sentences(entry.document) == entry.sentences


def test_sentences_by_ordinal(catalog: Catalog) -> None:
    """Sentences are given from first to last ordinal, both inclusive, in order."""
    entry = make_entry("one.md", ONE)
    put(catalog, entry)
    assert catalog.sentences(entry.document, 1, 2) == entry.sentences[1:3]
    assert catalog.sentences(entry.document, 3, 2) == ()
    assert catalog.sentences(entry.document, 99) == ()


def test_replace(catalog: Catalog) -> None:
    """Writing a document again leaves nothing of its earlier text: rows, lexical index, failure."""
    put(catalog, make_entry("one.md", ONE), make_entry("two.md", TWO))
    catalog.set_failures("s", [(FileFailure("one.md", "broken"), "f2")], forget=())
    put(catalog, make_entry("one.md", "An island is here now.", "f3"))
    assert catalog.lexical("treaty", 5) == []
    assert len(catalog.lexical("island", 5)) == 1
    assert catalog.failures() == {}
    assert catalog.fingerprints("s") == {"one.md": "f3", "two.md": "f"}
    with closing(Catalog(catalog.path.parent / "fresh.sqlite", create=True)) as fresh:
        fresh.add_source("s", "/s")
        put(fresh, make_entry("two.md", TWO), make_entry("one.md", "An island is here now.", "f3"))
        assert fresh.counts() == catalog.counts()
        assert fresh.lexical("fish island", 9) == catalog.lexical("fish island", 9)


def test_remove(catalog: Catalog) -> None:
    """A removed document is found nowhere; others, and ids that are not there, stay as they are."""
    one, two = make_entry("one.md", ONE), make_entry("two.md", TWO)
    put(catalog, one, two)
    catalog.remove([one.document.id, "nobody"])
    assert catalog.document(one.document.id) is None
    assert catalog.sentences(one.document) == ()
    assert catalog.lexical("treaty", 5) == []
    assert catalog.vectors([p.id for p in one.passages]) == {}
    assert catalog.document(two.document.id) == two.document
    assert catalog.lexical("fish", 5)


def test_all_or_none(catalog: Catalog) -> None:
    """When one of several documents cannot be written, none is, and the catalog goes on working."""
    put(catalog, make_entry("one.md", ONE))
    before = dump(catalog)
    bad = make_entry("three.md", "Another text is here.")
    bad = replace(bad, sentences=bad.sentences * 2)
    with pytest.raises(sqlite3.IntegrityError):
        catalog.write([make_entry("one.md", TWO), bad])
    assert dump(catalog) == before
    put(catalog, make_entry("two.md", TWO))
    assert catalog.counts()["documents"] == 2


CRASH = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_catalog import EMBEDDER, ONE, TWO, make_entry
from index.catalog import Catalog
catalog = Catalog(Path(sys.argv[1]))
entry = make_entry("one.md", TWO)
catalog.keep_vectors([p.content for p in entry.passages], EMBEDDER.embed([p.embedded_text for p in entry.passages]))
def entries():
    yield entry
    os.kill(os.getpid(), signal.SIGKILL)
catalog.write(entries())
"""


def test_killed_in_a_transaction(catalog: Catalog) -> None:
    """A process killed in the middle of a transaction leaves what was there before; what it kept before it stays."""
    put(catalog, make_entry("one.md", ONE))
    change = catalog.change()
    done = subprocess.run([sys.executable, "-c", CRASH, str(catalog.path), str(Path(__file__).parent)], cwd=ROOT)
    assert done.returncode == -signal.SIGKILL
    with closing(Catalog(catalog.path)) as again:
        one = make_entry("one.md", ONE)
        assert again.document(one.document.id) == one.document
        assert again.change() == change
        assert again.sentences(one.document) == one.sentences
        assert again.lexical("boats", 5) == []
        kept = {p.content for p in make_entry("one.md", TWO).passages}
        assert again.known_contents(list(kept)) == kept
        put(again, make_entry("one.md", TWO))
        assert again.lexical("boats", 5)


def test_snapshot(catalog: Catalog) -> None:
    """Inside a snapshot a reader sees one moment, whatever another connection commits meanwhile; afterwards the new."""
    one = make_entry("one.md", ONE)
    put(catalog, one)
    with closing(Catalog(catalog.path)) as reader:
        with reader.snapshot():
            assert reader.counts()["documents"] == 1
            put(catalog, make_entry("one.md", "All is new here."), make_entry("two.md", TWO))
            assert reader.document(one.document.id) == one.document
            assert reader.sentences(one.document) == one.sentences
            assert reader.lexical("treaty", 5)
            assert not reader.lexical("fish", 5)
            assert set(reader.vectors([p.id for p in one.passages])) == {p.id for p in one.passages}
        assert reader.counts()["documents"] == 2
        assert not reader.lexical("treaty", 5)


def test_snapshot_of_threads(catalog: Catalog) -> None:
    """Each thread has a moment of its own: one thread's snapshot neither binds nor blocks a writer in another."""
    put(catalog, make_entry("one.md", ONE))
    seen: list[int] = []
    with catalog.snapshot():
        assert catalog.counts()["documents"] == 1
        thread = threading.Thread(
            target=lambda: (put(catalog, make_entry("two.md", TWO)), seen.append(catalog.counts()["documents"]))
        )
        thread.start()
        thread.join(20)
        assert seen == [2]
        assert catalog.counts()["documents"] == 1


def test_snapshot_ends_with_an_error(catalog: Catalog) -> None:
    """An error inside a snapshot ends it."""
    with pytest.raises(KeyError), catalog.snapshot():
        raise KeyError
    with catalog.snapshot():
        assert catalog.counts()["documents"] == 0


def test_change_grows(catalog: Catalog) -> None:
    """Every change of documents or passages raises the change number for all; keeping vectors does not."""
    entry = make_entry("one.md", ONE)
    with closing(Catalog(catalog.path)) as other:
        numbers = [other.change()]
        for act in (
            lambda: put(catalog, entry),
            lambda: catalog.replace_passages([(entry.document.id, entry.passages)], "x/1"),
            lambda: catalog.remove([entry.document.id]),
        ):
            act()
            numbers.append(other.change())
        assert numbers == [0, 1, 2, 3]
        catalog.keep_vectors(["c"], np.ones((1, 2), np.float32))
        assert other.change() == 3


def test_vectors_are_kept_by_content(catalog: Catalog) -> None:
    """Passages of equal content share one vector; it outlives its passages until `sweep`, and not after."""
    entry = make_entry("one.md", ONE)
    put(catalog, entry)
    contents = [one.content for one in entry.passages]
    vectors = EMBEDDER.embed([one.embedded_text for one in entry.passages])
    catalog.remove([entry.document.id])
    assert catalog.known_contents([*contents, "other"]) == set(contents)
    assert np.array_equal(catalog.vectors_of(contents), vectors)
    catalog.write([entry])  # without embedding anything
    assert np.array_equal(catalog.vectors([entry.passages[0].id])[entry.passages[0].id], vectors[0])
    catalog.keep_vectors(["unused"], np.ones((1, 16), np.float32))
    catalog.sweep()
    assert catalog.known_contents([*contents, "unused"]) == set(contents)
    with pytest.raises(KeyError):
        catalog.vectors_of(["unused"])


def test_passage_vectors_in_batches(catalog: Catalog) -> None:
    """All vectors come once each, in batches of any size, by the order in which they were written."""
    entries = [make_entry(f"{n}.md", f"Text number {n} is here. {ONE}") for n in range(7)]
    put(catalog, *entries)
    ids = [passage.id for entry in entries for passage in entry.passages]
    for batch in (1, 2, 100):
        found = [
            (identity, row)
            for batch_ids, matrix in catalog.passage_vectors(batch)
            for identity, row in zip(batch_ids, matrix, strict=True)
        ]
        assert [identity for identity, _ in found] == ids == catalog.passage_ids([e.document.id for e in entries])
        assert all(np.array_equal(row, catalog.vectors([identity])[identity]) for identity, row in found)


def test_many_contents(catalog: Catalog) -> None:
    """More content hashes than SQLite takes variables in one statement are looked up."""
    contents = [f"c{n}" for n in range(1203)]
    catalog.keep_vectors(contents, np.arange(2406, dtype=np.float32).reshape(-1, 2))
    assert catalog.known_contents([*contents, "other"]) == set(contents)
    assert np.array_equal(catalog.vectors_of(contents[::-1]), np.arange(2406, dtype=np.float32).reshape(-1, 2)[::-1])


def test_replace_passages(catalog: Catalog) -> None:
    """New passages replace the old ones of the documents named, with the embedder's stamp, in one transaction."""
    one, two = make_entry("one.md", ONE), make_entry("two.md", TWO)
    put(catalog, one, two)
    new = tuple(replace(p, id=f"n{p.id}", embedded_text="walrus") for p in one.passages)
    catalog.replace_passages([(one.document.id, new)], "other/1")
    assert catalog.meta()["embedder"] == "other/1"
    assert len(catalog.lexical("walrus", 5)) == len(new)
    assert catalog.lexical("treaty", 5) == []
    assert catalog.lexical("fish", 5)
    before = dump(catalog)
    with pytest.raises(sqlite3.IntegrityError):
        catalog.replace_passages([(one.document.id, ()), (two.document.id, two.passages * 2)], "third/1")
    assert dump(catalog) == before


def test_failures(catalog: Catalog) -> None:
    """Failures are kept by source and path, replaced by newer ones, and forgotten on request."""
    catalog.set_failures("s", [(FileFailure("a", "x"), "1"), (FileFailure("b", "y"), "2")], forget=())
    catalog.set_failures("s", [(FileFailure("b", "z"), "3")], forget=["a", "nobody"])
    assert catalog.failures() == {("s", "b"): ("z", "3")}


def test_no_collection(tmp_path: Path) -> None:
    """Where there is no file, the error says how to make one, and nothing is made."""
    with pytest.raises(CatalogError, match="run `assistant ingest PATH` first"):
        Catalog(tmp_path / "c" / "catalog.sqlite")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"text", bytes(range(256)) * 40, b"SQLite format 3\0" + b"\0" * 4000])
@pytest.mark.parametrize("create", [False, True])
def test_other_file(tmp_path: Path, content: bytes, create: bool) -> None:
    """A file that is no catalog is a CatalogError that names it; only an empty one may be made a catalog."""
    path = tmp_path / "catalog.sqlite"
    path.write_bytes(content)
    if create and not content:
        Catalog(path, create=True).close()
        return
    with pytest.raises(CatalogError, match=r"is damaged|holds no catalog") as error:
        Catalog(path, create=create)
    assert str(path) in str(error.value)
    assert path.read_bytes() == content


def test_other_database(tmp_path: Path) -> None:
    """A database of another program is refused, and not given our tables."""
    path = tmp_path / "catalog.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE documents (x)")
        connection.commit()
    for create in (False, True):
        with pytest.raises(CatalogError):
            Catalog(path, create=create)
    with closing(sqlite3.connect(path)) as connection:
        assert [row[0] for row in connection.execute("SELECT name FROM sqlite_master")] == ["documents"]


@pytest.mark.parametrize("version", ["3", "999", "x", ""])
def test_newer_version(catalog: Catalog, version: str) -> None:
    """A catalog of another version is refused by name and left as it is."""
    catalog.set_meta(schema=version)
    before = dump(catalog)
    for create in (False, True):
        with pytest.raises(CatalogError, match=f"has format {version}, and this version reads 1 to 2"):
            Catalog(catalog.path, create=create)
    assert dump(catalog) == before


def read_all(path: Path) -> None:
    with closing(Catalog(path)) as catalog:
        catalog.documents()
        catalog.lexical("number", 5)
        catalog.counts()


def test_damaged_in_the_middle(catalog: Catalog) -> None:
    """Damage that shows only when something is read is one of our errors, too, and not SQLite's own."""
    put(catalog, *(make_entry(f"{n}.md", f"Number {n} stands here. " * 200) for n in range(20)))
    catalog.close()
    content = bytearray(catalog.path.read_bytes())
    content[8192:] = b"\xa5" * (len(content) - 8192)
    catalog.path.write_bytes(content)
    with pytest.raises(IndexingError):
        read_all(catalog.path)


def test_opened_again_after_close(catalog: Catalog) -> None:
    """A closed catalog leaves one file behind: the log was written back."""
    put(catalog, make_entry("one.md", ONE))
    catalog.close()
    assert [path.name for path in catalog.path.parent.iterdir()] == ["catalog.sqlite"]
