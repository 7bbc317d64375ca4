"""The program in a process of its own, which need not load Python and the libraries before it begins.

    code, out, err = forked(["check", "--format=json"], folder, {"HOME": str(folder)}, timeout=60)

To load them takes longer than most commands do. Here one process has loaded them, and is forked for each
command: what a command is told, does and leaves behind is its own, as if a shell had started it.
"""

from __future__ import annotations

import atexit
import functools
import gc
import importlib
import json
import os
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOADED = ("argparse", "rich.progress", "unshipped.config.loader", "unshipped.stores.database")
"""What takes long, and what that needs; everything else is still loaded by each command that needs it."""


def forked(
    arguments: Sequence[str], folder: Path, env: Mapping[str, str], timeout: float
) -> tuple[int, bytes, bytes]:
    """Its exit code, standard output and standard error. Raises `AssertionError` where it does not end."""
    with tempfile.TemporaryDirectory() as place, socket.socket(socket.AF_UNIX) as line:
        out, err = Path(place, "out"), Path(place, "err")
        line.settimeout(timeout)
        line.connect(_ready())
        asked = {"arguments": list(arguments), "folder": str(folder), "env": dict(env)}
        line.sendall(json.dumps(asked | {"out": str(out), "err": str(err)}).encode() + b"\n")
        answer = line.makefile()
        child = int(answer.readline())
        try:
            code = int(answer.readline())
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
            raise AssertionError(f"{arguments} did not end: {out.read_text()}{err.read_text()}") from None
        return code, out.read_bytes(), err.read_bytes()


@functools.cache
def _ready() -> str:
    """Where the process listens that is forked; it ends with the tests."""
    place = Path(tempfile.mkdtemp())
    command = [sys.executable, "-m", "tests.support.forked", str(place / "socket")]
    env = os.environ | {"LC_ALL": "C.UTF-8"}
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    atexit.register(process.kill)
    assert process.stdout
    assert process.stdout.readline()
    return str(place / "socket")


class _Forks(socketserver.ForkingMixIn, socketserver.UnixStreamServer):
    """A process for each who asks, which waits for its child: the program."""

    request_queue_size = 128


class _Asked(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        told = json.loads(self.rfile.readline())
        child = os.fork()
        if child == 0:
            _become(**told)
        self.wfile.write(b"%d\n" % child)
        self.wfile.write(b"%d\n" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _become(arguments: list[str], folder: str, env: dict[str, str], out: str, err: str) -> None:
    """What a new interpreter would find: streams, variables, folder, and no memory of others."""
    os.setsid()
    for path, stream in ((out, sys.stdout), (err, sys.stderr)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream.fileno())
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    tempfile.tempdir = None
    os.chdir(folder)
    sys.path[:0] = env.get("PYTHONPATH", "").split(os.pathsep)
    sys.argv = ["unshipped", *arguments]
    if env.get("PYTHONWARNINGS") == "error":
        warnings.simplefilter("error")

    from unshipped.cli.main import program

    program()


if __name__ == "__main__":
    for name in LOADED:
        importlib.import_module(name)
    gc.freeze()  # what is there already is nobody's garbage
    with _Forks(sys.argv[1], _Asked) as server:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        server.serve_forever()
