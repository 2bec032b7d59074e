"""Watching: which of some folders changed, told within a second, as the system tells it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from index.source.patterns import IGNORE_FILE

QUIET = 200  # milliseconds without another change, before what changed is told
LONGEST = 1000  # milliseconds after which it is told though changes go on


class FolderWatch:
    """Calls `changed` with the name of a folder in which something changed, from a thread of its own, until closed.

    What changes below `not_below` is not told: the collections' own files. `failed` gets the reason if nothing can be
    watched any more.
    """

    def __init__(
        self,
        folders: Mapping[str, Path],
        not_below: Path,
        changed: Callable[[str], None],
        failed: Callable[[str], None],
    ) -> None:
        self.folders = dict(folders)
        self._not_below = not_below
        self._changed = changed
        self._failed = failed
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="folder watch", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        from watchfiles import watch

        try:
            for changes in watch(
                *self.folders.values(),
                watch_filter=lambda _, path: self._is_meant(path),
                debounce=LONGEST,
                step=QUIET,
                stop_event=self._stop,
                raise_interrupt=False,
                ignore_permission_denied=True,
            ):
                paths = [Path(path) for _, path in changes]
                for name, folder in self.folders.items():
                    if any(path.is_relative_to(folder) for path in paths):
                        self._changed(name)
        except Exception as error:  # a folder that is gone, or more folders than the system watches for one user
            self._failed(f"{type(error).__name__}: {error}")

    def _is_meant(self, path: str) -> bool:
        """Whether a change may be one of documents."""
        name = path.rpartition("/")[2]
        if name.startswith(".") and name != IGNORE_FILE:
            return False
        return not Path(path).is_relative_to(self._not_below)
