"""Syncs of real MediaWiki and real DokuWiki: pages are made, edited, moved and deleted, and the next answer shows it.

Runs where Debian's packages of the wikis are installed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.answer import Assistant
from assistant.record import Answer
from index import MiniLM, Settings
from index.collection import Collection
from index.records import SyncReport
from index.source.declaring import add_declared, remove_declared
from wikis.dokuwiki import DokuWiki
from wikis.mediawiki import MediaWiki
from wikis.php import missing, run_php

NOTHING = "Main Page of the town."
MASTER = "Who is the harbour master of Amari?"
NED, IDA = (f"The harbour master of Amari is {name}." for name in ("Ned Kelp", "Ida Brook"))
PLACE = """{{Place|name=Amari|people=5,200|mayor=Ann Oak}}
'''Amari''' is a small town by the sea.<ref>Smith, ''Towns'', 1999, page 4.</ref>
The harbour master of Amari is Ned Kelp.<ref>Jones.</ref>

{{Ferry|nine o'clock}}

== Trade ==
The town sells these goods:
* salted herring from the northern boats
* wool of the grey island sheep

{| class="wikitext"
|+ Ships that called at the harbour
! Year !! Ships !! Crew
|-
| 1900 || 120 || 840
|-
| 1950 || 34 || rowspan="1" | 200
|}

== References ==
<references/>

{{Towns}}
[[Category:Towns]]
"""
INFOBOX = """{| class="infobox"
! colspan="2" | {{{name}}}
|-
! Population
| {{{people}}}
|-
! Mayor
| {{{mayor}}}
|}"""


def wanted(kind: type[MediaWiki] | type[DokuWiki]) -> None:
    if absent := missing(kind.packages):
        pytest.skip(f"Debian's packages are not installed: {' '.join(absent)}")


class Site:
    """A running wiki, an assistant that reads it, and what is asked of both."""

    def __init__(self, wiki: Any, folder: Path, minilm: MiniLM, **options: Any) -> None:
        self.wiki = wiki
        self.settings = Settings(folder / "data", config=folder / "assistant.toml")
        self.declare(**options)
        self.collection = Collection.open(self.settings, create=True, embedder=minilm)
        self.assistant = Assistant(self.collection)

    def declare(self, **options: Any) -> None:
        if self.settings.config.exists():
            remove_declared(self.settings.config, "wiki")
        add_declared(self.settings.config, "wiki", {"address": self.wiki.address, "rate": 1000, **options})

    def sync(self, **options: Any) -> SyncReport:
        (report,) = self.collection.sync(**options)
        assert report.failures == ()
        return report

    def ask(self, question: str) -> Answer:
        return self.assistant.ask(question)

    def cited(self, question: str) -> dict[str, str]:
        """The address of every sentence that the next answer cites."""
        return {one.quote: one.address or "" for one in self.ask(question).citations}

    def document(self, path: str) -> Any:
        (found,) = (one for one in self.collection.documents() if one.path == path)
        return self.collection.document(found.id)


@pytest.fixture(scope="module")
def mediawiki(tmp_path_factory: pytest.TempPathFactory, minilm: MiniLM) -> Iterator[Site]:
    wanted(MediaWiki)
    folder = tmp_path_factory.mktemp("mediawiki")
    wiki = MediaWiki(folder / "wiki")
    wiki.create()
    wiki.extend("Cite")
    for title, text in {
        "Main Page": NOTHING,
        "Template:Place": INFOBOX,
        "Template:Ferry": "The ferry leaves at {{{1}}} every morning.",
        "Template:Towns": '<div class="navbox">[[Amari]] · [[Borough of Elm]] · [[Cape Town of the North]]</div>',
        "Amari": PLACE,
    }.items():
        wiki.edit(title, text)
    wiki.start()
    yield Site(wiki, folder, minilm, kind="mediawiki")
    wiki.stop()


def test_mediawiki_from_the_first_to_the_last(mediawiki: Site) -> None:
    """A page is read as it is shown; then it is edited, its template changed, moved, and deleted: every time the next
    answer is right, by changes only, and its address is that of the page as it is called now."""
    site, wiki = mediawiki, mediawiki.wiki
    report = site.sync()
    assert (report.added, report.complete) == (2, True)
    read_as_shown(site)
    first = site.document("Amari")

    address = site.cited(MASTER)[NED]
    assert address == f"{wiki.address}/index.php/Amari"
    wiki.edit("Amari", PLACE.replace("Ned Kelp", "Ida Brook"))
    report = site.sync()
    assert (report.changed, report.complete) == (1, False)
    cited = site.cited(MASTER)
    assert IDA in cited
    assert NED not in cited
    assert "Ned Kelp" not in site.document("Amari").text

    wiki.edit("Template:Ferry", "The last ferry leaves at {{{1}}} in the evening.")
    assert site.sync().changed == 1
    assert "The last ferry leaves at nine o'clock in the evening." in site.cited("When does the last ferry leave?")

    wiki.move("Amari", "Amari by the Sea")
    report = site.sync()
    assert (report.added, report.changed, report.removed) == (0, 1, 0)
    moved = site.document("Amari by the Sea")
    assert (moved.id, moved.title) == (first.id, "Amari by the Sea")
    address = site.cited(MASTER)[IDA]
    assert address == f"{wiki.address}/index.php/Amari_by_the_Sea"

    wiki.edit("Elm", "Elm is a borough with a windmill from 1720.")
    assert site.sync().added == 1
    assert "Elm is a borough with a windmill from 1720." in site.cited("From when is the windmill of Elm?")
    wiki.delete("Elm")
    assert site.sync().removed == 1
    assert "windmill" not in str(site.ask("From when is the windmill of Elm?").to_json()["nearest"])
    report = site.sync(full=True)
    assert (report.added, report.changed, report.removed, report.complete) == (0, 0, 0, True)


def read_as_shown(site: Site) -> None:
    """The page as a reader sees it: template, infobox, list, table and references, without marks and boxes of links."""
    document = site.document("Amari")
    sentences = site.collection.sentences(document.id)
    shown = [(one.kind, one.text) for one in sentences]
    assert ("row", "Population | 5,200") in shown
    assert ("row", "Mayor | Ann Oak") in shown
    assert ("prose", "The ferry leaves at nine o'clock every morning.") in shown
    assert ("prose", "Amari is a small town by the sea.") in shown  # no [1]
    (row,) = (one for one in sentences if one.text == "1900 | 120 | 840")
    assert row.context == "Year | Ships | Crew"
    (item,) = (one for one in sentences if one.text.startswith("salted herring"))
    assert (item.kind, item.context) == ("item", "The town sells these goods:")
    assert "Smith, Towns, 1999, page 4." in document.text
    for word in ("↑", "Jump up", "edit", "Borough of Elm", "{{", "[1]", "&lt;ref"):
        assert word not in document.text, word
    headings = {heading.text: heading.anchor for heading in document.headings}
    assert headings["Trade"] == "Trade"


def test_mediawiki_namespaces_redirects_and_renames_out_of_them(mediawiki: Site) -> None:
    """Only the chosen namespaces are read, redirects never; a page that moves out of them, or becomes a redirect, goes."""
    site, wiki = mediawiki, mediawiki.wiki
    wiki.edit("Project:Rules", "The rules say that nobody runs on the quay.")
    wiki.edit("Draft of Oak", "Oak is a village with two wells.")
    wiki.edit("Pine", "Pine is a village with one well.")
    site.sync()
    paths = {one.path for one in site.collection.documents()}
    assert {"Draft of Oak", "Pine"} <= paths
    assert not any("Rules" in path for path in paths)
    wiki.move("Draft of Oak", "User:Admin/Oak")
    wiki.edit("Pine", "#REDIRECT [[Main Page]]")
    assert site.sync(yes=True).removed == 2
    assert {"Draft of Oak", "Pine"}.isdisjoint(one.path for one in site.collection.documents())
    site.declare(kind="mediawiki", namespaces=[0, 4])
    assert site.sync(full=True).added == 1
    assert any(one.path.endswith("Rules") for one in site.collection.documents())


def test_mediawiki_that_forgot_its_changes(mediawiki: Site) -> None:
    """Where the wiki's recent changes no longer reach back to the last sync, all is listed, and nothing is missed."""
    site, wiki = mediawiki, mediawiki.wiki
    site.sync()
    wiki.edit("Ash", "Ash has a lighthouse with a green lamp.")
    forget = "$db = new SQLite3($argv[1]); $db->exec('DELETE FROM recentchanges');"
    run_php(wiki.server.root, "-r", forget, "--", str((wiki.folder / "database" / "wiki.sqlite").resolve()))
    report = site.sync()
    assert (report.added, report.complete) == (1, True)
    assert "Ash has a lighthouse with a green lamp." in site.cited("What lamp has the lighthouse of Ash?")


def test_mediawiki_behind_a_login_and_down(mediawiki: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wiki that nobody may read without signing in refuses us, and loses nothing; a bot's password opens it. A wiki
    that is down loses nothing either."""
    site, wiki = mediawiki, mediawiki.wiki
    site.sync()
    number = len(site.collection.documents())
    wiki.configure('$wgGroupPermissions["*"]["read"] = false;')
    time.sleep(2.5)  # PHP looks every two seconds whether a file has changed
    report = site.sync(full=True)
    assert "need read permission" in report.problem
    assert (report.removed, report.held, len(site.collection.documents())) == (0, 0, number)
    word = "k" * 32
    run_php(
        wiki.server.root, "maintenance/createBotPassword.php", "--appid", "sync", "--grants", "basic", wiki.user, word
    )
    monkeypatch.setenv("WIKI_WORD", word)
    site.declare(kind="mediawiki", user="Admin@sync", password="$WIKI_WORD", namespaces=[0, 4])
    wiki.edit("Elder", "Elder is a hamlet with a stone bridge.")
    report = site.sync(full=True)
    assert (report.problem, report.added) == ("", 1)
    site.declare(kind="mediawiki", user="Admin@sync", password="wrong", namespaces=[0, 4])
    assert "does not let Admin@sync sign in" in site.sync().problem
    wiki.stop()
    report = site.sync(full=True, yes=True)
    assert "cannot be reached" in report.problem
    assert len(site.collection.documents()) == number + 1


@pytest.fixture(scope="module")
def dokuwiki(tmp_path_factory: pytest.TempPathFactory, minilm: MiniLM) -> Iterator[Site]:
    wanted(DokuWiki)
    folder = tmp_path_factory.mktemp("dokuwiki")
    wiki = DokuWiki(folder / "wiki")
    wiki.create()
    wiki.save("start", "====== Start ======\n\nThe first page of the town.\n")
    wiki.save("town:amari", DOKU)
    for name in ("elm", "oak", "pine", "ash"):
        wiki.save(f"town:{name}", f"====== {name.title()} ======\n\nThe {name} stands in front of the school.\n")
    wiki.start()
    yield Site(wiki, folder, minilm, kind="dokuwiki")
    wiki.stop()


DOKU = """====== Amari ======

**Amari** is a small town by the sea.((Smith, Towns, 1999.)) The harbour master of Amari is Ned Kelp.

===== Trade =====

The town sells these goods:

  * salted herring from the northern boats
  * wool of the grey island sheep

^ Year ^ Ships ^ Crew ^
| 1900 | 120 | 840 |
"""


def test_dokuwiki_from_the_first_to_the_last(dokuwiki: Site) -> None:
    """Pages are read as they are shown, edited, made, moved and deleted: every time the next answer is right."""
    site, wiki = dokuwiki, dokuwiki.wiki
    assert site.sync().added == 6
    document = site.document("town:amari")
    (row,) = (one for one in site.collection.sentences(document.id) if one.text == "1900 | 120 | 840")
    assert row.context == "Year | Ships | Crew"
    assert "1)" not in document.text
    assert [heading.anchor for heading in document.headings] == ["amari", "trade"]
    address = site.cited(MASTER)[NED]
    assert address == f"{wiki.address}/doku.php?id=town:amari"

    wiki.edit("town:amari", DOKU.replace("Ned Kelp", "Ida Brook"))
    report = site.sync()
    assert (report.changed, report.complete) == (1, False)
    cited = site.cited(MASTER)
    assert IDA in cited
    assert NED not in cited

    wiki.edit("town:new", DOKU.replace("Ned Kelp", "Ida Brook"))  # what the plugin that moves pages does
    wiki.edit("town:amari", "")
    report = site.sync()
    assert (report.added, report.removed) == (1, 1)
    assert site.cited(MASTER)[IDA] == f"{wiki.address}/doku.php?id=town:new"

    wiki.save("town:elm", "====== Elm ======\n\nThe elm was felled in 1987.\n")  # no recent change names it
    assert (site.sync().changed, site.sync(full=True).changed) == (0, 1)
    assert "The elm was felled in 1987." in site.cited("When was the elm felled?")


def test_dokuwiki_from_its_folder(dokuwiki: Site, tmp_path: Path) -> None:
    """The wiki's own files give the same documents as the wiki: ids, titles, text, headings and addresses."""
    site = dokuwiki
    site.sync(full=True)
    shown = {one.path: site.collection.document(one.id) for one in site.collection.documents()}
    settings = Settings(tmp_path / "data", config=tmp_path / "assistant.toml")
    pages = {"kind": "dokuwiki-folder", "path": str(site.wiki.folder / "data" / "pages"), "address": site.wiki.address}
    add_declared(settings.config, "wiki", pages)
    with Collection.open(settings, create=True, embedder=site.collection.embedder) as collection:
        (report,) = collection.sync()
        assert (report.added, report.failures) == (len(shown), ())
        for one in collection.documents():
            read, there = collection.document(one.id), shown[one.path]
            assert read is not None
            assert there is not None
            assert (read.id, read.title, read.address) == (there.id, there.title, there.address)
            assert read.text == there.text
            assert read.headings == there.headings


def test_dokuwiki_that_is_closed_or_down(dokuwiki: Site) -> None:
    """A wiki that switched its interface off, or is down, loses nothing and says what to do."""
    site, wiki = dokuwiki, dokuwiki.wiki
    number = len(site.collection.documents())
    local = wiki.settings / "local.php"
    before = local.read_text()
    local.write_text(before.replace("$conf['remote'] = 1;", "$conf['remote'] = 0;"))
    time.sleep(2.5)
    try:
        report = site.sync(full=True, yes=True)
        assert "$conf['remote'] = 1" in report.problem
    finally:
        local.write_text(before)
    wiki.stop()
    assert "cannot be reached" in site.sync(yes=True).problem
    assert len(site.collection.documents()) == number
