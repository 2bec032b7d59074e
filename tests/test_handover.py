"""index/handover.py: work handed to the server, and every way in which that ends early."""

from __future__ import annotations

import socket
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from index import handover
from index.errors import CollectionBusy, IndexingError, SettingsError, SourceError
from index.handover import HandoverServer, Request, hand_over


def count_paths(request: Request) -> Iterator[dict[str, Any]]:
    for number, path in enumerate(request.paths, start=1):
        yield {"done": number, "path": path}


@contextmanager
def serving(path: Path, handle: handover.Handler = count_paths) -> Iterator[HandoverServer]:
    server = HandoverServer(path, handle)
    server.start()
    try:
        yield server
    finally:
        server.close()


def asked(path: Path, *paths: str) -> list[dict[str, Any]]:
    lines = hand_over(path, Request("ingest", paths))
    assert lines is not None
    return list(lines)


def test_lines(tmp_path: Path) -> None:
    """The client gets the handler's lines in order, any text in them, one request after the other."""
    with serving(tmp_path / "s"):
        for _ in range(3):
            assert asked(tmp_path / "s", "/a", "/é\n'\"") == [{"done": 1, "path": "/a"}, {"done": 2, "path": "/é\n'\""}]
        assert asked(tmp_path / "s") == []


def test_nobody_there(tmp_path: Path) -> None:
    """Without a server there is None: no socket, a folder that is not there, or a dead server's socket."""
    assert hand_over(tmp_path / "s", Request("ingest")) is None
    assert hand_over(tmp_path / "missing" / "s", Request("ingest")) is None
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "s"))
    assert (tmp_path / "s").exists()
    assert hand_over(tmp_path / "s", Request("ingest")) is None


def test_dead_socket_is_replaced(tmp_path: Path) -> None:
    """A server takes the place of a dead one's socket, and takes its own away when it closes."""
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "s"))
    with serving(tmp_path / "s"):
        assert asked(tmp_path / "s", "/a")
    assert not (tmp_path / "s").exists()
    assert hand_over(tmp_path / "s", Request("ingest")) is None


def test_other_file_is_kept(tmp_path: Path) -> None:
    """A file that is no socket is not removed to make room: SettingsError."""
    (tmp_path / "s").write_text("text")
    with pytest.raises(SettingsError):
        HandoverServer(tmp_path / "s", count_paths).start()
    assert (tmp_path / "s").read_text() == "text"


def test_mode(tmp_path: Path) -> None:
    """Only the owner may connect: mode 0600."""
    with serving(tmp_path / "s"):
        assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == 0o600


def test_long_path(tmp_path: Path) -> None:
    """A folder whose path is longer than an address may be works as any other."""
    folder = tmp_path / ("long" * 30) / ("ö" * 60)
    folder.mkdir(parents=True)
    with serving(folder / "handover"):
        assert stat.S_IMODE((folder / "handover").stat().st_mode) == 0o600
        assert asked(folder / "handover", "/a") == [{"done": 1, "path": "/a"}]
    assert hand_over(folder / "handover", Request("ingest")) is None


def test_errors_travel(tmp_path: Path) -> None:
    """An error of ours is raised at the client as the same class with the same words, after the lines before it."""

    def handle(request: Request) -> Iterator[dict[str, Any]]:
        yield {"done": 1}
        raise SourceError("There is nothing at /x.")

    with serving(tmp_path / "s", handle):
        lines = hand_over(tmp_path / "s", Request("ingest"))
        assert lines is not None
        assert next(lines) == {"done": 1}
        with pytest.raises(SourceError, match=r"^There is nothing at /x\.$"):
            next(lines)


def test_other_errors(tmp_path: Path) -> None:
    """Any other exception is an IndexingError at the client, and the server goes on."""

    def handle(request: Request) -> Iterator[dict[str, Any]]:
        yield {"bad": 1 / len(request.paths)}

    with serving(tmp_path / "s", handle):
        with pytest.raises(IndexingError, match="ZeroDivisionError"):
            asked(tmp_path / "s")
        assert asked(tmp_path / "s", "/a") == [{"bad": 1.0}]


def test_one_at_a_time(tmp_path: Path) -> None:
    """While a request is answered another client is told at once that the server is busy."""
    going = threading.Event()

    def handle(request: Request) -> Iterator[dict[str, Any]]:
        yield {"started": True}
        going.wait(10)

    with serving(tmp_path / "s", handle):
        first = hand_over(tmp_path / "s", Request("ingest"))
        assert first is not None
        assert next(first)
        with pytest.raises(CollectionBusy):
            asked(tmp_path / "s", "/a" * 200_000)
        going.set()
        assert list(first) == []


def test_client_gone(tmp_path: Path) -> None:
    """When the client leaves, the handler is closed at its next line, and the next client is served."""
    ended = threading.Event()

    def handle(request: Request) -> Iterator[dict[str, Any]]:
        try:
            while request.paths:
                time.sleep(0.005)
                yield {"line": "x" * 1000}
        finally:
            ended.set()

    with serving(tmp_path / "s", handle):
        lines = hand_over(tmp_path / "s", Request("ingest", ("/a",)))
        assert lines is not None
        assert next(lines)
        lines.close()  # type: ignore[attr-defined]
        assert ended.wait(5)
        for _ in range(100):
            try:
                assert asked(tmp_path / "s") == []
                break
            except CollectionBusy:
                time.sleep(0.01)


def test_server_closes(tmp_path: Path) -> None:
    """A server that is stopped in the middle ends the work and says so."""

    def handle(request: Request) -> Iterator[dict[str, Any]]:
        while True:
            time.sleep(0.005)
            yield {"line": 1}

    with serving(tmp_path / "s", handle):
        lines = hand_over(tmp_path / "s", Request("ingest"))
        assert lines is not None
        assert next(lines)
    with pytest.raises(IndexingError, match="stopped"):
        list(lines)


def test_server_dies(tmp_path: Path) -> None:
    """An answer that ends without its end is an error: a half-done ingest never looks like a whole one."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen()
        lines = hand_over(tmp_path / "s", Request("ingest"))
        connection, _ = listener.accept()
        connection.sendall(b'{"done": 1}\n')
        connection.recv(1000)
        connection.close()
        assert lines is not None
        assert next(lines) == {"done": 1}
        with pytest.raises(IndexingError, match="before the work was done"):
            next(lines)


@pytest.mark.parametrize(
    "content",
    [
        b"\n",
        b"{}\n",
        b"[]\n",
        b"null\n",
        b'{"command": 1, "paths": []}\n',
        b"\xff\n",
        b'{"command": "ingest", "paths": [1]}\n',
        b'{"command": "ingest", "paths": 1}\n',
        b"[" * 50_000 + b"\n",
        b"x" * 2_000_000,
    ],
)
def test_bad_requests(tmp_path: Path, content: bytes) -> None:
    """A request that is no request, or too long, is answered with an error, and the server goes on."""
    with serving(tmp_path / "s"):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            client.connect(str(tmp_path / "s"))
            try:
                client.sendall(content)
                assert b'"error"' in client.makefile("rb").readline()
            except (BrokenPipeError, ConnectionResetError):
                assert len(content) > handover.REQUEST_BYTES
        assert again(tmp_path / "s", "/a") == [{"done": 1, "path": "/a"}]


def test_silent_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that sends nothing is let go after a while, and does not keep the server."""
    monkeypatch.setattr(handover, "REQUEST_SECONDS", 0.1)
    with serving(tmp_path / "s"), socket.socket(socket.AF_UNIX) as client:
        client.connect(str(tmp_path / "s"))
        client.settimeout(5)
        assert client.recv(100) == b""
        assert again(tmp_path / "s", "/a")


def test_other_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process of another user is refused whatever the file's mode says."""
    monkeypatch.setattr(handover, "_user", lambda connection: 12345)
    with serving(tmp_path / "s"), pytest.raises(CollectionBusy, match="another user"):
        asked(tmp_path / "s", "/a")


def test_user_is_the_kernels(tmp_path: Path) -> None:
    """The user that the kernel names for the other end is the one that runs it."""
    import os

    one, two = socket.socketpair(socket.AF_UNIX)
    with one, two:
        assert handover._user(one) == os.geteuid()


def again(path: Path, *paths: str) -> list[dict[str, Any]]:
    """The answer, once the server has let go of the client before."""
    for _ in range(200):
        try:
            return asked(path, *paths)
        except CollectionBusy:
            time.sleep(0.01)
    return asked(path, *paths)
