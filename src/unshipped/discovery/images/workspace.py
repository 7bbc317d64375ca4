"""The packages of a workspace of npm, pnpm, yarn, Nx or Turborepo that lie in one stage: which need which.

Two packages belong together where the manifest or the settings of one name the other, and where any text
in its sources does: by its name, or by a path that leads there. Which files of it are used is not asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from unshipped.core.value import Value
from unshipped.discovery.images.script import own_text
from unshipped.discovery.languages.asks import Ask
from unshipped.discovery.languages.javascript.files import Files
from unshipped.discovery.languages.javascript.places import runtime
from unshipped.discovery.languages.javascript.settings import (
    DEPENDENCIES,
    PACKAGE,
    WORKSPACES,
    above,
    joined,
    split,
    table,
    under,
)
from unshipped.discovery.languages.javascript.settings import within as lies_in
from unshipped.discovery.languages.javascript.text import BELOW, SUFFIXES
from unshipped.discovery.layout import Layout, Located
from unshipped.discovery.needed import needed
from unshipped.discovery.values import Place

HOOKS = ("preinstall", "install", "postinstall", "prepare")
_WORD = re.compile(r"[^\s'\"`=,;|&(){}\[\]<>!^]+")
_ENDS = re.compile(r"(\.\.\.|#.*|:.*)$")
_SAID = ("turbo.json", "nx.json", "lerna.json")
_LISTS = re.compile(r"(turbo|package(-lock)?|tsconfig.*|jsconfig.*)\.json|pnpm-.*\.yaml|.*[-.]lock\b.*|\..*")
"""Files of a workspace that name its packages and need none."""
_SETTINGS = (".npmrc", ".yarnrc.yml", "bunfig.toml")
"""Files beside a workspace's manifest in which it is set."""
_PLUGINS = ".yarn"
"""Where yarn lies itself, with what is added to it."""
_OPEN = re.compile(r"\*|\$\{")
"""Where a text goes on that is known only when it runs."""
_PLAIN = (".json", ".yaml", ".yml", ".toml")
_STYLES = (
    ".css",
    ".scss",
    ".sass",
    ".less",
    ".styl",
    ".html",
    ".graphql",
    ".gql",
    ".prisma",
    ".proto",
    ".mdx",
)
_PROGRAMS = (".js", ".cjs", ".mjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")
_READ = (*_PLAIN, *_PROGRAMS)


class Texts(Value):
    """What stands in a file; None where it cannot be read."""

    quoted: Callable[[Located], Sequence[str] | None]
    """The texts that may name a package or a path."""
    computed: Callable[[Located], Sequence[Ask] | None]
    """The paths that are put together when it runs."""


class Workspace:
    """A package that lies in another one is a part of it: the outer ones are told apart."""

    def __init__(self, layout: Layout, texts: Texts) -> None:
        self._texts = texts
        self._layout, self._settings = layout, Files.of(layout).settings
        homes = self._settings.homes()
        self.root = next((one for one in homes if self._is_root(one)), None)
        inside = [one for one in homes if self.root is not None and one != self.root]
        inside = [one for one in inside if lies_in(one, self.root or "")]
        self.units = frozenset(one for one in inside if not any(up in inside for up in above(one)))
        self._names = self._named(homes)
        self._led_by = self._aliases()
        self._called: dict[str, set[str]] = {}
        """The last parts of names, and what the directories are called."""
        for name, units in self._names.items():
            self._called.setdefault(name.rpartition("/")[2], set()).update(units)
        for unit in self.units:
            self._called.setdefault(unit.rpartition("/")[2], set()).add(unit)
        self._needs: dict[str, frozenset[str]] = {}
        self.read: dict[str, None] = {}
        """The run-time paths of the files whose texts were asked which packages they name."""
        self.unread = ""
        """One that could not be read."""
        self.computed: dict[str, Place] = {}
        """The files that put paths together which may lead to several packages, and where they do so."""

    def unit(self, path: str) -> str | None:
        """The package that a run-time path lies in."""
        return next((one for one in (path, *above(path)) if one in self.units), None)

    def closed(self, units: Iterable[str]) -> frozenset[str]:
        """Some packages, with all that they need, and what the workspace as a whole does."""
        return frozenset(needed([*units, *self._of_root()], self._needed))

    def called(self, name: str) -> frozenset[str]:
        """The packages of that name."""
        return frozenset(self._names.get(name, ()))

    def declared(self, units: Iterable[str]) -> frozenset[str]:
        """Some packages, with those that their manifests and that of the workspace ask for, and those whose
        tasks the tasks of these wait for.
        """
        return frozenset(needed([*units, *self._in_manifest(self.root or "")], self._declared))

    def unnamed(self) -> frozenset[str]:
        """The directories at the top in which no package lies, and which the workspace does not name."""
        root = self.root or ""
        said = "\n".join(self._text(under(root, name)) for name in (PACKAGE, *WORKSPACES, *_SETTINGS))
        inside = (path.removeprefix(root).lstrip("/").split("/") for path in self._layout.below(root))
        names = {parts[0] for parts in inside if len(parts) > 1} - {_PLUGINS}
        found = (under(root, name) for name in names if name not in said)
        return frozenset(one for one in found if not any(lies_in(unit, one) for unit in self.units))

    def _declared(self, unit: str) -> Iterator[str]:
        yield from (other for home in self.homes(unit) for other in self._in_manifest(home))
        yield from self._waited_for(unit)

    def _in_manifest(self, home: str) -> Iterator[str]:
        package = self._settings.package(home)
        for name, value in (pair for key in DEPENDENCIES for pair in table(package.get(key)).items()):
            yield from self._names.get(name, ())
            if isinstance(value, str) and ":" in value:  # by another name, or by where it lies
                kind, _, where = value.partition(":")
                known = (units for other, units in self._names.items() if other in where)
                yield from (unit for units in known for unit in units)
                yield from self._at(joined(home, where)) if kind != "npm" else ()

    def _waited_for(self, unit: str) -> Iterator[str]:
        """The packages that the tasks of one wait for by their names."""
        for name, said in self._tasks():
            if unit in self._names.get(name.partition("#")[0], ()):
                yield from self.mentioned(said, unit)

    def mentioned(self, text: str, directory: str, *, loosely: bool = False) -> Iterator[str]:
        """The packages that a text names, by their names or by where they lie; `loosely`, also by the last
        part of these, as who filters by hand may.
        """
        for word in _WORD.findall(text):
            bare = _ENDS.sub("", word)
            yield from self._names.get(word, ())
            yield from self._names.get(bare, ())
            if loosely:
                yield from self._called.get(bare, ())
                like = (name for name in self._names if "*" in bare and fnmatchcase(name, bare))
                yield from (unit for name in like for unit in self._names[name])
            if "/" in bare or bare in (".", ".."):
                place = joined(directory, bare.partition("*")[0])
                yield from self._at(place, all_of_it=loosely and "*" in bare)

    def scripts(self, directory: str) -> dict[str, str]:
        """The scripts of the package in a directory."""
        listed = table(self._settings.package(directory).get("scripts"))
        return {name: text for name, text in listed.items() if isinstance(text, str)}

    def homes(self, unit: str) -> list[str]:
        """The directories of a package and of those that lie in it."""
        return [one for one in self._settings.homes() if lies_in(one, unit)]

    def orchestrated(self) -> str:
        """What those say who run the scripts of many packages."""
        files = (self._text(under(self.root or "", name)) for name in _SAID)
        return "\n".join(files)

    def _at(self, place: str, *, all_of_it: bool = False) -> Iterator[str]:
        if one := self.unit(place):
            yield one
        elif all_of_it or (place != self.root and lies_in(place, self.root or "")):
            yield from (one for one in self.units if lies_in(one, place))

    def _of_root(self) -> Iterator[str]:
        """What the workspace itself needs, whichever package is built."""
        root = self.root or ""
        yield from self._in_manifest(root)
        for path in self._layout.beside(root):
            if path.endswith(_PLAIN) and not _LISTS.fullmatch(path.rpartition("/")[2]):
                yield from self.mentioned(self._text(path), root)
        for name, said in self._tasks():
            yield from self.mentioned(said, root) if "#" not in name else ()
        outside = [path for path in self._layout.below(root) if self.unit(path) is None]
        yield from self._led([path for path in outside if path.endswith(_PROGRAMS)], None)

    def _needed(self, unit: str) -> frozenset[str]:
        """What its manifest, its settings and its sources name."""
        if unit not in self._needs:
            found: set[str] = set()
            for home in self.homes(unit):
                for path in self._layout.beside(home):
                    if path.endswith(_READ):
                        found.update(self.mentioned(self._text(path), home))
            found.update(self._waited_for(unit))
            below = self._layout.below(unit)
            found.update(self._led([path for path in below if path.endswith((*SUFFIXES, *_STYLES))], unit))
            self._needs[unit] = frozenset(found)
        return self._needs[unit]

    def _tasks(self) -> Iterator[tuple[str, str]]:
        """The tasks of Turborepo, each with what it waits for: `web#build` is one of a single package."""
        path = under(self.root or "", "turbo.json")
        self.read[path] = None
        settings = self._settings.read(path)
        for name, said in {**table(settings.get("pipeline")), **table(settings.get("tasks"))}.items():
            yield name, json.dumps(said)

    def _led(self, paths: Sequence[str], unit: str | None) -> Iterator[str]:
        """Where the texts of sources lead: to a package by its name, or by a path that leaves their own."""
        found = {path: located for path in paths if (located := self._layout.find(path))}
        self._layout.snapshot.load(one.path for one in found.values())
        for path, located in found.items():
            self.read[path] = None
            texts, computed = self._texts.quoted(located), self._texts.computed(located)
            if texts is None or computed is None:
                self.unread = self.unread or path
            for text in texts or ():
                if text[0] not in "./":
                    yield from self._by_name(text)
                    led = (units for begin, units in self._led_by.items() if text.startswith(begin))
                    yield from (unit for units in led for unit in units)
                if "/" in text:
                    yield from self._paths(path, text, unit, Place(located.path))
            for ask in computed or ():
                bases = {self._settings.home(path) or "", self.root or ""}
                for place in {runtime(ask.what, path, base) for base in bases}:
                    yield from self._left(place, unit, Place(located.path, ask.line), known=ask.kind != BELOW)

    def _by_name(self, text: str) -> Iterator[str]:
        """The packages of a name; where its end is put together at run time, all whose names begin so."""
        named = self._names.get(split(text)[0], ())
        yield from named
        begin = _OPEN.split(text, maxsplit=1)[0]
        if not named and begin and (begin != text or text.endswith(("/", "-"))):
            yield from (
                unit for name, units in self._names.items() if name.startswith(begin) for unit in units
            )

    def _paths(self, path: str, text: str, unit: str | None, where: Place) -> Iterator[str]:
        """Where a text leads that is a path, seen from its file, from its package, and from the workspace."""
        here = path.rpartition("/")[0]
        begin = _OPEN.split(text, maxsplit=1)[0]
        known = begin == text
        if not known:
            begin = begin.rpartition("/")[0] + "/"
        home, root = self._settings.home(path) or "", self.root or ""
        bases = {here} if not known and begin.startswith("./") else {here, home, root}
        if known or not begin.startswith("/"):  # else it is rather the address of a page
            for place in {joined(base, begin) for base in bases}:
                yield from self._left(place, unit, where, known=known)

    def _left(self, place: str, unit: str | None, where: Place, *, known: bool) -> Iterator[str]:
        """The packages at a place outside of the one that asks; of a place where the path is not known to its
        end, all that lie below.
        """
        if unit is not None and lies_in(place, unit):
            return
        if known:
            if unit is None or not lies_in(unit, place):
                yield from self._at(place)
            return
        below = {*self._at(place, all_of_it=place == (self.root or ""))}
        if len(below - {unit}) > 1:
            self.computed.setdefault(where.path, where)
        yield from below

    def _is_root(self, directory: str) -> bool:
        marked = any(self._layout.find(under(directory, name)) for name in WORKSPACES)
        return marked or "workspaces" in self._settings.package(directory)

    def _named(self, homes: Iterable[str]) -> dict[str, set[str]]:
        """The names that packages go by: their own, and that of their project."""
        names: dict[str, set[str]] = {}
        for home in homes:
            project = self._settings.read(under(home, "project.json")).get("name")
            said = (self._settings.package(home).get("name"), project)
            unit = self.unit(home)
            for name in said:
                if unit and isinstance(name, str) and name:
                    names.setdefault(name, set()).add(unit)
        return names

    def _aliases(self) -> dict[str, set[str]]:
        """How names begin that lead to packages by the settings of the workspace."""
        found: dict[str, set[str]] = {}
        for config in self._settings.configs(self.root or ""):
            for pattern, targets in config.paths:
                units = {unit for one in targets if (unit := self.unit(one.partition("*")[0].rstrip("/")))}
                found.setdefault(pattern.partition("*")[0], set()).update(units)
        return found

    def _text(self, path: str) -> str:
        self.read[path] = None
        return own_text(self._layout, path) or ""
