"""assistant/commands/widget.py: what is pasted into each wiki, and what is said with it."""

from __future__ import annotations

import re
from typing import get_args

import pytest
import typer
from typer.testing import CliRunner, Result

from assistant.commands.widget import Wiki, server_address, snippet, widget
from assistant.errors import ServeError

SERVER = "https://ask.example/assistant"
WIKIS = get_args(Wiki)


def run(*arguments: str) -> Result:
    """What the command prints, standing alone."""
    app = typer.Typer(add_completion=False)
    app.command()(widget)
    return CliRunner(env={"COLUMNS": "160"}).invoke(app, arguments)


@pytest.mark.parametrize("wiki", WIKIS)
def test_every_wiki_gets_the_script(wiki: str) -> None:
    """The lines alone are on stdout, with the script's address below the service's path; the notes are on stderr."""
    result = run("--wiki", wiki, "--server", SERVER + "/")
    assert result.exit_code == 0
    assert f"{SERVER}/widget.js" in result.stdout
    assert "//widget.js" not in result.stdout
    assert "--origin" not in result.stdout
    assert "--origin https://wiki.example" in result.stderr
    assert "A page on https cannot load a widget from http." in result.stderr
    assert "script-src and connect-src" in result.stderr


def test_no_line_needs_inline_script() -> None:
    """Where HTML is pasted, the script is named and not written out, so a strict policy can allow it."""
    for wiki in ("confluence", "bookstack", "wikijs", "html"):
        assert re.findall(r"<script[^>]*>(.*?)</script>", snippet(wiki, SERVER)) == [""]
        assert "style=" not in snippet(wiki, SERVER)


def test_a_service_on_http_is_warned_of() -> None:
    """The default is this machine, and it is said that a wiki on https needs https."""
    result = run()
    assert '<script src="http://127.0.0.1:7860/widget.js" defer></script>' in result.stdout
    assert "serve the assistant on https, too" in result.stderr
    assert "serve the assistant on https, too" not in run("--server", SERVER).stderr


def test_the_frame_needs_the_services_own_origin() -> None:
    """Its requests come from there."""
    result = run("--wiki", "confluence", "--server", SERVER)
    assert f'<iframe src="{SERVER}/embed"' in result.stdout
    assert "--origin https://ask.example." in result.stderr


@pytest.mark.parametrize(
    "server",
    [
        "ask.example",
        "ftp://ask.example",
        "javascript:alert(1)",
        "https://",
        "https://user:word@ask.example",
        "https://ask.example/?x=1",
        "https://ask.example/#x",
        'https://ask.example/"><script>',
        "https://ask.example/');alert('1",
        "https://ask.example:99999",
        "https://ask.example/\n",
        "https://ask.example/ x",
        "https://äsk.example",
        "",
    ],
)
def test_what_is_no_address_is_refused(server: str) -> None:
    """In one sentence, with nothing on stdout: whatever is pasted into a wiki runs there."""
    with pytest.raises(ServeError, match="is no address of a service"):
        server_address(server)
    result = run("--server", server)
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.strip().splitlines()) == 1


def test_help_has_an_example() -> None:
    """As every command's has."""
    text = " ".join(run("--help").stdout.replace("│", " ").split())
    assert "Example: assistant widget --wiki mediawiki --server https://ask.example" in text
    assert all(wiki in text for wiki in WIKIS)
