"""assistant/service/keys.py and `assistant key`: keys are shown once, kept as hashes, and gone when they are removed."""

from __future__ import annotations

import hashlib
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assistant.cli import app
from assistant.errors import ServeError
from assistant.service.keys import FILE, Keys


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path)


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["key", *arguments, "--data", str(folder)])


def test_a_key_is_found_by_its_text_and_by_nothing_else(keys: Keys) -> None:
    """Neither its name, its hash, its id nor a part of it opens anything."""
    key, text = keys.add("wiki", ["ask", "ingest"], ["a"])
    assert keys.find(text) == key
    assert key.scopes == {"ask", "ingest"}
    assert key.collections == {"a"}
    for wrong in ("", "wiki", key.hash, key.id, text[:-1], text + "x", text.upper(), "\ud800"):
        assert keys.find(wrong) is None
    assert keys.by_id(key.id) == key
    assert keys.by_id("") is None
    assert len(text) > 40


def test_only_the_hash_is_kept(keys: Keys, tmp_path: Path) -> None:
    """The file holds SHA-256 and not the key, and its user alone can read it."""
    _, text = keys.add("wiki")
    content = (tmp_path / FILE).read_text()
    assert text not in content
    assert text.removeprefix("ca_") not in content
    assert hashlib.sha256(text.encode()).hexdigest() in content
    assert {stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()} == {0o600}


def test_another_process_sees_a_change_at_once(keys: Keys, tmp_path: Path) -> None:
    """A key that is added is found, one that is removed is not, without a restart."""
    running = Keys(tmp_path)
    assert running.all() == ()
    _, first = keys.add("first")
    assert running.find(first)
    _, second = keys.add("second")
    assert running.find(second)
    keys.remove("first")
    assert running.find(first) is None
    assert [key.name for key in running.all()] == ["second"]


def test_a_key_of_the_same_name_is_another_one(keys: Keys) -> None:
    """What was signed with the old one does not come back with the new one."""
    old, _ = keys.add("wiki")
    keys.remove("wiki")
    new, _ = keys.add("wiki")
    assert old.id != new.id
    assert keys.by_id(old.id) is None


def test_keys_that_are_added_at_once_are_all_there(tmp_path: Path) -> None:
    """Nobody writes over another one's key."""
    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(lambda number: Keys(tmp_path).add(f"key {number}")[1], range(24)))
    assert all(Keys(tmp_path).find(text) for text in texts)


@pytest.mark.parametrize("name", ["", " x", "a/b", "a\nb", "x" * 65, "ключ", "a\x1b[31m"])
def test_names_are_plain(keys: Keys, name: str) -> None:
    """A name can stand in a list and in a log."""
    with pytest.raises(ServeError, match="is no name for a key"):
        keys.add(name)


def test_wrong_uses_are_told(keys: Keys) -> None:
    """A name that is taken, one that is not there, a scope that does not exist, no folder."""
    keys.add("wiki")
    with pytest.raises(ServeError, match="already"):
        keys.add("wiki")
    with pytest.raises(ServeError, match="no key 'other'"):
        keys.remove("other")
    with pytest.raises(ServeError, match="no scope 'all'"):
        keys.add("x", ["all"])  # type: ignore[list-item]
    with pytest.raises(ServeError, match="--data"):
        Keys(None).add("x")
    assert Keys(None).all() == ()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"keys": [{}]}', '{"keys": [{"name": 1, "scopes": 3}]}'])
def test_a_damaged_file_shuts_the_door(tmp_path: Path, content: str) -> None:
    """It is an error, and not the same as having no keys."""
    (tmp_path / FILE).write_text(content)
    with pytest.raises(ServeError, match="damaged"):
        Keys(tmp_path).all()


def test_an_unknown_scope_in_the_file_opens_nothing(tmp_path: Path, keys: Keys) -> None:
    """What a later version may have written is left out."""
    _, text = keys.add("wiki")
    plain = json.loads((tmp_path / FILE).read_text())
    plain["keys"][0]["scopes"] = ["everything"]
    (tmp_path / FILE).write_text(json.dumps(plain))
    found = Keys(tmp_path).find(text)
    assert found is not None
    assert found.scopes == frozenset()


def test_the_command_shows_a_key_once(tmp_path: Path) -> None:
    """`add` prints the key alone on stdout, `list` names it, `remove` ends it."""
    added = run(tmp_path, "add", "intranet", "--scope", "ask", "--scope", "ingest", "--collection", "handbook")
    assert added.exit_code == 0
    text = added.stdout.strip()
    assert Keys(tmp_path).find(text)
    assert "not shown again" in added.stderr
    listed = run(tmp_path, "list").stdout
    assert "intranet may ask, ingest in handbook" in listed
    assert text not in listed
    assert run(tmp_path, "remove", "intranet").exit_code == 0
    assert Keys(tmp_path).find(text) is None
    assert "There are no keys" in run(tmp_path, "list").stdout


def test_errors_of_the_command_are_one_sentence(tmp_path: Path) -> None:
    """On stderr, with status 2, and nothing on stdout."""
    run(tmp_path, "add", "x")
    for arguments in (["add", "x"], ["remove", "y"], ["add", "y", "--scope", "z"]):
        result = run(tmp_path, *arguments)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert len(result.stderr.strip().splitlines()) == 1
