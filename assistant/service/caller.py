"""Who asks, and why something is not done: what every part of the service knows of.

| name | is |
|---|---|
| `Caller` | who asks: what may be done, in which collections |
| `Refused` | why something is not done, with the HTTP status that says so |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Scope = Literal["ask", "ingest", "admin"]
Kind = Literal["local", "page", "key", "ticket", "proxy"]
SCOPES: frozenset[Scope] = frozenset(("ask", "ingest", "admin"))
CLOSING = "The service is closing."


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: what may be done, and in which collections."""

    kind: Kind
    name: str  # of the key or the user, or ""
    scopes: frozenset[Scope]
    collections: frozenset[str] | None  # None: every collection that is served
    origin: str | None  # of a ticket
    client: str  # what limits count by: the key's or user's name, or the client's address

    def require(self, scope: Scope) -> None:
        """Returns if the caller may do this; Refused(403) otherwise. `admin` may do everything."""
        if scope not in self.scopes and "admin" not in self.scopes:
            raise Refused(403, f"This needs the scope {scope}.")


class Refused(Exception):
    """Why a request is not answered: an HTTP status, one sentence, and when to come back, in seconds."""

    def __init__(self, status: int, reason: str, retry_after: int | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.retry_after = retry_after
