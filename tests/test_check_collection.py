"""index/check.py and check_document.py: a sound collection passes, and everything that does not hold is named."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from fakes import HashEmbedder
from sound_library import DIMENSION, catalog_of, change, make, problems
from typer.testing import CliRunner

from assistant.cli import app
from index import check as checking
from index.catalog import Catalog
from index.check import Note, check, content_problems, lexical_problems
from index.check_document import Problem
from index.collection import Collection
from index.errors import CatalogError
from index.folders import VectorFolders
from index.lock import CollectionLock
from index.settings import Settings


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def data(sound: Path, tmp_path: Path) -> Path:
    shutil.copytree(sound, tmp_path / "data")
    return tmp_path / "data"


def content(data: Path) -> list[Problem]:
    """The problems of the catalog's content, without opening the vector index."""
    with closing(Catalog(catalog_of(data))) as catalog:
        found = [*content_problems(catalog), *lexical_problems(catalog)]
        return [one for one in found if isinstance(one, Problem)]


def test_sound(data: Path) -> None:
    """A collection as it is left by an ingest is sound, and stays cleanly closed when it was checked twice."""
    assert list(check(Settings(data))) == []
    assert list(check(Settings(data))) == []
    assert content(data) == []


DOCUMENT = "(SELECT min(id) FROM documents)"
HARMS = {
    "text": ("document", "UPDATE documents SET text = replace(text, 'seals', 'otter') WHERE id = " + DOCUMENT),
    "revision": ("document", f"UPDATE documents SET revision = 'x' WHERE id = {DOCUMENT}"),
    "path": ("document", f"UPDATE documents SET path = 'other.md' WHERE id = {DOCUMENT}"),
    "headings": ("document", f'UPDATE documents SET headings = \'[[99999, 1, "a", ""]]\' WHERE id = {DOCUMENT}'),
    "headings unread": ("document", f"UPDATE documents SET headings = '[[' WHERE id = {DOCUMENT}"),
    "pages": ("document", f"UPDATE documents SET pages = '[[5, 2, 1]]' WHERE id = {DOCUMENT}"),
    "page zero": ("document", f"UPDATE documents SET pages = '[[0, 2, 0]]' WHERE id = {DOCUMENT}"),
    "sentence moved": (
        "sentences",
        f"UPDATE sentences SET start = start + 1 WHERE ordinal = 2 AND document_id = {DOCUMENT}",
    ),
    "sentence outside": (
        "sentences",
        f"UPDATE sentences SET end = 10000 WHERE ordinal = 2 AND document_id = {DOCUMENT}",
    ),
    "sentence id": ("sentences", f"UPDATE sentences SET id = 'x' WHERE ordinal = 2 AND document_id = {DOCUMENT}"),
    "sentence kind": ("sentences", f"UPDATE sentences SET kind = 'x' WHERE ordinal = 2 AND document_id = {DOCUMENT}"),
    "sentence lost": ("sentences", f"DELETE FROM sentences WHERE ordinal = 2 AND document_id = {DOCUMENT}"),
    "passage id": ("passages", f"UPDATE passages SET id = 'x' WHERE ordinal = 0 AND document_id = {DOCUMENT}"),
    "passage range": (
        "passages",
        f"UPDATE passages SET start = start + 1 WHERE ordinal = 0 AND document_id = {DOCUMENT}",
    ),
    "passage sentences": ("passages", f"UPDATE passages SET last = 999 WHERE ordinal = 0 AND document_id = {DOCUMENT}"),
    "passage text": (
        "passages",
        f"UPDATE passages SET embedded_text = 'x' WHERE ordinal = 0 AND document_id = {DOCUMENT}",
    ),
    "passage content": ("passages", "UPDATE passages SET content = 'x' WHERE number = 1"),
    "passage lost": ("passages", "DELETE FROM passages WHERE number = (SELECT max(number) FROM passages)"),
    "passages lost": ("passages", f"DELETE FROM passages WHERE document_id = {DOCUMENT}"),
    "other embedder": ("passages", "UPDATE meta SET value = 'x' WHERE key = 'embedder'"),
    "vector lost": ("vectors", "DELETE FROM vectors WHERE content = (SELECT min(content) FROM vectors)"),
    "vector short": ("vectors", "UPDATE vectors SET vector = x'00' WHERE content = (SELECT min(content) FROM vectors)"),
    "vector zero": (
        "vectors",
        f"UPDATE vectors SET vector = zeroblob({4 * DIMENSION}) WHERE content = (SELECT min(content) FROM vectors)",
    ),
    "lexical words": ("lexical", "UPDATE lexical SET body = 'other words' WHERE rowid = 2"),
    "lexical lost": ("lexical", "DELETE FROM lexical WHERE rowid = 2"),
    "lexical more": ("lexical", "INSERT INTO lexical (rowid, body) VALUES (9999, 'more')"),
    "lexical inside": ("lexical", "UPDATE lexical_content SET c0 = c0 || ' walrus' WHERE id = 2"),
    "lexical damaged": ("lexical", "UPDATE lexical_data SET block = zeroblob(length(block)) WHERE id > 100"),
    "orphan sentences": ("rows", "INSERT INTO sentences VALUES ('x', 0, 'x-1', 0, 1, 'prose', '', 0)"),
    "orphan passages": ("rows", "UPDATE passages SET document_id = 'x' WHERE number = 1"),
    "orphan failure": ("rows", "INSERT INTO failures (source, path, reason, fingerprint) VALUES ('x', 'x', 'x', 'x')"),
    "lost source": ("rows", "DELETE FROM sources"),
}


@pytest.mark.parametrize("harm", HARMS)
def test_harm_is_named(data: Path, harm: str) -> None:
    """Whatever is changed in the catalog, the part that it is in is named, and other documents are not."""
    part, statement = HARMS[harm]
    change(data, statement)
    found = content(data)
    assert part in {one.part for one in found}
    if harm not in ("other embedder", "lost source"):
        assert len({one.document for one in found if one.document}) <= 1


def test_unused_vectors_are_no_problem(data: Path) -> None:
    """Vectors that nothing uses are what an interrupted run leaves for the next one: a note says so."""
    change(data, f"INSERT INTO vectors VALUES ('x', zeroblob({4 * DIMENSION}))")
    assert [type(one) for one in check(Settings(data))] == [Note]


def test_catalog_page(data: Path) -> None:
    """A page of the catalog's file that holds noise is named as damage of the file, with the way out."""
    noise(catalog_of(data), 5)
    found = list(check(Settings(data)))
    assert isinstance(found[0], Problem)
    assert found[0].part == "catalog"
    assert isinstance(found[-1], Note)


def test_catalog_truncated(data: Path) -> None:
    """A catalog cut in the middle is damage, named with `restore` and `repair`; asking says the same."""
    path = catalog_of(data)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    found = problems(data)
    assert [one.part for one in found] == ["catalog"]
    assert "assistant restore FILE" in found[0].text
    assert "assistant repair" in found[0].text
    done = CliRunner().invoke(app, ["ask", "where do seals sleep?", "--data", str(data)])
    assert done.exit_code == 2
    assert "assistant restore FILE" in done.stderr


def noise(path: Path, page: int) -> None:
    with path.open("r+b") as file:
        file.seek(4096 * page)
        file.write(bytes(range(256)) * 16)


def test_vector_index_damaged(data: Path) -> None:
    """A file of the vector index that changed after it was closed is a problem, and it is not opened."""
    folder = VectorFolders(data / "default" / "vectors").current()
    assert folder is not None
    with (folder / "chroma.sqlite3").open("ab") as file:
        file.write(b"x")
    assert [one.part for one in problems(data)] == ["index"]


def test_vector_index_of_other_content(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index whose files are as they were left, but which holds another vector than the catalog, is a problem."""
    with closing(Catalog(catalog_of(data))) as catalog:
        content, vector = catalog.query("SELECT content, vector FROM vectors LIMIT 1")[0]
    change(data, "UPDATE vectors SET vector = ? WHERE content = ?", values=(vector[4:] + vector[:4], content))
    assert [one.part for one in problems(data)] == ["index"]


def test_vector_index_not_closed(data: Path) -> None:
    """An index that a killed process left open is a note: opening it heals it."""
    VectorFolders(data / "default" / "vectors").mark_open()
    assert [type(one) for one in check(Settings(data))] == [Note]


def test_while_it_is_served(data: Path) -> None:
    """While a server holds the collection, everything else is checked, harm included, and a note names the server."""
    with Collection.serve(Settings(data), HashEmbedder(DIMENSION)):
        (note,) = check(Settings(data))
        assert isinstance(note, Note)
        assert "(server)" in note.text
        change(data, HARMS["sentence id"][1])
        assert {type(one) for one in check(Settings(data))} == {Note, Problem}


def test_nothing_is_changed(data: Path) -> None:
    """A check leaves every row as it was, also of a harmed catalog."""
    change(data, HARMS["lexical words"][1])

    def rows() -> list[str]:
        with closing(sqlite3.connect(catalog_of(data))) as database:
            return list(database.iterdump())

    before = rows()
    assert problems(data)
    assert rows() == before


def test_no_collection(tmp_path: Path) -> None:
    """Where there is no collection, nothing can be checked."""
    with pytest.raises(CatalogError, match="no collection"):
        list(check(Settings(tmp_path)))


def test_command(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit status 0, 1 and 2: sound, not sound, not checked."""
    monkeypatch.setattr(checking, "_index", lambda *_: iter(()))
    run = CliRunner().invoke
    assert run(app, ["check", "--data", str(data)]).exit_code == 0
    assert run(app, ["check", "--data", str(tmp_path / "none")]).exit_code == 2
    change(data, HARMS["sentence id"][1])
    done = run(app, ["check", "--data", str(data)])
    assert done.exit_code == 1
    assert "has not the id of the text" in done.stderr


def test_lock_is_given_back(data: Path) -> None:
    """A check that is broken off in the middle leaves nothing held."""
    change(data, HARMS["lexical words"][1])
    found = check(Settings(data))
    next(found)
    found.close()
    with CollectionLock(data / "default" / "lock", "ingest"):
        pass
