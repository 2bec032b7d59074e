"""Formats: which loader reads which file, by its suffix, after a look at whether the content can be what it says."""

from __future__ import annotations

import importlib
from pathlib import Path, PurePath
from typing import Any

from index.errors import LimitExceeded, UnsupportedFormat
from index.load.archive import UNPACKED_BYTES
from index.load.builder import TEXT_CHARACTERS, too_long
from index.load.content import check_content
from index.load.ocr import Ocr
from index.load.programming import LEXERS
from index.load.read import FILE_BYTES, read_file
from index.records import Loaded

LOADER_VERSION = 4  # raise it when a loader makes other text of the same bytes, so that files are read again

# The suffix and the module that reads it; modules are imported when first needed, their libraries too.
LOADERS = {
    ".txt": "plain",
    ".text": "plain",
    ".md": "markdown",
    ".markdown": "markdown",
    ".rst": "rst",
    ".adoc": "asciidoc",
    ".asciidoc": "asciidoc",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".docm": "docx",
    ".dotx": "docx",
    ".pptx": "pptx",
    ".pptm": "pptx",
    ".ppsx": "pptx",
    ".potx": "pptx",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xltx": "xlsx",
    ".odt": "odf",
    ".ods": "odf",
    ".odp": "odf",
    ".ott": "odf",
    ".fodt": "odf",
    ".fods": "odf",
    ".fodp": "odf",
    ".rtf": "rtf",
    ".epub": "epub",
    ".eml": "mail",
    ".mbox": "mail",
    ".mht": "mail",
    ".mhtml": "mail",
    ".csv": "table",
    ".tsv": "table",
    ".json": "json_records",
    ".jsonl": "json_records",
    ".ndjson": "json_records",
    ".ipynb": "notebook",
    **dict.fromkeys(LEXERS, "source_code"),
}
SUPPORTED = tuple(LOADERS)
PACKED = ("docx", "pptx", "xlsx", "odf", "epub")
RUNNING = ("plain", "markdown", "rst", "asciidoc", "table", "source_code")  # what they store is as long as the file
SUGGESTED = (".pdf", ".docx", ".odt", ".html", ".md", ".txt", ".csv")
TREES = ("html", "json_records", "notebook")  # their trees take ten times as much memory as the file
TREE_BYTES = 80_000_000
# Formats without a loader that people have, each with the one to save it as.
ADVICE = {
    **dict.fromkeys((".doc", ".dot", ".wps", ".wpd", ".pages", ".hwp"), ".docx"),
    **dict.fromkeys((".xls", ".xlt", ".xlsb", ".numbers", ".et"), ".xlsx"),
    **dict.fromkeys((".ppt", ".pps", ".pot", ".key", ".dps"), ".pptx"),
    **dict.fromkeys((".sxw", ".sxc", ".sxi"), ".odt"),
    **dict.fromkeys((".msg", ".pst", ".ost"), ".eml"),
    **dict.fromkeys((".mobi", ".azw", ".azw3", ".lit", ".fb2"), ".epub"),
    **dict.fromkeys((".djvu", ".xps", ".ps", ".eps"), ".pdf"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp", ".heic"), ".pdf"),
}


def supported(path: Path) -> bool:
    """True when a loader exists for files of this name."""
    return path.suffix.lower() in LOADERS


def load_file(
    path: Path,
    *,
    within: Path | None = None,
    file_bytes: int = FILE_BYTES,
    unpacked_bytes: int = UNPACKED_BYTES,
    ocr: Ocr | None = None,
) -> Loaded:
    """The document in a file, its boilerplate marked. Raises `UnsupportedFormat`, `LimitExceeded` or `LoadError`.

    Runs library code over untrusted bytes without limits on time or memory: `LoadWorker` calls it in a process that
    has them.
    """
    loader_for(path.name)
    data = read_file(path, within=within, limit=file_bytes)
    return load_bytes(data, path.name, unpacked_bytes=unpacked_bytes, ocr=ocr)


def load_bytes(data: bytes, name: str, *, unpacked_bytes: int = UNPACKED_BYTES, ocr: Ocr | None = None) -> Loaded:
    """The document in these bytes, read as the suffix of `name` says, its boilerplate marked."""
    from index.boilerplate import mark_boilerplate

    module = loader_for(name)
    check_content(data, name)
    if module in RUNNING and len(data) > 4 * TEXT_CHARACTERS:  # a character takes four bytes at most
        raise too_long(TEXT_CHARACTERS)
    if module in TREES and len(data) > TREE_BYTES:
        raise LimitExceeded(f"the file has {len(data):,} bytes; the limit for its format is {TREE_BYTES:,}: split it")
    loader = importlib.import_module(f"index.load.{module}")
    options: dict[str, Any] = {"unpacked_bytes": unpacked_bytes} if module in PACKED else {}
    loaded: Loaded = loader.load(data, name, **(options if module != "pdf" else {"ocr": ocr}))
    return mark_boilerplate(loaded)


def loader_for(name: str) -> str:
    """The name of the module that reads files of this name. Raises `UnsupportedFormat`, naming the suffix."""
    suffix = PurePath(name).suffix.lower()
    if suffix in LOADERS:
        return LOADERS[suffix]
    shown = suffix or "files without a suffix"
    if suffix in ADVICE:
        raise UnsupportedFormat(f"unsupported format {shown}: save it as {ADVICE[suffix]}")
    raise UnsupportedFormat(
        f"unsupported format {shown}: convert it to a document format such as {', '.join(SUGGESTED)}"
    )
