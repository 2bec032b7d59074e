"""Patterns: which paths of a source are meant, in the language of `.gitignore`, and what each folder's
`.assistantignore` says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import LoadError, SettingsError
from index.load.read import read_file

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILE = ".assistantignore"
IGNORE_BYTES = 1_000_000


class Patterns:
    """`wanted` says of a file's path whether it is meant, `ignored` of any path whether it is passed over.

    Without `include` every file is meant; `exclude` and the ignore files below `root` take away. A rule of an ignore
    file that lies deeper decides over one that lies higher, and a rule with `!` brings back what a rule before took.
    """

    def __init__(self, include: Sequence[str] = (), exclude: Sequence[str] = (), root: Path | None = None) -> None:
        self._include = _spec(include)
        self._exclude = _spec(exclude)
        self._root = root
        self._ignoring: dict[str, GitIgnoreSpec] = {}  # by folder, only of those that have an ignore file
        self._look("")

    def wanted(self, path: str) -> bool:
        return not self.ignored(path, False)

    def ignored(self, path: str, is_folder: bool) -> bool:
        """Ask for a folder before what lies in it: then its ignore file is read."""
        shown = f"{path}/" if is_folder else path
        if self._exclude is not None and self._exclude.match_file(shown):
            return True
        if self._ignoring and self._is_ignored(shown):
            return True
        if is_folder:
            self._look(shown)
            return False
        return self._include is not None and not self._include.match_file(path)

    def _is_ignored(self, path: str) -> bool:
        decided = False
        for folder, spec in self._ignoring.items():  # outer folders come before those inside them
            if path.startswith(folder) and (found := spec.check_file(path[len(folder) :]).include) is not None:
                decided = found
        return decided

    def _look(self, folder: str) -> None:
        if self._root is None:
            return
        path = self._root / folder / IGNORE_FILE
        if not path.exists():
            return
        try:
            lines = read_file(path, within=self._root, limit=IGNORE_BYTES).decode("utf-8", "replace").splitlines()
        except LoadError as error:
            raise SettingsError(f"{path} cannot be used ({error}); correct it, or remove it.") from error
        if (spec := _spec(lines, str(path))) is not None:
            self._ignoring[folder] = spec


def _spec(lines: Sequence[str], where: str = "a pattern") -> GitIgnoreSpec | None:
    from pathspec import GitIgnoreSpec

    if not any(line.strip() for line in lines):
        return None
    try:
        return GitIgnoreSpec.from_lines(lines)
    except (ValueError, TypeError) as error:
        raise SettingsError(f"{where} is no pattern of the kind of .gitignore ({error}); correct it.") from error
