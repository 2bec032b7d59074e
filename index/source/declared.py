"""The sources that `assistant.toml` declares, each checked: a wrong key or value is named with its source.

[sources.handbook]
kind = "folder"
path = "docs"
schedule = "watch"
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index.errors import SettingsError

NAME = re.compile(r"[^\W_][\w.-]{0,62}")
DURATION = re.compile(r"(\d+)\s*(s|m|h|d)")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
SHORTEST = 10.0  # seconds between two syncs
WATCH = "watch"
DELETE_SHARE = 0.2

# Options of each kind: the type of the value, and whether it must be there.
Kinds = dict[str, dict[str, tuple[type, bool]]]
_FILES: dict[str, tuple[type, bool]] = {"include": (list, False), "exclude": (list, False)}
_WIKI: dict[str, tuple[type, bool]] = {
    "address": (str, True),
    "user": (str, False),
    "password": (str, False),
    "rate": (float, False),
}
KINDS: Kinds = {
    "folder": {"path": (str, True), **_FILES},
    "vault": {"path": (str, True), **_FILES},
    "zip": {"path": (str, True), **_FILES},
    "mediawiki": {**_WIKI, "namespaces": (list, False)},
    "dokuwiki": {**_WIKI, "namespace": (str, False)},
    "dokuwiki-folder": {"path": (str, True), "address": (str, False), "namespace": (str, False)},
    "website": {
        "sitemap": (str, True),
        "include": (list, False),
        "exclude": (list, False),
        "private": (bool, False),
        "rate": (float, False),
    },
    "confluence": {
        "address": (str, True),
        "space": (str, True),
        "user": (str, False),
        "password": (str, False),
        "token": (str, False),
    },
    "reader": {
        "reader": (str, True),
        "arguments": (dict, False),
        "load": (dict, False),
        "key": (str, False),
        "format": (str, False),
    },
}
COMMON: dict[str, tuple[type, bool]] = {
    "kind": (str, True),
    "collection": (str, False),
    "schedule": (str, False),
    "full": (str, False),
    "delete": (bool, False),
    "delete_share": (float, False),
}
WORDS = {str: "a text", list: "a list of texts", bool: "true or false", float: "a number", dict: "a table"}


@dataclass(frozen=True, slots=True)
class Declared:
    """One source as it is declared. Relative paths are below `folder`, which holds the file.

    `seconds` between two syncs of a server, None for "when somebody says so"; `full_seconds` between two listings of all
    of it, where others ask for changes only; `delete`: whether its documents go when they vanish from it, at once at most
    `delete_share` of them.
    """

    name: str
    kind: str
    collection: str
    folder: Path
    seconds: float | None = None
    watch: bool = False
    full_seconds: float = 86400.0
    delete: bool = True
    delete_share: float = DELETE_SHARE
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """The real path of what its `path` names, there or not."""
        return Path(os.path.realpath(self.folder / Path(str(self.options["path"])).expanduser()))

    def secret(self, key: str) -> str:
        """An option that may stand in the environment: of `$NAME`, the variable's value. SettingsError if it has none."""
        return str(from_environment(self.options.get(key, ""), f"{self.name}: {key}"))

    def where(self) -> str:
        """Where it is, in one word for a list."""
        for key in ("path", "address", "sitemap", "reader"):
            if key in self.options:
                return str(self.options[key])
        return ""


def read_declared(file: Path) -> tuple[Declared, ...]:
    """All sources of a file, in its order; none if there is no file. SettingsError names what is wrong in it."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file} cannot be read ({error}); correct it.") from error
    sources = content.get("sources", {})
    if not isinstance(sources, dict):
        raise SettingsError(f"{file}: sources must be tables, as [sources.NAME].")
    return tuple(declared(name, table, file) for name, table in sources.items())


def declared(name: str, table: object, file: Path) -> Declared:
    """One source from its table. SettingsError names what is wrong in it."""
    where = f"{file}: [sources.{name}]"
    if not NAME.fullmatch(name):
        raise SettingsError(f"{where}: a source's name has letters, digits, -, _ and . only, at most 63.")
    if not isinstance(table, dict) or table.get("kind") not in KINDS:
        raise SettingsError(f"{where}: kind must be one of {', '.join(KINDS)}.")
    kind = table["kind"]
    _check(table, {**COMMON, **KINDS[kind]}, where)
    schedule = table.get("schedule", "")
    share = float(table.get("delete_share", DELETE_SHARE))
    if not 0 <= share <= 1:
        raise SettingsError(f"{where}: delete_share is {share}; it must be from 0 to 1.")
    return Declared(
        name=name,
        kind=kind,
        collection=table.get("collection", "default"),
        folder=file.absolute().parent,
        seconds=_seconds(schedule, f"{where}: schedule") if schedule not in ("", WATCH) else None,
        watch=schedule == WATCH,
        full_seconds=_seconds(table.get("full", "1d"), f"{where}: full"),
        delete=table.get("delete", True),
        delete_share=share,
        options={key: value for key, value in table.items() if key not in COMMON},
    )


def from_environment(value: Any, where: str) -> Any:
    """The value; of a text `$NAME`, the environment's value of NAME, also inside tables and lists. SettingsError if it
    has none."""
    if isinstance(value, dict):
        return {key: from_environment(one, where) for key, one in value.items()}
    if isinstance(value, list):
        return [from_environment(one, where) for one in value]
    if not isinstance(value, str) or not re.fullmatch(r"\$[A-Za-z_]\w*", value):
        return value
    found = os.environ.get(value[1:])
    if not found:
        raise SettingsError(f"{where} is {value}, and the environment has no {value[1:]}; set it.")
    return found


def _check(table: Mapping[str, Any], known: Mapping[str, tuple[type, bool]], where: str) -> None:
    for key, value in table.items():
        if key not in known:
            raise SettingsError(f"{where}: {key} is not known; it may have {', '.join(known)}.")
        wanted = known[key][0]
        right = isinstance(value, (int, float)) if wanted is float else isinstance(value, wanted)
        if not right or (wanted is float and isinstance(value, bool)):
            raise SettingsError(f"{where}: {key} is {value!r}; it must be {WORDS[wanted]}.")
    for key, (_, needed) in known.items():
        if needed and not table.get(key):
            raise SettingsError(f"{where}: {key} is missing.")
    if table.get("schedule") == WATCH and table["kind"] not in ("folder", "vault", "dokuwiki-folder"):
        raise SettingsError(f"{where}: only folders can be watched; give schedule as 15m, 2h or 1d.")


def _seconds(text: str, where: str) -> float:
    found = DURATION.fullmatch(text.strip())
    if not found or int(found[1]) * SECONDS[found[2]] < SHORTEST:
        raise SettingsError(f"{where} is {text!r}; give it as 30s, 15m, 2h or 1d, at least {SHORTEST:g}s.")
    return float(int(found[1]) * SECONDS[found[2]])
