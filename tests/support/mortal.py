"""The real program, killed at a chosen point of its work.

A point is where something leaves the process: before a statement that writes, before and after a commit,
bytes of a request, and the request as a whole. One process imports the program and forks a life for each
run, so that hundreds of lives take minutes.

    with mortals(folder) as live:
        (life,) = live(Life(["watch", "--once"], dies_at=12))
"""

from __future__ import annotations

import functools
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.repo import ENV
from tests.support.run import SOURCES

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Life:
    """One run of the program."""

    argv: Sequence[str]
    now: str
    """What its clock says when it begins: the clock goes on from there."""
    dies_at: int = 0
    """At which point it is killed; 0 is never."""
    waits_at: int = 0
    """At which point it waits until the file `go` is there; it says so with a file `waiting`."""
    largest: int = 0
    """The most bytes that a file of it may have; 0 is no limit: a disk that is full."""
    seconds: float = 0.0
    """After so many seconds it is asked to stop; 0 is never."""
    env: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Lived:
    """How it ended."""

    code: int
    """Below 0: by that signal."""
    points: int
    output: str

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL


Live = Callable[..., list[Lived]]


@contextmanager
def mortals(folder: Path) -> Iterator[Live]:
    """Something that lives several lives at once, in that folder, and answers how each ended."""
    own = {"HOME": str(folder), "LC_ALL": "C.UTF-8", "PYTHONPATH": f"{SOURCES}:{ROOT}"}
    env = ENV | own | {"UNSHIPPED_CACHE_DIR": str(folder / "cache")}
    command = [sys.executable, "-m", "tests.support.mortal"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=folder, env=env, **pipes) as cradle:
        asked, answered = cradle.stdin, cradle.stdout
        assert asked and answered

        def live(*lives: Life) -> list[Lived]:
            print(json.dumps([asdict(one) for one in lives]), file=asked, flush=True)
            return [Lived(**one) for one in json.loads(answered.readline())]

        yield live
        asked.close()


# ---------------------------------------------------------------- within the process


class Points:
    """Counts where something leaves the process, and does at one of them what was asked for."""

    def __init__(self, life: Life, tally: Path) -> None:
        self._life, self._tally, self._lock, self.passed = life, tally, threading.Lock(), 0

    def __call__(self) -> None:
        with self._lock:
            self.passed += 1
            self._tally.write_text(str(self.passed))
            if self.passed == self._life.dies_at:
                os.kill(os.getpid(), signal.SIGKILL)
            if self.passed == self._life.waits_at:
                Path("waiting").touch()
                while not Path("go").exists():
                    time.sleep(0.01)

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with a point before and a point after it."""

        @functools.wraps(function)
        def call(*arguments: Any, **named: Any) -> Any:
            self()
            answer = function(*arguments, **named)
            self()
            return answer

        return call


def _place(point: Points) -> None:
    """Put the points where the product meets what it is built on: none of its own code is changed."""
    import asyncio.selector_events as sockets

    from sqlalchemy import Engine, event
    from sqlalchemy.engine.default import DefaultDialect

    from unshipped.notifiers import _wire

    def statement(*arguments: Any) -> None:
        if arguments[2].lstrip()[:6].upper() in {"INSERT", "UPDATE", "DELETE"}:
            point()

    event.listen(Engine, "before_cursor_execute", statement)
    patched: tuple[tuple[Any, str], ...] = (
        (DefaultDialect, "do_commit"),
        (sockets._SelectorSocketTransport, "write"),  # type: ignore[attr-defined]
        (_wire, "ask"),
    )
    for owner, name in patched:
        setattr(owner, name, point.around(getattr(owner, name)))


def _live(life: Life, tally: Path, output: Path) -> None:
    """What the forked process does, to its end."""
    handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.environ.update(life.env)
    from unshipped.app import tell
    from unshipped.cli import main, serve, watch

    shift = datetime.fromisoformat(life.now) - datetime.now(UTC)

    def clock(given: datetime | None) -> datetime:
        return given or datetime.now(UTC) + shift

    for door in (watch, serve):
        door.clock = clock  # type: ignore[attr-defined]
    serve.TELL_EVERY = 0.2  # type: ignore[attr-defined]
    _place(Points(life, tally))
    if life.largest:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        sys.dont_write_bytecode = True  # half of a compiled module would be found broken ever after
        tell.PATIENCE = 3.0  # it stays full, however long somebody waits
        resource.setrlimit(resource.RLIMIT_FSIZE, (life.largest, resource.RLIM_INFINITY))
    if life.seconds:
        threading.Timer(life.seconds, os.kill, (os.getpid(), signal.SIGTERM)).start()
    code = 70
    try:
        main.main(list(life.argv))
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _fork(life: Life, number: int) -> tuple[int, Path, Path]:
    tally, output = Path(f"life-{number}.points"), Path(f"life-{number}.output")
    tally.write_text("0")
    if child := os.fork():
        return child, tally, output
    _live(life, tally, output)
    raise AssertionError("a life ends in itself")


def _preload() -> None:
    """What every life would import: a fork has it already."""
    import httpcore2  # noqa: F401
    import psycopg  # noqa: F401

    import unshipped.config.loader
    import unshipped.config.plain
    import unshipped.notifiers.webhook
    import unshipped.stores.sql
    import unshipped.wiring.keeping
    import unshipped.wiring.watching  # noqa: F401
    from unshipped.cli import main, parser, plain, serve, watch  # noqa: F401


def _answer() -> None:
    _preload()
    for line in sys.stdin:
        begun = [_fork(Life(**one), number) for number, one in enumerate(json.loads(line))]
        ended = []
        for child, tally, output in begun:
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            points = int(tally.read_text() or 0)
            ended.append({"code": code, "points": points, "output": output.read_text(errors="replace")})
        sys.stdout.write(json.dumps(ended) + "\n")
        sys.stdout.flush()


def later(now: datetime, **by: float) -> str:
    """What a clock says so much later."""
    return (now + timedelta(**by)).isoformat()


if __name__ == "__main__":
    _answer()
