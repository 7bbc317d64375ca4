"""What `package.json` and `tsconfig.json` say, at the places where they lie when the program runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import normpath
from typing import Any

from unshipped.core.value import Value
from unshipped.discovery import jsonc
from unshipped.discovery.layout import Layout

PACKAGE = "package.json"
WORKSPACES = ("pnpm-workspace.yaml", "turbo.json", "nx.json", "lerna.json")
"""Beside a package, each of them says that others lie below it."""
DEPENDENCIES = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
CONFIG = re.compile(r"(tsconfig([.-].*)?|jsconfig)\.json")
_BUNDLERS = re.compile(r"\b(webpack|rspack|esbuild|rollup|vite|parcel|ncc|tsup|tsdown|unbuild|microbundle)\b")
_MOST_EXTENDED = 12


class Config(Value):
    """One `tsconfig.json`, with what it extends. Every path is one at run time."""

    files: tuple[str, ...] = ()
    """The files that it was read from."""
    paths: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Patterns of names, and what may stand for them."""
    base: str | None = None
    """Where names without a dot are looked for."""
    same: tuple[str, ...] = ()
    """Directories that are one in the end (`rootDirs`)."""
    out: str | None = None
    root: str | None = None
    """Where what is compiled goes, and the directory that it is taken from."""


class Settings:
    """Those of one layout."""

    def __init__(self, layout: Layout) -> None:
        self._layout, self._snapshot = layout, layout.snapshot
        self._read: dict[str, Mapping[str, Any]] = {}
        self._homes: list[str] | None = None
        self._named: dict[str, list[str]] | None = None
        self._configs: dict[str, list[Config]] = {}
        self._declared: dict[str, Mapping[str, str]] = {}
        self._everywhere: set[str] | None = None
        self._called: dict[str | None, set[str]] = {}

    def read(self, at: str) -> Mapping[str, Any]:
        """The file at a run-time path; empty where it is none, or no JSON."""
        if at not in self._read:
            found = self._layout.find(at)
            self._read[at] = self._parsed(found.path) if found else {}
        return self._read[at]

    def _parsed(self, path: str) -> Mapping[str, Any]:
        known: dict[str, Mapping[str, Any]] = self._snapshot.memo.setdefault("json", {})
        blob = self._snapshot.entries[path].blob
        if blob not in known:
            known[blob] = _json(self._snapshot.text(path) or "")
        return known[blob]

    def package(self, directory: str) -> Mapping[str, Any]:
        """The `package.json` of a directory."""
        return self.read(under(directory, PACKAGE))

    def home(self, at: str) -> str | None:
        """The nearest directory with a `package.json`; None where there is none above."""
        return next((one for one in above(at) if self._layout.find(under(one, PACKAGE))), None)

    def homes(self) -> list[str]:
        """The directories that have a `package.json`, the outer ones first."""
        if self._homes is None:
            if "packages" not in self._snapshot.memo:
                files = (path for path in self._snapshot.entries if f"/{path}".endswith(f"/{PACKAGE}"))
                self._snapshot.memo["packages"] = sorted(files)
                self._snapshot.load(self._snapshot.memo["packages"])
            places = (at for path in self._snapshot.memo["packages"] for at in self._layout.places(path))
            found = (place.rpartition("/")[0] for place in places if self._layout.find(place))
            self._homes = sorted(dict.fromkeys(found), key=lambda home: home.count("/") + bool(home))
        return self._homes

    def named(self, name: str) -> list[str]:
        """The directories of the packages of a name."""
        if self._named is None:
            self._named = {}
            for home in self.homes():
                found = self.package(home).get("name")
                if isinstance(found, str):
                    self._named.setdefault(found, []).append(home)
        return self._named.get(name, [])

    def declared(self, at: str) -> Mapping[str, str]:
        """What the packages that a file lies in depend on, each with how it is written there: as they lie at
        run time, and as they lie in the repository.
        """
        directory = at.rpartition("/")[0]
        if directory not in self._declared:
            found = self._layout.find(at)
            read = [self.package(one) for one in above(at)]
            if found:
                paths = [under(one, PACKAGE) for one in above(found.path)]
                read += [self._parsed(path) for path in paths if path in self._snapshot.entries]
            self._declared[directory] = {
                name: version for data in reversed(read) for name, version in _dependencies(data).items()
            }
        return self._declared[directory]

    def is_library(self, package: str, at: str) -> bool:
        """Whether a package that is not declared above a file is none of the repository: its types are
        declared there; or some other package declares it, or one of its scope, and nothing in the file's own
        package has that name.
        """
        types = f"@types/{package.removeprefix('@').replace('/', '__')}"
        if types in self.declared(at):
            return True
        if self._everywhere is None:
            self.named("")
            needed = {
                one for path in self._snapshot.memo["packages"] for one in _dependencies(self._parsed(path))
            }
            own = {scope(name) for name in self._named or ()}
            scopes = {scope(name) for name in needed} - own - {""}
            self._everywhere = needed | scopes
        if package in self._everywhere or scope(package) in self._everywhere:
            first = package.removeprefix("@").partition("/")[0]
            return first not in self._words(self.home(at))
        return False

    def _words(self, home: str | None) -> set[str]:
        """The names of all directories and files below one, without what follows a dot."""
        if home not in self._called:
            paths = self._layout.below(home or "")
            cut = len(home or "")
            self._called[home] = {part.partition(".")[0] for path in paths for part in path[cut:].split("/")}
        return self._called[home]

    def configs(self, directory: str) -> list[Config]:
        """The `tsconfig.json` of a directory and its kin, such as `tsconfig.app.json`."""
        if directory not in self._configs:
            beside = self._layout.beside(directory)
            files = [path for path in beside if CONFIG.fullmatch(path.rpartition("/")[2])]
            self._configs[directory] = [self._config(path, directory, Config()) for path in files]
        return self._configs[directory]

    def _config(self, at: str, leaf: str, config: Config) -> Config:
        """What a file says over what `config` has already. `leaf` is the directory of the file that extends
        all the others.
        """
        if at in config.files or len(config.files) > _MOST_EXTENDED:
            return config
        data, here = self.read(at), at.rpartition("/")[0]
        config = config._replace(files=(*config.files, at))
        extended = data.get("extends")
        for one in [extended] if isinstance(extended, str) else texts(extended):
            if other := self._extended(one, here):
                config = self._config(other, leaf, config)
        return _over(config, table(data.get("compilerOptions")), here, leaf)

    def _extended(self, name: str, here: str) -> str | None:
        if name.startswith((".", "/")):
            bases = [joined(here, name)]
        else:
            package, rest = split(name)
            bases = [under(one, rest) for one in self.named(package)]
        for base in bases:
            for path in (base, f"{base}.json", under(base, "tsconfig.json")):
                if self._layout.find(path):
                    return path
        return None

    def compiled_from(self, at: str) -> list[str]:
        """What the compiler would make a file of that is not there: `dist/main.js` of `src/main.js`, as it
        says where it puts what it makes. A bundler follows other rules; then nothing is known.
        """
        home = self.home(at)
        if home is None:
            return []
        scripts = " ".join(
            one for one in table(self.package(home).get("scripts")).values() if isinstance(one, str)
        )
        if _BUNDLERS.search(scripts):
            return _bundled_from(home, scripts, at)
        found = []
        for config in self.configs(home):
            if config.out is not None and config.out != home and within(at, config.out):
                roots = [home, under(home, "src")] if config.root is None else [config.root]
                found += [under(root, at[len(config.out) :].strip("/")) for root in roots]
        return list(dict.fromkeys(found))


def _over(config: Config, options: Mapping[str, Any], here: str, leaf: str) -> Config:
    """A configuration, with the options of a file in `here` over it."""

    def place(value: str) -> str:
        return (
            joined(leaf, value.replace("${configDir}", "."))
            if "${configDir}" in value
            else joined(here, value)
        )

    given = {name: place(value) for name, value in options.items() if isinstance(value, str)}
    config = config._replace(
        base=given.get("baseUrl", config.base),
        out=given.get("outDir", config.out),
        root=given.get("rootDir", config.root),
        same=tuple(map(place, texts(options.get("rootDirs")))) or config.same,
    )
    if "paths" not in options:
        return config
    start = here if config.base is None else config.base
    listed = {name: texts(value) for name, value in table(options["paths"]).items()}
    return config._replace(
        paths=tuple(
            (name, tuple(joined(start, one.replace("${configDir}", f"/{leaf}")) for one in values))
            for name, values in listed.items()
        )
    )


_ESBUILD = re.compile(r"\besbuild\s+([^&|;]*)")


def _bundled_from(home: str, scripts: str, at: str) -> list[str]:
    """`esbuild src/main.ts --bundle --outfile=dist/main.js`."""
    for command in _ESBUILD.findall(scripts):
        words = command.split()
        outs = [word.partition("=")[2] for word in words if word.startswith("--outfile=")]
        entries = [word for word in words if not word.startswith("-")]
        if [joined(home, out) for out in outs] == [at] and len(entries) == 1:
            return [joined(home, entries[0])]
    return []


def _json(text: str) -> Mapping[str, Any]:
    try:
        return table(jsonc.read(text))
    except (ValueError, RecursionError):
        return {}


def _dependencies(package: Mapping[str, Any]) -> dict[str, str]:
    """What a package depends on, each with how that is written."""
    return {
        name: version if isinstance(version, str) else ""
        for key in DEPENDENCIES
        for name, version in table(package.get(key)).items()
    }


def scope(name: str) -> str:
    """`@acme/` of `@acme/shared`."""
    return name.partition("/")[0] + "/" if name.startswith("@") else ""


def table(value: Any) -> Mapping[str, Any]:
    """The value if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def texts(value: Any) -> list[str]:
    """The texts of a list."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def above(at: str) -> Iterator[str]:
    """The directories that a file lies in, the nearest first."""
    while at:
        at = at.rpartition("/")[0]
        yield at


def under(directory: str, name: str) -> str:
    """A path below a directory."""
    return f"{directory}/{name}".strip("/")


def joined(directory: str, relative: str) -> str:
    """A relative path taken from a directory, or an absolute one, as a run-time path."""
    path = relative if relative.startswith("/") else f"/{directory}/{relative}"
    return normpath(path).strip("/")


def within(path: str, directory: str) -> bool:
    """Whether a path lies below a directory."""
    return not directory or path == directory or path.startswith(f"{directory}/")


def split(name: str) -> tuple[str, str]:
    """`@acme/shared/clock` into the package and the path in it."""
    parts = name.split("/")
    cut = 2 if name.startswith("@") else 1
    return "/".join(parts[:cut]), "/".join(parts[cut:])
