"""HTTP for sources: limits on size and time, a polite rate, and no connection to an address that is not meant.

Redirects are followed by our own hand, each looked at again; names are resolved once, and the connection goes to the
very address that was looked at.
"""

from __future__ import annotations

import gzip
import http.client
import http.cookiejar
import io
import json
import socket
import ssl
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit
from urllib.request import Request, getproxies, proxy_bypass

from index.errors import LimitExceeded, LoadError, SourceError
from index.source.address import CONNECT_SECONDS, connected, is_near, origin_of

AGENT = "cited-assistant (keeps a copy of what it reads in step with this site)"
ANSWER_BYTES = 50_000_000
SECONDS = 60.0  # for one answer as a whole
REDIRECTS = 5
TRIES = 4
LONGEST_WAIT = 60.0  # seconds that a server may ask us to wait before the next try
PART = 1 << 16
BUSY = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its status, its headers by lower-case name, its body, and the address that gave it after redirects."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    address: str


class Web:
    """Requests to one host, one after the other, at most `rate` a second. Cookies are kept.

    `private`: whether it may be on this machine or in a private network. Redirects to another host are refused.
    """

    def __init__(self, address: str, *, private: bool, rate: float = 10.0) -> None:
        self.origin = origin_of(address)
        self._private = private
        self._pause = 1 / rate if rate > 0 else 0.0
        self._next = 0.0
        self._cookies = http.cookiejar.CookieJar()
        self._connection: http.client.HTTPConnection | None = None
        self._secure = ssl.create_default_context()

    def get(self, address: str, headers: Mapping[str, str] | None = None) -> Reply:
        """The answer to GET. SourceError if the server cannot be reached or keeps failing; LimitExceeded for more than
        the limits."""
        return self._asked("GET", address, None, headers or {})

    def post(self, address: str, body: bytes, content_type: str) -> Reply:
        """The answer to POST."""
        return self._asked("POST", address, body, {"Content-Type": content_type})

    def post_json(self, address: str, content: Any) -> Reply:
        """The answer to JSON that is posted."""
        return self.post(address, json.dumps(content).encode(), "application/json")

    def form(self, address: str, fields: Mapping[str, str]) -> Reply:
        """The answer to a form that is posted."""
        return self.post(address, urlencode(fields).encode(), "application/x-www-form-urlencoded")

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def wait(self, seconds: float) -> None:
        """No request before so many seconds, as a server asks."""
        self._next = max(self._next, time.monotonic() + min(seconds, LONGEST_WAIT))

    def slow_down(self, seconds: float) -> None:
        """At least so many seconds between two requests from now on."""
        self._pause = max(self._pause, min(seconds, LONGEST_WAIT))

    # -- one request -------------------------------------------------------------------------------------------------

    def _asked(self, method: str, address: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        for _ in range(REDIRECTS + 1):
            if origin_of(address) != self.origin:
                raise LoadError(f"it leads to another site, {origin_of(address)}: not followed")
            reply = self._tried(method, address, body, headers)
            if reply.status not in (301, 302, 303, 307, 308) or "location" not in reply.headers:
                return reply
            address = urljoin(address, reply.headers["location"])
            if reply.status == 303 or (reply.status in (301, 302) and method == "POST"):
                method, body = "GET", None
        raise LoadError(f"it leads on more than {REDIRECTS} times")

    def _tried(self, method: str, address: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        """The answer after as many tries as a busy server or a broken connection takes."""
        problem: str = ""
        for number in range(TRIES):
            try:
                reply = self._once(method, address, body, headers)
            except LoadError:
                self.close()
                raise
            except (OSError, http.client.HTTPException) as error:
                self.close()
                problem = f"{error or type(error).__name__}"
                if isinstance(error, (ConnectionRefusedError, PermissionError, socket.gaierror, ssl.SSLError)):
                    break
                self.wait(0.5 * 2**number)
                continue
            if reply.status not in BUSY:
                return reply
            problem = f"status {reply.status}"
            self.wait(_seconds(reply.headers.get("retry-after", ""), 2.0**number))
        raise SourceError(f"{self.origin} cannot be reached ({problem}); see that it runs, and sync again.")

    def _once(self, method: str, address: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        time.sleep(max(0.0, self._next - time.monotonic()))
        self._next = time.monotonic() + self._pause
        deadline = time.monotonic() + SECONDS
        connection = self._connection = self._connection or self._connected(address)
        request = Request(address)  # noqa: S310  # only carries the address for the cookie jar
        self._cookies.add_cookie_header(request)
        cookie = request.get_header("Cookie")
        sent = {"User-Agent": AGENT, "Accept-Encoding": "gzip", **headers, **({"Cookie": cookie} if cookie else {})}
        connection.request(method, _target(address, proxied=isinstance(connection, _ProxiedConnection)), body, sent)
        answer = connection.getresponse()
        self._cookies.extract_cookies(answer, request)  # reads its headers only
        found = {name.lower(): value for name, value in answer.getheaders()}
        data = _read(answer, deadline)
        if answer.will_close:
            self.close()
        return Reply(answer.status, found, _unpacked(data, found.get("content-encoding", "")), address)

    def _connected(self, address: str) -> http.client.HTTPConnection:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        proxy = None if proxy_bypass(host) or is_near(host) else getproxies().get(parts.scheme)
        if proxy:
            return _through(proxy, parts.scheme, host, port, self._secure)
        if parts.scheme == "https":
            return _SecureConnection(host, port, self._private, self._secure)
        return _PlainConnection(host, port, self._private)


class _PlainConnection(http.client.HTTPConnection):
    """Goes to an address that was looked at."""

    def __init__(self, host: str, port: int, private: bool) -> None:
        super().__init__(host, port, timeout=CONNECT_SECONDS)
        self._may_be_private = private

    def connect(self) -> None:
        self.sock = connected(self.host, self.port, self._may_be_private)


class _SecureConnection(_PlainConnection):
    """The same with TLS; the certificate must be the host's."""

    def __init__(self, host: str, port: int, private: bool, secure: ssl.SSLContext) -> None:
        super().__init__(host, port, private)
        self._secure = secure

    def connect(self) -> None:
        super().connect()
        self.sock = self._secure.wrap_socket(self.sock, server_hostname=self.host)


class _ProxiedConnection(http.client.HTTPConnection):
    """Plain HTTP by a proxy, which is asked for the whole address."""


def _through(proxy: str, scheme: str, host: str, port: int, secure: ssl.SSLContext) -> http.client.HTTPConnection:
    parts = urlsplit(proxy if "//" in proxy else f"//{proxy}")
    if scheme == "http":
        return _ProxiedConnection(parts.hostname or "", parts.port or 80, timeout=CONNECT_SECONDS)
    tunnel = http.client.HTTPSConnection(
        parts.hostname or "", parts.port or 80, timeout=CONNECT_SECONDS, context=secure
    )
    tunnel.set_tunnel(host, port)
    return tunnel


def json_of(reply: Reply) -> Any:
    """The JSON of an answer. SourceError if it is none."""
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{reply.address} did not answer with JSON (status {reply.status}).") from error


def _target(address: str, *, proxied: bool) -> str:
    """What is asked of a server, in ASCII."""
    parts = urlsplit(address)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return quote(f"{origin_of(address)}{target}" if proxied else target, safe="/%:?#[]@!$&'()*+,;=~-._")


def _read(answer: http.client.HTTPResponse, deadline: float) -> bytes:
    data = bytearray()
    while part := answer.read1(PART):
        data += part
        if len(data) > ANSWER_BYTES:
            raise LimitExceeded(f"the answer has more than {ANSWER_BYTES:,} bytes")
        if time.monotonic() > deadline:
            raise LimitExceeded(f"the answer took longer than {SECONDS:g} seconds")
    return bytes(data)


def _unpacked(data: bytes, encoding: str) -> bytes:
    if encoding.lower() != "gzip":
        return data
    try:
        unpacked = gzip.GzipFile(fileobj=io.BytesIO(data)).read(ANSWER_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise LoadError("the answer is damaged: it cannot be unpacked") from error
    if len(unpacked) > ANSWER_BYTES:
        raise LimitExceeded(f"the answer unpacks to more than {ANSWER_BYTES:,} bytes")
    return unpacked


def _seconds(text: str, otherwise: float) -> float:
    return float(text) if text.isascii() and text.isdigit() else otherwise
