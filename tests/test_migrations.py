"""index/migrations.py: a catalog of any released version becomes one of today, whole or not at all."""

from __future__ import annotations

import re
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from fakes import HashEmbedder, WordReader

from assistant.answer import Assistant
from index import schema
from index.catalog import Catalog
from index.check import content_problems, lexical_problems
from index.collection import Collection
from index.errors import CatalogError
from index.settings import Settings

OLD = sorted((Path(__file__).parent / "data").glob("catalog_*.sql"))
DIMENSION = 8


@pytest.fixture(params=OLD, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A catalog as an older version wrote it, in WAL mode as all are."""
    made = tmp_path / "default" / "catalog.sqlite"
    made.parent.mkdir()
    with closing(sqlite3.connect(made)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript(request.param.read_text(encoding="utf-8"))
        database.commit()
    return made


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


def layout(path: Path) -> dict[str, object]:
    """Names of all tables and indexes, and of the tables the columns with type, default and key."""
    with closing(sqlite3.connect(path)) as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master ORDER BY name")]
        return {
            name: [row[1:] for row in database.execute(f"PRAGMA table_info('{name}')")]
            or [row[2] for row in database.execute(f"PRAGMA index_info('{name}')")]
            for name in names
        }


def test_every_older_format_is_tested() -> None:
    """There is a catalog of every format that can be brought up to date, the first released one included."""
    assert [int(re.findall(r"\d+", path.stem)[0]) for path in OLD] == sorted(schema.MIGRATIONS)
    assert sorted(schema.MIGRATIONS) == list(range(1, schema.SCHEMA_VERSION))


def test_as_if_new(path: Path, tmp_path: Path) -> None:
    """Its tables, columns and indexes are those of a catalog that is made today; nothing in it is lost."""
    before = counted(path)
    Catalog(path).close()
    Catalog(tmp_path / "new.sqlite", create=True).close()
    assert layout(path) == layout(tmp_path / "new.sqlite")
    assert {name: number for name, number in counted(path).items() if name in before} == before


def counted(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}


def test_sound_and_in_use(path: Path, tmp_path: Path) -> None:
    """Afterwards it is sound, answers with its own sentences, and what is read next goes into it."""
    with closing(Catalog(path)) as catalog:
        assert [*content_problems(catalog), *lexical_problems(catalog)] == []
    settings = Settings(tmp_path)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "whale.md").write_text("A whale sang in the bay all night.")
    with Collection.open(settings, embedder=HashEmbedder(DIMENSION)) as collection:
        answer = Assistant(collection, WordReader()).ask("Where do seals sleep?")
        assert [one.quote for one in answer.citations] == ["Seals sleep on the northern rocks."]
        assert collection.ingest(tmp_path / "more").added == 1
        assert collection.count() == 3
        assert [one.path for one in collection.status().failures] == ["notes/broken.pdf"]


def test_whole_or_not_at_all(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a step fails in the middle, the file stays as it was, and the next attempt does it."""
    before = dump(path)
    broken = {number: f"{steps};\nCREATE TABLE meta (x)" for number, steps in schema.MIGRATIONS.items()}
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", broken)
        with pytest.raises(CatalogError, match="already exists"):
            Catalog(path)
    assert dump(path) == before
    with closing(Catalog(path)) as catalog:
        assert catalog.meta()["schema"] == str(schema.SCHEMA_VERSION)


def test_many_at_once(path: Path) -> None:
    """Opened by many at the same moment, one of them does it and all of them read it."""
    found: list[object] = []
    start = threading.Barrier(8)

    def work() -> None:
        start.wait()
        try:
            with closing(Catalog(path)) as catalog:
                found.append(catalog.counts()["documents"])
        except Exception as error:
            found.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [2] * 8


@pytest.mark.parametrize("number", ["0", str(schema.SCHEMA_VERSION + 1), "1000", "x", "", "-1"])
def test_unknown_format(path: Path, number: str) -> None:
    """A newer format, or none that is known, is refused in one sentence that says what to do; nothing is changed."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (number,))
    before = dump(path)
    for create in (False, True):
        with pytest.raises(CatalogError, match=rf"has format {number}, and this version reads 1 to .*use the version"):
            Catalog(path, create=create)
    assert dump(path) == before
