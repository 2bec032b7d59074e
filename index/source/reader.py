"""Any llama-index reader, by import path and arguments: what it loads, one document for each key.

A reader has no listing: every sync loads all of it. Its texts lie in a temporary folder until they are stored.
"""

from __future__ import annotations

import hashlib
import importlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from index.errors import LoadError, SettingsError, SourceError
from index.source.item import Entry, Fetched, Item, Listing

KEYS = ("page_id", "id", "url", "source_url", "link", "file_path", "path", "file_name", "source", "title")
TITLES = ("title", "page_title", "name", "file_name")
ADDRESSES = ("url", "source_url", "link", "web_url", "address")
TIMES = ("last_modified_date", "modified", "last_edited_time", "updated_at", "updated", "date")
FORMATS = {"text": ".txt", "markdown": ".md", "html": ".html"}
CONFLUENCE = "llama_index.readers.confluence:ConfluenceReader"


class ReaderSource:
    """What a reader loads. Documents of one key, as the pages of a file, become one document in their order.

    `key` names the entry of a document's metadata that is its name for good; else the first of `KEYS` that it has.
    """

    def __init__(
        self,
        reader: str,
        arguments: Mapping[str, Any],
        load: Mapping[str, Any],
        *,
        key: str = "",
        format: str = "text",
    ) -> None:
        if format not in FORMATS:
            raise SettingsError(f"format is {format!r}; it must be one of {', '.join(FORMATS)}.")
        self.reader = reader
        self._arguments = dict(arguments)
        self._load = dict(load)
        self._key = key
        self._suffix = FORMATS[format]
        self._spool: TemporaryDirectory[str] | None = None

    @property
    def location(self) -> str:
        given = json.dumps([self._arguments, self._load], sort_keys=True, default=str)
        return f"{self.reader} {hashlib.sha256(given.encode()).hexdigest()[:8]}"

    def listing(self) -> Listing:
        return Listing(self._items(), complete=True)

    def changes(self, cursor: str, again: Sequence[str]) -> Listing | None:
        return None

    def fetch(self, item: Item, known: str, folder: Path) -> Fetched | None:
        file = self._file(item.key)
        try:
            said = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise LoadError("the reader did not load it") from None
        return Fetched(file, file.parent, title=said["title"])

    def close(self) -> None:
        spool, self._spool = self._spool, None
        if spool is not None:
            spool.cleanup()

    def _items(self) -> Iterator[Entry]:
        self.close()
        self._spool = TemporaryDirectory(prefix="assistant-")
        for document in self._loaded():
            metadata = getattr(document, "metadata", None) or {}
            self._put(self._key_of(document, metadata), str(getattr(document, "text", "") or ""), metadata)
        for said in sorted(Path(self._spool.name).glob("*.json")):
            content = json.loads(said.read_text(encoding="utf-8"))
            version = hashlib.sha256(said.with_suffix(self._suffix).read_bytes() + said.read_bytes()).hexdigest()
            yield Item(content["key"], content["key"], version, content["address"], content["modified"])

    def _loaded(self) -> Iterator[Any]:
        """The reader's documents. It is somebody else's code: whatever it raises says that the source failed."""
        maker = _imported(self.reader)
        try:
            reader = maker(**self._arguments)
            lazy = getattr(type(reader), "lazy_load_data", None)
            documents: Iterable[Any]
            if lazy is not None and not _is_inherited(type(reader), "lazy_load_data"):
                documents = reader.lazy_load_data(**self._load)
            else:
                documents = reader.load_data(**self._load)
            yield from documents
        except Exception as error:
            reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
            raise SourceError(f"The reader {self.reader} failed ({reason}); see its arguments.") from error

    def _key_of(self, document: Any, metadata: Mapping[str, Any]) -> str:
        names = (self._key,) if self._key else KEYS
        found = next((metadata[name] for name in names if metadata.get(name) not in (None, "")), None)
        if found is None and self._key:
            raise SourceError(f"A document of {self.reader} has no {self._key} in its metadata; name another key.")
        return str(found if found is not None else document.id_)[:1000]

    def _put(self, key: str, text: str, metadata: Mapping[str, Any]) -> None:
        file = self._file(key)
        with file.open("a", encoding="utf-8", errors="replace") as out:
            out.write(text if not out.tell() else f"\n\n{text}")
        if not (said := file.with_suffix(".json")).exists():
            address = _first(metadata, ADDRESSES)
            content = {
                "key": key,
                "title": _first(metadata, TITLES),
                "address": address if address.startswith(("http://", "https://")) else "",
                "modified": _first(metadata, TIMES),
            }
            said.write_text(json.dumps(content), encoding="utf-8")

    def _file(self, key: str) -> Path:
        if self._spool is None:
            raise LoadError("the reader did not load it")
        name = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
        return Path(self._spool.name) / f"{name}{self._suffix}"


def open_confluence(options: Mapping[str, Any], password: str, token: str) -> ReaderSource:
    """Confluence, by the reader that llama-index keeps for it."""
    arguments: dict[str, Any] = {"base_url": options["address"]}
    if token:
        arguments["api_token"] = token
    if options.get("user"):
        arguments |= {"user_name": options["user"], "password": password}
    load = {"space_key": options["space"]} if options.get("space") else {}
    return ReaderSource(CONFLUENCE, arguments, load, key="page_id", format="markdown")


def _imported(path: str) -> Any:
    module, _, name = path.rpartition(":") if ":" in path else path.rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        package = module.replace("_", "-").replace(".", "-")
        raise SourceError(
            f"The reader {path} cannot be imported ({error}); install it, as pip install {package}."
        ) from error


def _is_inherited(kind: type, name: str) -> bool:
    """Whether a method is only the one of llama-index's own base class."""
    return kind.__dict__.get(name) is None and all(
        one.__module__.startswith("llama_index.core") for one in kind.__mro__ if name in one.__dict__
    )


def _first(metadata: Mapping[str, Any], names: Sequence[str]) -> str:
    return next((str(metadata[name])[:1000] for name in names if metadata.get(name)), "")
