"""Texts that a language model is given, from files in `prompts/`, and how texts there are read: none stands in Python."""

from __future__ import annotations

import string
from functools import cache
from pathlib import Path

from assistant.errors import PromptError

# Each text with the variables that it must use, no more and no fewer.
DECLARED: dict[str, frozenset[str]] = {
    "mcp": frozenset(),
    "write_system": frozenset({"example", "none", "begin", "end"}),
    "write": frozenset({"question", "evidence", "begin", "end"}),
    "follow_up_system": frozenset(),
    "follow_up": frozenset({"history", "question"}),
}
_FOLDERS = (
    Path(__file__).parent / "_prompts",
    Path(__file__).parent.parent / "prompts",
)  # installed, or in the checkout


def filled(name: str, **values: str) -> str:
    """The text of this name with its variables filled in."""
    return _template(name).format(**values)


@cache
def _template(name: str) -> str:
    """The text of `prompts/NAME.txt`. PromptError if it is missing or does not use just its declared variables."""
    text = read(f"{name}.txt").strip()
    if name not in DECLARED:
        raise PromptError(f"prompts/{name}.txt is not declared.")
    require(f"prompts/{name}.txt", text, DECLARED[name])
    return text


def read(name: str) -> str:
    """What stands in a file of `prompts/`. PromptError if it is missing."""
    path = next((folder / name for folder in _FOLDERS if (folder / name).is_file()), None)
    if path is None:
        raise PromptError(f"prompts/{name} is missing; reinstall the package.")
    return path.read_text(encoding="utf-8")


def require(where: str, text: str, declared: frozenset[str]) -> None:
    """PromptError if the text does not use just the declared variables."""
    try:
        used = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
    except ValueError as error:
        raise PromptError(f"{where} has a brace that does not match ({error}).") from error
    if used != declared:
        raise PromptError(f"{where} uses the variables {sorted(used)}, declared are {sorted(declared)}.")
