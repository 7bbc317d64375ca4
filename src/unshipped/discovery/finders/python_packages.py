"""Applications of a workspace of uv or Poetry."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from unshipped.discovery.documents import Table, at, table, texts, toml
from unshipped.discovery.finders._names import files, is_ours, is_run, known, slug
from unshipped.discovery.finders._packages import closed, is_application, there
from unshipped.discovery.snapshot import Snapshot, inside
from unshipped.discovery.values import Doubt, Found, Place

_MANIFEST = re.compile(r"/pyproject\.toml$")
_SHARED = ("uv.lock", "poetry.lock", "pyproject.toml")
_TOP = ""
_END_OF_NAME = re.compile(r"[^A-Za-z0-9_.-]")


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """Each application with its own directory, those of the local packages it needs, and the lock files."""
    if "pyproject.toml" not in snapshot.entries:
        return
    members = texts(at(toml(snapshot, "pyproject.toml"), "tool", "uv", "workspace", "members"))
    read = {path.rpartition("/")[0]: toml(snapshot, path) for path in files(snapshot, _MANIFEST, is_ours)}
    every = {_TOP: toml(snapshot, "pyproject.toml"), **read}
    named = {_canonical(_name(data)): where for where, data in every.items() if _name(data)}
    needs = {where: _needs(where, data, named) for where, data in every.items()}
    shared = there(snapshot, _SHARED)
    for where, data in read.items():
        scripts = at(data, "project", "scripts") or at(data, "tool", "poetry", "scripts")
        if is_run(f"{where}/") and (members or "/" in where) and (scripts or is_application(where)):
            name = slug(_name(data) or where.rpartition("/")[2])
            paths = (*_directories(snapshot, closed(where, needs)), *shared)
            yield Found(name, Place(f"{where}/pyproject.toml"), paths=paths, also=(where,), guessed=True)


def _directories(snapshot: Snapshot, needed: Sequence[str]) -> Iterator[str]:
    """Where packages lie. All others lie below the one at the top: of that, its sources."""
    for one in needed:
        if one != _TOP:
            yield one
        elif snapshot.below("src"):
            yield "src"


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
            if isinstance(path, str) and (local := inside(where, path)):
                found.add(local)
    return found - {where}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
