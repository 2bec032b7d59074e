"""assistant/commands/gaps.py: the list of questions that were not answered well, as it is typed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from browser_library import ANSWERED, REFUSED
from service_library import an_answer
from typer.testing import CliRunner

from assistant.commands.gaps import NOTHING, gaps
from assistant.service.store import FILE, Store

app = typer.Typer()
app.command()(gaps)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder in which one question was not found twice and once disliked, and another answered in part."""
    store = Store(tmp_path / FILE, now=lambda: datetime(2026, 5, 3, 23, tzinfo=UTC))
    for question in (REFUSED, REFUSED.lower()):
        conversation = store.keep(an_answer(question), collection="default", owner="browser of ada")
    assert conversation is not None
    store.feedback(conversation, an_answer().id, "browser of ada", "down", "Paris\x1b[31m!")
    store.keep(an_answer(ANSWERED, verdict="partial"), collection="other")
    store.close()
    return tmp_path


def run(data: Path, *arguments: str) -> str:
    done = CliRunner().invoke(app, ["--data", str(data), *arguments], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_list(data: Path) -> None:
    """Most frequent first: how often, the question as last asked, why, the last day, where, and what was said of it."""
    lines = [line.strip() for line in run(data).splitlines()]
    assert lines == [
        f"2 × {REFUSED.lower()}",
        "not found 2, disliked 1; last on 2026-05-03 in default",
        "“Paris [31m!”",
        f"1 × {ANSWERED}",
        "partly 1; last on 2026-05-03 in other",
    ]


def test_as_json(data: Path) -> None:
    """The same for programs; what a terminal would obey is escaped."""
    text = run(data, "--json")
    assert "\x1b" not in text
    first, second = json.loads(text)
    assert first == {
        "question": REFUSED.lower(),
        "collection": "default",
        "times": 2,
        "latest": "2026-05-03T23:00:00.000+00:00",
        "reasons": {"not_found": 2, "disliked": 1},
        "comments": ["Paris\x1b[31m!"],
    }
    assert second["reasons"] == {"partial": 1}


def test_a_part_of_the_list(data: Path) -> None:
    """The first few, or those of one collection."""
    assert len(json.loads(run(data, "--json", "--limit", "1"))) == 1
    assert [gap["question"] for gap in json.loads(run(data, "--json", "--collection", "other"))] == [ANSWERED]


def test_nothing_is_said_so(tmp_path: Path) -> None:
    """Where nothing was asked yet, that is no error, and no file is made."""
    assert run(tmp_path).split() == NOTHING.split()
    assert json.loads(run(tmp_path, "--json")) == []
    assert list(tmp_path.iterdir()) == []


def test_looking_removes_nothing(data: Path) -> None:
    """However old it is: the service decides how long things are kept."""
    store = Store(data / FILE, now=lambda: datetime(2001, 1, 1, tzinfo=UTC))
    store.keep(an_answer("an old question"), collection="default")
    store.close()
    assert "an old question" in run(data)
    assert "an old question" in run(data)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """One sentence, status 2."""
    (tmp_path / FILE).write_bytes(b"garbage" * 1000)
    done = CliRunner().invoke(app, ["--data", str(tmp_path)])
    assert done.exit_code == 2
    assert "cannot be used" in done.stderr
