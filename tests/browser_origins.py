"""Sites for the tests of origins: one page under many names, ports and schemes, and a service that lists one of them.

Every name of `NAMES` leads to this machine, by an option of the browser.
"""

from __future__ import annotations

import datetime
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

NAMES = ("wiki.corp", "evil.wiki.corp", "wiki.corp.evil", "wiki.corp.", "ask.corp")
RULES = ", ".join(f"MAP {name} 127.0.0.1" for name in NAMES)


class Site(BaseHTTPRequestHandler):
    """An empty page at every path, without any policy."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b"<!doctype html><title>wiki</title><body>A page."
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def service(folder: Path, names: str = "", *origins: str, root_path: str = "") -> Iterator[str]:
    """The address of a service with the fake assistant, as a process of its own."""
    program = [sys.executable, __file__, str(folder), names, root_path, *origins]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@contextmanager
def site(certificate: Path | None = None) -> Iterator[int]:
    """The port of a site that is there until the end, with a certificate by https."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def make_certificate(folder: Path) -> Path:
    """A file with a key and a certificate that nobody has signed."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "wiki.corp")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file


if __name__ == "__main__":
    from browser_library import FakeAssistant

    from assistant.service.limits import Allowed
    from assistant.service.server import serve

    folder, names, root_path, *origins = sys.argv[1:]
    serve(
        FakeAssistant(),
        port=0,
        data=Path(folder) if folder else None,
        names=tuple(names.split()),
        root_path=root_path,
        origins=tuple(origins),
        allowed=Allowed(rate=1e6, total_rate=1e6),
        ready=lambda address: print(address, flush=True),
    )
