"""API keys: names, what each may do, and the SHA-256 of each; the keys themselves are shown once and kept nowhere.

They stand in `keys.json` in the data folder, readable for its user only. A running service sees a change at once.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Collection as Container
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from assistant.errors import ServeError
from assistant.service.caller import SCOPES, Scope

FILE = "keys.json"
PREFIX = "ca_"  # by which a key is recognised where it should not stand
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._@-]{0,63}")


@dataclass(frozen=True, slots=True)
class Key:
    """What is kept of a key. `collections` is None for every collection; `created` is ISO 8601, UTC."""

    name: str
    hash: str
    scopes: frozenset[Scope]
    collections: frozenset[str] | None
    created: str

    @property
    def id(self) -> str:
        """Tells this key from every other, earlier ones of the same name included."""
        return self.hash[:16]


class Keys:
    """The keys of a data folder. Without a folder there are none. ServeError if the file cannot be read or written."""

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / FILE if folder else None
        self._seen: tuple[int, ...] | None = None
        self._keys: tuple[Key, ...] = ()

    def all(self) -> tuple[Key, ...]:
        """Every key, in the order of making."""
        if self._path is None:
            return ()
        try:
            state = os.stat(self._path)
            seen = (state.st_mtime_ns, state.st_size, state.st_ino)
            if seen != self._seen:
                self._keys, self._seen = _parse(self._path), seen
        except FileNotFoundError:
            self._keys, self._seen = (), None
        except OSError as error:
            raise ServeError(f"{self._path} cannot be read ({error.strerror}): see who may read it.") from error
        return self._keys

    def find(self, text: str) -> Key | None:
        """The key of this text. Every hash is compared, each in the same time."""
        wanted = hash_of(text)
        found = [key for key in self.all() if hmac.compare_digest(key.hash, wanted)]
        return found[0] if found else None

    def by_id(self, identity: str) -> Key | None:
        """The key with this id, while it is there."""
        return next((key for key in self.all() if hmac.compare_digest(key.id, identity)), None)

    def add(
        self, name: str, scopes: Iterable[Scope] = ("ask",), collections: Container[str] | None = None
    ) -> tuple[Key, str]:
        """A new key, and its text, which cannot be had again. ServeError for a name that is taken or no name."""
        if not _NAME.fullmatch(name):
            raise ServeError(f"{name!r} is no name for a key: use 1 to 64 letters, digits, spaces, . _ @ and -.")
        wrong = sorted(set(scopes) - SCOPES)
        if wrong:
            raise ServeError(f"There is no scope {wrong[0]!r}: choose from ask, ingest and admin.")
        text = PREFIX + secrets.token_urlsafe(32)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        key = Key(name, hash_of(text), frozenset(scopes), frozenset(collections) if collections else None, now)
        with self._writing() as keys:
            if any(one.name == name for one in keys):
                raise ServeError(f"There is a key {name!r} already: remove it first, or choose another name.")
            keys.append(key)
        return key, text

    def remove(self, name: str) -> Key:
        """The key that is no longer there. ServeError if there was none of this name."""
        with self._writing() as keys:
            found = next((one for one in keys if one.name == name), None)
            if found is None:
                raise ServeError(f"There is no key {name!r}: see them with `assistant key list`.")
            keys.remove(found)
        return found

    @contextmanager
    def _writing(self) -> Iterator[list[Key]]:
        """The keys to change; afterwards they are in the file, whole, and no other process wrote in between."""
        if self._path is None:
            raise ServeError("Keys need a data folder: name one with --data.")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with _private(self._path.with_suffix(".lock")) as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                keys = list(self.all())
                yield keys
                _write(self._path, keys)
        except OSError as error:
            raise ServeError(f"{self._path} cannot be written ({error.strerror}): see who may write there.") from error


def hash_of(text: str) -> str:
    """SHA-256 in hexadecimal. A key has 256 random bits, so a slow hash would add nothing."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _parse(path: Path) -> tuple[Key, ...]:
    try:
        return tuple(
            Key(
                str(one["name"]),
                str(one["hash"]),
                frozenset(scope for scope in SCOPES if scope in one["scopes"]),
                None if one["collections"] is None else frozenset(map(str, one["collections"])),
                str(one["created"]),
            )
            for one in json.loads(path.read_text(encoding="utf-8"))["keys"]
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ServeError(f"{path} is damaged: put a copy back, or delete it and make new keys.") from error


def _write(path: Path, keys: Iterable[Key]) -> None:
    plain = [
        asdict(key)
        | {"scopes": sorted(key.scopes), "collections": None if key.collections is None else sorted(key.collections)}
        for key in keys
    ]
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with _private(fresh) as descriptor:
        os.write(descriptor, json.dumps({"keys": plain}, indent=1).encode("utf-8"))
        os.fsync(descriptor)
    os.replace(fresh, path)


@contextmanager
def _private(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
