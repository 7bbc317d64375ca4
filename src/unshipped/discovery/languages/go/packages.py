"""Go packages: a package is its directory. Which files the compiler takes from there."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from posixpath import normpath

from unshipped.discovery.index import suffix
from unshipped.discovery.layout import Layout

_C = frozenset(
    {".c", ".cc", ".cpp", ".cxx", ".m", ".mm", ".h", ".hh", ".hpp", ".hxx", ".inc", ".def", ".inl", ".tcc"}
)
_OBJECTS = frozenset({".s", ".sx", ".syso", ".swig", ".swigcxx", ".f", ".for", ".f90", ".a"})
_PROFILE = "default.pgo"
_NOT_LISTED = ("vendor", "testdata")


def sources(layout: Layout, directory: str) -> list[str]:
    """The files of the package in a directory, whatever their build constraints, less tests."""
    return _once(layout, "go sources", directory, lambda: list(filter(_is_source, layout.beside(directory))))


def beside(layout: Layout, directory: str) -> list[str]:
    """What else the compiler takes from the directory of a package by itself."""
    found = layout.beside(directory)
    return [one for one in found if suffix(one) in _C | _OBJECTS or one.rpartition("/")[2] == _PROFILE]


def c_files(layout: Layout, directory: str) -> list[str]:
    """What C files may include of all that lies below a directory."""
    return _once(
        layout, "go c files", directory, lambda: [one for one in layout.below(directory) if suffix(one) in _C]
    )


def packages_below(layout: Layout, directory: str) -> list[str]:
    """The directories that `./...` stands for: those with a package in them."""
    found = {one.rpartition("/")[0] for one in layout.below(directory) if _is_source(one)}
    return sorted(one for one in found if _is_listed(one[len(directory) :]))


def matching(layout: Layout, directory: str, pattern: str) -> list[str]:
    """The files that a pattern names, seen from a directory: those below a directory that it names too."""
    base, rest = _split(directory, pattern)
    if not rest and layout.find(base):
        return [base]
    found = layout.below(base) if layout.is_directory(base) else []
    cut = len(base) + 1 if base else 0
    return [one for one in found if _fits(one[cut:].split("/"), rest)]


def is_filled(layout: Layout, directory: str, pattern: str) -> bool:
    """Whether what a pattern names may be what is made elsewhere, and counts there."""
    base, _ = _split(directory, pattern)
    return any(f"{base}/".startswith(f"{one}/") or f"{one}/".startswith(f"{base}/") for one in layout.filled)


def _split(directory: str, pattern: str) -> tuple[str, list[str]]:
    """The run-time path that all that matches begins with, and a glob for each part after it."""
    parts = normpath(f"/{directory}/{pattern}").strip("/").split("/")
    fixed = next((at for at, part in enumerate(parts) if _is_glob(part)), len(parts))
    return "/".join(parts[:fixed]), [_as_glob(part) for part in parts[fixed:]]


def _fits(parts: list[str], globs: list[str]) -> bool:
    return len(parts) >= len(globs) and all(map(fnmatchcase, parts, globs))


def _is_glob(part: str) -> bool:
    return any(sign in part for sign in "*?[\\")


def _as_glob(part: str) -> str:
    return "*" if "\\" in part else part.replace("[^", "[!")


def _is_source(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.endswith(".go") and not name.endswith("_test.go") and name[0] not in "_."


def _is_listed(directory: str) -> bool:
    parts = directory.split("/")
    return not any(part in _NOT_LISTED or part[:1] in ("_", ".") for part in parts)


def _once(layout: Layout, what: str, directory: str, work: Callable[[], list[str]]) -> list[str]:
    if (what, directory) not in layout.memo:
        layout.memo[what, directory] = work()
    found: list[str] = layout.memo[what, directory]
    return found
