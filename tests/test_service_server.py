"""assistant/service/server.py: it listens, tells so, ends cleanly, and says what is wrong with a port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import urllib.request
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from assistant.service.server import address_of, bind

HERE = Path(__file__).parent
PROGRAM = textwrap.dedent("""
    import sys
    sys.path[:0] = [sys.argv[1], sys.argv[2]]
    from browser_library import FakeAssistant
    from assistant.service.server import serve
    serve(FakeAssistant(), port=0, ready=lambda address: print(address, flush=True))
    print("ended", flush=True)
""")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(number: signal.Signals) -> None:
    """The address is told when it answers; after the signal it ends with code 0, though an event stream is open."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(HERE.parent), str(HERE)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert urllib.request.urlopen(address, timeout=10).status == 200
        stream = urllib.request.urlopen(address + "/gradio_api/heartbeat/abc", timeout=10)
        os.kill(process.pid, number)
        out, error = process.communicate(timeout=10)
        stream.close()
    finally:
        process.kill()
    assert process.returncode == 0
    assert out.strip() == "ended"
    assert "Traceback" not in error


def test_a_taken_port_is_told_in_a_sentence() -> None:
    """It names port and host and what to do, before anything is loaded."""
    with bind("127.0.0.1", 0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(AssistantError, match=f"Port {port} on 127.0.0.1 is in use"):
            bind("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "port", "words"),
    [("127.0.0.1", 70000, "between 1 and 65535"), ("203.0.113.7", 0, "--host"), ("no such host", 0, "--host")],
)
def test_other_addresses_that_cannot_be_had(host: str, port: int, words: str) -> None:
    """Each says what to choose."""
    with pytest.raises(AssistantError, match=words):
        bind(host, port)


def test_a_wildcard_is_shown_as_this_machine() -> None:
    """The address that is printed can be opened."""
    with bind("0.0.0.0", 0) as one:
        assert address_of(one) == f"http://127.0.0.1:{one.getsockname()[1]}"
    if socket.has_ipv6:
        with bind("::1", 0) as one:
            assert address_of(one).startswith("http://[::1]:")
