"""Applications of a workspace of npm, pnpm, yarn, Nx or Turborepo."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from unshipped.discovery.documents import Table, at, documents, table, texts
from unshipped.discovery.finders._names import files, is_ours, is_run, known, slug
from unshipped.discovery.finders._packages import beside_root, closed, is_application, named_in, roots_of
from unshipped.discovery.snapshot import Snapshot, inside
from unshipped.discovery.values import Doubt, Found, Place

_MANIFEST = re.compile(r"(^|/)package\.json$")
_SHARED = (
    *("package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"),
    *("package.json", "pnpm-workspace.yaml", "nx.json", "turbo.json", "tsconfig.base.json"),
)
_WORKSPACES = ("pnpm-workspace.yaml", "nx.json", "lerna.json")
_DEPENDENCIES = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
_LINKS = ("file:", "link:", "portal:")


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """Each application with its own directory, those of the local packages it needs, and the lock files
    of its workspace.
    """
    manifests = list(files(snapshot, _MANIFEST, is_ours))
    snapshot.load(manifests)
    read = {path.rpartition("/")[0]: _json(snapshot, path) for path in manifests}
    workspaces = {where for where, data in read.items() if _is_workspace(snapshot, where, data)}
    roots = roots_of(read, workspaces)
    named = named_in(roots, {where: known(data.get("name")) for where, data in read.items() if where})
    needs = {where: _needs(snapshot, where, data, named[roots[where]]) for where, data in read.items()}
    for where, data in read.items():
        if where and is_run(f"{where}/") and _runs(snapshot, where, data):
            name = slug((known(data.get("name")) or where).rpartition("/")[2])
            paths = (*closed(where, needs), *beside_root(snapshot, roots[where], _SHARED))
            yield Found(name, Place(f"{where}/package.json"), paths=paths, also=(where,), guessed=True)


def _is_workspace(snapshot: Snapshot, where: str, data: Table) -> bool:
    """Whether the packages below a directory are installed together."""
    listed = at(data, "workspaces", "packages") or data.get("workspaces")
    return bool(isinstance(listed, list) and listed) or bool(beside_root(snapshot, where, _WORKSPACES))


def _json(snapshot: Snapshot, path: str) -> Table:
    return table(next(iter(documents(snapshot, path)), None))


def _needs(snapshot: Snapshot, where: str, data: Table, named: Mapping[str, str]) -> set[str]:
    found = set()
    for key in _DEPENDENCIES:
        for name, version in table(data.get(key)).items():
            linked = isinstance(version, str) and version.startswith(_LINKS)
            local = inside(where, version.partition(":")[2]) if linked else named.get(name)
            if local and local != where:
                found.add(local)
    implicit = texts(_json(snapshot, f"{where}/project.json").get("implicitDependencies"))
    return found | {named[name] for name in implicit if name in named}


def _runs(snapshot: Snapshot, where: str, data: Table) -> bool:
    """Whether a package is something that runs, and no library."""
    if kind := _json(snapshot, f"{where}/project.json").get("projectType"):
        return bool(kind == "application") and not where.endswith("-e2e")
    is_library = data.get("private") is not True or "exports" in data or "main" in data
    return is_application(where) or ("start" in table(data.get("scripts")) and not is_library)
