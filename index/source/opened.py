"""A declared source, opened: the one place that knows which kind is read by which file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from index.catalog import Catalog
from index.source.declared import Declared, from_environment
from index.source.item import Source
from index.sources import apart

FILES = ("folder", "vault", "dokuwiki-folder")  # kinds whose location is a folder on this machine


def open_source(declared: Declared, catalog: Catalog) -> Source:
    """The source, ready to be listed; nothing is asked of it yet. SettingsError if its options cannot be used."""
    return OPENERS[declared.kind](declared, catalog)


def _files(declared: Declared, catalog: Catalog) -> Mapping[str, Any]:
    """What every source of files on this machine is opened with."""
    folders, files = apart(catalog, declared.path, declared.name)
    options = declared.options
    return {
        "include": options.get("include", ()),
        "exclude": options.get("exclude", ()),
        "apart": folders,
        "apart_files": files,
    }


def _folder(declared: Declared, catalog: Catalog) -> Source:
    from index.source.folder import FolderSource

    return FolderSource(declared.path, **_files(declared, catalog))


def _mediawiki(declared: Declared, catalog: Catalog) -> Source:
    from index.source.mediawiki import open_mediawiki

    return open_mediawiki(dict(declared.options), str(declared.options.get("user", "")), declared.secret("password"))


def _dokuwiki(declared: Declared, catalog: Catalog) -> Source:
    from index.source.dokuwiki import open_dokuwiki

    return open_dokuwiki(declared.options, str(declared.options.get("user", "")), declared.secret("password"))


def _vault(declared: Declared, catalog: Catalog) -> Source:
    from index.source.vault import VaultSource

    return VaultSource(declared.path, **_files(declared, catalog))


def _zip(declared: Declared, catalog: Catalog) -> Source:
    from index.source.archive import ZipSource

    return ZipSource(declared.path, declared.options.get("include", ()), declared.options.get("exclude", ()))


def _dokuwiki_folder(declared: Declared, catalog: Catalog) -> Source:
    from index.source.dokuwiki_folder import DokuWikiFolder

    options = declared.options
    return DokuWikiFolder(declared.path, str(options.get("address", "")), str(options.get("namespace", "")))


def _website(declared: Declared, catalog: Catalog) -> Source:
    from index.source.website import open_website

    return open_website(declared.options)


def _confluence(declared: Declared, catalog: Catalog) -> Source:
    from index.source.reader import open_confluence

    return open_confluence(declared.options, declared.secret("password"), declared.secret("token"))


def _reader(declared: Declared, catalog: Catalog) -> Source:
    from index.source.reader import ReaderSource

    options = from_environment(dict(declared.options), declared.name)
    return ReaderSource(
        options["reader"],
        options.get("arguments", {}),
        options.get("load", {}),
        key=options.get("key", ""),
        format=options.get("format", "text"),
    )


OPENERS: dict[str, Callable[[Declared, Catalog], Source]] = {
    "folder": _folder,
    "vault": _vault,
    "zip": _zip,
    "mediawiki": _mediawiki,
    "dokuwiki": _dokuwiki,
    "dokuwiki-folder": _dokuwiki_folder,
    "website": _website,
    "confluence": _confluence,
    "reader": _reader,
}
