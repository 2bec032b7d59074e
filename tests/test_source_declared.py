"""index/source/declared.py and declaring.py: the sources of assistant.toml, read, checked, added and removed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from index.errors import SettingsError
from index.source.declared import COMMON, KINDS, from_environment, read_declared
from index.source.declaring import add_declared, remove_declared
from index.source.opened import OPENERS


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "assistant.toml"


def test_no_file(file: Path) -> None:
    """Without a file nothing is declared."""
    assert read_declared(file) == ()


def test_all_options(file: Path) -> None:
    """A source has its kind, collection, schedule, scope of deletion and options; paths count from the file's folder."""
    file.write_text(
        """
        [sources.handbook]
        kind = "folder"
        path = "docs"
        exclude = ["drafts/"]
        schedule = "watch"
        delete_share = 0.5

        [sources."the wiki"]
        kind = "mediawiki"
        """
    )
    with pytest.raises(SettingsError, match=r"the wiki\]: a source's name"):
        read_declared(file)
    file.write_text(
        """
        other = 1
        [sources.handbook]
        kind = "folder"
        path = "docs"
        exclude = ["drafts/"]
        schedule = "watch"
        delete_share = 0.5
        [sources.wiki]
        kind = "mediawiki"
        address = "https://wiki.example/api.php"
        namespaces = [0, 4]
        collection = "team"
        schedule = "15m"
        full = "7d"
        delete = false
        """
    )
    handbook, wiki = read_declared(file)
    assert (handbook.name, handbook.kind, handbook.collection) == ("handbook", "folder", "default")
    assert (handbook.watch, handbook.seconds, handbook.delete, handbook.delete_share) == (True, None, True, 0.5)
    assert handbook.path == file.parent / "docs"
    assert handbook.options == {"path": "docs", "exclude": ["drafts/"]}
    assert (wiki.collection, wiki.seconds, wiki.full_seconds, wiki.delete) == ("team", 900.0, 604800.0, False)
    assert wiki.where() == "https://wiki.example/api.php"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sources = 3", "must be tables"),
        ("[sources.a]\npath = 'x'", "kind must be one of folder"),
        ("[sources.a]\nkind = 'ftp'", "kind must be one of folder"),
        ("[sources.a]\nkind = 'folder'", "path is missing"),
        ("[sources.a]\nkind = 'folder'\npath = ''", "path is missing"),
        ("[sources.a]\nkind = 'folder'\npath = 3", "path is 3; it must be a text"),
        ("[sources.a]\nkind = 'folder'\npath = 'x'\nexclud = ['a']", "exclud is not known"),
        ("[sources.a]\nkind = 'folder'\npath = 'x'\nexclude = 'a'", "must be a list"),
        ("[sources.a]\nkind = 'folder'\npath = 'x'\nschedule = '5'", "give it as 30s"),
        ("[sources.a]\nkind = 'folder'\npath = 'x'\nschedule = '1s'", "at least 10s"),
        ("[sources.a]\nkind = 'folder'\npath = 'x'\ndelete_share = 2", "from 0 to 1"),
        ("[sources.a]\nkind = 'folder'\npath = 'x'\ndelete_share = true", "must be a number"),
        ("[sources.a]\nkind = 'zip'\npath = 'x'\nschedule = 'watch'", "only folders can be watched"),
        ("[sources.a]\nkind = 'confluence'\naddress = 'https://x'", "space is missing"),
        ("[sources.a", "cannot be read"),
        ("[sources.'../a']\nkind = 'folder'\npath = 'x'", "letters, digits"),
    ],
)
def test_wrong(file: Path, text: str, message: str) -> None:
    """What is wrong is named with the file, the source and the key."""
    file.write_text(text)
    with pytest.raises(SettingsError, match=message) as error:
        read_declared(file)
    assert str(file) in str(error.value)


def test_secrets_from_the_environment(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`$NAME` is the environment's value, wherever it stands; a name that the environment lacks is an error."""
    file.write_text("[sources.w]\nkind = 'mediawiki'\naddress = 'https://x/'\npassword = '$WIKI_WORD'")
    (wiki,) = read_declared(file)
    with pytest.raises(SettingsError, match="no WIKI_WORD"):
        wiki.secret("password")
    monkeypatch.setenv("WIKI_WORD", "s3cret")
    assert wiki.secret("password") == "s3cret"
    assert wiki.secret("user") == ""
    assert from_environment({"a": ["$WIKI_WORD", "x", 3]}, "r") == {"a": ["s3cret", "x", 3]}
    assert from_environment("$ not a name", "r") == "$ not a name"


def test_add_keeps_the_rest(file: Path) -> None:
    """Adding and removing leave the other lines, comments included, as they were; the file is private as before."""
    text = '# mine\n[llm]\nmodel = "x"  # the small one\n\n[sources.first]\nkind = "folder"\npath = "a"  # here\n'
    file.write_text(text)
    file.chmod(0o600)
    add_declared(file, "second", {"kind": "zip", "path": "b.zip", "include": ["*.md"]})
    assert file.read_text().startswith(text)
    assert tomllib.loads(file.read_text())["sources"]["second"]["include"] == ["*.md"]
    assert file.stat().st_mode & 0o777 == 0o600
    remove_declared(file, "second")
    assert file.read_text().rstrip() == text.rstrip()
    remove_declared(file, "first")
    assert '[llm]\nmodel = "x"  # the small one' in file.read_text()
    assert read_declared(file) == ()


def test_add_to_nothing(file: Path) -> None:
    """The file is made by the first source."""
    add_declared(file, "docs", {"kind": "folder", "path": "docs"})
    assert file.read_text() == '[sources.docs]\nkind = "folder"\npath = "docs"\n'


def test_add_wrong(file: Path) -> None:
    """A wrong source, or a second of a name, is refused, and the file stays."""
    add_declared(file, "docs", {"kind": "folder", "path": "docs"})
    before = file.read_text()
    with pytest.raises(SettingsError, match="already"):
        add_declared(file, "docs", {"kind": "folder", "path": "other"})
    with pytest.raises(SettingsError, match="kind"):
        add_declared(file, "b", {"kind": "x"})
    with pytest.raises(SettingsError, match="no source b"):
        remove_declared(file, "b")
    assert file.read_text() == before
    assert [path.name for path in file.parent.iterdir()] == ["assistant.toml"]


def test_every_kind_can_be_opened() -> None:
    """Whatever can be declared has an opener, and the other way round."""
    assert KINDS.keys() == OPENERS.keys()


def test_the_documentation_names_every_option() -> None:
    """docs/sources.md has a row for each kind with its options, and one for each option that every source may have."""
    text = (Path(__file__).parent.parent / "docs" / "sources.md").read_text(encoding="utf-8")
    rows = {
        name: row for row in re.findall(r"^\| `.*", text, re.MULTILINE) for name in re.findall(r"^\| `([\w-]+)`", row)
    }
    for kind, options in KINDS.items():
        same = KINDS["folder"] if rows[kind].startswith(f"| `{kind}` | the same") else None
        assert options == same or set(options) == set(re.findall(r"`(\w+)`", rows[kind].split("|")[2])), kind
    assert set(COMMON) - {"kind"} <= set(rows)
