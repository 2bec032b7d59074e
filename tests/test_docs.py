"""What the README names exists: commands, settings, make targets, places."""

from __future__ import annotations

import re
from pathlib import Path

import typer.main

from assistant.cli import app

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_command_is_in_the_readme_and_every_named_command_exists() -> None:
    """The commands of the README are those of the command line, no more and no fewer."""
    named = set(re.findall(r"^(?:\S+=\S+ )?assistant (\w+)", README, re.MULTILINE))
    assert named == set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def test_every_setting_is_in_the_readme_and_every_named_setting_is_read() -> None:
    """The README's variables are those that the code reads."""
    code = "".join(
        path.read_text(encoding="utf-8") for folder in ("index", "assistant") for path in (ROOT / folder).rglob("*.py")
    )
    assert set(re.findall(r"ASSISTANT_[A-Z]+(?:_[A-Z]+)*", README)) == set(
        re.findall(r"ASSISTANT_[A-Z]+(?:_[A-Z]+)*", code)
    )


def test_every_make_target_named_exists() -> None:
    """`make X` in the README is a target of the Makefile."""
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`?make ([\w-]+)", README)) <= targets


def test_every_place_named_exists() -> None:
    """Paths in the README's map are files and folders of the project."""
    for cell in re.findall(r"^\| (`.+?) \|", README[README.index("## Where things are") :], re.MULTILINE):
        first, *others = re.findall(r"`([^`]+)`", cell)
        beside = (ROOT / first).parent
        assert (ROOT / first).exists(), first
        for name in others:
            assert (beside / name).exists() or (ROOT / name).exists(), name


def test_the_python_example_runs(tmp_path: Path, monkeypatch: object) -> None:
    """The README's Python example runs as it stands, over seeds/."""
    code = re.search(r"```python\n(.+?)```", README, re.DOTALL)
    assert code is not None
    text = code[1].replace('Path("data")', f"Path({str(tmp_path)!r})").replace('"seeds"', repr(str(ROOT / "seeds")))
    exec(compile(text, "README.md", "exec"), {})  # our own text
