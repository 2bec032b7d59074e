"""Paths given by a user to sources: which files to read, under which source, and what may be removed.

A source is a folder known by a short name. Its documents are those of its files; only an ingest of a folder removes
documents, and only those that lay below that folder.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.catalog import Catalog
from index.errors import SourceError
from index.load.folder import find_files
from index.records import FileFailure


@dataclass(frozen=True, slots=True)
class Target:
    """What one path means. `files` are paths relative to the source's location; `prefix` is the folder that was listed
    (`""` the whole source, None for single files): documents below it that are not in `files` have vanished, unless
    their folder could not be listed (`unlisted`)."""

    source: str
    location: Path
    files: tuple[str, ...]
    failures: tuple[FileFailure, ...]
    prefix: str | None
    unlisted: tuple[str, ...] = ()


def targets(catalog: Catalog, paths: Sequence[Path]) -> list[Target]:
    """One target per path, in order; new sources are added to the catalog. SourceError for a path that is not there.

    The collections' own folder is never listed as part of a folder around it.
    """
    return [_target(catalog, Path(path)) for path in paths]


def _target(catalog: Catalog, path: Path) -> Target:
    if not path.exists():
        raise SourceError(f"{path} does not exist; give the path of a file or a folder.")
    resolved = path.resolve()
    folder = resolved if resolved.is_dir() else resolved.parent
    source, location = _known(catalog, folder) or _added(catalog, folder)
    if not resolved.is_dir():
        return Target(source, location, (resolved.relative_to(location).as_posix(),), (), None)
    prefix = resolved.relative_to(location).as_posix()
    prefix = "" if prefix == "." else f"{prefix}/"
    found = find_files(resolved)
    others = (*_inside(catalog, resolved, source), *_own(catalog, resolved))
    files = tuple(prefix + file for file in found.files if not file.startswith(others))
    failures = tuple(FileFailure(prefix + one.path, one.reason) for one in found.failures
                     if not one.path.startswith(others))
    return Target(source, location, files, failures, prefix, tuple(prefix + folder for folder in found.unlisted))


def _known(catalog: Catalog, folder: Path) -> tuple[str, Path] | None:
    """The source that this folder is, or that it lies in; the innermost if there are several."""
    matches = [(name, Path(location)) for name, location in catalog.sources().items()
               if folder.is_relative_to(location)]
    return max(matches, key=lambda match: len(match[1].parts), default=None)


def _added(catalog: Catalog, folder: Path) -> tuple[str, Path]:
    taken = catalog.sources()
    base = re.sub(r"[^\w.-]+", "-", folder.name).strip("-.") or "files"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    catalog.add_source(name, str(folder))
    return name, folder


def _inside(catalog: Catalog, folder: Path, source: str) -> tuple[str, ...]:
    """Paths, relative to the folder and ending in `/`, of other sources inside it: their files stay theirs."""
    return tuple(f"{Path(location).relative_to(folder).as_posix()}/" for name, location in catalog.sources().items()
                 if name != source and Path(location).is_relative_to(folder) and Path(location) != folder)


def _own(catalog: Catalog, folder: Path) -> tuple[str, ...]:
    own = catalog.path.parent.parent.resolve()
    return (f"{own.relative_to(folder).as_posix()}/",) if own != folder and own.is_relative_to(folder) else ()
