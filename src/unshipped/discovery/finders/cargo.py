"""Programs of a workspace of Cargo."""

from __future__ import annotations

import re
from collections.abc import Iterator

from unshipped.discovery.documents import Table, at, table, toml
from unshipped.discovery.finders._names import files, is_ours, is_run, known, slug
from unshipped.discovery.finders._packages import closed, there
from unshipped.discovery.snapshot import Snapshot, inside
from unshipped.discovery.values import Doubt, Found, Place

_MANIFEST = re.compile(r"/Cargo\.toml$")
_SHARED = ("Cargo.lock", "Cargo.toml", "rust-toolchain.toml")


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """Each crate with a program: its directory, those of the local crates it needs, and the lock files."""
    read = {path.rpartition("/")[0]: toml(snapshot, path) for path in files(snapshot, _MANIFEST, is_ours)}
    inherited = table(at(toml(snapshot, "Cargo.toml"), "workspace", "dependencies"))
    needs = {where: _needs(where, data, inherited) for where, data in read.items()}
    shared = there(snapshot, _SHARED)
    for where, data in read.items():
        is_program = f"{where}/src/main.rs" in snapshot.entries or data.get("bin")
        if is_program and is_run(f"{where}/"):
            name = slug(known(at(data, "package", "name")) or where.rpartition("/")[2])
            paths = (*closed(where, needs), *shared)
            yield Found(name, Place(f"{where}/Cargo.toml"), paths=paths, also=(where,), guessed=True)


def _needs(where: str, data: Table, inherited: Table) -> set[str]:
    found = set()
    for section in ("dependencies", "build-dependencies"):
        for name, value in table(data.get(section)).items():
            is_inherited = at(value, "workspace") is True
            path = at(inherited.get(name) if is_inherited else value, "path")
            if isinstance(path, str) and (local := inside("" if is_inherited else where, path)):
                found.add(local)
    return found
