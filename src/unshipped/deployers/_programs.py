"""A program that outlives whoever asked for it: who asks again finds it running, or finds how it ended.

Each order has a folder of its own, and a lock in it that its supervisor holds for as long as it lives. So of
two who ask for the same at the same time only one starts it, and both follow it.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import monotonic, sleep
from typing import IO

from unshipped.core.hooks import VARIABLES
from unshipped.core.texts.foreign import shown
from unshipped.core.value import Value
from unshipped.deployers import _supervisor
from unshipped.errors import DeployError
from unshipped.platforms.orders import masked
from unshipped.ports.deploying import Progress

LONGEST_LINE = 2000
_GLANCE = 0.1
_KEPT_SECONDS = 30 * 86400
_ESCAPES = re.compile(r"\x1b(\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[@-Z\\-_])")


class Ended(Value):
    """How it ended."""

    how: str
    """`exited`, `late`, `cancelled`, `not-started`; `lost` where its supervisor was ended with it."""
    code: int = 0
    last: str = ""
    """The last line that it printed; of a program that was not started, why."""

    def check(self, whose: str, timeout: float) -> None:
        """Raises `DeployError` unless it ended well."""
        if self.how == "not-started":
            message = f"{whose} cannot be started: {self.last}"
            raise DeployError(message, "is it there, and executable?", early=True)
        said = f": {shown(self.last)}" if self.last else ""
        if self.how == "exited" and self.code < 0:
            raise DeployError(f"{whose} was ended by signal {-self.code}{said}", certain=False)
        if self.how == "exited" and self.code:
            raise DeployError(f"{whose} exited with {self.code}{said}")
        if self.how != "exited":
            how = {"late": f"did not end within {timeout:g} s and was ended", "cancelled": "was cancelled"}
            message = f"{whose} {how.get(self.how, 'was ended together with its supervisor')}{said}"
            raise DeployError(message, "look at what serves: nobody knows how far it came", certain=False)


@dataclass(frozen=True, slots=True)
class Program:
    """What is run."""

    words: Sequence[str]
    key: str
    """The same for everybody who means this one run."""
    timeout: float
    grace: float
    """Seconds between being asked to end and being ended."""
    cwd: str = ""
    variables: Mapping[str, str] | None = None
    state: str = ""


def usual_state() -> Path:
    """Where it is kept what runs and how it ended."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state"
    return Path(home) / "unshipped/commands"


def followed(program: Program, progress: Progress) -> Ended | None:
    """Follow the run that there is already, whatever its words; None where there is none."""
    _, folder = _places(program)
    with _kept(folder):
        there = (folder / "end").exists() or ((folder / "lock").exists() and not _is_alone(folder))
    return _follow(program, folder, progress) if there else None


def run(program: Program, progress: Progress) -> Ended:
    """Run it, or follow the run that there is already. Raises `DeployError`."""
    base, folder = _places(program)
    with _kept(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (folder / "lock").open("a") as lock:
            if _locked(lock) and not (folder / "end").exists():
                _end_what_is_left(folder, progress)
                if progress.cancelled():  # nothing is begun only to be ended
                    return Ended("cancelled")
                _forget_old(base, folder)
                _start(program, folder, lock)
    return _follow(program, folder, progress)


@contextmanager
def _kept(folder: Path) -> Iterator[None]:
    """Raises `DeployError` where what runs cannot be kept track of there."""
    try:
        yield
    except OSError as error:
        message = f"what runs cannot be kept track of in {shown(str(folder))}: {error.strerror}"
        raise DeployError(message, "`state` names a folder where it can", early=True) from None


def _places(program: Program) -> tuple[Path, Path]:
    base = Path(program.state) if program.state else usual_state()
    return base, base / sha256(program.key.encode()).hexdigest()[:32]


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _end_what_is_left(folder: Path, progress: Progress) -> None:
    """Its supervisor was ended before it could say how it went: nothing of that run may go on beside ours."""
    if _ended_group(folder):
        progress.say("an earlier attempt lost its supervisor: what it left is ended, and it is run again")
    for name in ("state", "log", "told", "cancel"):
        (folder / name).unlink(missing_ok=True)


def _ended_group(folder: Path) -> bool:
    """End what a run left that nobody supervises; whether there was one."""
    left = _json(folder / "state") or {}
    pid = left.get("pid")
    if isinstance(pid, int):
        _supervisor.end_group(pid, str(left.get("started")), signal.SIGKILL)
    return isinstance(pid, int)


def _start(program: Program, folder: Path, lock: IO[str]) -> None:
    order = {
        "words": list(program.words),
        "cwd": program.cwd,
        "timeout": program.timeout,
        "grace": program.grace,
    }
    _supervisor.write(folder / "order", order)
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    subprocess.run(
        [sys.executable, "-I", "-S", _supervisor.__file__, str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        pass_fds=(lock.fileno(),),
        env=environment | dict(program.variables or {}),
        check=False,
    )


def _follow(program: Program, folder: Path, progress: Progress) -> Ended:
    """Say what it prints, until it has ended. Where somebody wants it ended, pass that on."""
    told = _Told(folder, progress)
    patience = monotonic() + program.timeout + program.grace + 30
    while True:
        end = _json(folder / "end")
        told.say(last=end is not None)
        if end is not None:
            return _ended(end, told.last)
        if progress.cancelled():
            (folder / "cancel").touch()
        if _is_alone(folder) or monotonic() > patience:
            if (end := _json(folder / "end")) is None:
                _ended_group(folder)
                return Ended("lost", last=told.last)
            continue
        sleep(_GLANCE)


def _ended(end: Mapping[str, object], last: str) -> Ended:
    if end["how"] == "not-started":
        return Ended("not-started", last=str(end.get("detail", "")))
    code = end.get("code", 0)
    return Ended(str(end["how"]), code if isinstance(code, int) else 0, last)


def _is_alone(folder: Path) -> bool:
    """Whether no supervisor holds the lock."""
    with (folder / "lock").open("a") as lock:
        return _locked(lock)


class _Told:
    """What was said of a log already, so that whoever takes a run up does not say it again."""

    def __init__(self, folder: Path, progress: Progress) -> None:
        self._log, self._mark, self._progress = folder / "log", folder / "told", progress
        known = _json(self._mark) or {}
        at = known.get("at")
        self._at = at if isinstance(at, int) else 0
        self.last = str(known.get("last", ""))

    def say(self, *, last: bool) -> None:
        """Every whole line that is new; the part of a line only where nothing will follow."""
        chunk = self._new()
        whole = len(chunk) if last else chunk.rfind(b"\n") + 1
        if whole:
            for line in re.split(r"[\r\n]+", masked(chunk[:whole].decode("utf-8", "replace"))):
                if text := shown(_ESCAPES.sub("", line).expandtabs().rstrip(), LONGEST_LINE):
                    self.last = text
                    self._progress.say(text)
            self._at += whole
            _supervisor.write(self._mark, {"at": self._at, "last": self.last})

    def _new(self) -> bytes:
        try:
            with self._log.open("rb") as file:
                file.seek(self._at)
                return file.read()
        except FileNotFoundError:
            return b""


def _json(path: Path) -> dict[str, object] | None:
    try:
        found = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _forget_old(base: Path, new: Path) -> None:
    """Take away what ended long before this one began."""
    now = new.stat().st_mtime
    for end in base.glob("*/end"):
        with suppress(OSError):
            if now - end.stat().st_mtime > _KEPT_SECONDS:
                shutil.rmtree(end.parent, ignore_errors=True)
