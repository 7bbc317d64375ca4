"""JavaScript and TypeScript: which files of a program an import leads to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from unshipped.discovery.languages.asks import Ask, Asks, Lead, Lost, Nowhere, Setting, Step
from unshipped.discovery.languages.javascript.conventions import (
    BUILDS,
    CONVENTIONS,
    is_built_in,
    is_by_convention,
    is_elsewhere,
)
from unshipped.discovery.languages.javascript.files import Files
from unshipped.discovery.languages.javascript.packages import matching, offered, replaced
from unshipped.discovery.languages.javascript.places import HERE, WORKING, runtime
from unshipped.discovery.languages.javascript.settings import (
    CONFIG,
    PACKAGE,
    WORKSPACES,
    above,
    joined,
    split,
    table,
    under,
    within,
)
from unshipped.discovery.languages.javascript.text import BELOW, DATA, FILE, STYLE, SUFFIXES, TYPES, asks
from unshipped.discovery.layout import Layout

_SETTINGS = frozenset({PACKAGE, *WORKSPACES}) | BUILDS
_LOCAL = ("file:", "link:", "portal:", "workspace:.", "npm:", "workspace:")


class JavaScript:
    """Resolves as Node.js, the TypeScript compiler and the bundlers do, all of them at once: where they
    differ, what each of them finds counts.
    """

    suffixes: tuple[str, ...] = SUFFIXES

    def is_setting(self, name: str) -> bool:
        """Whether it says what a package, the compiler, a workspace or a bundler makes of names."""
        return name in _SETTINGS or bool(CONFIG.fullmatch(name))

    def asks(self, path: str, source: bytes) -> Asks:
        """What a file asks for."""
        return asks(path, source)

    def leads(self, at: str, asks: Asks, layout: Layout, roots: Sequence[str]) -> Iterator[Step]:
        """Where the file at a run-time path leads."""
        module = _Module(at, layout, roots)
        for line, why in asks.unknown:
            yield Lost(line, why, "")
        yield from module.around()
        for ask in asks.asked:
            yield from module.follow(ask)


JAVASCRIPT = JavaScript()


class _Module:
    """One file, and where what it asks for lies."""

    def __init__(self, at: str, layout: Layout, roots: Sequence[str]) -> None:
        self._at, self._layout, self._roots = at, layout, roots
        self._here = at.rpartition("/")[0]
        self._files = Files.of(layout)
        self._settings = self._files.settings
        self._home = self._settings.home(at)
        self._working = layout.search[0] if layout.search else ""
        self._builds = at.rpartition("/")[2] in BUILDS

    def around(self) -> Iterator[Step]:
        """What holds for a file without its asking: how its package is built, and what stands for it
        elsewhere.
        """
        yield Nowhere("tsconfig")
        for file in self._files.settings_above(self._at):
            if found := self._layout.find(file):
                yield Setting(file, found, "says where names lead")
        if self._home is None:
            return
        yield from self._lead(self._files.builds(self._home), Ask("", 0), "says how its package is built")
        for name, other in replaced(self._settings.package(self._home)):
            if name.startswith(".") and self._at in self._files.module(joined(self._home, name)):
                place = joined(self._home, other)
                yield from _words(place)
                yield from self._lead(
                    self._files.module(place), Ask("", 0), f"stands for {name} in {PACKAGE}"
                )

    def follow(self, ask: Ask) -> Iterator[Step]:
        """Where one thing that is asked for leads."""
        what = ask.what
        if ask.kind == DATA:
            yield from self._data(ask)
        elif ask.kind == BELOW:
            yield from self._below(ask)
        elif ask.kind == FILE:
            yield from self._place(ask)
        elif ask.kind == STYLE:
            yield from self._style(ask)
        elif what.startswith((HERE, WORKING)):
            yield from self._needed(runtime(what, self._at, self._working), ask)
        else:
            yield from self._named(ask, what.rpartition("!")[2].partition("?")[0])

    def _lead(self, paths: Sequence[str], ask: Ask, how: str = "") -> Iterator[Step]:
        for path in paths:
            found = self._layout.find(path)
            if found is None or path == self._at:
                continue
            how = how or f'import "{ask.what}"'
            yield Lead(path, found, ask.line, how)
            if found.links:
                # A module that is reached through a link looks around where it really lies.
                yield from (Lead(real, found, ask.line, how) for real in self._layout.places(found.path))

    def _lost(self, ask: Ask, why: str, below: str | None = None) -> Iterator[Step]:
        """All below a directory, or below the package that the file lies in."""
        if self._builds and below is not None and within(self._home or "", below):
            return  # what builds a package says where it lies
        directory = self._home if below is None else below
        yield Lost(ask.line, why, directory or "")

    def _named(self, ask: Ask, name: str) -> Iterator[Step]:
        if name.startswith("."):
            yield from self._relative(ask, name)
        elif name.startswith("/"):
            bases = ["", self._home or "", under(self._home or "", "public")]
            paths = [path for base in bases for path in self._files.module(under(base, name.strip("/")))]
            unplaced = self._lost(ask, f"it is not known where {name} lies")
            yield from self._lead(paths, ask) if paths else unplaced
        elif name.startswith("#") and self._home is not None and (found := self._internal(name)):
            for target in found:
                if target.startswith("."):
                    yield from self._needed(joined(self._home, target), ask)
                else:
                    yield from self._bare(ask, target)
        elif name and not is_elsewhere(name):
            yield from self._bare(ask, name)

    def _style(self, ask: Ask) -> Iterator[Step]:
        """A style sheet asks for what lies beside it without a dot; `_part.scss` is asked for as `part`."""
        name = re.split("[?#]", ask.what.lstrip("~"))[0]
        path = joined(self._here, name)
        parent, _, last = path.rpartition("/")
        paths = [*self._files.module(path), *self._files.file(under(parent, f"_{last}"))]
        if paths:
            yield from self._lead(paths, ask)
        else:
            yield Nowhere(f"_{last}")
            yield from self._named(ask, name)

    def _internal(self, name: str) -> list[str]:
        """`#name`, by the `imports` of the package."""
        listed = table(self._settings.package(self._home or "").get("imports"))
        return [target.path for target in matching(listed, name)]

    def _relative(self, ask: Ask, name: str) -> Iterator[Step]:
        path = joined(self._here, name)
        places = [path, *self._files.same(self._at, path)]
        paths = [
            found for one in places for found in self._files.module(one, directory=name.endswith((".", "/")))
        ]
        if paths:
            yield from self._lead(paths, ask)
        else:
            yield from self._needed(path, ask)

    def _needed(self, path: str, ask: Ask) -> Iterator[Step]:
        """A file that has to be there: what is not is made by the build, and of what is hardly known."""
        paths = self._files.module(path) or self._files.compiled(path)
        yield from _words(path)
        if paths:
            yield from self._lead(paths, ask)
        elif path != self._at:
            yield from self._lost(ask, f'"{ask.what}" is not among the files: it may be made of any of them')

    def _bare(self, ask: Ask, name: str) -> Iterator[Step]:
        package, subpath = split(name)
        aliased = list(self._aliased(ask, name))
        yield from aliased
        places = [step.at for step in aliased if isinstance(step, Lead)]
        declared = self._settings.declared(self._at).get(package)
        directories = self._directories(package, declared)
        for directory in directories:
            # An alias into a package is another way to the same.
            if not any(within(place, directory) for place in places):
                yield from self._offered(ask, directory, subpath)
        for other, instead in replaced(self._settings.package(self._home or "")):
            if other == name and instead.startswith("."):
                yield from self._needed(joined(self._home or "", instead), ask)
        if is_by_convention(package, subpath) and ask.kind != TYPES:
            yield from self._by_convention(ask, package)
        if places or directories:
            return
        if declared is None and not is_built_in(package) and not self._settings.is_library(package, self._at):
            why = f'"{name}" is no dependency that is declared, and no name that is known'
            yield from self._lost(ask, why)
        yield Nowhere(package)

    def _directories(self, package: str, declared: str | None) -> list[str]:
        """Where a package of the repository lies."""
        found = list(self._settings.named(package))
        kind = next((one for one in _LOCAL if declared and declared.startswith(one)), "")
        if declared and kind:
            rest = declared.removeprefix("workspace:") if kind == "workspace:." else declared[len(kind) :]
            if kind in ("npm:", "workspace:"):
                found += self._settings.named(rest.rpartition("@")[0])
            elif self._home is not None and self._layout.is_directory(joined(self._home, rest)):
                found.append(joined(self._home, rest))
        return list(dict.fromkeys(found)) or self._files.installed(self._at, package)

    def _aliased(self, ask: Ask, name: str) -> Iterator[Step]:
        """By `paths` and `baseUrl` of the nearest configuration that knows the name."""
        for directory in above(self._at):
            places = self._files.aliases(directory, name)
            yield from (word for place in places for word in _words(place))
            paths = [
                path for place in places for path in self._files.module(place) or self._files.compiled(place)
            ]
            if paths:
                yield from self._lead(paths, ask)
                return

    def _offered(self, ask: Ask, directory: str, subpath: str) -> Iterator[Step]:
        """What a package gives to those who ask for it. Where that is made by its build, of which it is not
        known how, everything in it.
        """
        found, missing, is_source = False, "", False
        for target in offered(self._settings.package(directory), subpath):
            place = joined(directory, target.path)
            yield from _words(place)
            paths = self._files.module(place) or self._files.compiled(place)
            yield from self._lead(paths, ask)
            found = found or bool(paths)
            is_source = (
                is_source
                or any(_is_typescript(path) for path in paths)
                or (bool(paths) and "source" in target.conditions)
            )
            if not paths and not target.is_types:
                missing = missing or target.path
        if not found and not subpath and (paths := self._files.index(directory)):
            yield from self._lead(paths, ask)
        elif not found or (missing and not is_source):
            made = missing or subpath or "what it offers"
            yield from self._lost(
                ask, f"{made} of {ask.what} is made by a build that is not known", directory
            )

    def _by_convention(self, ask: Ask, package: str) -> Iterator[Step]:
        """Files that a library looks for by itself: in the package that uses it, and in what is started."""
        homes = [self._home, *(self._settings.home(under(root, "x")) for root in self._roots[:1])]
        for home in dict.fromkeys(homes):
            directory = under(home or "", CONVENTIONS[package])
            below = directory if self._layout.is_directory(directory) else home
            yield from self._lost(ask, f"{package} loads files by convention", below or "")

    def _data(self, ask: Ask) -> Iterator[Step]:
        """A text that may name a file or a directory: beside the file, or where the program is started."""
        how = f'"{ask.what}"'
        is_pattern = ask.what.endswith("/")
        for base in dict.fromkeys([self._here, self._working, self._home or self._here]):
            path = joined(base, ask.what)
            if not is_pattern and self._layout.find(path):
                yield from self._lead([path], ask, how)
            elif self._layout.is_directory(path):
                if not within(self._at, path):
                    yield from self._lost(ask, f"{how} names a directory", path)
            elif ask.what.startswith("."):
                yield from self._lead(self._files.module(path), ask, how)

    def _place(self, ask: Ask) -> Iterator[Step]:
        """A path that is put together."""
        path = runtime(ask.what, self._at, self._working)
        if paths := self._files.file(path) or self._files.compiled(path):
            yield from self._lead(paths, ask, f"the path {path}")
        elif self._layout.is_directory(path):
            yield from self._lost(
                ask, f"the directory {path or '/'} is named, and all in it may be read", path
            )

    def _below(self, ask: Ask) -> Iterator[Step]:
        """A name whose beginning is known."""
        why = f'names that begin with "{ask.what}" are computed'
        if ask.what.startswith((HERE, WORKING)):
            places = [runtime(ask.what, self._at, self._working)]
        elif ask.what.startswith("."):
            places = [joined(self._here, ask.what)]
        else:
            package, subpath = split(ask.what.rstrip("/"))
            aliases = (self._files.aliases(one, ask.what) for one in above(self._at))
            places = next((found for found in aliases if any(map(self._layout.is_directory, found))), [])
            declared = self._settings.declared(self._at).get(package)
            packages = self._directories(package, declared)
            if not places and not packages and (declared is not None or is_built_in(package)):
                yield Nowhere(package)
                return
            places += [
                one if "exports" in self._settings.package(one) else under(one, subpath) for one in packages
            ]
        known = [place for place in places if self._layout.is_directory(place)]
        for place in known:
            yield from self._lost(ask, why, place)
        if not known:
            yield from self._lost(ask, why)


def _words(path: str) -> Iterator[Nowhere]:
    """The names that a file at a path would have, once it is there."""
    yield from (Nowhere(word.lstrip(".@").partition(".")[0]) for word in path.split("/")[-2:])


def _is_typescript(path: str) -> bool:
    return path.endswith((".ts", ".tsx", ".mts", ".cts")) and not path.endswith(".d.ts")
