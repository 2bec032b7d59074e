"""index/source/archive.py, vault.py, reader.py, dokuwiki_markup.py: files of other shapes, and other people's readers."""

from __future__ import annotations

import stat
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sync_library import World, counts

from index.errors import SettingsError, SourceError
from index.records import FileFailure
from index.source import archive
from index.source.archive import ZipSource
from index.source.dokuwiki_markup import page_title, to_html
from index.source.item import Item
from index.source.reader import CONFLUENCE, ReaderSource, open_confluence
from index.source.vault import VaultSource, plain_note
from index.sync.plan import Rules


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    with closing(made.catalog):
        yield made


# -- zip ---------------------------------------------------------------------------------------------------------------


def make_zip(path: Path, members: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in members.items():
            made.writestr(name, text)
    return path


def test_zip(world: World, tmp_path: Path) -> None:
    """An export's members are documents; a newer export changes, adds and removes."""
    path = make_zip(tmp_path / "export.zip", {"a.md": "Seals sleep.", "sub/b.md": "Boats fish.", ".git/c.md": "No."})
    with closing(ZipSource(path, exclude=["*.txt"])) as source:
        assert counts(world.sync(source)) == (2, 0, 0, 0, 0)
    make_zip(path, {"a.md": "Seals sleep.", "sub/b.md": "Boats rest.", "c.md": "New.", "d.txt": "Left out."})
    with closing(ZipSource(path, exclude=["*.txt"])) as source:
        assert counts(world.sync(source)) == (1, 1, 1, 0, 0)
        assert world.texts() == {"a.md": "Seals sleep.", "sub/b.md": "Boats rest.", "c.md": "New."}
    make_zip(path, {"a.md": "Seals sleep."})
    with closing(ZipSource(path)) as source:
        assert world.sync(source).held == 2


def test_zip_members_that_are_refused(tmp_path: Path) -> None:
    """Names that lead out, links, and members that unpack to too much are failures, and are never unpacked."""
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name in ("../out.md", "/etc/passwd", "a/../../b.md", "..\\c.md", "C:/d.md"):
            made.writestr(name, "x")
        link = zipfile.ZipInfo("link.md")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
        made.writestr("fine.md", "Fine.")
    with closing(ZipSource(path)) as source:
        entries = list(source.listing().entries)
    assert [one.path for one in entries if isinstance(one, Item)] == ["fine.md"]
    assert len([one for one in entries if isinstance(one, FileFailure)]) == 6


def test_zip_bomb(tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A member that says it unpacks to too much is refused, one that lies about it is broken off."""
    monkeypatch.setattr(archive, "MEMBER_BYTES", 10_000)
    path = make_zip(tmp_path / "bomb.zip", {"big.md": "x" * 20_000, "fine.md": "Fine."})
    with closing(ZipSource(path)) as source:
        report = world.sync(source)
    assert counts(report) == (1, 0, 0, 0, 1)
    assert "unpacks to 20,000 bytes" in report.failures[0].reason
    data = bytearray(make_zip(tmp_path / "liar.zip", {"big.md": "x" * 20_000}).read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = (100).to_bytes(4, "little")  # the size that the directory states
    (tmp_path / "liar.zip").write_bytes(data)
    with closing(ZipSource(tmp_path / "liar.zip")) as source:
        assert world.sync(source, name="t").failed == 1
    monkeypatch.setattr(archive, "ALL_BYTES", 10)
    with closing(ZipSource(path)) as source:
        assert "too much" in world.sync(source, Rules(yes=True)).problem
    assert len(world.texts()) == 1


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b"no zip at all"])
def test_no_zip(tmp_path: Path, content: bytes) -> None:
    """What is no zip file, or not there, is a SourceError."""
    (tmp_path / "x.zip").write_bytes(content)
    for path in (tmp_path / "x.zip", tmp_path / "nowhere.zip", tmp_path):
        with closing(ZipSource(path)) as source, pytest.raises(SourceError):
            source.listing()


# -- vault -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("note", "shown"),
    [
        ("See [[Harbour]].", "See Harbour."),
        ("See [[Harbour|the quay]].", "See the quay."),
        ("See [[Harbour#Trade]] and [[#Below]].", "See Harbour > Trade and Below."),
        ("See [[Harbour#^a1b2|here]].", "See here."),
        ("![[map.png]] and ![[Harbour]]", " and Harbour"),
        ("Seen %%not this%% by all.", "Seen  by all."),
        ("It is ==important== now. ^ref-1", "It is important now."),
        ("> [!note] Beware\n> of the dog", "> Beware\n> of the dog"),
        ("`[[code]]` and ``a [[b]] `` stay", "`[[code]]` and ``a [[b]] `` stay"),
        ("```\n[[code]] ==x==\n```\n[[Out]]", "```\n[[code]] ==x==\n```\nOut"),
        ("a == b and c == d", "a == b and c == d"),
        ("[link](x.md) stays, [[broken] stays", "[link](x.md) stays, [[broken] stays"),
    ],
)
def test_notes_are_read_as_shown(note: str, shown: str) -> None:
    """Links, embeddings, comments, marks and callouts are read as a reader of the vault sees them; code stays."""
    assert plain_note(note) == shown


def test_vault(world: World, tmp_path: Path) -> None:
    """A vault's notes are documents of their own time, by their paths; its settings are none."""
    root = tmp_path / "vault"
    for name, text in {
        "Day.md": "Went to [[Harbour|the quay]].",
        ".obsidian/app.json": "{}",
        "list.txt": "[[stays]]",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    source = VaultSource(root)
    assert counts(world.sync(source)) == (2, 0, 0, 0, 0)
    assert world.texts() == {"Day.md": "Went to the quay.", "list.txt": "[[stays]]"}
    assert counts(world.sync(source)) == (0, 0, 2, 0, 0)


# -- readers -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module `made_reader` with a reader like those of llama-index, whose documents a test sets."""

    class Reader:
        documents: list[Any] = []  # noqa: RUF012  # a test sets it
        made_with: dict[str, Any] = {}  # noqa: RUF012

        def __init__(self, **arguments: Any) -> None:
            type(self).made_with = arguments

        def load_data(self, **given: Any) -> list[Any]:
            if given.get("fail"):
                raise RuntimeError("the site said no")
            return list(self.documents)

    module = ModuleType("made_reader")
    module.Reader = Reader  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "made_reader", module)
    return Reader


def made(text: str, identity: str = "random", **metadata: Any) -> SimpleNamespace:
    return SimpleNamespace(text=text, id_=identity, metadata=metadata)


def test_reader(world: World, reader: Any) -> None:
    """A reader's documents are stored under their own keys, with their titles and addresses, and removed with them."""
    reader.documents = [
        made("Seals sleep.", page_id=7, title="Seals", url="https://x/7", modified="2026-01-02T03:04:05Z"),
        made("Boats fish.", page_id=8, title="Boats"),
    ]
    source = ReaderSource("made_reader:Reader", {"token": "t"}, {"space": "A"})
    with closing(source):
        assert counts(world.sync(source)) == (2, 0, 0, 0, 0)
        assert reader.made_with == {"token": "t"}
        assert counts(world.sync(source)) == (0, 0, 2, 0, 0)
        (seals,) = (
            one for one in map(world.catalog.document, world.catalog.documents_of("s")) if one and one.path == "7"
        )
        assert (seals.title, seals.address) == ("Seals", "https://x/7")
        assert seals.modified.startswith("2026-01-02T03:04:05")
        reader.documents = [made("Seals swim.", page_id=7, title="Seals", url="https://x/7")]
        assert counts(world.sync(source)) == (0, 1, 0, 1, 0)


def test_reader_of_several_parts(world: World, reader: Any) -> None:
    """Documents of one key, as the pages of a file, become one document in their order."""
    reader.documents = [made("Page one.", file_path="a.pdf"), made("Page two.", file_path="a.pdf"), made("B.", "b-id")]
    with closing(ReaderSource("made_reader.Reader", {}, {})) as source:
        world.sync(source)
    assert world.texts() == {"a.pdf": "Page one.\n\nPage two.", "b-id": "B."}


def test_reader_that_fails(world: World, reader: Any) -> None:
    """Whatever a reader raises, nothing is removed; one that cannot be imported says what to install."""
    reader.documents = [made("Seals sleep.", page_id=7)]
    with closing(ReaderSource("made_reader:Reader", {}, {})) as source:
        world.sync(source)
    for source in (
        ReaderSource("made_reader:Reader", {}, {"fail": True}),
        ReaderSource("llama_index.readers.nothing:NothingReader", {}, {}),
        ReaderSource("made_reader:Reader", {}, {}, key="missing"),
    ):
        with closing(source):
            report = world.sync(source, Rules(yes=True))
            assert report.problem
            assert len(world.texts()) == 1
            if "nothing" in source.reader:
                assert "pip install llama-index-readers-nothing" in report.problem
    with pytest.raises(SettingsError, match="format"):
        ReaderSource("made_reader:Reader", {}, {}, format="pdf")


def test_reader_of_llama_index(world: World, tmp_path: Path) -> None:
    """A real reader of llama-index works by its import path and arguments alone."""
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("Seals sleep on rocks.")
    arguments = {"input_dir": str(tmp_path / "notes")}
    with closing(ReaderSource("llama_index.core:SimpleDirectoryReader", arguments, {})) as source:
        assert counts(world.sync(source)) == (1, 0, 0, 0, 0)
    assert list(world.texts().values()) == ["Seals sleep on rocks."]


def test_confluence_arguments() -> None:
    """Confluence is its own reader with an address, a space and who signs in."""
    source = open_confluence({"address": "https://x/wiki", "space": "A", "user": "u"}, "p", "")
    assert source.reader == CONFLUENCE
    assert source._arguments == {"base_url": "https://x/wiki", "user_name": "u", "password": "p"}
    assert source._load == {"space_key": "A"}
    assert open_confluence({"address": "a", "space": "A"}, "", "t")._arguments == {"base_url": "a", "api_token": "t"}


# -- DokuWiki's markup ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "html"),
    [
        ("====== A ======", '<h1 id="a">A</h1>'),
        ("== Low & <b> ==", '<h5 id="low_b">Low &amp; &lt;b&gt;</h5>'),
        ("a **b** //c// __d__ ''e'' <del>f</del>", "<p>a b c d e f</p>"),
        ("see http://a.example/x//y and //this//", "<p>see http://a.example/x//y and this</p>"),
        ("[[ns:page|Words]] [[ns:page]] [[http://x/y]]", "<p>Words page http://x/y</p>"),
        ("{{ns:a.png|A map}} {{ns:a.png}}", "<p>A map </p>"),
        ("one\ntwo\n\nthree", "<p>one two</p>\n<p>three</p>"),
        ("  * a\n    * b\n  * c", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
        ("  - a\n  * b", "<ol><li>a</li></ol><ul><li>b</li></ul>"),
        ("^ H ^ I ^\n| a | b |", "<table><tr><th>H</th><th>I</th></tr><tr><td>a</td><td>b</td></tr></table>"),
        ("| [[a|b]] | %%|%% |", "<table><tr><td>b</td><td>|</td></tr></table>"),
        ("<code php>\na **b**\n</code>", "<pre>a **b**</pre>"),
        ("  indented **code**", "<pre>indented **code**</pre>"),
        ("a %%**b**%% c", "<p>a **b** c</p>"),
        ("a((note)) b", "<p>a b</p>\n<p>note</p>"),
        ('"q" it\'s 3x4 -- ... ->', "<p>“q” it’s 3×4 – … →</p>"),
        ("<html><script>x</script></html>\n~~NOTOC~~\nb", "<p>b</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("a\\\\ b", "<p>a<br>b</p>"),
        ("> quoted\n> words", "<p>quoted words</p>"),
        ("----", ""),
    ],
)
def test_dokuwiki_markup(markup: str, html: str) -> None:
    """Each mark is read as DokuWiki shows it."""
    assert to_html(markup).strip() == html


@given(st.text(alphabet="=*/_'[]{}|^%<>()\\\n -~ab\"'x1\ue000\ue0010", max_size=200))
def test_any_markup(markup: str) -> None:
    """Whatever stands on a page, it becomes HTML without a tag of its own."""
    html = to_html(markup)
    assert "<script" not in html
    assert "\ue000" not in html


def test_long_markup_is_read_in_time() -> None:
    """Markup that never closes takes no more than time in proportion to its length."""
    for mark in ("[[", "((", "{{", "<code>", "%%", "**", "<html>", "=", "~~", "'' ", "^", "  * ", "== a ==\n"):
        to_html(mark * 5_000)
    for mark in ("[[", "`", "``a", "%%", "==", "> ", "```\n", "![["):
        plain_note(mark * 5_000)
    assert page_title("a\n===== T =====\nb") == "T"
