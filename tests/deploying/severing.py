"""What else dies beside the process that carries a rollout out: the server behind it, the connection to it.

relay = Relay(5432)   # what connects to relay.port is connected to that port
relay.cut()           # every connection is gone, as where a cable is pulled
relay.mute()          # the next commit arrives, and its answer does not

with risen(server, folder / "pid"):   # whoever kills what stands in that file finds it started again
    ...
"""

from __future__ import annotations

import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

DOWN = 0.3
"""For so many seconds a server that was killed stays away."""
_RESET = struct.pack("ii", 1, 0)


class Relay:
    """Passes on what it is sent, in threads of this process."""

    def __init__(self, port: int) -> None:
        self._to, self._lock = port, threading.Lock()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._mute = False
        self._listens = socket.create_server(("127.0.0.1", 0))
        self.port = self._listens.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End every connection, on both sides, without a word."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            _reset(*pair)

    def mute(self) -> None:
        """Let the answer to the next commit be lost."""
        self._mute = True

    def _accept(self) -> None:
        while True:
            mine, _ = self._listens.accept()
            try:
                theirs = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                _reset(mine)
                continue
            with self._lock:
                self._pairs.append((mine, theirs))
            for one, other in ((mine, theirs), (theirs, mine)):
                threading.Thread(target=self._pass_on, args=(one, other, mine), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket, mine: socket.socket) -> None:
        with suppress(OSError):
            while said := one.recv(65536):
                if self._mute and one is mine and b"COMMIT" in said:
                    self._mute = False
                    other.sendall(said)
                    time.sleep(0.1)  # the server has done it by then
                    break
                other.sendall(said)
        _reset(one, other)


def _reset(*sockets: socket.socket) -> None:
    for one in sockets:
        with suppress(OSError):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            one.shutdown(socket.SHUT_RDWR)
        one.close()


class Server(Protocol):
    """What can be started again."""

    @property
    def process(self) -> Any: ...

    def start(self) -> None: ...


@contextmanager
def risen(server: Server, pid: Path) -> Iterator[None]:
    """Start it again whenever it is killed, and write down which process it is."""
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            if server.process.poll() is None:
                over.wait(0.05)
                continue
            over.wait(DOWN)
            with suppress(AssertionError, TimeoutError):  # what is left of it may not have ended yet
                server.start()
                _tell(pid, server)

    _tell(pid, server)
    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _tell(pid: Path, server: Server) -> None:
    pid.with_suffix(".new").write_text(str(server.process.pid))
    os.replace(pid.with_suffix(".new"), pid)


def kill(pid: Path) -> None:
    """The server with everything that it started, as a machine dies."""
    own = pid.read_text()
    children = Path(f"/proc/{own}/task/{own}/children")
    for one in (own, *(children.read_text().split() if children.exists() else ())):
        with suppress(ProcessLookupError):
            os.kill(int(one), signal.SIGKILL)
