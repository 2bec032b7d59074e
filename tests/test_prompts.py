"""assistant/prompts.py: every text is a file, every file is declared, and its variables are those it uses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import prompts
from assistant.errors import PromptError
from assistant.prompts import DECLARED, filled

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _unread() -> Iterator[None]:
    prompts._template.cache_clear()
    yield
    prompts._template.cache_clear()


def test_files_are_those_declared() -> None:
    """Each file in prompts/ is declared, and each declared text has its file."""
    assert {path.name for path in (ROOT / "prompts").iterdir()} == {*(f"{name}.txt" for name in DECLARED), "said"}


@pytest.mark.parametrize("name", sorted(DECLARED))
def test_variables(name: str) -> None:
    """Each text takes its declared variables, and shows their values as they are."""
    values = {variable: f"{{{variable}}} %s ${{x}}" for variable in DECLARED[name]}
    text = filled(name, **values)
    assert text
    assert all(value in text for value in values.values())
    assert text == text.strip()


@pytest.mark.parametrize(
    ("text", "variables"),
    [("No variable.", {"words"}), ("{words} {more}", {"words"}), ("{words}", set()), ("{}", set())],
)
def test_other_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, variables: set[str]) -> None:
    """A text that uses other variables than declared is a PromptError that names both."""
    (tmp_path / "odd.txt").write_text(text)
    monkeypatch.setattr(prompts, "_FOLDERS", (tmp_path,))
    monkeypatch.setitem(DECLARED, "odd", frozenset(variables))
    with pytest.raises(PromptError, match=r"prompts/odd\.txt uses the variables"):
        filled("odd", words="x")


def test_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing file is a PromptError that names it and says what to do; so is one that nobody declared."""
    monkeypatch.setattr(prompts, "_FOLDERS", (tmp_path,))
    with pytest.raises(PromptError, match=r"prompts/mcp\.txt is missing; reinstall the package\."):
        filled("mcp")
    (tmp_path / "undeclared.txt").write_text("x")
    with pytest.raises(PromptError):
        filled("undeclared")


@pytest.mark.parametrize("text", ["{", "}", "{a!z}", "{words"])
def test_broken_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """A text whose braces do not match is a PromptError, too."""
    (tmp_path / "mcp.txt").write_text(text)
    monkeypatch.setattr(prompts, "_FOLDERS", (tmp_path,))
    with pytest.raises(PromptError):
        filled("mcp")
