"""Uploaded files → copies in a folder, under names that are safe there. Their content is not looked at."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Collection, Sequence
from pathlib import Path

STEM, SUFFIX = 120, 16  # bytes of a name before and behind its last dot
_MARK = 8  # characters of a hash that keep two shortened names apart


def copied(files: Sequence[Path], folder: Path) -> list[Path]:
    """The copies, in order. A file of a name that is there already is replaced; two of one call never share a name."""
    folder.mkdir(parents=True, exist_ok=True)
    names: list[str] = []
    for file in files:
        names.append(safe_name(file.name, names))
        shutil.copyfile(file, folder / names[-1])
    return [folder / name for name in names]


def safe_name(name: str, taken: Collection[str] = ()) -> str:
    """A name without folders or characters that a file system, a terminal or a page could act on; its suffix stays.

    One that had to be shortened, or is taken, ends in a part of the hash of the name: no upload replaces another's.
    """
    base = re.split(r"[/\\]", name)[-1]
    base = (
        "".join(letter if letter.isprintable() and letter != ":" else "_" for letter in base).strip(" .") or "document"
    )
    stem, dot, suffix = base.rpartition(".") if "." in base else (base, "", "")
    end = dot + _cut(suffix, SUFFIX)
    if len(stem.encode()) <= STEM and base not in taken and base == stem + end:
        return base
    mark = hashlib.sha256(f"{base}{len(taken) if base in taken else ''}".encode()).hexdigest()[:_MARK]
    return f"{_cut(stem, STEM - _MARK - 1)}-{mark}{end}"


def _cut(text: str, most: int) -> str:
    """The beginning of a text, at most so many bytes, as file systems count."""
    return text.encode()[:most].decode(errors="ignore").rstrip()
