"""The command line with a language model: switched on by settings, its sentences marked, its failures noted, in conversation."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from scripted_endpoint import Endpoint, Status, Step, endpoint
from typer.testing import CliRunner, Result
from writers import KEYED

from assistant import terminal
from assistant.cli import app
from assistant.record import Answer, AnswerSentence, Coverage, Shown
from assistant.said import Said
from index.embed import MiniLM

say = Said("en")

SENTENCE = "Seals sleep on warm rocks in the afternoon"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, minilm: MiniLM) -> None:
    """No setting of the machine reaches a test; a collection about seals is there."""
    for key in [key for key in os.environ if key.startswith(("ASSISTANT_", "OPENAI_"))]:
        monkeypatch.delenv(key)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("index.collection_reading.open_embedder", lambda _: minilm)
    (tmp_path / "seals.md").write_text(f"# Seals\n\n{SENTENCE}. At night the seals dive for small fish.\n")
    assert run("ingest", "seals.md").exit_code == 0


def run(*arguments: str, **named: str) -> Result:
    return CliRunner().invoke(app, list(arguments), **named)  # type: ignore[arg-type]


def switch_on(monkeypatch: pytest.MonkeyPatch, at: Endpoint) -> None:
    monkeypatch.setenv("ASSISTANT_LLM", "openai:scripted")
    monkeypatch.setenv("ASSISTANT_LLM_URL", f"{at.url}/v1")


def writes(prompt: str) -> Step:
    """A true sentence in other words, and a made-up one."""
    key = next(key for key, text in KEYED.findall(prompt) if "warm rocks" in text)
    return f"In the afternoon, seals sleep on warm rocks [{key}]. The walrus won the war in 1815 [{key}]."


def test_switched_on_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """With ASSISTANT_LLM the answer is the model's, cited; what was withheld is counted. Nothing is read again."""
    with endpoint(writes) as at:
        switch_on(monkeypatch, at)
        shown = run("ask", "Where do seals sleep?")
        record = json.loads(run("ask", "Where do seals sleep?", "--json").stdout)
    assert "In the afternoon, seals sleep on warm rocks. [1]" in shown.stdout
    assert f"“{SENTENCE}.”" in shown.stdout
    assert "1 sentence was withheld" in shown.stdout
    assert "walrus" not in shown.stdout
    assert (record["mode"], record["withheld"], record["sentences"][0]["verdict"]) == ("generated", 1, "supported")
    monkeypatch.delenv("ASSISTANT_LLM")
    assert json.loads(run("ask", "Where do seals sleep?", "--json").stdout)["mode"] == "extractive"


def test_switched_on_by_the_file(tmp_path: Path) -> None:
    """The table [llm] of assistant.toml does the same."""
    with endpoint(writes) as at:
        (tmp_path / "assistant.toml").write_text(f'[llm]\nmodel = "openai:scripted"\nurl = "{at.url}/v1"\n')
        record = json.loads(run("ask", "Where do seals sleep?", "--json").stdout)
    assert record["mode"] == "generated"


def test_a_model_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that refuses the key: the quoted answer with the note, exit status 0, and the reason on stderr."""
    with endpoint(Status(401)) as at:
        switch_on(monkeypatch, at)
        result = run("ask", "Where do seals sleep?")
    assert result.exit_code == 0
    assert f"{SENTENCE}. [1]" in result.stdout
    assert say("model_failed") in result.stdout


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("gpt-5", "write it as openai:NAME"),
        ("openai:x", "set ASSISTANT_LLM_KEY"),
        ("gguf:/no/such.gguf", "There is no file"),
    ],
)
def test_a_wrong_setting(monkeypatch: pytest.MonkeyPatch, spec: str, says: str) -> None:
    """A setting that cannot be used is one sentence on stderr and status 2."""
    monkeypatch.setenv("ASSISTANT_LLM", spec)
    result = run("ask", "Where do seals sleep?")
    assert result.exit_code == 2
    assert says in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_chat_goes_on_from_what_was_said() -> None:
    """A follow-up is understood from the conversation, and the question as understood is shown; thanks get a reply."""
    result = run("chat", input="Where do seals sleep?\nAnd what do they dive for?\nThanks!\n")
    assert result.exit_code == 0
    assert re.search(r"Understood as: .*seals", result.stdout)
    assert "small fish" in result.stdout
    assert say("refusal") not in result.stdout


def test_what_was_shown_too_early_is_taken_back(capsys: pytest.CaptureFixture[str]) -> None:
    """Where the answer differs from the sentences that were shown on the way, it says so and shows the answer."""
    first, other = AnswerSentence("First.", (), "supported", 1.0), AnswerSentence("Other.", (), "partly", 0.5)
    answer = Answer("i", "q", "answered", (other,), (), (), Coverage(1, 1), {}, "q", notes=("A note.",))
    assert terminal.show_events("q", iter([Shown(first, (), "q"), answer])) is answer
    lines = [line.strip() for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert lines == ["First.", say("instead"), "Other.  (partly supported)", "A note."]
