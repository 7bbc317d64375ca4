"""A git at work."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from fcntl import F_DUPFD_CLOEXEC, fcntl
from select import PIPE_BUF, POLLIN, poll
from threading import Lock, Thread
from time import monotonic

from unshipped.core.hooks import VARIABLES

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import IO

# What a hook or a caller's shell may set and what would make git look at another repository or another
# set of objects than the one that was asked for. Configuration given by GIT_CONFIG_COUNT stays: it is how
# a machine declares `safe.directory`.
_DROPPED = VARIABLES | {
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
    "GIT_EXTERNAL_DIFF",
    "GIT_DIFF_OPTS",
}
_ALWAYS = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_PAGER": "cat",
    "GIT_FLUSH": "0",  # rev-list would otherwise write its answer line by line
}
# A partial clone would fetch what it lacks, one object at a time. GIT_NO_LAZY_FETCH stops that from git
# 2.44 on; with no protocol allowed, older versions cannot do it either.
_LOCAL = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": ""}
# Settings that plumbing heeds and that would change an answer, by its encoding or its order, or start a
# program. Nothing as its value is none to every git: an older one would look for a program called `false`.
_SET = ("i18n.logOutputEncoding=UTF-8", f"diff.orderFile={os.devnull}", "core.fsmonitor=")
_GIT = ("git", *(word for setting in _SET for word in ("-c", setting)))
# The interpreter ignores the second one, and what it starts must not. (A file that grows too large it ignores
# as well; so does git then, and a full disk does not kill it over a mere hint.) Their numbers are the same
# everywhere, and the module that names them takes as long as a look into it.
_SIGKILL, _SIGPIPE = 9, 13
MOST = 512 * 2**20
"""So many bytes git prints at most: a tree of four million files. One that holds itself again and again has
no end, takes no room on the disk, and would take all of the memory here.
"""
_MEMORY, _FILE = 4 * 2**30, 2 * 2**30
"""So many bytes a git that looks has for itself, and for an answer that is read bit by bit: to compare such a
tree it would take any number of them. A million landings are some hundred million bytes.
"""
# A bare repository that was named was not stumbled upon.
_EXPLICIT = ("-c", "safe.bareRepository=all")


def environment(*, network: bool = False) -> dict[str, str]:
    """The environment of a git child: the caller's, less what would mislead it."""
    kept = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    return kept | _ALWAYS | ({} if network else _LOCAL)


def command(arguments: Sequence[str], git_dir: str = "") -> list[str]:
    """The whole command line of a git."""
    return [*_GIT, *(["--git-dir", git_dir] if git_dir else []), *arguments]


def looking_from(path: str) -> tuple[str, ...]:
    """What lets git look from there, as somebody who named the place."""
    named = path != "." and os.path.isfile(os.path.join(path, "HEAD"))
    return (*(_EXPLICIT if named else ()), "-C", path)


class Child:
    """A git at work: told everything at the start, read as it answers, and what it complains of in the end.

    `posix_spawn` and not `subprocess`, whose import alone takes as long as git needs for most answers.
    Without `stdout` its answer is read from a pipe, in which as many bytes may wait as `room` says.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        git_dir: str = "",
        stdin: IO[bytes] | bytes = b"",
        stdout: IO[bytes] | None = None,
        network: bool = False,
        room: int = 0,
    ) -> None:
        self.git_dir = git_dir
        self.code: int | None = None
        self._ending, self._said = Lock(), b""
        self._errors = unnamed_file()
        self._answers, answers = (-1, os.dup(stdout.fileno())) if stdout else os.pipe()
        if room:
            _widen(answers, room)
        told = _told(stdin) if isinstance(stdin, bytes) else os.dup(stdin.fileno())
        # Where this process has no standard streams, what was opened may have taken their places.
        apart = [fcntl(one, F_DUPFD_CLOEXEC, 3) for one in (told, answers, self._errors.fileno())]
        streams = [(os.POSIX_SPAWN_DUP2, one, stream) for stream, one in enumerate(apart)]
        try:
            self._pid = os.posix_spawnp(
                "git",
                command(arguments, git_dir),
                environment(network=network),
                file_actions=streams,
                setsigdef=(_SIGPIPE,),
            )
            if not network:
                _bounded(self._pid)
        except FileNotFoundError as error:
            self._close()
            from unshipped.errors import GitError  # noqa: PLC0415 - whoever knows the answer loads no errors

            raise GitError("git is not installed, or not on PATH", "install git 2.30 or newer") from error
        finally:
            for one in (told, answers, *apart):
                os.close(one)

    def read(self, size: int = 1 << 20) -> bytes:
        """What comes next on its standard output; empty at the end."""
        return os.read(self._answers, size)

    def ready(self, seconds: float) -> bool:
        """Whether there is something to read within that time."""
        waiting = poll()
        waiting.register(self._answers, POLLIN)
        return bool(waiting.poll(max(0.0, seconds) * 1000))

    def answer(self, seconds: float) -> bytes:
        """All that it says. Raises `TimeoutError` where that takes longer, `OverflowError` for too much."""
        deadline = monotonic() + seconds
        chunks: list[bytes] = []
        left = MOST
        while self.ready(deadline - monotonic()):
            if not (chunk := self.read()):
                return b"".join(chunks)
            chunks.append(chunk)
            if (left := left - len(chunk)) < 0:
                raise OverflowError
        raise TimeoutError

    def end(self, *, kill: bool = False) -> bytes:
        """Wait for its end; `code` says how it went, and the answer what it complained of. One thread may
        wait and another one end it: an interrupt does.
        """
        if kill and self.code is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, _SIGKILL)
        with self._ending:
            if self.code is None:
                self.code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
                self._errors.seek(0)
                self._said = self._errors.read()
                self._close()
        return self._said

    def stop(self) -> None:
        """End it now, if it is still at work: nobody asks for more."""
        if self.code is None:
            self.end(kill=True)

    def _close(self) -> None:
        self._errors.close()
        if self._answers >= 0:
            os.close(self._answers)
            self._answers = -1


def unnamed_file() -> IO[bytes]:
    """A file for what is said to git, or by it: in memory, or on the disk where there is no such thing."""
    if hasattr(os, "memfd_create"):
        return open(os.memfd_create("unshipped"), "w+b", buffering=0)
    from tempfile import TemporaryFile  # noqa: PLC0415 - costs more than most answers

    return TemporaryFile(buffering=0)


def _bounded(pid: int) -> None:
    """A git that would take more fails. What it prints into a file lies in memory as well."""
    with contextlib.suppress(ImportError, OSError, ValueError):  # not everywhere, and it may have ended
        from resource import RLIMIT_DATA, RLIMIT_FSIZE, prlimit  # noqa: PLC0415

        prlimit(pid, RLIMIT_DATA, (_MEMORY, _MEMORY))
        prlimit(pid, RLIMIT_FSIZE, (_FILE, _FILE))


def _widen(pipe: int, room: int) -> None:
    with contextlib.suppress(ImportError, OSError):  # not everywhere, and not for everybody
        from fcntl import F_SETPIPE_SZ  # noqa: PLC0415

        fcntl(pipe, F_SETPIPE_SZ, room)


def _told(content: bytes) -> int:
    """The end of a pipe that says this. What a pipe may not hold at once is written beside the reading."""
    reads, writes = os.pipe()
    if len(content) <= PIPE_BUF:
        _tell(writes, content)
    else:
        Thread(target=_tell, args=(writes, content), daemon=True).start()
    return reads


def _tell(pipe: int, content: bytes) -> None:
    with contextlib.suppress(BrokenPipeError), open(pipe, "wb", buffering=0) as file:
        rest = memoryview(content)
        while rest:
            rest = rest[file.write(rest) :]
