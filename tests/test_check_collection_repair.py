"""index/repair.py and salvage.py: whatever was harmed, afterwards the check is clean and the answers are the old ones."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fakes import HashEmbedder
from sound_library import DIMENSION, answers, catalog_of, change, make, problems, write_notes
from test_check_collection import DOCUMENT, HARMS, noise

from index.catalog import Catalog
from index.collection import Collection
from index.embed import Embedder
from index.errors import CatalogError, CollectionBusy, EmbedderMismatch
from index.repair import Repaired, repair
from index.settings import Settings


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("sound"))


@pytest.fixture(scope="module")
def right(sound: Path) -> list[dict[str, Any]]:
    return answers(sound)


@pytest.fixture
def data(sound: Path, tmp_path: Path) -> Path:
    shutil.copytree(sound, tmp_path / "data")
    return tmp_path / "data"


def repaired(data: Path, dimension: int = DIMENSION) -> Repaired:
    return repair(Settings(data), lambda: HashEmbedder(dimension))


def read_again(data: Path) -> None:
    with Collection.open(Settings(data), embedder=HashEmbedder(DIMENSION)) as collection:
        collection.ingest(*collection.folders())


def unloaded() -> Embedder:
    raise AssertionError("the embedder was loaded")


DROPPED = [
    "text", "revision", "path", "headings", "headings unread", "pages", "sentence moved", "sentence id", "sentence lost"
]  # fmt: skip
REBUILT = [
    "passage id", "passage range", "passage text", "passages lost", "vector short", "lexical words", "lexical damaged",
    "orphan sentences", "orphan failure",
]  # fmt: skip


@pytest.mark.parametrize("harms", [DROPPED[:5], DROPPED[5:], ["sentence outside"]], ids=str)
def test_dropped(data: Path, right: list[dict[str, Any]], harms: list[str]) -> None:
    """Documents whose text or sentences are not what they were are dropped and named; reading them again gives them back."""
    with closing(Catalog(catalog_of(data))) as catalog:
        names = {one.id: one.path for one in catalog.documents()}
    for identity, harm in zip(sorted(names), harms, strict=False):
        change(data, HARMS[harm][1].replace(DOCUMENT, f"'{identity}'"))
    report = repaired(data)
    assert problems(data) == []
    kept = {Path(one).name for one in report.dropped} - {"other.md"}
    assert kept == {names[one] for one, harm in zip(sorted(names), harms, strict=False) if harm != "path"}
    read_again(data)
    assert problems(data) == []
    assert answers(data) == right


@pytest.mark.parametrize("harms", [REBUILT[:3], REBUILT[3:6], REBUILT[6:], ["vector zero", "passage lost"]], ids=str)
def test_rebuilt(data: Path, right: list[dict[str, Any]], harms: list[str]) -> None:
    """What can be made anew is, and nothing has to be read again."""
    with closing(Catalog(catalog_of(data))) as catalog:
        ids = sorted(one.id for one in catalog.documents())
    for identity, harm in zip(ids, harms, strict=False):
        change(data, HARMS[harm][1].replace(DOCUMENT, f"'{identity}'"))
    assert repaired(data).dropped == []
    assert problems(data) == []
    assert answers(data) == right


def test_sound_stays(data: Path, right: list[dict[str, Any]]) -> None:
    """A sound collection is left as it is, and no embedder is loaded."""
    before = catalog_of(data).read_bytes()
    assert repair(Settings(data), unloaded) == Repaired(["The vector index is sound."], [])
    assert catalog_of(data).read_bytes() == before


def test_lost_source(data: Path, right: list[dict[str, Any]]) -> None:
    """Documents whose source's row is lost are kept under its name, and still answer."""
    change(data, "DELETE FROM sources")
    assert repaired(data).dropped == []
    assert problems(data) == []
    assert answers(data) == right


def test_other_embedder(data: Path) -> None:
    """With another embedder than the collection's, nothing is embedded again, and the error names both."""
    change(data, HARMS["vector lost"][1])
    with pytest.raises(EmbedderMismatch, match=r"hash@1/32.*hash@1/16"):
        repaired(data, 16)


def test_held(data: Path) -> None:
    """A collection that is served is not repaired."""
    with Collection.serve(Settings(data), HashEmbedder(DIMENSION)), pytest.raises(CollectionBusy, match="server"):
        repaired(data)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="assistant restore"):
        repaired(tmp_path)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])


def zero_a_page(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096 * 7)
        file.write(bytes(4096))


def noise_in_front(path: Path) -> None:
    noise(path, 0)


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [cut, zero_a_page, noise_in_front, empty])
def test_damaged_file(data: Path, right: list[dict[str, Any]], damage: Callable[[Path], None]) -> None:
    """Of a damaged file, what is whole goes into a new one; the damaged one is kept, and reading again gives the rest."""
    damage(catalog_of(data))
    report = repaired(data)
    assert "was damaged" in report.done[0]
    assert len(list(catalog_of(data).parent.glob("catalog.sqlite.damaged-*[0-9a-f]"))) == 1
    assert problems(data) == []
    with Collection.open(Settings(data), create=True, embedder=HashEmbedder(DIMENSION)) as collection:
        collection.ingest(write_notes(data.parent / "notes"))
    assert problems(data) == []
    assert [one["citations"][0]["quote"] for one in answers(data)[:2]] == [
        one["citations"][0]["quote"] for one in right[:2]
    ]


@pytest.mark.parametrize("seed", range(3))
def test_pages_of_noise(data: Path, seed: int) -> None:
    """Whichever pages of the file are noise, the collection is sound after a repair, and documents are left or named."""
    path = catalog_of(data)
    for page in random.Random(seed).sample(range(1, path.stat().st_size // 4096), 3):
        noise(path, page)
    report = repaired(data)
    assert problems(data) == []
    with Collection.open(Settings(data), embedder=HashEmbedder(DIMENSION)) as collection:
        assert collection.catalog.document_count() + len(report.dropped) <= 6
