"""index/settings.py: plain values, and a wrong one is named with its key."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from index.embed import BUNDLED
from index.errors import SettingsError
from index.settings import Settings


def test_defaults() -> None:
    """With an empty environment everything has a value, and building the record makes no folder."""
    settings = Settings.from_environment({})
    assert settings == Settings(Path("data"), "default", BUNDLED, "", 60.0, 2048)
    assert not settings.folder.exists() or settings.folder == Path("data/default")


def test_environment() -> None:
    """Every documented variable overrides its value; an empty one does not."""
    settings = Settings.from_environment(
        {
            "ASSISTANT_DATA": "/d",
            "ASSISTANT_COLLECTION": "other",
            "ASSISTANT_EMBEDDER": "/m",
            "ASSISTANT_READER": "/r",
            "ASSISTANT_FILE_SECONDS": "1.5",
            "ASSISTANT_FILE_MEGABYTES": "500",
        }
    )
    assert settings == Settings(Path("/d"), "other", "/m", "/r", 1.5, 500)
    assert settings.folder == Path("/d/other")
    assert settings.limits.seconds == 1.5
    assert settings.limits.memory_bytes == 500_000_000
    assert Settings.from_environment({"ASSISTANT_DATA": "", "ASSISTANT_FILE_SECONDS": ""}) == Settings()


def test_documented_variables_are_read() -> None:
    """The variables named in the docstring are those that the code asks the environment for."""

    class Asked(dict[str, str]):
        def get(self, key: str, default: object = None) -> None:  # type: ignore[override]
            names.add(key)

    names: set[str] = set()
    Settings.from_environment(Asked())
    documented = {word.strip(".,") for word in (Settings.__doc__ or "").split() if word.startswith("ASSISTANT_")}
    assert names == documented


@pytest.mark.parametrize("key", ["ASSISTANT_FILE_SECONDS", "ASSISTANT_FILE_MEGABYTES"])
@pytest.mark.parametrize("value", ["x", "0", "-1", "nan", "inf", "1e999", "12 34", "١٢x"])
def test_wrong_number(key: str, value: str) -> None:
    """A value that is no number above 0 is a SettingsError with key, value and the type expected."""
    with pytest.raises(SettingsError, match="number above 0") as error:
        Settings.from_environment({key: value})
    assert key in str(error.value)
    assert repr(value) in str(error.value)


@pytest.mark.parametrize("value", ["0.5", "0.999"])
def test_memory_below_one_megabyte(value: str) -> None:
    """A share of a megabyte is refused or kept, and never becomes a limit of nothing."""
    try:
        limits = Settings.from_environment({"ASSISTANT_FILE_MEGABYTES": value}).limits
    except SettingsError:
        return
    assert limits.memory_bytes > 0


@pytest.mark.parametrize(
    "name", ["", "..", "../x", "a/b", "/etc", "Upper", "a b", "a" * 64, "-a", "_a", "a\n", "é", "a\0"]
)
def test_collection_name(name: str) -> None:
    """A collection name that could lead out of the data folder, or differ between file systems, is refused by name."""
    with pytest.raises(SettingsError, match="no valid name"):
        _ = Settings(collection=name).folder


@pytest.mark.parametrize("name", ["a", "0", "a-b_c", "a" * 63])
def test_valid_collection_name(name: str) -> None:
    """Lower-case letters, digits, - and _ up to 63 make a folder in the data folder."""
    assert Settings(Path("/d"), name).folder == Path("/d") / name


def test_frozen() -> None:
    """Settings cannot be changed once they are made."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().data = Path("/x")  # type: ignore[misc]
