"""Addresses: which site an address names, and connections to hosts, looked at before they are made."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from index.errors import SourceError

CONNECT_SECONDS = 15.0
SILENT_SECONDS = 60.0  # without a byte from the other end
TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")  # IPv4 behind a translator (RFC 6052)


def origin_of(address: str) -> str:
    """Scheme, host and port of an address. SourceError if it is none of http or https."""
    try:
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise SourceError(f"{address} is no address; it begins with http:// or https://") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise SourceError(f"{address} is no address; it begins with http:// or https://, without a name and password.")
    standard = port == (443 if parts.scheme == "https" else 80)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{'' if standard else f':{port}'}"


def connected(host: str, port: int, private: bool) -> socket.socket:
    """A connection to one of the host's addresses, each looked at first. OSError if there is none that may be used."""
    problem: OSError | None = None
    for family, kind, protocol, _, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        if not private and not is_public(str(place[0])):
            problem = problem or PermissionError(f"{host} is a private address: set private = true to allow it")
            continue
        made = socket.socket(family, kind, protocol)
        made.settimeout(CONNECT_SECONDS)
        try:
            made.connect(place)
        except OSError as error:
            made.close()
            problem = error
            continue
        made.settimeout(SILENT_SECONDS)
        return made
    raise problem or OSError(f"{host} has no address")


def is_public(address: str) -> bool:
    """Whether an address, as numbers, is one of the whole internet, also where it wraps another one. ValueError for none."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.sixtofour or found.teredo:
            return False
        inner = found.ipv4_mapped
        if inner is None and found in TRANSLATED:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        found = inner or found
    return found.is_global and not found.is_multicast


def is_near(host: str) -> bool:
    """Whether a host is named by a private address, or a name without dots: no proxy would find it."""
    try:
        return not is_public(host.strip("[]"))
    except ValueError:
        return "." not in host
