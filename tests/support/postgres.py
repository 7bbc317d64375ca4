"""A real PostgreSQL server in a temporary folder, on loopback only."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

USER = "unshipped"


def binaries() -> Path | None:
    """The newest server of Debian's packages, or the one on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: float(one.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


class Server:
    """A server. It refuses to run as root: then it runs as `postgres`, or as nobody."""

    def __init__(self, folder: Path, port: int) -> None:
        bin_folder = binaries()
        assert bin_folder
        self.port, self._folder, self._bin = port, folder, bin_folder
        self._process: subprocess.Popen[bytes] | None = None
        self._as = _unprivileged()
        if self._as is not None:
            os.chown(folder, self._as, -1)
        initdb = [str(self._bin / "initdb"), "-D", str(folder / "data"), "-U", USER, "-A", "trust"]
        initdb += ["-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run(initdb, check=True, capture_output=True, user=self._as, cwd=folder)

    def start(self, **more: str) -> None:
        """Start it with these settings beside its own, and wait until it answers."""
        options = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            "max_connections": "200",
            "timezone": "America/Los_Angeles",
        } | more
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        command = [str(self._bin / "postgres"), "-D", str(self._folder / "data"), "-p", str(self.port)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *settings], stdout=log, stderr=log, user=self._as, cwd=self._folder
            )
        ready = [str(self._bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        for _ in range(300):
            if subprocess.run(ready, check=False).returncode == 0:
                return
            assert self._process.poll() is None, (self._folder / "log").read_text(errors="replace")
            time.sleep(0.05)
        raise TimeoutError("the server does not answer")

    def stop(self) -> None:
        """Stop it at once, whoever is connected."""
        if self._process:
            self._process.send_signal(3)  # SIGQUIT: without waiting for anybody
            self._process.wait(20)
            self._process = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The server itself, while it should run."""
        assert self._process
        return self._process

    def processor(self) -> float:
        """The seconds of the processor that it has used so far, with all of its processes."""
        assert self._process
        own = self._process.pid
        ticks = sum(_ticks(own))  # those that ended count with it
        for child in Path(f"/proc/{own}/task/{own}/children").read_text().split():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it ends just now
                ticks += sum(_ticks(child)[:2])
        return ticks / os.sysconf("SC_CLK_TCK")

    def url(self, database: str, **options: str) -> str:
        """The address of one of its databases."""
        query = "&".join(f"{name}={value}" for name, value in options.items())
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}" + (f"?{query}" if query else "")

    def create(self, template: str = "template1") -> str:
        """A new database like that one. Answers its name."""
        name = f"log_{secrets.token_hex(6)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def execute(self, statement: str, database: str = "postgres") -> str:
        """What the server's own client prints."""
        command = [str(self._bin / "psql"), "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1"]
        command += ["-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "-d", database]
        done = subprocess.run(command, input=statement, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout


def server() -> Server:
    """One that does not run yet. Its folder is taken away by `remove`."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    return Server(Path(tempfile.mkdtemp(prefix="unshipped-postgres-")), port)


def remove(one: Server) -> None:
    """Stop it, and take its folder away."""
    one.stop()
    shutil.rmtree(one._folder, ignore_errors=True)


def _ticks(process: int | str) -> list[int]:
    """What a process used, its own time and the system's; and the same of its children that ended."""
    return [int(one) for one in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:15]]


def _unprivileged() -> int | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise RuntimeError("there is no user that a server could run as")
