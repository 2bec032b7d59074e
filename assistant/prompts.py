"""Texts that are said or prompted, from files in `prompts/`: no such text stands in Python."""

from __future__ import annotations

import string
from functools import cache
from pathlib import Path

from assistant.errors import PromptError

# Each text with the variables that it must use, no more and no fewer.
DECLARED: dict[str, frozenset[str]] = {
    "refusal": frozenset(),
    "missing": frozenset({"words"}),
    "unanswered": frozenset({"question"}),
    "mcp": frozenset(),
    "write_system": frozenset({"example", "none", "begin", "end"}),
    "write": frozenset({"question", "evidence", "begin", "end"}),
    "model_failed": frozenset(),
    "model_unsupported": frozenset(),
    "model_none": frozenset(),
    "instead": frozenset(),
    "follow_up_system": frozenset(),
    "follow_up": frozenset({"history", "question"}),
    "talk_greeting": frozenset(),
    "talk_thanks": frozenset(),
    "talk_goodbye": frozenset(),
    "talk_other": frozenset(),
    "talk_about": frozenset(),
    "talk_documents": frozenset(),
}
_FOLDERS = (
    Path(__file__).parent / "_prompts",
    Path(__file__).parent.parent / "prompts",
)  # installed, or in the checkout


def say(name: str, **values: str) -> str:
    """The text of this name with its variables filled in."""
    return _template(name).format(**values)


@cache
def _template(name: str) -> str:
    """The text of `prompts/NAME.txt`. PromptError if it is missing or does not use just its declared variables."""
    path = next((folder / f"{name}.txt" for folder in _FOLDERS if (folder / f"{name}.txt").is_file()), None)
    if path is None or name not in DECLARED:
        raise PromptError(f"prompts/{name}.txt is missing; reinstall the package.")
    text = path.read_text(encoding="utf-8").strip()
    try:
        used = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
    except ValueError as error:
        raise PromptError(f"prompts/{name}.txt has a brace that does not match ({error}).") from error
    if used != DECLARED[name]:
        raise PromptError(
            f"prompts/{name}.txt uses the variables {sorted(used)}, declared are {sorted(DECLARED[name])}."
        )
    return text
