"""Programs of a workspace of Cargo."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from unshipped.discovery.documents import Table, at, table, toml
from unshipped.discovery.finders._builds import beside
from unshipped.discovery.finders._names import files, is_ours, is_run, known, slug
from unshipped.discovery.finders._packages import Kind, beside_root, closed, made_of, roots_of
from unshipped.discovery.images.rules import covering
from unshipped.discovery.snapshot import Snapshot, above, inside
from unshipped.discovery.values import Doubt, Found, Place

_MANIFEST = re.compile(r"(^|/)Cargo\.toml$")
_NAMED = re.compile(
    rb'"\$CARGO_MANIFEST_DIR/([^"\n]+)"|"/?(\.{1,2}/[^"\n]+)"|\b(?:embed_migrations|migrate)!\s*\(\s*\)'
)
"""What is named from the directory of the crate, from that or from the file's own, and what has its place."""
_TESTS = ("/tests.rs", "/test.rs")
_SHARED = (
    *("Cargo.lock", "Cargo.toml", "rust-toolchain.toml", "rust-toolchain"),
    *(".cargo/config.toml", ".cargo/config"),
)
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
            crates = closed(where, needs)
            made = list(made_of(snapshot, crates, read, _KIND))
            taken = (path for one in crates for path in _taken(snapshot, one, made))
            paths = (*made, *dict.fromkeys(taken), *beside_root(snapshot, roots[where], _SHARED))
            yield Found(name, Place(f"{where}/Cargo.toml"), paths=paths, also=(where,), guessed=True)


def _taken(snapshot: Snapshot, crate: str, made: Sequence[str]) -> Iterator[str]:
    """What the sources of a crate name that lies outside of it, or in its own directory at the top: a file or
    directory that a macro, an attribute or a build script takes in.
    """
    sources = [path for path in snapshot.below(crate) if path.endswith(".rs") and is_run(path)]
    sources = [path for path in sources if not path.endswith(_TESTS)]
    snapshot.load(sources)
    for path in sources:
        for named in _NAMED.finditer(snapshot.content(path) or b""):
            text = (named[1] or named[2] or b"").decode("utf-8", "replace")
            homes = [path.rpartition("/")[0], crate] if named[2] else [crate]
            places = [inside(home, text) for home in homes] if text else [_migrations(snapshot, crate)]
            for place in places:
                if place and snapshot.has(place) and not f"{crate}/".startswith(f"{place}/"):
                    known = any(place == one or place.startswith(f"{one}/") for one in made)
                    yield from () if known else covering(place)


def _migrations(snapshot: Snapshot, crate: str) -> str | None:
    """The migrations that a crate takes in which does not say where they lie."""
    tried = (beside(one, "migrations") for one in (crate, *reversed(above(crate)), ""))
    return next(filter(snapshot.is_directory, tried), None)


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
