"""The interface, served beside the watch: in a thread of its own, until the process stops."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from unshipped.errors import UsageError
from unshipped.web.app import application
from unshipped.web.ground import Ground

_SECONDS = 5
"""So long is waited for requests that are under way; an event stream would never end by itself."""


def address(text: str) -> tuple[str, int]:
    """`HOST:PORT`. Raises `UsageError`."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise UsageError(f"{text!r} is no address to listen on", "write one like 127.0.0.1:8080")
    return host.strip("[]"), int(port)


@contextmanager
def served(ground: Ground, host: str, port: int) -> Iterator[None]:
    """Serve for as long as the block lasts. Raises `UsageError` where the address cannot be had."""
    app = application(ground)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # an address that a header names is one that anybody here can name
        timeout_graceful_shutdown=_SECONDS,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="unshipped-web")
    thread.start()
    while not server.started and thread.is_alive():
        thread.join(0.02)
    if not server.started:
        raise UsageError(f"{host}:{port} cannot be listened on", "is somebody else there?")
    try:
        yield
    finally:
        app.state.herald.close()
        server.should_exit = True
        thread.join()
        app.state.recent.close()
