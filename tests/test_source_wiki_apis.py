"""The wikis' interfaces where a real wiki cannot be made to do it: a wiki that is behind, one that breaks off in the
middle, and DokuWiki's newer interface, which Debian's version does not have: its answers are scripted here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sync_library import World, counts

from index.errors import LoadError, SourceError
from index.source.dokuwiki import DokuWikiSource
from index.source.dokuwiki_api import JsonRpc, open_api
from index.source.item import Item
from index.source.mediawiki import MediaWikiSource
from index.source.mediawiki_api import ApiError, MediaWikiApi
from index.source.web import Reply
from index.sync.plan import Rules


class ScriptedWeb:
    """A Web whose answers a function gives; it notes the waits that were asked for."""

    def __init__(self, answer: Callable[[Mapping[str, Any]], Any]) -> None:
        self.answer = answer
        self.waited: list[float] = []
        self.asked: list[Mapping[str, Any]] = []

    def get(self, address: str, headers: Mapping[str, str] | None = None) -> Reply:
        return self._reply({key: value[0] for key, value in parse_qs(urlsplit(address).query).items()}, address)

    def form(self, address: str, fields: Mapping[str, str]) -> Reply:
        return self._reply(fields, address)

    def post_json(self, address: str, content: Any) -> Reply:
        return self._reply(content, address)

    def post(self, address: str, body: bytes, content_type: str) -> Reply:
        return Reply(404, {}, b"<html>not found</html>", address)

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)

    def close(self) -> None:
        """Nothing is held."""

    def _reply(self, asked: Mapping[str, Any], address: str) -> Reply:
        self.asked.append(asked)
        found = self.answer(asked)
        if isinstance(found, Exception):
            raise found
        return Reply(
            200, {"retry-after": "7"}, found if isinstance(found, bytes) else json.dumps(found).encode(), address
        )


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    with closing(made.catalog):
        yield made


def api_of(answer: Callable[[Mapping[str, Any]], Any], **options: str) -> tuple[MediaWikiApi, ScriptedWeb]:
    api, web = MediaWikiApi("http://127.0.0.1/api.php", **options), ScriptedWeb(answer)
    api._web = web  # type: ignore[assignment]
    return api, web


def test_a_wiki_that_is_behind_is_waited_for() -> None:
    """Every request carries maxlag; while the wiki says it is behind, we wait as long as it asks, and then give up."""
    lag = {"error": {"code": "maxlag", "info": "Waiting for a database server"}}
    answers = iter([lag, lag, {"curtimestamp": "2026-01-01T00:00:00Z"}])
    api, web = api_of(lambda asked: next(answers))
    assert api.now() == "2026-01-01T00:00:00Z"
    assert web.waited == [7.0, 7.0]
    assert {one["maxlag"] for one in web.asked} == {"5"}
    api, _ = api_of(lambda asked: lag)
    with pytest.raises(SourceError, match=r"asks to wait \(maxlag\)"):
        api.now()


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b'"x"', b"\xff"])
def test_no_mediawiki(answer: bytes) -> None:
    """What answers with something else is told to be none."""
    api, _ = api_of(lambda asked: answer)
    with pytest.raises(SourceError):
        api.now()


def test_signed_out_in_the_middle() -> None:
    """When the wiki forgets who we are, we sign in once more; a refusal after that is an error."""
    signed = {"in": 0}

    def answer(asked: Mapping[str, Any]) -> Any:
        if asked.get("meta") == "tokens":
            return {"query": {"tokens": {"logintoken": "t+\\"}}}
        if asked["action"] == "login":
            assert (asked["lgname"], asked["lgpassword"], asked["lgtoken"]) == ("A@b", "word", "t+\\")
            signed["in"] += 1
            return {"login": {"result": "Success"}}
        return {"error": {"code": "assertuserfailed"}} if signed["in"] == 1 else {"parse": {"text": "x"}}

    api, _ = api_of(answer, user="A@b", password="word")
    assert api.ask(action="parse")["parse"] == {"text": "x"}
    assert signed["in"] == 2
    signed["in"] = -10
    with pytest.raises(ApiError):
        api_of(lambda asked: {"error": {"code": "nosuchpageid"}} if asked["action"] == "parse" else answer(asked))[
            0
        ].ask(action="parse")


def page(number: int) -> dict[str, Any]:
    return {
        "pageid": number,
        "ns": 0,
        "title": f"Page {number}",
        "lastrevid": number,
        "touched": "2026-01-01T00:00:00Z",
        "canonicalurl": f"http://127.0.0.1/{number}",
        "revisions": [{"timestamp": "2026-01-01T00:00:00Z"}],
    }


def test_a_listing_that_breaks_off_removes_nothing(world: World) -> None:
    """The wiki goes down, or refuses, between two parts of its list: the pages of the rest stay."""
    broken: dict[str, Any] = {}

    def answer(asked: Mapping[str, Any]) -> Any:
        if asked["action"] == "parse":
            return {
                "parse": {"title": f"Page {asked['pageid']}", "text": f"<p>Seals lie on rock {asked['pageid']}.</p>"}
            }
        if asked.get("curtimestamp"):
            return {"curtimestamp": "2026-01-01T00:00:00Z"}
        if asked.get("meta") == "siteinfo":
            return {"query": {"general": {"lang": "en"}}}
        if "gapcontinue" in asked:
            return broken.get("second") or {"query": {"pages": [page(n) for n in range(5, 9)]}}
        pages = {"query": {"pages": [page(n) for n in range(1, 5)]}}
        return pages | {"continue": {"gapcontinue": "Page_5", "continue": "gapcontinue||"}}

    source = MediaWikiSource(api_of(answer)[0])
    assert counts(world.sync(source)) == (8, 0, 0, 0, 0)
    for failure in (
        SourceError("gone"),
        {"error": {"code": "readapidenied", "info": "need read permission"}},
        b"<html>",
    ):
        broken["second"] = failure
        report = world.sync(source, Rules(full=True, yes=True))
        assert report.problem
        assert (report.removed, len(world.texts())) == (0, 8)


def json_rpc(asked: Mapping[str, Any]) -> Any:
    """A scripted DokuWiki of 2024: two pages, one of them changed of late, the other removed."""
    given = asked["params"]
    results: dict[str, Any] = {
        "core.getWikiTime": 2_000_000_000,
        "core.login": given.get("pass") == "word",
        "core.listPages": [{"id": one, "revision": 1_900_000_000, "size": 5} for one in ("a:one", "two")],
        "core.getRecentPageChanges": [{"id": "two"}, {"id": "a:one"}],
    }
    if asked["method"] == "core.getPageInfo":
        if given["page"] == "a:one":
            return {"jsonrpc": "2.0", "error": {"code": 121, "message": "The requested page does not exist"}}
        return {"jsonrpc": "2.0", "result": {"id": given["page"], "revision": 1_950_000_000}, "error": {"code": 0}}
    if asked["method"] == "core.getPageHTML":
        return {"jsonrpc": "2.0", "result": f"<h1 id='x'>The {given['page']}</h1><p>Seals lie on {given['page']}.</p>"}
    return {"jsonrpc": "2.0", "result": results[asked["method"]]}


def test_newer_dokuwiki(world: World) -> None:
    """With JSON-RPC pages are listed, fetched, and then only what changed is; a page that is gone goes."""
    source = DokuWikiSource("http://127.0.0.1/doku.php", user="u", password="word")
    source._web = ScriptedWeb(json_rpc)  # type: ignore[assignment]
    assert counts(world.sync(source)) == (2, 0, 0, 0, 0)
    (document,) = (
        one for one in map(world.catalog.document, world.catalog.documents_of("s")) if one and one.path == "two"
    )
    assert document.address == "http://127.0.0.1/doku.php?id=two"
    report = world.sync(source)
    assert (report.complete, report.changed, report.unchanged, report.removed) == (False, 1, 0, 1)
    wrong = DokuWikiSource("http://127.0.0.1", user="u", password="x")
    wrong._web = ScriptedWeb(json_rpc)  # type: ignore[assignment]
    with pytest.raises(SourceError, match="does not let u sign in"):
        wrong.listing()


def test_dokuwiki_errors() -> None:
    """An error of the wiki is the page's failure; a wiki without either interface is told what to switch on."""
    web: Any = ScriptedWeb(lambda asked: {"error": {"code": 111, "message": "not allowed"}})
    with pytest.raises(LoadError, match="not allowed"):
        JsonRpc(web, "http://127.0.0.1/lib/exe/jsonrpc.php").html("a")
    with pytest.raises(SourceError, match=r"\$conf\['remote'\] = 1"):
        open_api(ScriptedWeb(lambda asked: b"<html>"), "http://127.0.0.1")  # type: ignore[arg-type]


def test_dokuwiki_page_of_a_moment_ago() -> None:
    """A page that changed within the last seconds has no version yet: it can change again in the same second."""
    source = DokuWikiSource("http://127.0.0.1")
    items = [source._item("a", changed, 1_000) for changed in (990, 999)]
    assert [one.version for one in items if isinstance(one, Item)] == ["990", ""]
