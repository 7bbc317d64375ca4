"""Programs of a Go module."""

from __future__ import annotations

import re
from collections.abc import Iterator

from unshipped.discovery.finders._names import files, is_tool, slug
from unshipped.discovery.finders._packages import name_of_module, there
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Doubt, Found, Place

_MODULE = re.compile(r"(^|/)go\.mod$")
_MAIN = re.compile(r"(^|/)main\.go$")
_LIBRARIES = {"pkg", "internal"}
_MAIN_PACKAGE = re.compile(rb"^package main\b", re.MULTILINE)


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """`cmd/NAME` in a module, and a module that is a program itself. Imports are not read here, so the whole
    module counts.
    """
    modules = {path.rpartition("/")[0] for path in files(snapshot, _MODULE)}
    for path in files(snapshot, _MAIN):
        directory = path.rpartition("/")[0]
        module = next((one for one in _upwards(directory) if one in modules), None)
        if module is None or is_tool(path) or not _MAIN_PACKAGE.search(snapshot.content(path) or b""):
            continue
        inner = directory[len(module) :].strip("/").split("/")
        if (inner == [""] or "cmd" in inner) and _LIBRARIES.isdisjoint(inner):
            prefix = f"{module}/" if module else ""
            paths = (f"{prefix}**/*.go", *there(snapshot, (f"{prefix}go.mod", f"{prefix}go.sum")))
            name, place, tests = _name(snapshot, directory, module), Place(path), ("**/*_test.go",)
            yield Found(name, place, paths=paths, ignore=tests, also=(directory,), guessed=True)


def _name(snapshot: Snapshot, directory: str, module: str) -> str:
    own = "" if directory == "cmd" else directory.removesuffix("/cmd")
    if own == module:
        return name_of_module(snapshot, module) or slug(module.rpartition("/")[2]) or "main"
    return slug(own.rpartition("/")[2])


def _upwards(directory: str) -> Iterator[str]:
    """A directory and those above it, to the top."""
    while directory:
        yield directory
        directory = directory.rpartition("/")[0]
    yield ""
