"""Paths given by a user to sources: which files to read, under which source, and what may be removed.

A source is a folder known by a short name. Its documents are those of its files; only an ingest of a folder removes
documents, and only those that lay below that folder.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.catalog import Catalog
from index.errors import SourceError
from index.load.folder import Ignored, find_files
from index.load.read import kind_of
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
    """One target per path, in order; new sources are added to the catalog. SourceError, and nothing added, for a path
    that is not there or is neither a file nor a folder.

    The collections' own folders are never listed as part of a folder around them.
    """
    return [_target(catalog, path) for path in [_checked(Path(path)) for path in paths]]


def _checked(path: Path) -> Path:
    """The real path. SourceError says what is wrong with it."""
    shown = os.fsencode(path).decode("utf-8", "replace")
    try:
        mode = path.stat().st_mode
        resolved = path.resolve()
        str(resolved).encode()
    except UnicodeEncodeError:
        raise SourceError(f"{shown} has a name that is not UTF-8; rename it.") from None
    except PermissionError:
        raise SourceError(f"{shown} cannot be reached: permission denied; make it readable.") from None
    except (OSError, ValueError):  # too long, a loop of links, a NUL: no such path can exist
        raise SourceError(f"{shown} does not exist; give the path of a file or a folder.") from None
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise SourceError(f"{shown} is no file but a {kind_of(mode)}; give the path of a file or a folder.")
    return resolved


def _target(catalog: Catalog, path: Path) -> Target:
    if not path.is_dir():
        source, location = _known(catalog, path.parent, of_file=True) or _added(catalog, path.parent, whole=False)
        return Target(source, location, (path.relative_to(location).as_posix(),), (), None)
    source, location = _known(catalog, path, of_file=False) or _added(catalog, path, whole=True)
    prefix = path.relative_to(location).as_posix()
    prefix = "" if prefix == "." else f"{prefix}/"
    found = find_files(path, ignored_below(location, prefix))
    folders, single = apart(catalog, path, source)
    files = tuple(prefix + file for file in found.files if not file.startswith(folders) and file not in single)
    failures = tuple(
        FileFailure(prefix + one.path, one.reason) for one in found.failures if not one.path.startswith(folders)
    )
    return Target(source, location, files, failures, prefix, tuple(prefix + folder for folder in found.unlisted))


def ignored_below(root: Path, prefix: str = "") -> Ignored:
    """What the ignore files of a folder pass over, of paths relative to a folder inside it."""
    from index.source.patterns import Patterns

    patterns = Patterns(root=root)
    for end in (at for at, letter in enumerate(prefix) if letter == "/"):
        patterns.ignored(prefix[:end], True)  # reads the ignore files of the folders above
    return lambda path, is_folder: patterns.ignored(prefix + path, is_folder)


def apart(catalog: Catalog, folder: Path, source: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """What below a folder is not this source's: folders ending in `/`, and single files, relative to it."""
    return (*_inside(catalog, folder, source), *_own(catalog, folder)), _single_files(catalog, folder, source)


def _known(catalog: Catalog, folder: Path, *, of_file: bool) -> tuple[str, Path] | None:
    """The source that this folder is, or that it lies in; the innermost if there are several.

    A folder belongs to no source of which only single files were given, unless it is that very folder: then the
    source is read whole from now on. Uploads belong to no folder around the collection: it does not list them.
    """
    whole = catalog.whole_sources()
    own = catalog.path.parent.resolve()
    matches = [
        (name, Path(location))
        for name, location in catalog.sources().items()
        if folder.is_relative_to(location)
        and (of_file or name in whole or folder == Path(location))
        and (not folder.is_relative_to(own) or Path(location).is_relative_to(own))
    ]
    found = max(matches, key=lambda match: len(match[1].parts), default=None)
    if found and not of_file and found[0] not in whole:
        catalog.add_source(found[0], str(found[1]), whole=True)
    return found


def _added(catalog: Catalog, folder: Path, *, whole: bool) -> tuple[str, Path]:
    taken = catalog.sources()
    base = re.sub(r"[^\w.-]+", "-", folder.name).strip("-.") or "files"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    catalog.add_source(name, str(folder), whole=whole)
    return name, folder


def _others(catalog: Catalog, folder: Path, source: str) -> list[tuple[str, Path]]:
    return [
        (name, Path(location))
        for name, location in catalog.sources().items()
        if name != source and Path(location).is_relative_to(folder)
    ]


def _inside(catalog: Catalog, folder: Path, source: str) -> tuple[str, ...]:
    """Paths, relative to the folder and ending in `/`, of other whole sources inside it: their files stay theirs."""
    whole = catalog.whole_sources()
    return tuple(
        f"{location.relative_to(folder).as_posix()}/"
        for name, location in _others(catalog, folder, source)
        if name in whole
    )


def _single_files(catalog: Catalog, folder: Path, source: str) -> frozenset[str]:
    """Paths, relative to the folder, of single files inside it that other sources have."""
    whole = catalog.whole_sources()
    return frozenset(
        (location / path).relative_to(folder).as_posix()
        for name, location in _others(catalog, folder, source)
        if name not in whole
        for path in catalog.fingerprints(name)
    )


def _own(catalog: Catalog, folder: Path) -> tuple[str, ...]:
    """Paths of the collections inside a folder, which hold no documents but uploads."""
    data = catalog.path.parent.parent.resolve()
    if data != folder and data.is_relative_to(folder):
        return (f"{data.relative_to(folder).as_posix()}/",)
    if folder.is_relative_to(data):
        return tuple(
            f"{one.parent.relative_to(folder).as_posix()}/"
            for one in data.glob(f"*/{catalog.path.name}")
            if one.parent.is_relative_to(folder) and one.parent != folder
        )
    return ()
