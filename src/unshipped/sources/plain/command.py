"""Any program that prints a commit id: covers what no other kind does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import ClassVar

from unshipped.core.model import Code, Reading, Target
from unshipped.errors import SourceError
from unshipped.platforms.programs import output
from unshipped.platforms.settings import check_no_nul, check_pointer, check_timeout, fill
from unshipped.ports import Look
from unshipped.sources.shared.files import LARGEST, files_of
from unshipped.sources.shared.parse import LIMIT, parse, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSource:
    """Runs a program, without a shell, and reads a commit id or JSON from its standard output (64 KiB).

    Its standard input is empty; it sees the environment without what a git hook puts there.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    relative: ClassVar[str] = "cwd"

    command: tuple[str, ...]
    """The program and its arguments, one word an entry. `{service}` and `{environment}` are replaced."""

    pointer: str = ""
    """JSON pointer (RFC 6901) to the commit id in what is printed. Placeholders are replaced."""

    files: bool = False
    """Whether it prints the ids of the files that run as well: they are held against the commit."""

    timeout: float = 10.0
    """Seconds until the program and everything that it started is killed."""

    cwd: str = ""
    """Directory to run in; by default where the configuration lies. Placeholders are replaced."""

    def __post_init__(self) -> None:
        words: object = self.command
        if isinstance(words, str) or not self.command or not self.command[0]:
            raise ValueError("command is a list of words, such as [git, describe]: no shell reads it")
        check_no_nul(*self.command, self.cwd)
        check_pointer(self.pointer)
        check_timeout(self.timeout)

    def read(self, target: Target, look: Look) -> Reading:
        words = [fill(word, target) for word in self.command]
        whose = f"command {shown(words[0])}"
        limit = LARGEST if self.files else LIMIT
        printed = output(words, whose, cwd=fill(self.cwd, target), timeout=self.timeout, limit=limit)
        said = parse(printed, whose, fill(self.pointer, target), limit)
        return Reading((said,), files=files_of(printed, whose) if self.files else None)

    def ready(self, target: Target) -> None:
        """Raises `SourceError` where the program or its directory is not there."""
        cwd, program = fill(self.cwd, target), fill(self.command[0], target)
        if cwd and not Path(cwd).is_dir():
            raise SourceError(Code.SOURCE_ERROR, f"command {shown(program)} cannot run in {shown(cwd)}")
        place = str(Path(cwd) / program) if "/" in program else program
        if which(place) is None:
            raise SourceError(Code.SOURCE_ERROR, f"command {shown(program)} was not found")
