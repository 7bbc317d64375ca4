"""Applications of a workspace of uv or Poetry."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from unshipped.discovery.documents import Table, at, table, texts, toml
from unshipped.discovery.finders._names import files, is_ours, is_run, known, slug
from unshipped.discovery.finders._packages import (
    Kind,
    beside_root,
    closed,
    is_application,
    made_of,
    named_in,
    roots_of,
)
from unshipped.discovery.snapshot import Snapshot, inside
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
    of its workspace: what lies below the top of a repository, or below a workspace of uv.
    """
    read = {path.rpartition("/")[0]: toml(snapshot, path) for path in files(snapshot, _MANIFEST, is_ours)}
    workspaces = {where for where, data in read.items() if _members(data)}
    roots = roots_of(read, workspaces)
    named = named_in(roots, {where: _canonical(_name(data)) for where, data in read.items()})
    needs = {where: _needs(where, data, named[roots[where]]) for where, data in read.items()}
    for where, data in read.items():
        root = roots[where]
        inner = where[len(root) :].strip("/")
        scripts = at(data, "project", "scripts") or at(data, "tool", "poetry", "scripts")
        is_meant = root in read and inner and ("/" in inner or root in workspaces)
        if is_meant and is_run(f"{where}/") and (scripts or is_application(where)):
            name = slug(_name(data) or where.rpartition("/")[2])
            made = made_of(snapshot, closed(where, needs), read, _KIND, root)
            paths = (*made, *beside_root(snapshot, root, _SHARED))
            yield Found(name, Place(f"{where}/pyproject.toml"), paths=paths, also=(where,), guessed=True)


def _members(data: Table) -> list[str]:
    return texts(at(data, "tool", "uv", "workspace", "members"))


def _name(data: Table) -> str:
    return known(at(data, "project", "name")) or known(at(data, "tool", "poetry", "name"))


def _needs(where: str, data: Table, named: Mapping[str, str]) -> set[str]:
    found = set()
    for requirement in texts(at(data, "project", "dependencies")):
        name = _canonical(_END_OF_NAME.split(requirement.strip())[0])
        if name in named:
            found.add(named[name])
    for section in (("tool", "uv", "sources"), ("tool", "poetry", "dependencies")):
        for name, source in table(at(data, *section)).items():
            if at(source, "workspace") is True and _canonical(name) in named:
                found.add(named[_canonical(name)])
            path = at(source, "path")
            if isinstance(path, str) and (local := inside(where, path)) is not None:
                found.add(local)
    return found - {where}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
