"""assistant/service/origins.py: one form for every origin, and nothing else is one."""

from __future__ import annotations

import pytest

from assistant.errors import ServeError
from assistant.service.origins import Origins, normalise

WIKI = "https://wiki.corp"


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("https://wiki.corp", "https://wiki.corp"),
        ("HTTPS://Wiki.Corp", "https://wiki.corp"),
        ("https://wiki.corp:443", "https://wiki.corp"),
        ("http://wiki.corp:80", "http://wiki.corp"),
        ("http://wiki.corp:443", "http://wiki.corp:443"),
        ("https://wiki.corp:8443", "https://wiki.corp:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://[0:0:0:0:0:0:0:1]", "http://[::1]"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("http://wiki", "http://wiki"),
    ],
)
def test_origins_are_compared_in_one_form(written: str, origin: str) -> None:
    """Small letters, and no port where it is the scheme's own."""
    assert normalise(written) == origin
    assert list(Origins([written])) == [origin]


@pytest.mark.parametrize(
    "written",
    [
        "",
        "null",
        "*",
        "wiki.corp",
        "//wiki.corp",
        "https://",
        "https://*",
        "https://*.corp",
        "https://wiki.corp/",
        "https://wiki.corp/path",
        "https://wiki.corp?x",
        "https://wiki.corp#x",
        "https://wiki.corp.",
        "https://wiki.corp.:443",
        "https://wiki..corp",
        "https://.wiki.corp",
        "https://user@wiki.corp",
        "https://user:pw@wiki.corp",
        "https://@wiki.corp",
        "https://wiki.corp:",
        "https://wiki.corp:0443",
        "https://wiki.corp:99999",
        "https://wiki.corp:x",
        "https://wiki.corp\\.evil.example",
        "https://wiki.corp evil.example",
        "https://wiki.corp,https://evil.example",
        "https://wiki.corp\n",
        "https:/wiki.corp",
        "https:wiki.corp",
        "ftp://wiki.corp",
        "file://",
        "data:text/html,x",
        "javascript://wiki.corp",
        "https://[::1",
        "https://[::1%25eth0]",
        "https://[wiki.corp]",
        "https://bücher.example",
        "https://wiki.corp;x",
        "https://wiki.corp'; script-src *",
    ],
)
def test_nothing_else_is_an_origin(written: str) -> None:
    """It is never allowed as a header, even beside every good one, and refused in one sentence as an option."""
    assert not Origins([WIKI, "https://evil.example"]).allows(written)
    if written != "https://wiki.corp\n":  # white space around an option is forgiven
        with pytest.raises(ServeError, match="is no origin"):
            Origins([written])
