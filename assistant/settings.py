"""Which language model writes, from the environment or from the table [llm] of `assistant.toml`; building it loads nothing."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import ModelError

if TYPE_CHECKING:
    from assistant.writing.model import LanguageModel

SECONDS = 30.0
_USUAL_KEYS = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}  # of the services themselves


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The model as `openai:NAME`, `ollama:NAME`, `anthropic:NAME` or `gguf:PATH`, or "" for none; `seconds` for one answer.

    Environment: ASSISTANT_LLM, ASSISTANT_LLM_URL, ASSISTANT_LLM_KEY, ASSISTANT_LLM_SECONDS. It goes before the file, whose
    table [llm] has `model`, `url` and `seconds`. A key is taken from the environment only.
    """

    model: str = ""
    url: str = ""
    key: str = field(default="", repr=False)
    seconds: float = SECONDS

    @classmethod
    def read(cls, config: Path, environment: Mapping[str, str] = os.environ) -> ModelSettings:
        """The settings of the environment and of this file, if it is there. ModelError names what is wrong in them."""
        file = _table(config)
        model = environment.get("ASSISTANT_LLM", file.get("model", "")).strip()
        url = (environment.get("ASSISTANT_LLM_URL") or file.get("url", "")).strip()
        usual = "" if url else environment.get(_USUAL_KEYS.get(model.partition(":")[0], ""), "")
        seconds = environment.get("ASSISTANT_LLM_SECONDS") or file.get("seconds", "") or str(SECONDS)
        return cls(model, url, environment.get("ASSISTANT_LLM_KEY") or usual, _positive(seconds))

    def open(self) -> LanguageModel | None:
        """The model, or None if none is set. ModelError says in one sentence why it cannot be opened."""
        if not self.model:
            return None
        from assistant.writing.model import open_model

        return open_model(self.model, self.url, self.key)


def _table(path: Path) -> dict[str, str]:
    """The table [llm] of a settings file, its values as text; nothing where there is no file."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("llm", {})
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read as TOML ({error}); correct or remove it.") from error
    unknown = sorted(set(table) - {"model", "url", "seconds"}) if isinstance(table, dict) else ["llm"]
    if unknown:
        raise ModelError(f"{path} sets {unknown[0]!r}; [llm] may set model, url and seconds, and a key never.")
    return {name: str(value) for name, value in table.items()}


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise ModelError(f"ASSISTANT_LLM_SECONDS is {text!r}; it must be a number of seconds above 0.")
    return value
