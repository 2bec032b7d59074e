"""assistant/service/widget.py and assistant/widget/: how large the script is, how it is sent, and what is not in it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_library import FakeAssistant
from starlette.testclient import TestClient

import assistant.page
from assistant.said import Said
from assistant.service.app import create_app
from assistant.service.widget import FOLDER, PARTS, embed_policy, takes_gzip, widget_script

say = Said("en")

MOST = 15 * 1024  # bytes, compressed
SOURCES = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.iterdir()) if path.is_file()}
PALETTE = (Path(assistant.page.__file__).parent / "palette.css").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """A service that one wiki may use."""
    app = create_app(FakeAssistant(), origins=("https://wiki.example",))
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        yield client


def test_it_is_small(client: TestClient) -> None:
    """At most 15 KB as it is sent."""
    with client.stream("GET", "/widget.js", headers={"accept-encoding": "gzip"}) as response:
        sent = b"".join(response.iter_raw())
    assert response.headers["content-encoding"] == "gzip"
    assert len(sent) <= MOST
    assert gzip.decompress(sent) == widget_script().plain


def test_every_part_is_in_it() -> None:
    """Each file of the folder is a part of the script or of the page for a frame."""
    assert set(PARTS) | {"widget.css", "embed.html", "embed.css", "embed.js"} == set(SOURCES)


def test_what_is_left_out_means_nothing() -> None:
    """Only comments and white space: every text in quotation marks is in the script as it was written."""
    script = widget_script().plain.decode()
    lines = re.sub(r"(?m)^\s*//.*$|  // .*$", "", "\n".join(SOURCES[name] for name in PARTS)).splitlines()
    texts = [text for line in lines if line.count('"') % 2 == 0 for text in re.findall(r'"(?:[^"\\]|\\.)*"', line)]
    assert len(texts) > 200
    assert [text for text in texts if text not in script] == []
    assert not re.search(r"(?m)^\s*//", script)


def test_any_page_may_load_it(client: TestClient) -> None:
    """As a script, by its own type, without sniffing, whatever the page's origin; it holds no secret."""
    response = client.get("/widget.js", headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in response.headers
    assert client.head("/widget.js").status_code == 200


@pytest.mark.parametrize("path", ["/widget.js", "/embed", "/embed.js", "/embed.css"])
def test_what_has_not_changed_is_not_sent_again(client: TestClient, path: str) -> None:
    """By entity tag, also a weak one or one among others; another tag gets the file."""
    first = client.get(path)
    tag = first.headers["etag"]
    assert first.headers["vary"].lower().startswith("accept-encoding")
    for known in (tag, f"W/{tag}", f'"other" , {tag}', "*"):
        again = client.get(path, headers={"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(path, headers={"if-none-match": '"other"'}).content == first.content


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("GZIP ; q=1", True),
        ("gzip;q=0", False),
        ("gzip;q=0.000, br", False),
        ("identity", False),
        ("x-gzipped", False),
        ("", False),
    ],
)
def test_it_is_compressed_for_who_takes_that(client: TestClient, accepted: str, taken: bool) -> None:
    """And plain for others."""
    assert takes_gzip(accepted) is taken
    response = client.get("/widget.js", headers={"accept-encoding": accepted})
    assert ("content-encoding" in response.headers) is taken
    assert response.content == widget_script().plain


def test_the_page_for_a_frame_has_its_own_policy(client: TestClient) -> None:
    """Its own files and server only, no inline script or style; framed by itself and the list; nothing of the address in it."""
    page = client.get('/embed?title="><script>x</script>&lang=de')
    policy = page.headers["content-security-policy"]
    assert policy == embed_policy(["https://wiki.example"])
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'")
    assert policy.endswith("frame-ancestors 'self' https://wiki.example")
    assert "unsafe" not in policy
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.text == SOURCES["embed.html"]
    assert re.findall(r"<script[^>]*>([^<]*)", page.text) == ["", ""]
    assert embed_policy([]).endswith("frame-ancestors 'self'")


def test_it_works_below_a_path() -> None:
    """Behind a proxy that serves it under a path; the page for a frame names its files relative to itself."""
    app = create_app(FakeAssistant(), root_path="/assistant")
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        for path in ("/widget.js", "/assistant/widget.js", "/assistant/embed"):
            assert client.get(path).status_code == 200
    assert re.findall(r'(?:src|href)="([^"]+)"', SOURCES["embed.html"]) == [
        "data:,",
        "embed.css",
        "embed.js",
        "widget.js",
    ]


@pytest.mark.parametrize("name", [name for name in SOURCES if name.endswith(".js")])
def test_no_text_becomes_markup_or_code(name: str) -> None:
    """None of the ways by which a text could run or load something; no address but the one that names SVG elements."""
    source = SOURCES[name]
    for way in (
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "document.write",
        "eval(",
        "new Function",
        "srcdoc",
        'setTimeout("',
    ):
        assert way not in source, way
    assert set(re.findall(r"https?://[^\s\"`]+", source)) <= {"http://www.w3.org/2000/svg"}


def test_every_language_has_every_word() -> None:
    """As many lines as there are words, none empty, and the same marks for numbers in each."""
    source = SOURCES["labels.js"]
    words = re.search(r"WORDS = `([^`]+)`", source)[1].split()  # type: ignore[index]
    languages = {name: text.split("\n") for name, text in re.findall(r"(?m)^  (\w\w): `([^`]+)`", source)}
    assert set(languages) == {"en", "de", "fr", "es", "ja"}
    for name, lines in languages.items():
        assert len(lines) == len(words), name
        assert all(line.strip() for line in lines)
        for word, line, english in zip(words, lines, languages["en"], strict=True):
            assert sorted(re.findall("#+", line)) == sorted(re.findall("#+", english)), (name, word)
    refused = [line.strip() for line in languages["en"]][words.index("refused")]
    assert refused == say("refusal")


def test_its_colours_are_those_of_the_chat_page() -> None:
    """Both themes, so that the contrast that is computed for the page holds here, too."""
    theirs = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r"\{([^{}]+)\}", PALETTE)]
    ours = [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r"\.root(?:\[[^]]+\])? \{([^{}]+)\}", SOURCES["widget.css"])
    ]
    assert len(ours) == 2
    for mine, page in zip(ours, theirs, strict=False):
        assert mine
        assert {name: page[name] for name in mine} == mine


def test_nothing_in_the_styles_is_loaded() -> None:
    """No address in them: a page's policy may allow none."""
    assert not re.search(r"url\(|@import|@font-face", SOURCES["widget.css"] + SOURCES["embed.css"])
