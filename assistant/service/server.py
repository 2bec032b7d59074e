"""The server: assistants on a host and port, until a signal ends it."""

from __future__ import annotations

import contextlib
import errno
import signal
import socket
import threading
from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from typing import Any

from assistant.errors import ServeError
from assistant.page.contract import Answers
from assistant.service.access import refuse_open
from assistant.service.keys import Keys
from assistant.service.options import Options

PATIENCE = 5  # seconds that requests under way are given at the end


def serve(
    assistants: Answers | Mapping[str, Answers],
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    ready: Callable[[str], None] | None = None,
    options: Options | None = None,
    **changes: Any,
) -> None:
    """Answers requests until SIGINT or SIGTERM, then returns. `ready` is called with the address once it is listening.

    Port 0 takes a free one. `changes` are fields of `Options`. Raises ServeError when the port cannot be had, or when
    the service would be open to others without a key.
    """
    options = replace(options or Options(), host=host, **changes)
    refuse_open(options, Keys(options.data))
    listening = bind(host, port)
    try:
        from assistant.service.app import create_app

        _run(create_app(assistants, options), listening, ready or (lambda address: print(address, flush=True)))
    finally:
        listening.close()


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. It is taken before anything heavy is loaded, so that a taken port is told at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise ServeError(_reason(host, port, error)) from error
    return listening


def address_of(listening: socket.socket) -> str:
    """The address to open in a browser; a wildcard address is shown as this machine's own."""
    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # compared, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _reason(host: str, port: int, error: Exception) -> str:
    code = getattr(error, "errno", None)
    if code == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use: stop the program that uses it, or choose another port with --port."
    if code == errno.EACCES:
        return f"Port {port} on {host} is reserved by the system: choose one above 1023 with --port."
    if isinstance(error, OverflowError):
        return f"Port {port} does not exist: choose one between 1 and 65535 with --port."
    return f"Cannot listen on {host}, port {port} ({error}): choose an address of this machine with --host."


def _run(app: Any, listening: socket.socket, ready: Callable[[str], None]) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        """uvicorn, telling when it listens, and ending without raising the signal that ended it a second time."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            if self.started:
                ready(address_of(listening))

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            app.state.gate.close()
            await super().shutdown(sockets=sockets)

        @contextlib.contextmanager
        def capture_signals(self) -> Generator[None, None, None]:
            if threading.current_thread() is not threading.main_thread():
                yield
                return
            before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
            try:
                yield
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)

    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=PATIENCE,
        ws="none",
        lifespan="on",
    )
    Server(config).run(sockets=[listening])
