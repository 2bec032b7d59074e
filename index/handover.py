"""Work handed to the server that holds a collection: a Unix socket, one JSON object a line.

A request is one line, `{"command": "ingest", "paths": [...], "options": [...]}`. Answers are lines of the handler's own, then
`{"end": true}` or `{"error": ..., "message": ...}`. Only processes of the same user are answered.
"""

from __future__ import annotations

import json
import os
import socket
import stat
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index import errors
from index.errors import CollectionBusy, IndexingError, SettingsError

REQUEST_BYTES = 1_000_000
ANSWER_BYTES = 16_000_000  # of one line: a report that names every failed file
ENDING_SECONDS = 0.5  # for the request before, whose client has its whole answer, to be over with
REQUEST_SECONDS = 10  # for a client to send its request, or to take a line of an answer
BUSY = "The server is at work for another process already; wait until it has finished."
LONGEST_ADDRESS = 100  # bytes; the kernel's own limit is 108


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks for. Paths are absolute: the server has another working directory."""

    command: str
    paths: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


Handler = Callable[[Request], Iterator[dict[str, Any]]]


class HandoverServer:
    """Answers at `path` while started, one request at a time; others are told that it is busy.

    `handle` yields the lines of its answer. It is closed (GeneratorExit at its yield) when its client has gone or the
    server closes, so the work ends there. The caller holds the collection's lock, so a socket that is at `path` already
    is a dead server's.
    """

    def __init__(self, path: Path, handle: Handler) -> None:
        self._path = path
        self._handle = handle
        self._listener: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._worker: threading.Thread | None = None
        self._ending = threading.Event()

    def start(self) -> None:
        """Listens from here on. SettingsError if no socket can be made in this folder."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            os.fchmod(listener.fileno(), 0o600)  # before bind: the socket is never there with another mode
            with suppress(FileNotFoundError):
                if stat.S_ISSOCK(self._path.lstat().st_mode):
                    self._path.unlink()
            with _address(self._path) as address:
                listener.bind(address)
            listener.listen(8)
        except OSError as error:
            listener.close()
            raise SettingsError(
                f"{self._path} cannot be made ({error.strerror or error}); keep the collection on a "
                "local disk and set ASSISTANT_DATA to it."
            ) from error
        self._listener = listener
        self._thread = threading.Thread(target=self._accept, name="handover", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends the request that is being answered at its next line, and removes the socket."""
        if self._listener is None:
            return
        self._ending.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes `accept`; closing alone would not
        self._listener.close()
        self._path.unlink(missing_ok=True)
        for thread in (self._thread, self._worker):
            if thread is not None:
                thread.join()
        self._listener = None

    def _accept(self) -> None:
        assert self._listener is not None
        while not self._ending.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(REQUEST_SECONDS)
            if self._worker is not None:
                self._worker.join(ENDING_SECONDS)
            if self._worker is not None and self._worker.is_alive():
                with suppress(OSError), connection:
                    _send(connection, _error(CollectionBusy(BUSY)))
                continue
            self._worker = threading.Thread(target=self._serve, args=(connection,), name="handover-work", daemon=True)
            self._worker.start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:  # a client that has gone is no error of the server
            try:
                if _user(connection) != os.geteuid():
                    raise CollectionBusy("The server belongs to another user; ask that user to ingest.")
                self._answer(connection, _request(connection))
            except IndexingError as error:
                _send(connection, _error(error))
            except OSError:
                raise
            except Exception as error:
                _send(connection, _error(IndexingError(f"The server failed: {type(error).__name__}: {error}")))

    def _answer(self, connection: socket.socket, request: Request) -> None:
        with closing(_lines(self._handle(request))) as lines:
            for line in lines:
                _send(connection, line)
                if self._ending.is_set():
                    raise IndexingError("The server is being stopped; ingest again when it is back.")
        _send(connection, {"end": True})


def hand_over(path: Path, request: Request) -> Iterator[dict[str, Any]] | None:
    """The lines of the answer as they come; None if no server listens at `path`.

    Reading them raises the server's own error (CollectionBusy if it is at work for another process), or IndexingError
    if it ends in the middle. Closing the iterator ends the work.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _address(path) as address:
            connection.connect(address)
        with suppress(BrokenPipeError, ConnectionResetError):  # refused unread: the reason is there to be read
            _send(connection, asdict(request))
    except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError):
        connection.close()
        return None
    except OSError as error:
        connection.close()
        raise CollectionBusy(
            f"The server at {path} cannot be asked ({error.strerror}); run this as the user that runs the server."
        ) from error
    return _answers(connection)


def _answers(connection: socket.socket) -> Iterator[dict[str, Any]]:
    with connection, connection.makefile("rb") as file:
        try:
            while line := file.readline(ANSWER_BYTES):
                answer = json.loads(line)
                if "error" in answer:
                    raise _raised(answer)
                if answer == {"end": True}:
                    return
                yield answer
        except (OSError, ValueError, TypeError) as error:
            raise IndexingError(f"The server's answer cannot be read ({error}); see its log, and try again.") from error
    raise IndexingError("The server ended before the work was done; start it again and ingest again: nothing is lost.")


def _request(connection: socket.socket) -> Request:
    with connection.makefile("rb") as file:
        line = file.readline(REQUEST_BYTES + 1)
    try:
        if not line.endswith(b"\n"):
            raise ValueError(f"not one line of at most {REQUEST_BYTES} bytes")
        content = json.loads(line)
        command, paths, options = content["command"], content["paths"], content.get("options", [])
        if not isinstance(command, str) or not all(isinstance(one, str) for one in (*paths, *options)):
            raise ValueError("command, paths and options must be strings")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise IndexingError(f"The request cannot be read ({error!r}); use the same version as the server's.") from error
    return Request(command, tuple(paths), tuple(options))


def _lines(lines: Iterator[dict[str, Any]]) -> Any:
    """The iterator, closable whether or not it is a generator."""
    return lines if hasattr(lines, "close") else (line for line in lines)


def _send(connection: socket.socket, line: dict[str, Any]) -> None:
    connection.sendall(json.dumps(line).encode() + b"\n")


def _error(error: IndexingError) -> dict[str, str]:
    return {"error": type(error).__name__, "message": str(error)}


def _raised(answer: dict[str, Any]) -> IndexingError:
    kind = getattr(errors, str(answer["error"]), None)
    known = isinstance(kind, type) and issubclass(kind, IndexingError)
    return (kind if known else IndexingError)(str(answer.get("message")))  # type: ignore[misc]  # a class, as `known` says


def _user(connection: socket.socket) -> int:
    """The user id of the process at the other end, from the kernel."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", credentials)[1])


@contextmanager
def _address(path: Path) -> Iterator[str]:
    """What to bind or connect to. The kernel takes no long path, but it takes a short one through an open folder."""
    if len(os.fsencode(path)) <= LONGEST_ADDRESS:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
