"""Origins: which other sites may use the service, and which kind of site a request comes from.

| a request comes from | when |
|---|---|
| `own` | a page of our own origin, or a program: nothing says that it comes from elsewhere |
| `listed` | a page of an origin on the list |
| `foreign` | a page of any other origin; `null` is one |
| `elsewhere` | another site that the browser does not name: a link, a picture, a frame |

Browsers set `Origin` and `Sec-Fetch-Site` themselves; a page can neither leave them out nor change them.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from typing import Literal
from urllib.parse import urlsplit

from assistant.errors import ServeError
from assistant.service.guard import Scope, header

Sender = Literal["own", "listed", "foreign", "elsewhere"]

PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"(?!.*\.$)(?!.*\.\.)[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?")


class Origins:
    """The list of allowed origins, compared whole. ServeError names one that is no origin."""

    def __init__(self, origins: Iterable[str] = ()) -> None:
        self._origins = dict.fromkeys(_configured(one) for one in origins)

    def __iter__(self) -> Iterator[str]:
        return iter(self._origins)

    def __len__(self) -> int:
        return len(self._origins)

    def allows(self, origin: str) -> bool:
        """Whether an `Origin` header names one of them."""
        return normalise(origin) in self._origins

    def sender(self, scope: Scope) -> Sender:
        """Where a request comes from, by what its browser says."""
        named = [value for key, value in scope["headers"] if key == b"origin"]
        site = header(scope, b"sec-fetch-site").lower()
        if not named:
            return "own" if site in ("", "same-origin", "none") else "elsewhere"
        origin = normalise(named[0].decode("latin-1")) if len(named) == 1 else ""
        if origin and site in ("", "same-origin", "none") and origin in own_origins(scope):
            return "own"
        return "listed" if origin in self._origins else "foreign"


def own_origins(scope: Scope) -> tuple[str, ...]:
    """The origins at which a request has reached us: its scheme and `Host`, or both schemes where the browser itself says
    that the page is of the same origin, since behind a proxy that ends TLS the scheme is not known."""
    host = header(scope, b"host")
    schemes = PORTS if header(scope, b"sec-fetch-site").lower() == "same-origin" else (scope.get("scheme", "http"),)
    return tuple(one for scheme in schemes if (one := normalise(f"{scheme}://{host}")))


def normalise(origin: str) -> str:
    """`scheme://host[:port]` in small letters without the scheme's own port, or an empty text if it is no origin.

    Only http and https; no user, path, query, wildcard or dot at the end; names in other scripts as punycode.
    """
    try:
        parts = urlsplit(origin)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    scheme = parts.scheme.lower()
    written = f"[{host}]" if ":" in host else host
    whole = f"{scheme}://{written}" + ("" if port is None else f":{port}")
    if scheme not in PORTS or origin.lower() != whole or not _is_host(host):
        return ""
    host = f"[{ipaddress.ip_address(host).compressed}]" if ":" in host else host
    return f"{scheme}://{host}" if port in (None, PORTS[scheme]) else f"{scheme}://{host}:{port}"


def _is_host(host: str) -> bool:
    if ":" not in host:
        return _NAME.fullmatch(host) is not None
    try:
        return ipaddress.ip_address(host).version == 6 and "%" not in host
    except ValueError:
        return False


def _configured(origin: str) -> str:
    found = normalise(origin.strip())
    if not found:
        raise ServeError(
            f"{origin!r} is no origin: write scheme, name and port only, as in https://wiki.example or "
            "http://localhost:8080; no path, no wildcard, no dot at the end."
        )
    return found
