"""Formats: which loader reads which file, by its suffix, after a look at whether the content can be what it says."""

from __future__ import annotations

import importlib
from pathlib import Path, PurePath

from index.errors import LoadError, UnsupportedFormat
from index.load.read import FILE_BYTES, read_file
from index.records import Loaded

LOADER_VERSION = 2  # raise it when a loader makes other text of the same bytes, so that files are read again

# The suffix and the module that reads it; modules are imported when first needed, their libraries too.
LOADERS = {
    ".txt": "plain",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".csv": "table",
    ".tsv": "table",
}
SUPPORTED = tuple(LOADERS)
HEAD = 1024  # bytes
UNPACKED_BYTES = 500_000_000


def supported(path: Path) -> bool:
    """True when a loader exists for files of this name."""
    return path.suffix.lower() in LOADERS


def load_file(
    path: Path, *, within: Path | None = None, file_bytes: int = FILE_BYTES, unpacked_bytes: int = UNPACKED_BYTES
) -> Loaded:
    """The document in a file, its boilerplate marked. Raises `UnsupportedFormat`, `LimitExceeded` or `LoadError`.

    Runs library code over untrusted bytes without limits on time or memory: `LoadWorker` calls it in a process that
    has them.
    """
    loader_for(path.name)
    return load_bytes(read_file(path, within=within, limit=file_bytes), path.name, unpacked_bytes=unpacked_bytes)


def load_bytes(data: bytes, name: str, *, unpacked_bytes: int = UNPACKED_BYTES) -> Loaded:
    """The document in these bytes, read as the suffix of `name` says, its boilerplate marked."""
    from index.boilerplate import mark_boilerplate

    module = loader_for(name)
    check_content(data, name)
    loader = importlib.import_module(f"index.load.{module}")
    limits = {"unpacked_bytes": unpacked_bytes} if module == "docx" else {}
    loaded: Loaded = loader.load(data, name, **limits)
    return mark_boilerplate(loaded)


def loader_for(name: str) -> str:
    """The name of the module that reads files of this name. Raises `UnsupportedFormat`, naming the suffix."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in LOADERS:
        shown = suffix or "files without a suffix"
        raise UnsupportedFormat(f"unsupported format {shown}: convert it to one of {', '.join(SUPPORTED)}")
    return LOADERS[suffix]


def check_content(data: bytes, name: str) -> None:
    """Nothing; raises `LoadError` where the file is empty or its first bytes are not of the format in its name."""
    suffix = PurePath(name).suffix.lower()
    if not data.strip(b"\0 \t\r\n"):
        raise LoadError("the file is empty")
    if suffix == ".pdf" and b"%PDF" not in data[:HEAD]:
        raise LoadError("not a PDF: it does not begin with %PDF")
    if suffix == ".docx" and not data.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        raise LoadError("not a .docx: it is no zip archive")
