"""Signed, short-lived texts: a widget's ticket, the pass to one source view, the session of the chat page.

| kind | lives | names |
|---|---|---|
| `ticket` | 60 s | the origin that it is bound to, the collections |
| `pass` | 10 min | one document of one collection |
| `session` | 12 h | the key that signed on |

Each is a JSON Web Token of its own audience, so that one is never taken for another.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from assistant.errors import ServeError
from assistant.service.caller import Refused

FILE = "tickets.secret"  # in the data folder; its point keeps it apart from every collection's name
SIZE = 32  # bytes of the secret
TICKET_SECONDS = 60
PASS_SECONDS = 600
SESSION_SECONDS = 12 * 3600
MOST_CHARACTERS = 4096

Kind = Literal["ticket", "pass", "session"]


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a ticket says: the origin of the page that may use it, and the collections that it opens."""

    origin: str
    collections: frozenset[str]


class Tickets:
    """Makes and reads them with one secret. `clock` gives seconds since 1970."""

    def __init__(self, secret: bytes | None = None, clock: Callable[[], float] = time.time) -> None:
        self._secret = secret or secrets.token_bytes(SIZE)
        self._clock = clock

    @classmethod
    def open(cls, folder: Path) -> Tickets:
        """With the secret of a data folder, so that they outlive a restart. ServeError if its file cannot be used."""
        return cls(_secret(folder / FILE))

    def mint(self, origin: str, collections: Iterable[str]) -> str:
        """A ticket for the pages of an origin."""
        return self._sign("ticket", TICKET_SECONDS, org=origin, col=sorted(collections))

    def ticket(self, token: str) -> Ticket:
        """What a ticket says; Refused(401) for anything but a valid one."""
        claims = self._read("ticket", token, "org", "col")
        return Ticket(str(claims["org"]), frozenset(map(str, claims["col"])))

    def mint_pass(self, collection: str, document: str) -> str:
        """A pass to the source view of one document."""
        return self._sign("pass", PASS_SECONDS, col=collection, doc=document)

    def passes(self, token: str, document: str) -> str:
        """The name of the collection whose document may be seen; Refused(401) for anything but its valid pass."""
        claims = self._read("pass", token, "col", "doc")
        if claims["doc"] != document:
            raise Refused(401, "This pass is for another document.")
        return str(claims["col"])

    def mint_session(self, key: str) -> str:
        """A session of whoever showed the key of this id."""
        return self._sign("session", SESSION_SECONDS, key=key)

    def session(self, token: str) -> str:
        """The id of the key behind a session; Refused(401) for anything but a valid one."""
        return str(self._read("session", token, "key")["key"])

    def _sign(self, kind: Kind, seconds: int, **claims: Any) -> str:
        import jwt

        return jwt.encode(claims | {"aud": kind, "exp": int(self._clock()) + seconds}, self._secret, "HS256")

    def _read(self, kind: Kind, token: str, *needed: str) -> dict[str, Any]:
        import jwt

        try:
            if len(token) > MOST_CHARACTERS:
                raise jwt.InvalidTokenError
            claims: dict[str, Any] = jwt.decode(
                token,
                self._secret,
                ["HS256"],
                audience=kind,
                options={"require": ["exp", "aud", *needed], "verify_exp": False, "strict_aud": True},
            )
            if not isinstance(claims["exp"], int) or claims["exp"] <= self._clock():
                raise jwt.ExpiredSignatureError
        except (jwt.InvalidTokenError, ValueError):
            raise Refused(401, f"This {kind} is not valid or has expired.") from None
        return claims


def is_token(text: str) -> bool:
    """Whether a text has the form of a signed one: three parts between points, which no key has."""
    return text.count(".") == 2


def _secret(path: Path) -> bytes:
    """The bytes of the file, which is made, readable for its user only, where there is none."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        with suppress(FileExistsError):
            if not path.exists():
                _write_private(fresh, secrets.token_bytes(SIZE))
                try:
                    os.link(fresh, path)  # whole or not at all, and never over one that another process has made
                finally:
                    fresh.unlink()
        path.chmod(0o600)
        secret = path.read_bytes()
    except OSError as error:
        raise ServeError(f"{path} cannot be used ({error.strerror}): see that its folder can be written.") from error
    if len(secret) < SIZE:
        raise ServeError(f"{path} is damaged: delete it; a new one is made, and open pages fetch new tickets.")
    return secret


def _write_private(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(content)
