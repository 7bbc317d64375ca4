"""Which files a path without its suffix stands for, by the rules of all who load JavaScript."""

from __future__ import annotations

from collections.abc import Sequence

from unshipped.discovery.languages.javascript.conventions import BUILDS
from unshipped.discovery.languages.javascript.packages import offered
from unshipped.discovery.languages.javascript.settings import PACKAGE, Settings, above, joined, under, within
from unshipped.discovery.layout import Layout

_ADDED = (
    *(".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json", ".vue", ".svelte", ".astro"),
    *(".node", ".wasm", ".css", ".scss", ".sass", ".less"),
)
_PLATFORMS = ("", ".native", ".ios", ".android", ".web")
_ORDER = {end: at for at, end in enumerate(a + b for b in _ADDED for a in _PLATFORMS)}
"""What may follow on a name whose suffix is left out, the first in this order before the others."""
_TYPES = ".d.ts"
_WRITTEN = {".js": (".ts", ".tsx"), ".jsx": (".tsx",), ".mjs": (".mts",), ".cjs": (".cts",)}
"""What a file may be called whose compiled name is asked for."""


class Files:
    """Those of one layout."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.settings = Settings(layout)
        self._names: dict[str, frozenset[str]] = {}
        self._compiled: dict[str, list[str]] = {}
        self._by_stem: dict[str, dict[str, list[str]]] = {}
        self._builds: dict[str, Sequence[str]] = {}
        self._settings_above: dict[str, Sequence[str]] = {}
        self._modules: dict[tuple[str, bool], list[str]] = {}

    @classmethod
    def of(cls, layout: Layout) -> Files:
        """Those of a layout, worked out once."""
        key = ("javascript", "files")
        if key not in layout.memo:
            layout.memo[key] = cls(layout)
        known: Files = layout.memo[key]
        return known

    def module(self, path: str, *, directory: bool = False) -> list[str]:
        """The files that a path may stand for: itself, with a suffix, or those that its directory offers."""
        key = path, directory
        if key not in self._modules:
            self._modules[key] = []  # a directory that offers itself offers nothing
            self._modules[key] = ([] if directory else self.file(path)) or self._offered(path)
        return self._modules[key]

    def file(self, path: str) -> list[str]:
        """The files of a path, its suffix written out, left out, or that of what it is compiled to."""
        parent, _, name = path.rpartition("/")
        names = self._beside(parent)
        stem, dot, suffix = name.rpartition(".")
        written = [stem + other for other in _WRITTEN.get(dot + suffix, ())]
        found = [one for one in (name, *written) if one in names]
        if name not in names:
            cut = len(name)
            offered = [one for one in self._called(parent).get(name, ()) if one[cut:] in _ORDER]
            found += sorted(offered, key=lambda one: _ORDER[one[cut:]])
        if not found:
            found = [one for one in (name + _TYPES, stem + _TYPES) if one in names]
        return [under(parent, one) for one in found]

    def index(self, directory: str) -> list[str]:
        """The file that stands for a directory."""
        return self.file(under(directory, "index")) if self._layout.is_directory(directory) else []

    def _offered(self, directory: str) -> list[str]:
        if not self._layout.is_directory(directory):
            return []
        found: list[str] = []
        if self._layout.find(under(directory, PACKAGE)):
            for target in offered(self.settings.package(directory), ""):
                place = joined(directory, target.path)
                found += self.module(place) or self.compiled(place)
        return found or self.index(directory)

    def compiled(self, path: str) -> list[str]:
        """What a file that is not there is compiled from, where that is said."""
        if path not in self._compiled:
            places = self.settings.compiled_from(path)
            self._compiled[path] = [found for place in places for found in self.module(place)]
        return self._compiled[path]

    def same(self, at: str, path: str) -> list[str]:
        """The places that are one with a path by `rootDirs`."""
        found: list[str] = []
        for directory in above(at):
            for config in self.settings.configs(directory):
                for one in config.same:
                    if within(path, one):
                        found += [under(other, path[len(one) :].strip("/")) for other in config.same]
        return found

    def aliases(self, directory: str, name: str) -> list[str]:
        """The places that a name may stand for by the configurations of a directory."""
        found: list[str] = []
        for config in self.settings.configs(directory):
            for pattern, targets in config.paths:
                before, star, after = pattern.partition("*")
                if (
                    star
                    and name.startswith(before)
                    and name.endswith(after)
                    and len(name) >= len(before + after)
                ):
                    middle = name[len(before) : len(name) - len(after)]
                    found += [target.replace("*", middle).rstrip("/") for target in targets]
                elif name == pattern:
                    found += targets
            if config.base is not None:
                found.append(under(config.base, name))
        return list(dict.fromkeys(found))

    def settings_above(self, at: str) -> Sequence[str]:
        """The configurations that hold for a file, with all that they extend."""
        directory = at.rpartition("/")[0]
        if directory not in self._settings_above:
            configs = (config for one in above(at) for config in self.settings.configs(one))
            self._settings_above[directory] = list(
                dict.fromkeys(file for one in configs for file in one.files)
            )
        return self._settings_above[directory]

    def builds(self, home: str) -> Sequence[str]:
        """The files that say how the package of a directory is built."""
        if home not in self._builds:
            paths = self._layout.beside(home)
            self._builds[home] = [path for path in paths if path.rpartition("/")[2] in BUILDS]
        return self._builds[home]

    def installed(self, at: str, package: str) -> list[str]:
        """A library that is kept in the repository."""
        places = (under(one, f"node_modules/{package}") for one in above(at))
        return [place for place in places if self._layout.is_directory(place)][:1]

    def _called(self, directory: str) -> dict[str, list[str]]:
        """The names in a directory, by each beginning of them that ends before a dot."""
        if directory not in self._by_stem:
            known = self._by_stem[directory] = {}
            for name in self._beside(directory):
                at = name.find(".", 1)
                while at > 0:
                    known.setdefault(name[:at], []).append(name)
                    at = name.find(".", at + 1)
        return self._by_stem[directory]

    def _beside(self, directory: str) -> frozenset[str]:
        if directory not in self._names:
            paths = self._layout.beside(directory)
            self._names[directory] = frozenset(path.rpartition("/")[2] for path in paths)
        return self._names[directory]
