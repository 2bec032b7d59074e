"""index/source/web.py and website.py: limits, retries, redirects, robots, and no way to addresses that are not meant."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sync_library import World, counts

from index.errors import LimitExceeded, LoadError, SourceError
from index.source import web, website
from index.source.address import is_public, origin_of
from index.source.item import Item
from index.source.web import Web
from index.source.website import WebsiteSource
from index.sync.plan import Rules

Answer = tuple[int, dict[str, str], bytes]


class Site:
    """A site on this machine: an answer by path, and the requests that came."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.answers: dict[str, Answer | Callable[[], Answer]] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []

    def page(self, path: str, text: str, **headers: str) -> None:
        body = f"<html><head><title>{path}</title></head><body><main><p>{text}</p></main></body></html>"
        self.answers[path] = (200, {"Content-Type": "text/html; charset=utf-8", **headers}, body.encode())

    def sitemap(self, *paths: str, changed: str = "") -> None:
        stamp = f"<lastmod>{changed}</lastmod>" if changed else ""
        urls = "".join(
            f"<url><loc>{path if '//' in path else self.address + path}</loc>{stamp}</url>" for path in paths
        )
        text = f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
        self.answers["/sitemap.xml"] = (200, {"Content-Type": "application/xml"}, text.encode())


@pytest.fixture
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            made.asked.append(self.path)
            made.headers.append({name.lower(): value for name, value in self.headers.items()})
            answer = made.answers.get(self.path, (404, {}, b"no such page"))
            status, headers, body = answer() if callable(answer) else answer
            if headers.get("ETag") and headers["ETag"] == self.headers.get("If-None-Match"):
                status, body = 304, b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made = Site(f"http://127.0.0.1:{server.server_address[1]}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def here(site: Site) -> Iterator[Web]:
    with closing(Web(site.address, private=True, rate=1000)) as made:
        yield made


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::808:808", True),
        ("ff02::1", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    """Only addresses of the whole internet are public, also where one wraps another."""
    assert is_public(address) == public


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("http://A.example:80/x", "http://a.example"),
        ("https://a.example:8443/", "https://a.example:8443"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_origins(address: str, origin: str) -> None:
    """An origin is scheme, host in lower case, and the port unless it is the usual one."""
    assert origin_of(address) == origin


@pytest.mark.parametrize(
    "address", ["ftp://a", "file:///etc/passwd", "a.example", "http://u:p@a/", "http://a:99999/", ""]
)
def test_no_address(address: str) -> None:
    """What is no address of http or https, or carries a password, is refused."""
    with pytest.raises(SourceError, match="no address"):
        origin_of(address)


def test_private_addresses_are_not_connected_to(site: Site) -> None:
    """A name or number that leads to this machine is refused before anything is sent, unless it is allowed."""
    site.page("/a", "Something.")
    for address in (site.address, site.address.replace("127.0.0.1", "localhost")):
        with closing(Web(address, private=False, rate=1000)) as refused, pytest.raises(SourceError, match="private"):
            refused.get(f"{address}/a")
    assert site.asked == []


def test_redirects(site: Site, here: Web) -> None:
    """Redirects are followed on the same site only, and not for ever."""
    site.page("/end", "Here.")
    site.answers["/start"] = (302, {"Location": "/end"}, b"")
    site.answers["/out"] = (302, {"Location": "http://169.254.169.254/latest"}, b"")
    site.answers["/other"] = (302, {"Location": site.address.replace("127.0.0.1", "localhost")}, b"")
    site.answers["/round"] = (302, {"Location": "/round"}, b"")
    assert here.get(f"{site.address}/start").address == f"{site.address}/end"
    for path in ("/out", "/other"):
        with pytest.raises(LoadError, match="another site"):
            here.get(site.address + path)
    with pytest.raises(LoadError, match="more than"):
        here.get(f"{site.address}/round")


def test_busy_server_is_asked_again(site: Site, here: Web) -> None:
    """A server that is busy is asked again after the time that it names; one that stays so is a SourceError."""
    answers = iter([(503, {"Retry-After": "0"}, b""), (429, {"Retry-After": "0"}, b""), (200, {}, b"fine")])
    site.answers["/a"] = lambda: next(answers)
    assert here.get(f"{site.address}/a").body == b"fine"
    site.answers["/b"] = (503, {"Retry-After": "0"}, b"")
    with pytest.raises(SourceError, match="status 503"):
        here.get(f"{site.address}/b")


def test_limits(site: Site, here: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that is too long, packed or not, or too slow, is broken off; the next one is read."""
    monkeypatch.setattr(web, "ANSWER_BYTES", 1000)
    site.answers["/long"] = (200, {}, b"x" * 100_000)
    site.answers["/bomb"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(b"x" * 100_000))
    site.answers["/torn"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(b"x" * 100)[:-9])
    site.answers["/fine"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(b"x" * 100))
    for path in ("/long", "/bomb"):
        with pytest.raises(LimitExceeded):
            here.get(site.address + path)
    with pytest.raises(LoadError, match="damaged"):
        here.get(f"{site.address}/torn")
    assert here.get(f"{site.address}/fine").body == b"x" * 100
    monkeypatch.setattr(web, "SECONDS", -1.0)
    with pytest.raises(LimitExceeded, match="longer than"):
        here.get(f"{site.address}/fine")


def test_nobody_there(site: Site) -> None:
    """A server that does not answer is a SourceError."""
    with (
        closing(Web("http://127.0.0.1:9", private=True)) as nobody,
        pytest.raises(SourceError, match="cannot be reached"),
    ):
        nobody.get("http://127.0.0.1:9/")


def test_rate_and_cookies(site: Site) -> None:
    """Requests keep to the rate, say who asks, and carry the site's cookies."""
    site.answers["/a"] = (200, {"Set-Cookie": "session=1; Path=/"}, b"")
    with closing(Web(site.address, private=True, rate=20)) as polite:
        started = time.monotonic()
        for _ in range(5):
            polite.get(f"{site.address}/a")
        assert time.monotonic() - started >= 0.2
    assert site.headers[-1]["cookie"] == "session=1"
    assert "cited-assistant" in site.headers[-1]["user-agent"]


def test_letters_in_addresses(site: Site, here: Web) -> None:
    """Letters beyond ASCII, spaces and line breaks in an address are sent as the standard has it."""
    site.page("/%C3%BCber%20uns", "We.")
    assert here.get(f"{site.address}/über uns").status == 200
    assert here.get(f"{site.address}/%C3%BCber%20uns").status == 200
    assert here.get(f"{site.address}/a\r\nHost: evil").status == 404


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    with closing(made.catalog):
        yield made


Pages = Callable[..., WebsiteSource]


@pytest.fixture
def pages_of() -> Iterator[Pages]:
    """Makes sources of a site, closed at the end."""
    with ExitStack() as opened:

        def make(site: Site, **options: Any) -> WebsiteSource:
            made = WebsiteSource(f"{site.address}/sitemap.xml", private=True, rate=1000, **options)
            opened.callback(made.close)
            return made

        yield make


def test_site_end_to_end(site: Site, world: World, pages_of: Pages) -> None:
    """The pages of the sitemap are read; one that changed is read again, by the site's own word; one that left goes."""
    for name in ("/a", "/b", "/c"):
        site.page(name, f"Page {name} is here.", ETag=f'"{name}1"')
    site.sitemap("/a", "/b", "/c")
    source = pages_of(site)
    assert counts(world.sync(source)) == (3, 0, 0, 0, 0)
    assert counts(world.sync(source)) == (0, 0, 3, 0, 0)
    assert site.headers[-1]["if-none-match"].endswith('1"')
    site.page("/b", "Page b is other now.", ETag='"b2"')
    site.sitemap("/a", "/b")
    assert counts(world.sync(source, Rules(yes=True))) == (0, 1, 1, 1, 0)
    (document,) = (
        one for one in map(world.catalog.document, world.catalog.documents_of("s")) if one and one.path == "b"
    )
    assert document.address == f"{site.address}/b"
    assert "other now" in document.text


def test_lastmod_with_a_time_decides(site: Site, world: World, pages_of: Pages) -> None:
    """A page whose sitemap entry names a time is asked for again only when it names another."""
    site.page("/a", "Page a is here.")
    site.sitemap("/a", changed="2026-01-02T03:04:05Z")
    source = pages_of(site)
    world.sync(source)
    site.asked.clear()
    assert counts(world.sync(source)) == (0, 0, 1, 0, 0)
    assert "/a" not in site.asked
    site.page("/a", "Page a is other.")
    site.sitemap("/a", changed="2026-01-03T03:04:05Z")
    assert counts(world.sync(source)) == (0, 1, 0, 0, 0)


def test_robots_and_other_hosts(site: Site, pages_of: Pages) -> None:
    """What robots.txt forbids, what lies on another host and what the patterns leave out is not listed or asked for."""
    site.answers["/robots.txt"] = (200, {}, b"User-agent: *\nDisallow: /secret/\nCrawl-delay: 0\n")
    site.sitemap("/a", "/secret/b", "http://169.254.169.254/x", "/drafts/c", "ftp://x/y", "/a")
    source = pages_of(site, exclude=["drafts/"])
    listed = [one.key for one in source.listing().entries if isinstance(one, Item)]
    assert set(listed) == {f"{site.address}/a"}
    with pytest.raises(LoadError, match=r"robots\.txt"):
        source.fetch(Item(f"{site.address}/secret/b", "secret/b"), "", Path())
    assert "/secret/b" not in site.asked


@pytest.mark.parametrize("status", [401, 403, 500])
def test_robots_that_cannot_be_read(site: Site, world: World, status: int, pages_of: Pages) -> None:
    """Where robots.txt cannot be read nothing is asked for, and nothing is removed."""
    site.page("/a", "Page a is here.")
    site.sitemap("/a")
    world.sync(pages_of(site))
    site.answers["/robots.txt"] = (status, {}, b"")
    report = world.sync(pages_of(site), Rules(yes=True))
    assert "robots.txt cannot be read" in report.problem
    assert (report.removed, len(world.texts())) == (0, 1)


def test_sitemap_of_sitemaps(site: Site, pages_of: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sitemap may name others, packed ones too; one that names itself ends."""
    site.sitemap("/a")
    inner = site.answers["/sitemap.xml"]
    assert not callable(inner)
    site.answers["/inner.xml.gz"] = (200, {}, gzip.compress(inner[2]))
    both = "".join(f"<sitemap><loc>{site.address}/{name}</loc></sitemap>" for name in ("inner.xml.gz", "sitemap.xml"))
    site.answers["/sitemap.xml"] = (200, {}, f"<sitemapindex>{both}</sitemapindex>".encode())
    assert [one.key for one in pages_of(site).listing().entries if isinstance(one, Item)] == [f"{site.address}/a"]
    monkeypatch.setattr(website, "SITEMAPS", 1)
    with pytest.raises(SourceError, match="more than"):
        list(pages_of(site).listing().entries)


@pytest.mark.parametrize(
    "body",
    [
        b"not xml",
        b"<urlset><url><loc>http://127.0.0.1/a</loc></url>",
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><urlset><url><loc>&a;</loc></url></urlset',
    ],
)
def test_broken_sitemap(site: Site, world: World, body: bytes, pages_of: Pages) -> None:
    """A sitemap that is torn or none at all removes nothing."""
    site.page("/a", "Page a is here.")
    site.sitemap("/a")
    world.sync(pages_of(site))
    site.answers["/sitemap.xml"] = (200, {}, body)
    report = world.sync(pages_of(site), Rules(yes=True))
    assert "no sitemap" in report.problem
    assert len(world.texts()) == 1


def test_page_that_fails(site: Site, world: World, pages_of: Pages) -> None:
    """A page that is gone, or no document, is a failure; the others are read."""
    site.page("/a", "Page a is here.")
    site.answers["/film"] = (200, {"Content-Type": "video/mp4"}, b"x")
    site.sitemap("/a", "/film", "/missing")
    report = world.sync(pages_of(site))
    assert counts(report) == (1, 0, 0, 0, 2)
    assert {one.reason.split(":")[0] for one in report.failures} == {
        "the site does not show it",
        "the site shows something of the kind video/mp4, which is not read",
    }
