"""Python: which files of a program an import leads to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence

from unshipped.discovery.index import named
from unshipped.discovery.languages.asks import Ask, Asks, Data, Lead, Lost, Nowhere, Root, Step
from unshipped.discovery.languages.python.kinds import (
    APP,
    BELOW,
    DATA,
    MIGRATIONS,
    PARTS,
    PATH,
    RUN,
    SCRIPT,
    STARTED,
    TEXT,
)
from unshipped.discovery.languages.python.paths import search_path_file
from unshipped.discovery.languages.python.places import runtime
from unshipped.discovery.languages.python.text import asks
from unshipped.discovery.layout import Layout

_COMPILED = (".so", ".pyd")
_SOURCE = (".py", ".pyw")
_SHELL = (".sh", ".bash")
_FILES = {"json", "yaml", "yml", "toml", "ini", "cfg", "conf", "txt", "csv", "tsv", "md", "html", "xml",
          "sql", "log", "py", "sh", "env", "pdf", "png", "jpg", "svg", "css", "js", "pkl"}  # fmt: skip
"""Endings that make of a text the name of a file, and of no module."""


class Python:
    """Resolves as the interpreter does, in the places where the files lie when the program runs."""

    suffixes: tuple[str, ...] = (*_SOURCE, ".pth")

    def is_setting(self, name: str) -> bool:
        """No file says it."""
        return False

    def asks(self, path: str, source: bytes) -> Asks:
        """What a file asks for."""
        return search_path_file(source) if path.endswith(".pth") else asks(source)

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
        self._kinds: Mapping[str, Callable[[str, Ask], Iterator[Step]]] = {
            PATH: self._search,
            DATA: self._data,
            SCRIPT: self._script,
            BELOW: self._below,
            TEXT: self._text,
            MIGRATIONS: self._migrations,
            APP: self._package,
            PARTS: self._package,
        }

    def follow(self, at: str, ask: Ask) -> Iterator[Step]:
        """Where one thing that is asked for leads."""
        if ask.kind in self._kinds:
            yield from self._kinds[ask.kind](at, ask)
        elif ask.what.startswith("."):
            yield from self._relative(at, ask)
        else:
            yield from self._absolute(ask)

    def _search(self, at: str, ask: Ask) -> Iterator[Step]:
        if ask.what != "?":
            yield from map(Root, self._places(at, ask.what))

    def _script(self, at: str, ask: Ask) -> Iterator[Step]:
        """A file that is run, or a directory with its `__main__`."""
        for place in self._places(at, ask.what):
            yield from self._file(place, ask, ask.what)
            for lead in self._file(f"{place}/__main__.py", ask, ask.what):
                yield from (Root(place), lead)

    def _places(self, at: str, what: str) -> list[str]:
        """The run-time paths of a place; of a file behind a link, also from where it really lies."""
        found = self._layout.find(at)
        files = [at, *(self._layout.places(found.path) if found and found.links else ())]
        return list(dict.fromkeys(runtime(what, file, self._working) for file in files))

    def parents(self, at: str) -> Iterator[Step]:
        """The `__init__.py` of the packages that a module lies in: they run before it."""
        directory = at.rpartition("/")[0]
        while directory and (found := self._layout.find(f"{directory}/__init__.py")):
            if f"{directory}/__init__.py" != at:
                yield Lead(f"{directory}/__init__.py", found, 0, "package")
            directory = directory.rpartition("/")[0]

    def _data(self, at: str, ask: Ask) -> Iterator[Step]:
        """A text that names a file: beside the module, where the program is started, or in a root."""
        if ask.what.startswith(("@", "/")):
            places = self._places(at, ask.what)
        else:
            directories = dict.fromkeys([at.rpartition("/")[0], self._working, *self._roots])
            places = [runtime(ask.what, "", directory) for directory in directories]
        for place in dict.fromkeys(places):
            found = list(self._file(place, ask, f'"{ask.what}"'))
            yield from found
            if found and place.endswith(_SOURCE):
                yield Root(place.rpartition("/")[0])  # where a program that is started looks first
            elif found and STARTED in ask.names and place.endswith(_SHELL):
                yield Lost(ask.line, f"{place} is started and may start anything", "")
            elif not found and self._is_apart(place, at, ask):
                yield Data(place, ask.line, f"names files below {place or 'the top'}")

    def _is_apart(self, place: str, at: str, ask: Ask) -> bool:
        """Whether a directory is named for what it has, and not as one that the program itself lies in."""
        above = not place or at.startswith(f"{place}/")
        return (not above or ask.what.endswith("/")) and self._layout.is_directory(place)

    def _file(self, path: str, ask: Ask, how: str) -> Iterator[Step]:
        if found := self._layout.find(path):
            yield Lead(path, found, ask.line, how)

    def _below(self, at: str, ask: Ask) -> Iterator[Step]:
        """Whatever lies below a package: its modules are found by looking, not by name."""
        here = at.rpartition("/")[0]
        if "/" in ask.what or ask.what.startswith("@"):
            places = self._places(at, ask.what)
        elif ask.what.startswith("."):
            base, rest = self._base(here, ask.what)
            places = [f"{base}/{rest.replace('.', '/')}".strip("/")]
        else:
            places = self._directories(ask.what) or [""]
        for directory in places:
            yield Lost(
                ask.line, f"modules below {directory or 'the top'} are loaded by computed names", directory
            )

    def _package(self, at: str, ask: Ask) -> Iterator[Step]:
        """A package with what a framework takes out of it: its modules, or the files beside them."""
        if ask.what == ".":
            places = [at.rpartition("/")[0]]
        else:
            yield from self._absolute(ask)
            places = self._directories(ask.what)
        for place in places:
            if ask.kind == APP:
                yield Lost(ask.line, f"a framework looks for modules below {place}", place)
            else:
                yield Data(place, ask.line, f"the data of {ask.what}")

    def _text(self, _at: str, ask: Ask) -> Iterator[Step]:
        """A text that may be the name of a module, or of something in one."""
        dotted, _, taken = ask.what.partition(":")
        parts = dotted.split(".")
        for root in self._roots:
            if not self._top(root, parts[0]):
                continue
            if not self._is_module(root, parts):
                *parts, name = parts
                own = self._module(f"{root}/{'/'.join(parts)}".strip("/")) or name[:1].isupper() or taken
                if not parts or name in _FILES or not own or not self._is_module(root, parts):
                    continue
            yield from self._walk(root, parts, ask, ask.what)[0]

    def _is_module(self, root: str, parts: Sequence[str]) -> bool:
        base = f"{root}/{'/'.join(parts)}".strip("/")
        return bool(self._layout.find(f"{base}/__init__.py") or self._module(base))

    def _migrations(self, _at: str, ask: Ask) -> Iterator[Step]:
        """The directories that Alembic wrote: only its settings say where they are."""
        for path in named(self._layout.snapshot, ask.what):
            for place in self._layout.places(path):
                directory = place.rpartition("/")[0]
                if self._layout.find(f"{directory}/script.py.mako"):
                    yield Lost(ask.line, f"migrations below {directory} are run", directory)

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
            if not self._top(root, parts[0]):
                continue
            # Which root comes first, programs change while they run: all of them may have it.
            met = True
            steps, directory = self._walk(root, parts, ask, ask.what)
            yield from steps
            if ask.kind == RUN:
                yield from self._file(f"{directory}/__main__.py", ask, f"python -m {ask.what}")
            yield from self._names(directory, ask)
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
                yield from self._all(directory, ask)
                continue
            base = f"{directory}/{name}".strip("/")
            how = f"from {ask.what} import {name}"
            package = list(self._file(f"{base}/__init__.py", ask, how))
            yield from package
            if not package and (module := self._module(base)):
                yield from self._file(module, ask, how)

    def _all(self, directory: str, ask: Ask) -> Iterator[Step]:
        """`from package import *`: its `__all__` may name modules and packages."""
        for path in self._layout.below(directory):
            rest = path[len(directory) :].strip("/")
            package = rest.endswith("/__init__.py") and rest.count("/") == 1
            if package or ("/" not in rest and rest.endswith(_SOURCE)):
                yield from self._file(path, ask, f"from {ask.what} import *")

    def _directories(self, dotted: str) -> list[str]:
        path = dotted.replace(".", "/")
        found = [f"{root}/{path}".strip("/") for root in self._roots]
        return [one for one in found if self._layout.is_directory(one)]
