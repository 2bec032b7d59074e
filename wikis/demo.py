"""The demo: a real wiki with the widget in it, and the assistant that has read its pages, until Ctrl-C.

python -m wikis.demo mediawiki
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.commands.widget import snippet
from index.source.declaring import add_declared
from wikis import WikiError
from wikis.dokuwiki import DokuWiki
from wikis.mediawiki import MediaWiki
from wikis.pages import pages_of
from wikis.php import free_port, install
from wikis.wiki import Wiki

WIKIS: dict[str, type[Wiki]] = {"mediawiki": MediaWiki, "dokuwiki": DokuWiki}
ROOT = Path(__file__).parent.parent
QUESTION = "Why is there no peace treaty?"
CONFIG = "assistant.toml"
EVERY, RATE = "10s", 50.0  # of syncs, and of requests a second: the wiki is our own
MARK = ".wiki-demo"  # in a folder that was made here, and may be removed here


def make_wiki(kind: str, folder: Path, documents: Path, port: int = 0) -> Wiki:
    """A wiki of this kind, new, with a page for each of the documents; not started.

    What an earlier run left in the folder is removed. Raises WikiError for a folder that holds anything else.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise WikiError(f"{folder} holds something else; give an empty folder.")
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARK).touch()
    wiki = WIKIS[kind](folder, port)
    wiki.create()
    wiki.write(pages_of(documents))
    return wiki


def read_wiki(kind: str, wiki: Wiki) -> Path:
    """The data folder of an assistant that has read the running wiki's pages. Raises WikiError where it cannot.

    The wiki is declared beside it, under its kind; `assistant` keeps the two in step.
    """
    data = wiki.folder / "assistant"
    declared = {"kind": kind, "address": wiki.address, "schedule": EVERY, "rate": RATE}
    (wiki.folder / CONFIG).unlink(missing_ok=True)
    add_declared(wiki.folder / CONFIG, kind, declared)
    done = subprocess.run([*ASSISTANT, "sync", "--data", str(data)], cwd=ROOT, env=_environment(data))
    if done.returncode:
        raise WikiError(f"The assistant could not read {wiki.address}; its own words are above.")
    return data


@contextlib.contextmanager
def assistant(data: Path, origin: str, port: int) -> Iterator[subprocess.Popen[str]]:
    """`assistant serve` over this data folder on this port, for pages of this origin, listening; ended afterwards.

    Its log lies beside the data folder. Raises WikiError, with the end of the log, where it does not start.
    """
    log = data.parent / "assistant.log"
    command = [*ASSISTANT, "serve", "--data", str(data), "--origin", origin, "--port", str(port)]
    with log.open("w") as errors:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True, env=_environment(data)
        )
    try:
        if process.stdout is None or not process.stdout.readline():
            raise WikiError(f"The assistant did not start: {log.read_text()[-500:].strip()}")
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=15)
        process.kill()
        process.communicate()


def _environment(data: Path) -> dict[str, str]:
    return {**os.environ, "ASSISTANT_CONFIG": str(data.parent / CONFIG)}


ASSISTANT = (sys.executable, "-m", "assistant")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the demo; 0 after Ctrl-C, 1 with one sentence where something is missing."""
    parser = argparse.ArgumentParser(prog="make wiki-demo", description="A real wiki with the widget in it.")
    parser.add_argument("wiki", choices=sorted(WIKIS), help="the kind of wiki")
    parser.add_argument("--yes", action="store_true", help="install what is missing without asking")
    parser.add_argument("--documents", type=Path, default=ROOT / "seeds", help="folder of the documents [seeds]")
    parser.add_argument("--folder", type=Path, help="where the wiki is made [build/wiki-demo/WIKI]")
    parser.add_argument("--port", type=int, default=7860, help="port of the assistant [7860]")
    parser.add_argument("--wiki-port", type=int, default=8080, help="port of the wiki [8080]")
    chosen = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        _run(chosen)
    except WikiError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print()
    return 0


def _run(chosen: argparse.Namespace) -> None:
    install(WIKIS[chosen.wiki].packages, yes=chosen.yes)
    print("Making the wiki ...", flush=True)
    folder = chosen.folder or ROOT / "build" / "wiki-demo" / chosen.wiki
    wiki = make_wiki(chosen.wiki, folder, chosen.documents, chosen.wiki_port or free_port())
    wiki.embed(snippet(chosen.wiki, f"http://127.0.0.1:{chosen.port}"))
    wiki.start()
    try:
        data = read_wiki(chosen.wiki, wiki)
        with assistant(data, wiki.address, chosen.port) as running:
            print(f"The wiki is at {wiki.address} (to edit: {wiki.user}, password {wiki.password}).")
            print(
                f"The assistant is at http://127.0.0.1:{chosen.port}; in the wiki it is the button at the bottom right."
            )
            print(
                f"Ask it: {QUESTION} What you edit in the wiki it knows after some seconds. Ctrl-C ends both.",
                flush=True,
            )
            running.wait()
    finally:
        wiki.stop()


if __name__ == "__main__":
    sys.exit(main())
