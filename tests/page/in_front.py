"""What stands in front of a server: TLS that ends there, with a certificate of its own."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def tls(folder: Path, port: int, behind: str) -> Iterator[None]:
    """`https://127.0.0.1:PORT` leads to `HOST:PORT` behind it, as it is."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=drift"]
    command += ["-keyout", str(key), "-out", str(certificate), "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    host, _, there = behind.partition(":")
    with socket.create_server(("127.0.0.1", port)) as listening:
        threading.Thread(target=_accept, args=(listening, context, (host, int(there))), daemon=True).start()
        yield


def _accept(listening: socket.socket, context: ssl.SSLContext, there: tuple[str, int]) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listening.accept()
            threading.Thread(target=_carry, args=(connection, context, there), daemon=True).start()


def _carry(connection: socket.socket, context: ssl.SSLContext, there: tuple[str, int]) -> None:
    with (
        contextlib.suppress(OSError),
        socket.create_connection(there) as inner,
        context.wrap_socket(connection, server_side=True) as outer,
    ):
        back = threading.Thread(target=_copy, args=(inner, outer), daemon=True)
        back.start()
        _copy(outer, inner)
        back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
