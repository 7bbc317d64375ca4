"""A real server on loopback that answers as it is told and remembers who asked."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Asked:
    """One request that arrived."""

    line: str
    headers: dict[str, str]
    body: bytes = b""


@dataclass
class Served:
    """A running server."""

    port: int = 0
    scheme: str = "http"
    asked: list[Asked] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)
    """Set when the other side closed its connection while the answer was still being sent."""

    def url(self, path: str = "/version", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"


Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def serving(answer: Answer, context: ssl.SSLContext | None = None, socket_path: str = "") -> Iterator[Served]:
    """At a port of its own, or at the path of a Unix socket."""
    served = Served(scheme="https" if context else "http")

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            self.sent = sent = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            served.asked.append(Asked(self.requestline, dict(self.headers), sent))
            try:
                answer(self)
                self.wfile.flush()
            except OSError:
                served.hung_up.set()

        do_CONNECT = do_POST = do_PATCH = do_PUT = do_DELETE = do_GET

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's word
            pass

    class Server(ThreadingHTTPServer):
        block_on_close = False
        request_queue_size = 128  # a whole fleet may ask at once

        def handle_error(self, request: object, client_address: object) -> None:
            pass

    class LocalServer(Server):
        address_family = socket.AF_UNIX

        def server_bind(self) -> None:
            self.socket.bind(self.server_address)

        def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
            return super().get_request()[0], ("", 0)

    place: Any = socket_path or ("127.0.0.1", 0)
    server = (LocalServer if socket_path else Server)(place, Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    served.port = 0 if socket_path else server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def body(text: str | bytes, status: int = 200, kind: str = "text/plain", **headers: str) -> Answer:
    """Answers with a whole body. Underscores in the names of headers stand for dashes."""
    data = text.encode() if isinstance(text, str) else text

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def redirect(place: Callable[[], str], status: int = 302) -> Answer:
    """Sends everybody elsewhere, except whoever asks for /final."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/final":
            return body("eb7ce85b")(handler)
        handler.send_response(status)
        handler.send_header("Location", place())
        handler.send_header("Content-Length", "0")
        return handler.end_headers()

    return answer


def drip(start: bytes, seconds: float = 8, pause: float = 0.1) -> Answer:
    """Sends the start at once and then one byte after another, for so many seconds."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(start)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            handler.wfile.write(b"a")
            handler.wfile.flush()
            time.sleep(pause)

    return answer


def endless(handler: BaseHTTPRequestHandler) -> None:
    """Sends text until the other side hangs up, for ten seconds at most."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n")
    end = time.monotonic() + 10
    while time.monotonic() < end:
        handler.wfile.write(b"a" * 65536)


def silent(handler: BaseHTTPRequestHandler) -> None:
    """Says nothing until the other side hangs up."""
    with suppress(OSError):
        handler.rfile.read(1)
