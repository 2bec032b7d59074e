"""Declaring: a source added to `assistant.toml`, or removed from it; the rest of the file stays as it was written."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from index.errors import SettingsError
from index.source.declared import Declared, declared, read_declared


def add_declared(file: Path, name: str, table: Mapping[str, Any]) -> Declared:
    """The source, now declared in the file, which is made if need be. SettingsError if it is wrong, or there already."""
    import tomlkit

    if any(one.name == name for one in read_declared(file)):
        raise SettingsError(f"{file} has a source {name} already; choose another name, or remove that one first.")
    made = declared(name, dict(table), file)
    content = tomlkit.parse(_text(file))
    sources = content.setdefault("sources", tomlkit.table(is_super_table=True))
    entry = tomlkit.table()
    entry.update(table)
    sources[name] = entry
    _replace(file, tomlkit.dumps(content))
    return made


def remove_declared(file: Path, name: str) -> Declared:
    """The source that is no longer declared. SettingsError if the file has none of this name."""
    import tomlkit

    found = next((one for one in read_declared(file) if one.name == name), None)
    if found is None:
        raise SettingsError(f"{file} has no source {name}; `assistant source list` names them.")
    content = tomlkit.parse(_text(file))
    del content["sources"][name]  # type: ignore[union-attr]  # a table, as it was read
    _replace(file, tomlkit.dumps(content))
    return found


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _replace(file: Path, text: str) -> None:
    """The file holds the old text or the new, whenever the program ends; a link stays one."""
    real = Path(os.path.realpath(file))
    temporary = real.with_name(f".{real.name}.new")
    try:
        with temporary.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        if real.exists():
            temporary.chmod(real.stat().st_mode & 0o777)
        temporary.replace(real)
    except OSError as error:
        raise SettingsError(f"{file} cannot be written ({error.strerror}); make it writable.") from error
