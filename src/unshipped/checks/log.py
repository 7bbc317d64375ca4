"""What a service writes down: lines that must not be there, and lines that have to be."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, ClassVar

from unshipped.checks._probing import Probing, check_timeout, could_not, failed, passed
from unshipped.core.texts.foreign import shown
from unshipped.platforms.orders import fill, variables
from unshipped.platforms.process import run
from unshipped.platforms.settings import check_no_nul
from unshipped.ports.deploying import Order, Probed, Progress

_LARGEST = 16 * 1024 * 1024
_LONGEST_LINE = 16 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCheck:
    """Reads a file, or what a program prints. It fails with the first line that `never` finds, passes once
    `needs` has found one, and looks for `watch` seconds where there is nothing to say yet.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    EXAMPLE: ClassVar[dict[str, Any]] = {"file": "/var/log/{service}.log", "never": "FATAL|panic:"}

    file: str = ""
    """The file, from where the rollout runs. `{service}`, `{environment}` and `{commit}` are replaced."""

    command: tuple[str, ...] = ()
    """In place of it, a program that prints the lines, such as `[journalctl, -u, "{service}", -n, "100"]`. No
    shell reads it."""

    never: str = ""
    """A regular expression that no line may match."""

    needs: str = ""
    """A regular expression that a line has to match."""

    last: int = 65536
    """How many bytes at the end of the file are looked at, besides what is added; 0: only what is added."""

    watch: float = 0.0
    """Seconds for which it goes on looking."""

    pause: float = 2.0
    """Seconds between two looks."""

    timeout: float = 60.0
    """Seconds for everything together."""

    def __post_init__(self) -> None:
        words: object = self.command
        if isinstance(words, str) or bool(self.file) == bool(self.command):
            raise ValueError("give either `file`, a path, or `command`, a list of words")
        if not self.never and not self.needs:
            raise ValueError("give `never`, `needs`, or both: without them there is nothing to look for")
        for pattern in (self.never, self.needs):
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{shown(pattern)} is no regular expression: {error}") from None
        check_no_nul(self.file, *self.command)
        check_timeout(self.timeout)
        if not (0 <= self.watch < self.timeout and 0.1 <= self.pause <= 600 and 0 <= self.last <= _LARGEST):
            raise ValueError("watch is shorter than timeout, pause from 0.1 to 600, last at most 16 MiB")

    def probe(self, order: Order, progress: Progress) -> Probed:
        probing, watching = Probing(self.timeout, progress), Probing(max(self.watch, 0.001), progress)
        return probing.until_passed(lambda: self._looked(order, probing, watching, progress))

    def _looked(self, order: Order, probing: Probing, watching: Probing, progress: Progress) -> Probed:
        whose = shown(fill(self.file or self.command[0], order))
        seen = 0
        printed = self._printed(order, probing, watching, progress)
        looks = self._added(order, watching) if self.file else printed
        try:
            for lines in looks:
                seen += len(lines)
                for line in lines:
                    if self.never and re.search(self.never, line):
                        return failed(f"{whose} says {shown(line.strip())!r}")
                if found := next((one for one in lines if self.needs and re.search(self.needs, one)), ""):
                    return passed(f"{whose} says {shown(found.strip())!r}")
        except InterruptedError:
            return could_not(f"{whose} was not looked at to the end: cancelled")
        except TimeoutError:
            return could_not(f"{whose} did not end within {self.timeout:g} s")
        except OSError as error:
            return could_not(f"{whose} cannot be read: {error.strerror}")
        if progress.cancelled():  # what would have come is not known
            return could_not(f"{whose} was not looked at to the end: cancelled")
        if self.needs:
            return failed(f"{whose} does not say {shown(self.needs, 80)!r} in {seen} lines")
        return passed(f"{whose} says nothing of {shown(self.never, 80)!r} in {seen} lines")

    def _added(self, order: Order, watching: Probing, *, anew: bool = False) -> Iterator[list[str]]:
        """The end of the file, then what is added. One that is begun anew, or later, is read from its
        beginning.
        """
        path = Path(fill(self.file, order))
        while not path.exists() and not watching.over():
            anew = True
            watching.rest(self.pause)
        with path.open("rb") as file:
            file.seek(0 if anew else max(0, path.stat().st_size - self.last))
            begun = b""
            while True:
                left = _left(path, file)
                begun, lines = _whole(begun + file.read(_LARGEST))
                yield lines
                if left or watching.over():
                    break
                watching.rest(self.pause)
        yield _split(begun)
        if left and not watching.over():
            yield from self._added(order, watching, anew=True)

    def _printed(
        self, order: Order, probing: Probing, watching: Probing, progress: Progress
    ) -> Iterator[list[str]]:
        words = [fill(word, order) for word in self.command]
        while True:
            done = run(
                words,
                cwd="",
                timeout=probing.left,
                limit=_LARGEST,
                variables=variables(order),
                stop=progress.cancelled,
            )
            if done.code:
                raise OSError(done.code, f"it exited with {done.code}")
            yield _split(done.output)
            if done.code is None:
                raise OSError(errno.EFBIG, f"it printed more than {_LARGEST // 2**20} MiB and was killed")
            if watching.over():
                return
            watching.rest(self.pause)


def _left(path: Path, file: IO[bytes]) -> bool:
    """Whether nothing is added to the file any more: another one has its name, or it was begun anew."""
    try:
        now = path.stat()
    except FileNotFoundError:  # it was moved away, and the next one is begun with its first line
        return True
    return now.st_ino != os.fstat(file.fileno()).st_ino or now.st_size < file.tell()


def _whole(data: bytes) -> tuple[bytes, list[str]]:
    """The line that is still being written, and those before it."""
    end = data.rfind(b"\n") + 1
    if len(data) - end > _LONGEST_LINE:
        end = len(data)
    return data[end:], _split(data[:end])


def _split(data: bytes) -> list[str]:
    return [line[:_LONGEST_LINE] for line in data.decode("utf-8", "replace").splitlines()]
