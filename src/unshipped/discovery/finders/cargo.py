"""Programs of a workspace of Cargo."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from unshipped.discovery.documents import Table, at, table, toml
from unshipped.discovery.finders._names import files, is_ours, is_run, known, slug
from unshipped.discovery.finders._packages import Kind, beside_root, closed, made_of, roots_of
from unshipped.discovery.snapshot import Snapshot, inside
from unshipped.discovery.values import Doubt, Found, Place

_MANIFEST = re.compile(r"(^|/)Cargo\.toml$")
_SHARED = ("Cargo.lock", "Cargo.toml", "rust-toolchain.toml")
_KIND = Kind("Cargo.toml", (".rs",))


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """Each crate with a program: its directory, those of the local crates it needs, and the lock files of its
    workspace.
    """
    read = {path.rpartition("/")[0]: toml(snapshot, path) for path in files(snapshot, _MANIFEST, is_ours)}
    workspaces = {where for where, data in read.items() if "workspace" in data}
    named = {where: _local(where, at(data, "package", "workspace")) for where, data in read.items()}
    roots = roots_of(read, workspaces) | {where: one for where, one in named.items() if one in workspaces}
    needs = {where: _needs(where, data, roots[where], read) for where, data in read.items()}
    for where, data in read.items():
        is_program = f"{where}/src/main.rs" in snapshot.entries or data.get("bin")
        if where and is_program and is_run(f"{where}/"):
            name = slug(known(at(data, "package", "name")) or where.rpartition("/")[2])
            made = made_of(snapshot, closed(where, needs), read, _KIND)
            paths = (*made, *beside_root(snapshot, roots[where], _SHARED))
            yield Found(name, Place(f"{where}/Cargo.toml"), paths=paths, also=(where,), guessed=True)


def _needs(where: str, data: Table, root: str, read: Mapping[str, Table]) -> set[str]:
    """The local crates that a crate names, or that its workspace puts in the place of others."""
    top = table(read.get(root))
    inherited = table(at(top, "workspace", "dependencies"))
    found = set()
    for part in (data, *map(table, table(data.get("target")).values())):
        for section in ("dependencies", "build-dependencies"):
            for name, value in table(part.get(section)).items():
                is_inherited = at(value, "workspace") is True
                path = at(inherited.get(name) if is_inherited else value, "path")
                found.add(_local(root if is_inherited else where, path))
    for patched in table(top.get("patch")).values():
        found |= {_local(root, at(one, "path")) for one in table(patched).values()}
    return {one for one in found if one is not None and one != where}


def _local(where: str, path: object) -> str | None:
    """The directory in the repository that a path leads to; None where it is none."""
    return inside(where, path) if isinstance(path, str) else None
