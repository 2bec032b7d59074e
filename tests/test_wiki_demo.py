"""The demo: what it installs and removes, and the whole of it as a program. The last runs where DokuWiki is installed."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest

from wikis import WikiError, php
from wikis.demo import MARK, WIKIS, make_wiki
from wikis.php import PhpServer, free_port

SEEDS = Path(__file__).parent.parent / "seeds"


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    """Only a folder that an earlier run made is emptied."""
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(WikiError, match="holds something else"):
        make_wiki("dokuwiki", tmp_path, SEEDS)
    assert not (tmp_path / MARK).exists()
    assert (tmp_path / "thesis.txt").exists()


def answers(*given: str) -> Callable[[str], str]:
    """Somebody at the terminal who answers like this."""
    words = iter(given)
    return lambda question: next(words)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """A machine without the packages, on which no command is run: the list fills with those that would be."""
    ran: list[list[str]] = []
    monkeypatch.setattr(php, "missing", lambda packages: list(packages))
    monkeypatch.setattr(php, "_apt", lambda command, root: ran.append([*command]))
    monkeypatch.setattr(php.shutil, "which", lambda name: name)
    return ran


@pytest.mark.parametrize(
    ("root", "terminal", "yes", "answer", "installed"),
    [
        (True, True, False, "y", True),
        (True, True, False, "", False),
        (False, True, False, "no", False),
        (False, True, False, "yes", True),
        (True, False, False, None, True),
        (False, False, False, None, False),
        (False, True, True, None, True),
    ],
)
def test_nothing_is_installed_unasked(
    machine: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    root: bool,
    terminal: bool,
    yes: bool,
    answer: str | None,
    installed: bool,
) -> None:
    """Packages are installed after a yes at the terminal, by YES=1, or by root without a terminal; else not at all."""
    monkeypatch.setattr(php.os, "geteuid", lambda: 0 if root else 1000)
    monkeypatch.setattr(php.sys.stdin, "isatty", lambda: terminal, raising=False)
    ask = answers(*([] if answer is None else [answer]))
    if installed:
        php.install(("dokuwiki",), yes=yes, ask=ask)
        assert machine[-1][-1] == "dokuwiki"
    else:
        with pytest.raises(WikiError, match="sudo apt-get install"):
            php.install(("dokuwiki",), yes=yes, ask=ask)
        assert machine == []


def test_what_is_there_is_not_installed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """With every package there, nobody is asked."""
    monkeypatch.setattr(php, "missing", lambda packages: [])
    php.install(("dokuwiki",), ask=answers())


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    """Another program's server is not mistaken for the wiki's."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(WikiError, match="is in use"):
        PhpServer(tmp_path / "wiki", taken.getsockname()[1]).start()


def test_the_demo_runs_until_ctrl_c(tmp_path: Path) -> None:
    """The program says where the wiki is, whose pages load the widget; Ctrl-C ends it, the wiki and the assistant."""
    if absent := php.missing(WIKIS["dokuwiki"].packages):
        pytest.skip(f"Debian's packages are not installed: {' '.join(absent)}")
    ports = [free_port(), free_port()]
    options = ["--folder", str(tmp_path / "demo"), "--wiki-port", str(ports[0]), "--port", str(ports[1])]
    process = subprocess.Popen(
        [sys.executable, "-m", "wikis.demo", "dokuwiki", *options],
        cwd=SEEDS.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = [next(line for line in process.stdout if line.startswith("The wiki is at "))]
        assert f"http://127.0.0.1:{ports[0]}" in said[0]
        with urlopen(f"http://127.0.0.1:{ports[0]}/lib/exe/js.php?t=dokuwiki") as answer:
            assert f"http://127.0.0.1:{ports[1]}/widget.js" in answer.read().decode()
        with urlopen(f"http://127.0.0.1:{ports[1]}/widget.js") as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
        for port in ports:
            with socket.socket() as probe:
                assert probe.connect_ex(("127.0.0.1", port)) != 0
    finally:
        process.kill()
        process.communicate()
