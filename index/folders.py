"""The folders of a vector index on disk: which is in use, how it was left, and whether its files are still those.

`CURRENT` names the folder in use, `STATE` says how it was left:

open      a process had it open and did not close it; Chroma changes files even when it only reads
damaged   it failed in use
clean     it was closed, with the hash of every file and the catalog's change number and embedder at that moment
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

Condition = Literal["clean", "unclean", "damaged"]
_NAME = re.compile(r"[0-9a-f]+-[0-9a-f]{32}")


class VectorFolders:
    """Only the process that holds the collection's lock uses it. OSError if the disk fails."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def current(self) -> Path | None:
        """The folder in use; None if there is none, or if `CURRENT` names none that is there."""
        with suppress(OSError, UnicodeDecodeError):
            name = (self.root / "CURRENT").read_text("ascii")
            folder = self.root / name
            if _NAME.fullmatch(name) and folder.is_dir() and not folder.is_symlink():
                return folder
        return None

    def new(self) -> Path:
        """A folder that is not there, of a name never used before: Chroma keeps what it opened by path."""
        return self.root / f"{time.time_ns():x}-{uuid.uuid4().hex}"

    def switch(self, folder: Path) -> None:
        """Makes a folder the one in use, at once and for good, and removes all others."""
        if folder != self.current():
            _replace(self.root / "CURRENT", folder.name.encode())
        for other in self.root.iterdir():
            if other.is_dir() and not other.is_symlink() and other != folder:
                shutil.rmtree(other, ignore_errors=True)

    def mark_open(self) -> None:
        _replace(self.root / "STATE", b'{"state": "open"}')

    def mark_damaged(self) -> None:
        _replace(self.root / "STATE", b'{"state": "damaged"}')

    def mark_clean(self, folder: Path, catalog: dict[str, Any]) -> None:
        """Call it when nothing has the folder open. `catalog` is what must be the same when it is opened again."""
        files = _hashes(folder, synchronise=True)
        state = {"state": "clean", "folder": folder.name, "catalog": catalog, "files": files}
        _replace(self.root / "STATE", json.dumps(state, indent=1).encode())

    def condition(self, folder: Path, catalog: dict[str, Any]) -> Condition:
        """How the folder in use was left. It is damaged, too, if a file changed after it had been closed."""
        state = self._state()
        if state is None:
            return "unclean"
        if state["state"] == "damaged":
            return "damaged"
        if state.get("folder") != folder.name or state.get("catalog") != catalog:
            return "unclean"
        return "clean" if state.get("files") == _hashes(folder) else "damaged"

    def left_open(self) -> bool:
        """Whether there is an index that nobody closed; its files are not looked at."""
        return self.current() is not None and self._state() is None

    def _state(self) -> dict[str, Any] | None:
        """What was written when it was closed, or found damaged; None if neither was."""
        with suppress(OSError, ValueError, RecursionError):
            state = json.loads((self.root / "STATE").read_bytes())
            if isinstance(state, dict) and state.get("state") in ("clean", "damaged"):
                return state
        return None


def _hashes(folder: Path, *, synchronise: bool = False) -> dict[str, str]:
    """SHA-256 by relative path of every file. `synchronise` also brings them to the disk, which Chroma never does."""
    hashes = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if synchronise:
                    os.fsync(file.fileno())
                hashes[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return hashes


def _replace(path: Path, content: bytes) -> None:
    """The file holds the old content or the new, whenever the power fails."""
    temporary = path.with_name(f"{path.name}.new")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
