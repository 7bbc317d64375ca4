"""Where the words of a shell text lead to in the repository."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase

from unshipped.core.closures.patterns import encode, is_glob
from unshipped.core.value import Value
from unshipped.discovery.shell import START, TOP, Setting, is_known, place
from unshipped.discovery.snapshot import Snapshot, inside

_PROGRAMS = {
    *("Dockerfile", "main.py", "app.py", "index.js", "package.json", "go.mod", "requirements.txt", "pom.xml"),
    *("pyproject.toml", "Procfile", "function.json", "Cargo.toml"),
}


class Homes(Value):
    """A tree, and the directories that a text may be started in, the likeliest first."""

    snapshot: Snapshot
    directories: Sequence[str] = ("",)
    workspace: str = ""
    """What the top is called where the text runs, if that is known."""

    def path(self, where: str, wanted: Callable[[str], bool]) -> str | None:
        """The path that a place stands for, if it is as wanted."""
        if self.workspace and f"{where}/".startswith(f"{self.workspace}/"):
            where = place(TOP, f".{where[len(self.workspace) :]}")
        root, _, rest = where.partition("/") if where.startswith("\0") else ("", "", "")
        if root not in (TOP, START) or not is_known(rest):
            return None
        for home in ("",) if root == TOP else self.directories:
            found = inside(home, rest)
            if found is not None and wanted(found):
                return found
        return None

    def directory(self, where: str) -> str | None:
        """A directory: one that has a program, if there are several."""
        return self.path(where, self.has_program) or self.path(where, self.is_directory)

    def file(self, where: str) -> str | None:
        """A file."""
        return self.path(where, self.snapshot.entries.__contains__)

    def is_directory(self, path: str) -> bool:
        """Whether a path is a directory that a pattern can name."""
        return self.snapshot.is_directory(path) and not is_glob(encode(path))

    def has_program(self, path: str) -> bool:
        """Whether a directory looks like what is deployed."""
        return self.is_directory(path) and not _PROGRAMS.isdisjoint(self.snapshot.names(path))

    def text(self, where: str) -> str | None:
        """The text of a script that is read or run."""
        path = self.file(where)
        return self.snapshot.text(path) if path else None

    def listed(self, pattern: str) -> list[str] | None:
        """The paths that a pattern matches, below the first directory that has any."""
        if not is_known(pattern) or pattern.startswith("/") or "**" in pattern:
            return None
        for home in self.directories:
            if found := _matching(self.snapshot, home, pattern):
                return found
        return None


def setting(homes: Homes, line: int = 1) -> Setting:
    """How a text of the repository is read: with the files that it reads and runs."""
    return Setting(line, top=TOP, sourced=homes.text, scripts=homes.text, listed=homes.listed)


def _matching(snapshot: Snapshot, home: str, pattern: str) -> list[str]:
    parts = pattern.rstrip("/").split("/")
    cut = len(home) + 1 if home else 0
    found: dict[str, None] = {}
    for file in snapshot.below(home):
        names = file[cut:].split("/")
        head = names[: len(parts)]
        only_directories = pattern.endswith("/") and len(names) <= len(parts)
        if len(head) == len(parts) and not only_directories and all(map(fnmatchcase, head, parts)):
            found["/".join(head) + ("/" if pattern.endswith("/") else "")] = None
    return list(found)
