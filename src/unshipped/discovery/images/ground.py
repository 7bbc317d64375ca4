"""Where a program is when it runs: what its paths and modules mean there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from unshipped.discovery.images.files import text_of
from unshipped.discovery.images.stages import within
from unshipped.discovery.layout import Layout

Started = list[str] | None
"""The files that are started; empty where none of the image is, None where that cannot be told."""

_PATH = ("usr/local/sbin", "usr/local/bin", "usr/sbin", "usr/bin", "sbin", "bin")


class Met:
    """What was met on the way through all that is started."""

    def __init__(self) -> None:
        self.scripts: set[str] = set()
        self.roots: dict[str, None] = {}
        """The directories in which modules were found."""


class Inside:
    """A working directory of an image."""

    def __init__(self, layout: Layout, workdir: str, environment: Mapping[str, str], met: Met) -> None:
        self.layout, self.workdir, self.environment, self.met = layout, workdir, environment, met

    def find(self, name: str) -> str | None:
        """The run-time path of a file, if the image has it from the repository."""
        path = within(self.workdir, name) if name else None
        return path if path and self.layout.find(path) else None

    def is_own(self, name: str) -> bool:
        """Whether a command names a file of the image by its path."""
        return "/" in name and self.find(name) is not None

    def on_path(self, program: str) -> str | None:
        """The file that a program's name alone stands for."""
        if not program or is_option(program):
            return None
        path = self.environment.get("PATH", "")
        listed = [part.strip("/") for part in path.split(":") if part.startswith("/")]
        return next(
            (f"{one}/{program}" for one in (*listed, *_PATH) if self.layout.find(f"{one}/{program}")), None
        )

    def text(self, path: str) -> str | None:
        """The text of a file of the image."""
        found = self.layout.find(path)
        return text_of(self.layout.snapshot, found.path) if found else None

    def module(self, module: str, directories: Sequence[str] = ()) -> list[str]:
        """The files of a Python module or package, as the search path leads to them."""
        path = module.replace(".", "/")
        for directory in dict.fromkeys([*directories, self.workdir, *self.layout.search]):
            base = f"{directory}/{path}".strip("/")
            inits = [f"{base}/{name}.py" for name in ("__main__", "__init__")]
            found = [one for one in inits if self.layout.find(one)]
            if not found and self.layout.find(f"{base}.py"):
                found = [f"{base}.py"]
            if found:
                self.met.roots[directory] = None
                return found
        return []


def is_option(word: str) -> bool:
    return word.startswith("-")
