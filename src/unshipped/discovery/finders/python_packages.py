"""Applications of a workspace of uv or Poetry, and what a directory of Python needs beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from unshipped.discovery.documents import Table, at, texts, toml
from unshipped.discovery.finders._builds import beside
from unshipped.discovery.finders._names import files, is_ours, is_run, known, slug
from unshipped.discovery.finders._packages import (
    Kind,
    beside_root,
    deployed_from,
    is_application,
    made_of,
    named_in,
    roots_of,
    there,
)
from unshipped.discovery.finders._requirements import MANIFESTS, local, sources
from unshipped.discovery.needed import needed
from unshipped.discovery.snapshot import Snapshot, above
from unshipped.discovery.values import Doubt, Found, Place

_MANIFEST = re.compile(r"(^|/)pyproject\.toml$")
_SHARED = ("uv.lock", "poetry.lock", "pyproject.toml")
_KIND = Kind(
    "pyproject.toml",
    (".py", ".pyi", ".pyx", ".pxd", ".c", ".h", ".cc", ".cpp", ".hpp", ".rs"),
    home="src",
    may_be_empty=True,
)
_END_OF_NAME = re.compile(r"[^A-Za-z0-9_.-]")


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """Each application with its own directory, those of the local packages it needs, and the lock files
    of its workspace: what lies below the top of a repository, or below a workspace of uv, or needs others.
    """
    tree = _Tree.of(snapshot)
    for where, data in tree.read.items():
        root = tree.roots[where]
        inner = where[len(root) :].strip("/")
        scripts = at(data, "project", "scripts") or at(data, "tool", "poetry", "scripts")
        is_meant = root in tree.read and inner and ("/" in inner or root in tree.workspaces)
        is_meant = is_meant or (is_application(where) and bool(tree.further(where)))
        if is_meant and is_run(f"{where}/") and (scripts or is_application(where)):
            name = slug(_name(data) or where.rpartition("/")[2])
            paths = (*tree.made(where), *beside_root(snapshot, root, _SHARED))
            yield Found(name, Place(f"{where}/pyproject.toml"), paths=paths, also=(where,), guessed=True)


def follow(snapshot: Snapshot, found: Sequence[Found]) -> Iterator[Found]:
    """The packages that what is deployed from a directory needs, with the files of its workspace."""
    tree = _Tree.of(snapshot)
    for where, one in deployed_from(snapshot, found):
        manifest = next(iter(there(snapshot, (beside(where, name) for name in MANIFESTS))), "")
        if manifest and (further := tree.further(where)):
            root = tree.roots.get(where)
            shared = beside_root(snapshot, root, _SHARED) if root in tree.workspaces else ()
            yield one._replace(place=Place(manifest), paths=(*further, *shared))


class _Tree:
    """The projects of a repository."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self.read = {
            path.rpartition("/")[0]: toml(snapshot, path) for path in files(snapshot, _MANIFEST, is_ours)
        }
        self.workspaces = {where for where, data in self.read.items() if _members(data)}
        self.roots = roots_of(self.read, self.workspaces)
        names = {where: _canonical(_name(data)) for where, data in self.read.items()}
        self._named = named_in(self.roots, names)
        self._needs = cache(self._asked)

    @classmethod
    def of(cls, snapshot: Snapshot) -> _Tree:
        """That of a snapshot, read once."""
        if cls not in snapshot.memo:
            snapshot.memo[cls] = cls(snapshot)
        found: _Tree = snapshot.memo[cls]
        return found

    def made(self, where: str) -> list[str]:
        """What a project is made of, with those that it needs."""
        packages, root = needed([where], self._needs), self.roots.get(where, "")
        outer = [one for one in sorted(packages) if packages.isdisjoint({*above(one)} - {root})]
        return [*made_of(self._snapshot, outer, self.read, _KIND, root)]

    def further(self, where: str) -> list[str]:
        """The same, without its own directory."""
        return [one for one in self.made(where) if one != where]

    def _asked(self, where: str) -> set[str]:
        """What a project needs straight: other projects, and files of others."""
        data, named = self.read.get(where), self._named.get(self.roots.get(where, ""), {})
        return {*local(self._snapshot, where), *(_siblings(data, named) if data else ())} - {where}


def _members(data: Table) -> list[str]:
    return texts(at(data, "tool", "uv", "workspace", "members"))


def _name(data: Table) -> str:
    return known(at(data, "project", "name")) or known(at(data, "tool", "poetry", "name"))


def _siblings(data: Table, named: Mapping[str, str]) -> Iterator[str]:
    """Where those lie that a project needs of its workspace."""
    for requirement in texts(at(data, "project", "dependencies")):
        name = _canonical(_END_OF_NAME.split(requirement.strip())[0])
        if name in named:
            yield named[name]
    for section in (("tool", "uv", "sources"), ("tool", "poetry", "dependencies")):
        for name, source in sources(data, *section):
            if source.get("workspace") is True and _canonical(name) in named:
                yield named[_canonical(name)]


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
