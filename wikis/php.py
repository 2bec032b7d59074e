"""PHP's built-in server on 127.0.0.1, and Debian's packages that the wikis need."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from wikis import WikiError

WORKERS = 4  # a browser asks for a page's scripts and styles at the same time
SECONDS = 30.0
NOTE = "\nThey bring a web server along (Apache, unless another one is there), which Debian may start; it is not used here."


class PhpServer:
    """The files below `root` served at `address` between `start` and `stop`. The folder above it takes the log."""

    def __init__(self, root: Path, port: int = 0) -> None:
        self.root = root
        self.port = port or free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns once the server listens. Raises WikiError where the port is taken, and where it does not start."""
        if _listens(self.port):
            raise WikiError(f"Port {self.port} is in use: stop the program that uses it, or choose another port.")
        log = self.root.parent / "php.log"
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                ["php", *OPTIONS, "-S", f"127.0.0.1:{self.port}", "-t", str(self.root)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, "PHP_CLI_SERVER_WORKERS": str(WORKERS)},
                start_new_session=True,  # a group of its own: ended as a whole, and spared by Ctrl-C until it is asked to
            )
        deadline = time.monotonic() + SECONDS
        while not _listens(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise WikiError(f"PHP's server did not start on port {self.port}: {_last_lines(log)}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Ends the server and its workers, which are one process group of ours; nothing if it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)


OPTIONS = ("-d", "opcache.enable_cli=1", "-d", "display_errors=0", "-d", "memory_limit=256M")


def run_php(root: Path, *arguments: str, text: str = "") -> str:
    """What a script below `root` prints; `text` is its standard input. Raises WikiError where it fails."""
    done = subprocess.run(
        ["php", *OPTIONS, *arguments], cwd=root, input=text, capture_output=True, text=True, timeout=300
    )
    if done.returncode:
        said = (done.stderr + done.stdout).strip()[-500:]
        raise WikiError(f"php {arguments[0]} ended with status {done.returncode}: {said}")
    return done.stdout


def copy_program(program: Path, to: Path, *, without: Sequence[str] = ()) -> None:
    """Copies what a package installed, links followed, but for some of its own entries, into a new folder.

    What belongs to the machine's own wiki is among those; a link of it may lead nowhere.
    """
    to.mkdir(parents=True)
    entries = [str(entry) for entry in program.iterdir() if entry.name not in without and entry.exists()]
    done = subprocess.run(["cp", "-rL", "--", *entries, str(to)], capture_output=True, text=True)
    if done.returncode:
        raise WikiError(f"{program} could not be copied: {done.stderr.strip()[-500:]}")


def free_port() -> int:
    """A port of this machine that nothing listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def missing(packages: Sequence[str]) -> list[str]:
    """Those of the Debian packages that are not installed; all of them where there is no dpkg."""
    if shutil.which("dpkg-query") is None:
        return list(packages)
    done = subprocess.run(
        ["dpkg-query", "-W", "-f=${Package} ${db:Status-Status}\n", *packages], capture_output=True, text=True
    )
    installed = {line.split()[0] for line in done.stdout.splitlines() if line.endswith(" installed")}
    return [name for name in packages if name not in installed]


def install(packages: Sequence[str], *, yes: bool = False, ask: Callable[[str], str] = input) -> None:
    """Installs what is missing by apt-get, having asked. `yes`, or root without a terminal, answers the question.

    Raises WikiError where the answer is no, where nobody can be asked, and where apt-get fails.
    """
    wanted = missing(packages)
    if not wanted:
        return
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *wanted]
    root, terminal = os.geteuid() == 0, sys.stdin.isatty()
    by_hand = f"install them yourself: sudo {' '.join(command)}"
    if shutil.which("apt-get") is None:
        raise WikiError(f"Debian's packages {' '.join(wanted)} are missing, and there is no apt-get here.")
    if not yes and not (root and not terminal):
        if not terminal:
            raise WikiError(f"The packages {' '.join(wanted)} are missing; {by_hand}")
        if ask(f"Install system-wide: {' '.join(wanted)}?{NOTE}\n[y/N] ").strip().lower() not in ("y", "yes"):
            raise WikiError(f"Nothing was installed; {by_hand}")
    _apt(["apt-get", "update", "-q"], root)
    _apt(command, root)


def _apt(command: Sequence[str], root: bool) -> None:
    before = ["env", "DEBIAN_FRONTEND=noninteractive"]  # sudo does not hand the environment on
    done = subprocess.run([*([] if root else ["sudo"]), *before, *command])
    if done.returncode:
        raise WikiError(f"{' '.join(command)} ended with status {done.returncode}; its own words are above.")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _last_lines(log: Path) -> str:
    return " ".join(log.read_text(errors="replace").splitlines()[-3:]) or "it said nothing"
