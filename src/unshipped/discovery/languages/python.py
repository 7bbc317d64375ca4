"""Python: which files of a program an import leads to."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from unshipped.discovery.languages.asks import Ask, Asks, Lead, Lost, Nowhere, Root, Step
from unshipped.discovery.languages.python_places import runtime
from unshipped.discovery.languages.python_text import BELOW, DATA, PATH, RUN, SCRIPT, asks
from unshipped.discovery.layout import Layout

_COMPILED = (".so", ".pyd")


class Python:
    """Resolves as the interpreter does, in the places where the files lie when the program runs."""

    suffixes: tuple[str, ...] = (".py", ".pyw")
    settings: frozenset[str] = frozenset()

    def asks(self, path: str, source: bytes) -> Asks:
        """What a file asks for."""
        return asks(source)

    def leads(self, at: str, asks: Asks, layout: Layout, roots: Sequence[str]) -> Iterator[Step]:
        """Where the file at a run-time path leads."""
        program = _Program(layout, roots)
        for line, why in asks.unknown:
            yield Lost(line, why, "")
        yield from program.parents(at)
        for ask in asks.asked:
            yield from program.follow(at, ask)


PYTHON = Python()


class _Program:
    def __init__(self, layout: Layout, roots: Sequence[str]) -> None:
        self._layout, self._roots = layout, roots
        self._working = layout.search[0] if layout.search else ""

    def follow(self, at: str, ask: Ask) -> Iterator[Step]:
        if ask.kind == PATH:
            if ask.what != "?":
                yield Root(runtime(ask.what, at, self._working))
        elif ask.kind == DATA:
            yield from self._data(at, ask)
        elif ask.kind == SCRIPT:
            yield from self._file(runtime(ask.what, at, self._working), ask, ask.what)
        elif ask.kind == BELOW:
            yield from self._below(at, ask)
        elif ask.what.startswith("."):
            yield from self._relative(at, ask)
        else:
            yield from self._absolute(ask)

    def parents(self, at: str) -> Iterator[Step]:
        """The `__init__.py` of the packages that a module lies in: they run before it."""
        directory = at.rpartition("/")[0]
        while directory and (found := self._layout.find(f"{directory}/__init__.py")):
            if f"{directory}/__init__.py" != at:
                yield Lead(f"{directory}/__init__.py", found, 0, "package")
            directory = directory.rpartition("/")[0]

    def _data(self, at: str, ask: Ask) -> Iterator[Step]:
        """A text that names a file: beside the module, where the program is started, or in a root."""
        here = at.rpartition("/")[0]
        for directory in dict.fromkeys([here, self._working, *self._roots]):
            yield from self._file(runtime(ask.what, "", directory), ask, f'"{ask.what}"')

    def _file(self, path: str, ask: Ask, how: str) -> Iterator[Step]:
        if found := self._layout.find(path):
            yield Lead(path, found, ask.line, how)

    def _below(self, at: str, ask: Ask) -> Iterator[Step]:
        """Whatever lies below a package: its modules are found by looking, not by name."""
        here = at.rpartition("/")[0]
        places = [here] if ask.what == "." else self._directories(ask.what)
        if ask.what.startswith(".") and ask.what != ".":
            places = [self._base(here, ask.what)[0]]
        for directory in places:
            yield Lost(
                ask.line, f"modules below {directory or 'the top'} are loaded by computed names", directory
            )

    def _relative(self, at: str, ask: Ask) -> Iterator[Step]:
        base, rest = self._base(at.rpartition("/")[0], ask.what)
        if rest:
            steps, directory = self._walk(base, rest.split("."), ask, ask.what)
            yield from steps
        else:
            directory = base
            yield from self._file(f"{base}/__init__.py".strip("/"), ask, f"from {ask.what} import …")
        yield from self._names(directory, ask)

    def _base(self, here: str, what: str) -> tuple[str, str]:
        """The directory that a relative name starts from, and the rest of the name."""
        rest = what.lstrip(".")
        for _level in range(len(what) - len(rest) - 1):
            here = here.rpartition("/")[0]
        return here, rest

    def _absolute(self, ask: Ask) -> Iterator[Step]:
        parts = ask.what.split(".")
        met = False
        for root in self._roots:
            found = self._top(root, parts[0])
            if not found:
                continue
            met = True
            steps, directory = self._walk(root, parts, ask, ask.what)
            yield from steps
            if ask.kind == RUN:
                yield from self._file(f"{directory}/__main__.py", ask, f"python -m {ask.what}")
            yield from self._names(directory, ask)
            if found != "directory":
                return
        if not met and parts[0] not in sys.stdlib_module_names:
            yield Nowhere(parts[0])

    def _top(self, root: str, name: str) -> str:
        """What a first name is in a directory: a module, a package, a bare directory, or nothing."""
        base = f"{root}/{name}".strip("/")
        if self._layout.find(f"{base}/__init__.py") or self._module(base):
            return "module"
        return "directory" if self._layout.is_directory(base) else ""

    def _module(self, base: str) -> str | None:
        """The file of a module that is no package."""
        if self._layout.find(f"{base}.py"):
            return f"{base}.py"
        directory, _, name = base.rpartition("/")
        key = ("compiled", directory)
        if key not in self._layout.memo:
            beside = (path.rpartition("/")[2] for path in self._layout.beside(directory))
            self._layout.memo[key] = {n.partition(".")[0]: n for n in beside if n.endswith(_COMPILED)}
        found = self._layout.memo[key].get(name)
        return f"{directory}/{found}".strip("/") if found else None

    def _walk(self, root: str, parts: Sequence[str], ask: Ask, what: str) -> tuple[list[Step], str]:
        """The files on the way along a dotted name, and the directory that the name stands for."""
        steps: list[Step] = []
        base = root
        how = f"from {what} import {', '.join(ask.names)}" if ask.names else f"import {what}"
        for part in parts:
            base = f"{base}/{part}".strip("/")
            package = list(self._file(f"{base}/__init__.py", ask, how))
            if package:
                steps += package
            elif not self._layout.is_directory(base) or self._layout.find(f"{base}.py"):
                module = self._module(base)
                steps += self._file(module, ask, how) if module else []
                break
        return steps, base

    def _names(self, directory: str, ask: Ask) -> Iterator[Step]:
        """`from package import name`: the name may be a module."""
        for name in ask.names:
            if name == "*":
                for path in self._layout.beside(directory):
                    if path.endswith(Python.suffixes):
                        yield from self._file(path, ask, f"from {ask.what} import *")
                continue
            base = f"{directory}/{name}".strip("/")
            how = f"from {ask.what} import {name}"
            package = list(self._file(f"{base}/__init__.py", ask, how))
            yield from package
            if not package and (module := self._module(base)):
                yield from self._file(module, ask, how)

    def _directories(self, dotted: str) -> list[str]:
        path = dotted.replace(".", "/")
        found = [f"{root}/{path}".strip("/") for root in self._roots]
        return [one for one in found if self._layout.is_directory(one)] or [""]
