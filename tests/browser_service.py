"""The service of the browser tests, as a program: `browser_service.py` prints its address and serves until it is ended.

It also watches itself: a connection to anywhere but this machine is printed as a line that begins with OUTBOUND.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

from browser_library import ANSWERED, REFUSED, TABLE, FakeAssistant, FakeLibrary, hostile  # noqa: E402

from assistant.service.server import serve  # noqa: E402


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Prints connections and look-ups that leave the machine."""
    if (
        event == "socket.connect"
        and isinstance(arguments[1], tuple)
        and arguments[1][0] not in ("127.0.0.1", "::1", "localhost")
    ):
        print("OUTBOUND", arguments[1], flush=True)
    if event == "socket.getaddrinfo" and arguments[0] not in (None, "127.0.0.1", "::1", "localhost", b"127.0.0.1"):
        print("OUTBOUND", arguments[0], flush=True)


if __name__ == "__main__":
    sys.addaudithook(watch)
    library = FakeLibrary(pause=0.4)
    library.held.append(hostile())
    serve(
        FakeAssistant(library),
        port=0,
        examples=[ANSWERED, TABLE, REFUSED],
        upload_limit=2 * 2**20,
        ready=lambda address: print(address, flush=True),
    )
