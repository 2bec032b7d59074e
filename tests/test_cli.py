"""assistant/cli.py and assistant/terminal.py: one sentence for every error, and no byte that a terminal would obey."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from fakes import HashEmbedder
from test_catalog import make_entry, put
from typer.testing import CliRunner, Result

from assistant import terminal
from assistant.cli import app
from assistant.record import Answer, AnswerSentence, Citation, CitedDocument, Coverage
from assistant.said import Said
from index.catalog import Catalog
from index.collection import Collection
from index.embed import MiniLM

ROOT = Path(__file__).parent.parent
COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
# ESC, C0 but line feed, DEL, C1 (8-bit CSI among them), and the marks that turn the direction of what follows.
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]")
EVIL = "\x1b]0;title\x07\x1b[31mred\x9b31m\u202eevil\u2066\r"

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine reaches a test, and relative paths lead into its own folder."""
    for key in [key for key in os.environ if key.startswith("ASSISTANT_")]:
        monkeypatch.delenv(key)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(minilm: MiniLM, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in this process, with the embedder that is loaded already."""
    monkeypatch.setattr("index.collection_reading.open_embedder", lambda _: minilm)
    return lambda *arguments, **named: CliRunner().invoke(app, [str(one) for one in arguments], **named)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "seals.md").write_text(
        "# Seals\n\nSeals sleep on warm rocks in the afternoon. They dive for fish at night."
    )
    return tmp_path / "notes"


def sentence_of(result: Result) -> str:
    """The one line on stderr of a command that failed as it should."""
    assert isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code not in (0, None)
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    (line,) = [line for line in result.stderr.splitlines() if line.strip()]
    assert line.endswith((".", "?")), line
    return line


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(run: Run, command: str) -> None:
    """Every command's help says what it does and holds an example of itself."""
    result = run(command, "--help")
    text = " ".join(result.stdout.replace("│", " ").split())
    assert result.exit_code == 0
    assert re.search(rf"Example: (?:\w+=\S+ )?assistant {command}\b", text)


def test_commands_are_listed(run: Run) -> None:
    """Without a command, all of them are listed."""
    text = run().stdout
    assert all(command in text for command in COMMANDS)
    assert {"ask", "chat", "ingest", "reindex", "serve", "status"} <= set(COMMANDS)


def test_ingest_ask_status(run: Run, folder: Path) -> None:
    """A folder is read, a question answered with its source, the collection described; a second run reads nothing."""
    first = run("ingest", folder)
    assert first.exit_code == 0
    assert "1 added" in first.stdout
    assert first.stderr.strip() == ""
    assert "1 unchanged" in run("ingest", folder).stdout
    assert "1 unchanged" in run("ingest").stdout
    answer = run("ask", "Where do seals sleep?")
    assert answer.exit_code == 0
    assert "Seals sleep on warm rocks in the afternoon." in answer.stdout
    assert "[1]" in answer.stdout
    assert "notes/seals.md" in answer.stdout
    status = run("status")
    assert status.exit_code == 0
    assert "1 documents" in status.stdout
    assert "notes/seals.md" in status.stdout
    (folder / "seals.md").unlink()
    assert "1 removed" in run("ingest").stdout


def test_refusal(run: Run, folder: Path) -> None:
    """What is not answered is refused in the words of prompts/said/en.toml, with the nearest sentences."""
    run("ingest", folder)
    result = run("ask", "What is the price of copper?")
    assert result.exit_code == 0
    assert result.stdout.startswith(Said("en")("refusal") + "\n")
    assert "Nearest sentences" in result.stdout


def test_json(run: Run, folder: Path) -> None:
    """`ask --json` prints the answer record and nothing else, quotes equal to their ranges."""
    run("ingest", folder)
    result = run("ask", "Where do seals sleep?", "--json")
    record = json.loads(result.stdout)
    assert result.stderr == ""
    assert record["schema"] == 1
    assert record["verdict"] == "answered"
    with Collection.open() as collection:
        for citation in record["citations"]:
            document = collection.document(citation["document"]["id"])
            assert document
            assert document.text[citation["start"] : citation["end"]] == citation["quote"]


def test_reindex(run: Run, folder: Path) -> None:
    """`reindex` says how many passages the embedder of the settings made."""
    run("ingest", folder)
    result = run("reindex")
    assert result.exit_code == 0
    assert f"1 passages embedded by {MiniLM.stamp}" in result.stdout


def test_where_the_collection_is(run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--data and --collection win over ASSISTANT_DATA and ASSISTANT_COLLECTION, which win over ./data."""
    run("ingest", folder, "--data", tmp_path / "x", "--collection", "one")
    assert (tmp_path / "x" / "one" / "catalog.sqlite").is_file()
    assert not (tmp_path / "data").exists()
    monkeypatch.setenv("ASSISTANT_DATA", str(tmp_path / "y"))
    monkeypatch.setenv("ASSISTANT_COLLECTION", "two")
    run("ingest", folder)
    assert (tmp_path / "y" / "two" / "catalog.sqlite").is_file()
    assert "Collection one" in run("status", "--data", tmp_path / "x", "--collection", "one").stdout
    assert "Collection two" in run("status").stdout
    monkeypatch.delenv("ASSISTANT_DATA")
    monkeypatch.delenv("ASSISTANT_COLLECTION")
    run("ingest", folder)
    assert (tmp_path / "data" / "default" / "catalog.sqlite").is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ask", "why?"], "assistant ingest PATH"),
        (["status"], "assistant ingest PATH"),
        (["reindex"], "assistant ingest PATH"),
        (["chat"], "assistant ingest PATH"),
        (["ingest"], "assistant ingest PATH"),
        (["ingest", "missing"], "missing does not exist"),
        (["status", "--collection", "../x"], "no valid name"),
        (["ingest", "x" * 300], "does not exist"),
        (["status", "--data", "y" * 300], "y"),
        (["ingest", EVIL], "does not exist"),
        (["serve", "--collection", "A"], "no valid name"),
    ],
)
def test_errors(run: Run, arguments: list[str], said: str) -> None:
    """What goes wrong is said in one sentence on stderr with what to do, status not 0, and nothing on stdout."""
    result = run(*arguments)
    assert said in sentence_of(result)
    assert not OBEYED.search(result.stderr)


@pytest.mark.parametrize("arguments", [["ask", "why?"], ["status"], ["ingest", "notes"], ["reindex"]])
def test_folder_is_a_file(run: Run, folder: Path, tmp_path: Path, arguments: list[str]) -> None:
    """A file in place of the data folder is an error like any other."""
    (tmp_path / "data").write_text("text")
    sentence_of(run(*arguments))


def test_wrong_setting(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong value in the environment is named with its key."""
    monkeypatch.setenv("ASSISTANT_FILE_SECONDS", "soon")
    assert "ASSISTANT_FILE_SECONDS is 'soon'" in sentence_of(run("status"))


@pytest.mark.parametrize("question", ["", "?!", "a" * 2001])
def test_wrong_question(run: Run, folder: Path, question: str) -> None:
    """A question that is empty or too long is an error."""
    run("ingest", folder)
    assert sentence_of(run("ask", question)).startswith("The question")


def test_failed_file(run: Run, folder: Path) -> None:
    """A file that could not be read is named on stderr and makes the status 1; one of another format does not, and is only
    counted where others were read."""
    (folder / "picture.xyz").write_bytes(b"\x00")
    result = run("ingest", folder)
    assert result.exit_code == 0
    assert "not a supported format: 1 .xyz." in result.stdout
    assert "not supported" not in result.stderr
    alone = run("ingest", folder / "picture.xyz")
    assert "not supported: picture.xyz" in alone.stderr
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing more")
    result = run("ingest", folder)
    assert result.exit_code == 1
    assert "failed: broken.pdf: " in result.stderr
    assert "1 unchanged" in result.stdout
    assert "failed: notes/broken.pdf: " in run("status").stderr


@pytest.mark.parametrize("arguments", [["ask", "why?"], ["status"], ["ingest"], ["reindex"], ["chat"]])
def test_damaged_catalog(run: Run, folder: Path, tmp_path: Path, arguments: list[str]) -> None:
    """A catalog that is damaged behind its first pages is an error in one sentence, whatever is asked of it."""
    with Collection.open(create=True, embedder=HashEmbedder()) as collection:
        collection.catalog.add_source("s", str(folder))
        put(
            collection.catalog,
            *(make_entry(f"{number}.md", f"Number {number} stands here. " * 100) for number in range(20)),
        )
        collection.catalog.set_meta(embedder=MiniLM.stamp)
    path = tmp_path / "data" / "default" / "catalog.sqlite"
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xa5" * (len(content) - 8192)
    path.write_bytes(content)
    sentence_of(run(*arguments, input="why?\n"))


def test_other_embedder(run: Run, folder: Path) -> None:
    """A collection of another embedder is an error that says `assistant reindex`."""
    with Collection.open(create=True, embedder=HashEmbedder()) as collection:
        collection.ingest(folder)
    assert "assistant reindex" in sentence_of(run("ask", "Where do seals sleep?"))


def test_ctrl_c(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is one sentence and status 130."""

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Collection, "ingest", stop)
    result = run("ingest", folder)
    assert result.exit_code == 130
    assert "run the same command again" in sentence_of(result)


def test_ctrl_c_within_an_import(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A compiled library turns Ctrl-C during its import into an ImportError: it is Ctrl-C all the same."""

    def stop(*_: object, **__: object) -> None:
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1)
        except KeyboardInterrupt:
            raise ImportError("initialization failed") from None

    monkeypatch.setattr(Collection, "ingest", stop)
    result = run("ingest", folder)
    assert result.exit_code == 130
    assert "run the same command again" in sentence_of(result)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_chat(run: Run, folder: Path) -> None:
    """Questions are answered line by line until an empty one; after a wrong one the next is answered."""
    run("ingest", folder)
    result = run("chat", input="Where do seals sleep?\n?!\nWhen do seals dive for fish?\n\nnever read\n")
    assert result.exit_code == 0
    assert "warm rocks" in result.stdout
    assert "at night" in result.stdout
    assert result.stderr.count("The question is empty") == 1
    assert run("chat", input="").exit_code == 0


def test_chat_with_bytes_that_are_no_text(run: Run, folder: Path) -> None:
    """A typed line that is not UTF-8 is no traceback."""
    run("ingest", folder)
    result = run("chat", input=b"Where do seals sl\xffep?\nWhere do seals sleep?\n")
    assert result.exception is None or isinstance(result.exception, SystemExit)


@pytest.fixture
def evil(tmp_path: Path) -> Path:
    """A folder whose file names, title, headings and sentences hold what terminals obey."""
    folder = tmp_path / EVIL.replace("/", "")
    folder.mkdir()
    (folder / f"{EVIL}.md").write_text(
        f"# Seals {EVIL}\n\nSeals sleep {EVIL} on warm rocks in the afternoon.", encoding="utf-8"
    )
    (folder / f"page{EVIL}.html").write_text(
        f"<title>Otter {EVIL}</title><p>Otters swim {EVIL}&#27;[31m&#155;31m&#8238; below the kelp.</p>"
    )
    (folder / f"broken{EVIL}.pdf").write_bytes(b"%PDF-1.4 " + EVIL.encode())
    (folder / f"other{EVIL}.x\x1byz").write_bytes(b"")
    return folder


@pytest.mark.parametrize(
    "arguments",
    [
        ["status"],
        ["ask", "Where do seals sleep?"],
        ["ask", f"Where do seals {EVIL} sleep?"],
        ["ask", "What is the price of copper?"],
        ["ask", "Where do seals sleep?", "--json"],
        ["ask", "Where do otters swim?", "--json"],
    ],
)
def test_nothing_for_the_terminal(run: Run, evil: Path, arguments: list[str]) -> None:
    """No control character, 8-bit control or mark of direction reaches the terminal."""
    for result in (run("ingest", evil), run(*arguments)):
        assert isinstance(result.exception, SystemExit | None)
        assert not OBEYED.search(result.stdout), ascii(result.stdout)
        assert not OBEYED.search(result.stderr), ascii(result.stderr)


def test_every_field_of_an_answer_is_made_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever field of an answer holds it, and however it came there, it is printed without effect."""
    citation = Citation(
        1, EVIL, EVIL, CitedDocument(EVIL, EVIL, EVIL, EVIL, EVIL), 0, 1, None, EVIL, (1, 1), (EVIL,), EVIL
    )
    answer = Answer(
        EVIL,
        EVIL,
        "partial",
        (AnswerSentence(EVIL, (1,), "source", 1.0),),
        (citation,),
        (),
        Coverage(1, 1),
        {},
        EVIL,
        notes=(EVIL,),
    )
    terminal.show_answer(answer)
    terminal.show_answer(replace(answer, verdict="not_found", sentences=(), citations=(), nearest=(citation,)))
    assert not OBEYED.search(capsys.readouterr().out)


def shell(tmp_path: Path, *arguments: str, **named: object) -> subprocess.Popen[bytes]:
    """The real program, as a shell starts it."""
    return subprocess.Popen(
        [sys.executable, "-m", "assistant", *arguments, "--data", str(tmp_path / "data")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **named,
    )  # type: ignore[call-overload]


def fill(tmp_path: Path) -> None:
    """A collection with the bundled embedder's stamp and more documents than a pipe holds of their listing."""
    path = tmp_path / "data" / "default" / "catalog.sqlite"
    catalog = Catalog(path, create=True)
    catalog.add_source("s", str(tmp_path / "notes"))
    put(catalog, *(make_entry(f"{number}.md", f"Number {number} stands here.") for number in range(5)))
    catalog.set_failures("s", (), ())
    catalog.close()


@pytest.mark.parametrize("arguments", [["status"], ["--help"]])
def test_broken_pipe(tmp_path: Path, arguments: list[str]) -> None:
    """When the reader of the output goes away, as `| head -1` does, there is no traceback."""
    fill(tmp_path)
    extra = [] if arguments == ["--help"] else ["--data", str(tmp_path / "data")]
    reading, writing = os.pipe()
    os.close(reading)
    child = subprocess.Popen(
        [sys.executable, "-m", "assistant", *arguments, *extra], cwd=ROOT, stdout=writing, stderr=subprocess.PIPE
    )
    os.close(writing)
    _, stderr = child.communicate(timeout=60)
    assert not re.search(b"Traceback|Exception ignored|Error", stderr), stderr.decode()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_output_that_takes_no_unicode(tmp_path: Path, encoding: str) -> None:
    """A terminal or pipe of another encoding gets what it can show, and no traceback."""
    fill(tmp_path)
    child = shell(tmp_path, "status", env={**os.environ, "PYTHONIOENCODING": encoding})
    stdout, stderr = child.communicate(timeout=60)
    assert child.returncode == 0, stderr.decode()
    assert b"s/3.md" in stdout


def test_sigint_while_reading(tmp_path: Path) -> None:
    """Ctrl-C during a real ingest ends it with one sentence, and the same command goes on."""
    (tmp_path / "notes").mkdir()
    for number in range(900):  # so many that a fast machine is still reading when the signal comes
        (tmp_path / "notes" / f"{number:03}.md").write_text(
            f"# Number {number}\n\n" + f"It is said of {number} that it is here. " * 40
        )
    child = shell(tmp_path, "ingest", str(tmp_path / "notes"))
    catalog = tmp_path / "data" / "default" / "catalog.sqlite"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (
        catalog.is_file() and (tmp_path / "data" / "default" / "vectors" / "CURRENT").exists()
    ):
        time.sleep(0.05)
    time.sleep(0.3)
    child.send_signal(signal.SIGINT)
    _, stderr = child.communicate(timeout=60)
    lines = [line for line in stderr.decode().splitlines() if line.strip()]
    assert child.returncode == 130, stderr.decode()
    assert lines[-1].startswith("Stopped.")
    assert b"Traceback" not in stderr
