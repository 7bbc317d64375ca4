"""The program as a process of its own: started, interrupted, cut off, and put on a terminal.

Everything that a test hands over lies in one folder, which is the program's home and working directory.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import shlex
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from tests.support.repo import ENV
from tests.support.run import NOW, SOURCES, CompletedRun, Json, run, stamp

COMMAND = shlex.split(os.environ.get("UNSHIPPED_COMMAND", "")) or [sys.executable, "-m", "unshipped"]
AT = f"--now={stamp(NOW)}"


def world(folder: Path, **more: str) -> dict[str, str]:
    """The environment: nothing of the person's but where programs are."""
    own = {"HOME": str(folder), "LC_ALL": "C.UTF-8", "PYTHONPATH": str(SOURCES), "TMPDIR": str(folder)}
    return ENV | own | {"UNSHIPPED_CACHE_DIR": str(folder / "cache")} | more


def start(arguments: Sequence[str], folder: Path, **options: Any) -> subprocess.Popen[bytes]:
    """The program, running, in a process group of its own as a shell would give it."""
    env = world(folder) | dict(options.pop("env", {}))
    command = [*options.pop("command", COMMAND), *arguments]
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    together: dict[str, Any] = streams | options
    return subprocess.Popen(command, cwd=folder, env=env, process_group=0, text=False, **together)


def redirected(arguments: Sequence[str], folder: Path, redirection: str) -> CompletedRun:
    """The program with a redirection of the shell, such as `>&-`, or behind a limit, such as `ulimit`."""
    before, _, after = redirection.rpartition(";")
    script = f'{before + ";" if before else ""} exec "$@" {after}'
    command = ["sh", "-c", script, "sh", *COMMAND, *arguments]
    # Behind a limit the interpreter would leave half of a compiled module, and find it broken ever after.
    env = world(folder) | {"PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, check=False, timeout=60)
    return CompletedRun(done.returncode, {}, done.stdout.decode(), done.stderr.decode())


def on_a_terminal(
    arguments: Sequence[str], folder: Path, *, columns: int = 80, env: Mapping[str, str] | None = None
) -> str:
    """What a terminal of that width is sent."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    name = os.ttyname(theirs)
    with ThreadPoolExecutor(1) as reading:
        sent = reading.submit(b"".join, iter(partial(_read, ours), b""))
        try:
            run(arguments, folder, env=env, timeout=60, terminal=name)
        finally:
            os.close(theirs)  # who reads is at the end then
    os.close(ours)
    return sent.result().decode("utf-8").replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # nobody holds the other end any more
        return b""


def configure(folder: Path, services: Mapping[str, Json]) -> Path:
    """Writes `unshipped.yaml`."""
    config = folder / "unshipped.yaml"
    config.write_text(json.dumps({"services": services}), encoding="utf-8")
    return config


def ask(folder: Path, *more: str, cache: Path | None = None, at: str = AT) -> CompletedRun:
    """A question about the repository `repo` and the configuration in the folder; without `cache` anew."""
    known = ["--no-cache"] if cache is None else []
    arguments = ["check", *more, "--repo=repo", "--config=unshipped.yaml", at, *known]
    return run(arguments, folder, env={} if cache is None else {"UNSHIPPED_CACHE_DIR": str(cache)})


def temporary(folder: Path) -> list[Path]:
    """Files that were begun and not finished."""
    return [path for path in folder.rglob(".*") if path.is_file() and ".git" not in path.parts]
