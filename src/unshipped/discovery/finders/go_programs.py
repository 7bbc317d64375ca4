"""Programs of a Go module."""

from __future__ import annotations

import re
from collections.abc import Iterator

from unshipped.discovery.finders._builds import beside
from unshipped.discovery.finders._modules import modules_needed, sources_in, workspace_of
from unshipped.discovery.finders._names import files, is_tool, slug
from unshipped.discovery.finders._packages import beside_root, name_of_module, nearest
from unshipped.discovery.further import alive
from unshipped.discovery.images.rules import covering, literal, literal_base, source_glob
from unshipped.discovery.index import suffix
from unshipped.discovery.languages.go.text import embedded
from unshipped.discovery.snapshot import Snapshot, above, inside
from unshipped.discovery.values import Doubt, Found, Place

_MODULE = re.compile(r"(^|/)go\.mod$")
_MAIN = re.compile(r"(^|/)main\.go$")
_LIBRARIES = {"pkg", "internal"}
_OF_MODULE = ("go.mod", "go.sum")
_OF_WORKSPACE = ("go.work", "go.work.sum")
_BESIDE_GO = frozenset({".s", ".c", ".h", ".cc", ".cpp", ".hpp", ".cxx", ".hxx", ".m", ".syso", ".a"})
"""What is compiled or linked with the Go files of its directory."""
_MAIN_PACKAGE = re.compile(rb"^package main\b", re.MULTILINE)


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """`cmd/NAME` in a module, and a module that is a program itself. Which packages it imports is not read
    here, so the whole module counts, with all that is embedded anywhere in it, and so do those that it needs.
    """
    modules = {path.rpartition("/")[0] for path in files(snapshot, _MODULE)}
    read: dict[str, tuple[str, ...]] = {}
    for path in files(snapshot, _MAIN):
        directory = path.rpartition("/")[0]
        module = nearest(directory, modules)
        if module is None or is_tool(path) or not _MAIN_PACKAGE.search(snapshot.content(path) or b""):
            continue
        inner = directory[len(module) :].strip("/").split("/")
        if (inner == [""] or "cmd" in inner) and _LIBRARIES.isdisjoint(inner):
            if module not in read:
                doubts = list[Doubt]()
                read[module] = tuple(dict.fromkeys(_paths(snapshot, module, doubts)))
                yield from doubts
            name, place = _name(snapshot, directory, module), Place(path)
            yield Found(
                name, place, paths=read[module], ignore=("**/*_test.go",), also=(directory,), guessed=True
            )


def _paths(snapshot: Snapshot, module: str, doubts: list[Doubt]) -> Iterator[str]:
    """What a module is made of, and the modules of the repository that it needs."""
    work = workspace_of(snapshot, module)
    needed = modules_needed(snapshot, module, work)
    for one in (module, *sorted(needed - {module})):
        if needed.isdisjoint(("", *above(one)) if one else ()):
            yield beside(literal(one), "**/*.go")
        yield from beside_root(snapshot, one, _OF_MODULE)
        yield from beside_root(snapshot, work, _OF_WORKSPACE) if one == module and work is not None else ()
        yield from _beside(snapshot, one)
        yield from _embedded(snapshot, one, doubts)


def _beside(snapshot: Snapshot, module: str) -> Iterator[str]:
    """What lies beside the Go files of a module and is a part of their packages."""
    for directory in {path.rpartition("/")[0]: None for path in sources_in(snapshot, module)}:
        names = (name for name in snapshot.names(directory) if suffix(name) in _BESIDE_GO)
        endings = sorted({name[name.rindex(".") :] for name in names})
        yield from (beside(literal(directory), f"*{one}") for one in endings)


def _embedded(snapshot: Snapshot, module: str, doubts: list[Doubt]) -> Iterator[str]:
    """What the sources of a module embed."""
    for path in sources_in(snapshot, module):
        for ask in embedded(snapshot.content(path) or b""):
            found = _taken(snapshot, path.rpartition("/")[0], ask.what)
            yield from found
            if not found:
                why = f"what it embeds, {ask.what}, is not there: it may be made of anything in its module"
                doubts.append(Doubt(Place(path, ask.line), why, tuple(covering(module))))
                yield from covering(module)


def _taken(snapshot: Snapshot, directory: str, pattern: str) -> list[str]:
    """The paths and patterns of what is embedded: a directory with all that is in it, also one that a pattern
    matches.
    """
    base = literal_base(pattern)
    place = inside(directory, base)
    if base and place is not None and snapshot.has(place):
        return covering(place)
    glob = source_glob(pattern)
    if base or glob is None or "/" in glob:
        return []
    whole = f"{literal(directory)}/{glob}" if directory else glob
    return [one for one in (whole, f"{whole}/**") if alive(snapshot, one)]


def _name(snapshot: Snapshot, directory: str, module: str) -> str:
    own = "" if directory == "cmd" else directory.removesuffix("/cmd")
    if own == module:
        return name_of_module(snapshot, module) or slug(module.rpartition("/")[2]) or "main"
    return slug(own.rpartition("/")[2])
