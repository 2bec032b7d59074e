"""assistant/settings.py: which model writes, from the environment or a file; a wrong value is named with its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import ModelError
from assistant.settings import ModelSettings

FILE = "assistant.toml"


def test_none_by_default(tmp_path: Path) -> None:
    """Without settings there is no model."""
    assert ModelSettings.read(tmp_path / FILE, {}) == ModelSettings()
    assert ModelSettings().open() is None


def test_environment(tmp_path: Path) -> None:
    """Every documented variable sets its value."""
    environment = {
        "ASSISTANT_LLM": "openai:local",
        "ASSISTANT_LLM_URL": "http://127.0.0.1:8000/v1",
        "ASSISTANT_LLM_KEY": "SECRET",
        "ASSISTANT_LLM_SECONDS": "12.5",
    }
    settings = ModelSettings.read(tmp_path / FILE, environment)
    assert settings == ModelSettings("openai:local", "http://127.0.0.1:8000/v1", "SECRET", 12.5)
    assert "SECRET" not in repr(settings)
    documented = {word.strip(".,") for word in (ModelSettings.__doc__ or "").split() if word.startswith("ASSISTANT_")}
    assert documented == set(environment)


def test_file(tmp_path: Path) -> None:
    """The file sets what the environment does not; an empty ASSISTANT_LLM switches the file's model off."""
    (tmp_path / FILE).write_text(
        '[sources.a]\nkind = "folder"\n[llm]\nmodel = "ollama:qwen3"\nurl = "http://gpu:11434"\nseconds = 60\n'
    )
    assert ModelSettings.read(tmp_path / FILE, {}) == ModelSettings("ollama:qwen3", "http://gpu:11434", "", 60.0)
    assert ModelSettings.read(tmp_path / FILE, {"ASSISTANT_LLM": ""}).open() is None
    assert ModelSettings.read(tmp_path / FILE, {"ASSISTANT_LLM_SECONDS": "5"}).seconds == 5


def test_usual_keys(tmp_path: Path) -> None:
    """A service's usual variable is read for the service itself, and never sent to another address."""
    environment = {"OPENAI_API_KEY": "a", "ANTHROPIC_API_KEY": "b", "ASSISTANT_LLM": "anthropic:x"}
    assert ModelSettings.read(tmp_path / FILE, environment).key == "b"
    assert ModelSettings.read(tmp_path / FILE, environment | {"ASSISTANT_LLM": "openai:x"}).key == "a"
    assert ModelSettings.read(tmp_path / FILE, environment | {"ASSISTANT_LLM": "ollama:x"}).key == ""
    assert ModelSettings.read(tmp_path / FILE, environment | {"ASSISTANT_LLM_URL": "http://elsewhere"}).key == ""
    assert ModelSettings.read(tmp_path / FILE, environment | {"ASSISTANT_LLM_KEY": "c"}).key == "c"


@pytest.mark.parametrize("value", ["x", "0", "-1", "nan", "inf"])
def test_wrong_seconds(tmp_path: Path, value: str) -> None:
    """A number of seconds that is none is named with its key and value."""
    with pytest.raises(ModelError, match=r"ASSISTANT_LLM_SECONDS is .* above 0") as raised:
        ModelSettings.read(tmp_path / FILE, {"ASSISTANT_LLM_SECONDS": value})
    assert repr(value) in str(raised.value)


@pytest.mark.parametrize("text", ["[llm", "[llm]\nkey = 'SECRET'", "llm = 3", "[llm]\nmodle = 'x'", "\udcff"])
def test_wrong_file(tmp_path: Path, text: str) -> None:
    """A file that cannot be read, or sets what it may not, is named with what to do; a key in it is never repeated."""
    (tmp_path / FILE).write_text(text, errors="surrogateescape")
    with pytest.raises(ModelError, match=FILE) as raised:
        ModelSettings.read(tmp_path / FILE, {})
    assert "SECRET" not in str(raised.value)
