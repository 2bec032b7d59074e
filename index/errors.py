"""Every error that `index` raises on purpose.

The root is not called IndexError, because Python has one:

IndexingError
├── SettingsError        a setting has a wrong value
├── SourceError          a path does not exist, is not readable, or lies outside its folder
├── LoadError            one file could not be read; `reason` is the half-sentence shown to the user
│   ├── UnsupportedFormat    no loader for this kind of file
│   ├── LimitExceeded        time, memory or unpacked size went over the limit
│   └── ReadingFailed        the process or a library that reads failed; worth trying again
├── CatalogError         the catalog is damaged, from a newer version, or another file altogether
│   ├── CatalogDamaged       its file is damaged
│   └── EmbedderMismatch     the collection was built with another embedder
├── ModelError           an embedder's weights are missing or not the expected ones
├── BackupError          a backup cannot be made, or not be restored
├── VectorsError         the vector index failed; always recoverable from the catalog
└── CollectionBusy       another process is writing to this collection
"""


class IndexingError(Exception):
    """Root of the tree. Its text is one sentence for the user: what failed, the value seen, what to do next."""


class SettingsError(IndexingError):
    """A setting has a wrong value; the text names the key and the type expected."""


class SourceError(IndexingError):
    """A path does not exist, cannot be read, or lies outside the folder being read."""


class LoadError(IndexingError):
    """One file could not be read. The text is a short reason, such as `encrypted PDF: remove its password`."""


class UnsupportedFormat(LoadError):
    """There is no loader for this kind of file."""


class LimitExceeded(LoadError):
    """Reading the file went over the limit on time, memory or unpacked size."""


class ReadingFailed(LoadError):
    """The reading process or one of its libraries failed, perhaps not for what is in the file: worth trying again."""


class CatalogError(IndexingError):
    """The catalog is damaged, was written by a newer version, or is another file altogether."""


class CatalogDamaged(CatalogError):
    """The file of the catalog is damaged; the text says how to get it back."""


class EmbedderMismatch(CatalogError):
    """The collection was built with another embedder; the text names both and says to run `assistant reindex`."""


class ModelError(IndexingError):
    """An embedder's weights are missing, or are not the ones expected."""


class BackupError(IndexingError):
    """A backup cannot be made or restored; the text says why, and what was done: nothing."""


class VectorsError(IndexingError):
    """The vector index failed. Nothing is lost: it can be rebuilt from the catalog."""


class CollectionBusy(IndexingError):
    """Another process is writing to this collection."""
