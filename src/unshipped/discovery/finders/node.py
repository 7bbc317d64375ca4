"""Applications of a workspace of npm, pnpm, yarn, Nx or Turborepo."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial

from unshipped.core.closures.patterns import encode
from unshipped.core.model import Closure
from unshipped.core.paths import PathMap
from unshipped.discovery.documents import Table, at, documents, table, texts
from unshipped.discovery.finders._builds import beside
from unshipped.discovery.finders._names import files, is_ours, is_run, known, slug
from unshipped.discovery.finders._packages import (
    Kind,
    beside_root,
    closed,
    deployed_from,
    is_application,
    made_of,
    named_in,
    nearest,
    roots_of,
)
from unshipped.discovery.images.rules import covering
from unshipped.discovery.snapshot import Snapshot, inside
from unshipped.discovery.values import Doubt, Found, Place

_MANIFEST = re.compile(r"(^|/)package\.json$")
_LOCKS = ("package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb")
_SHARED = (
    *_LOCKS,
    *("package.json", "pnpm-workspace.yaml", "nx.json", "turbo.json", "tsconfig.base.json"),
    *(".npmrc", ".yarnrc.yml", ".pnpmfile.cjs", "bunfig.toml"),
)
_PATCHES = ("patches", ".yarn/patches")
"""Where the tools put what they change of libraries."""
_WORKSPACES = ("pnpm-workspace.yaml", "nx.json", "lerna.json")
_APART = (*_LOCKS, "pnpm-workspace.yaml")
_DEPENDENCIES = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
_KIND = Kind(
    "package.json", (".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx", ".vue", ".svelte")
)
_TEXTS = (*_KIND.endings, ".json", ".css", ".scss")
_CHECKS = re.compile(
    r"(^|/)(\.?(eslint|oxlint|prettier|stylelint|jest|vitest|playwright|cypress)[^/]*|[^/]*\.(test|spec|stories)\.\w+)$"
)
"""What only checks and tests are made of."""
_LEADS = re.compile(rb"[\"'`]((?:\.\./)+[^\"'`\s*?{}$()]+)")
_ENDS = ("", *_KIND.endings, ".json", *(f"/index{one}" for one in _KIND.endings))
_LINKS = ("file:", "link:", "portal:")


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """Each application with its own directory, those of the local packages it needs, and the lock files
    of its workspace.
    """
    tree = _Tree.of(snapshot)
    for where, data in tree.read.items():
        if where and is_run(f"{where}/") and _runs(snapshot, where, data):
            name = slug((known(data.get("name")) or where).rpartition("/")[2])
            shared = tree.shared(one for one in tree.joint[where] if _lies_in(where, one))
            paths = (*tree.made(where), *shared)
            yield Found(name, Place(f"{where}/package.json"), paths=paths, also=(where,), guessed=True)


def follow(snapshot: Snapshot, found: Sequence[Found]) -> Iterator[Found]:
    """The packages that what is deployed from a directory needs, with the files of its workspace."""
    tree = _Tree.of(snapshot)
    for where, one in deployed_from(snapshot, found):
        if where in tree.read:
            around = (root for root in tree.joint[where] if root in tree.workspaces and _lies_in(where, root))
            paths = (path for path in (*tree.made(where), *tree.shared(around)) if not _lies_in(path, where))
            if further := tuple(paths):
                yield one._replace(place=Place(f"{where}/package.json"), paths=further)


class _Tree:
    """The packages of a repository."""

    def __init__(self, snapshot: Snapshot) -> None:
        manifests = list(files(snapshot, _MANIFEST, is_ours))
        snapshot.load(manifests)
        self._snapshot = snapshot
        self.read = {path.rpartition("/")[0]: _json(snapshot, path) for path in manifests}
        self.workspaces = {where for where, data in self.read.items() if _is_workspace(snapshot, where, data)}
        roots = roots_of(self.read, self.workspaces)
        whole = roots_of({*roots.values()}, _apart(snapshot, self.workspaces))
        self.joint = {where: _joint(where, whole, roots[where]) for where in self.read}
        named = named_in(
            roots, {where: known(data.get("name")) for where, data in self.read.items() if where}
        )
        self._needs = {
            where: _needs(snapshot, where, data, ChainMap(*(named[one] for one in self.joint[where])))
            for where, data in self.read.items()
        }
        self._led = cache(partial(_led, snapshot))

    @classmethod
    def of(cls, snapshot: Snapshot) -> _Tree:
        """That of a snapshot, read once."""
        if cls not in snapshot.memo:
            snapshot.memo[cls] = cls(snapshot)
        found: _Tree = snapshot.memo[cls]
        return found

    def made(self, where: str) -> list[str]:
        """What a package is made of, with those that it needs."""
        packages = closed(where, self._needs)
        made = list(made_of(self._snapshot, packages, self.read, _KIND))
        return [*made, *_taken(self._snapshot, packages, made, self._led)]

    def shared(self, around: Iterable[str]) -> Iterator[str]:
        """What workspaces say of all their packages."""
        roots = list(around)
        yield from (path for one in roots for path in beside_root(self._snapshot, one, _SHARED))
        patches = (beside(one, name) for one in roots for name in _PATCHES)
        yield from filter(self._snapshot.is_directory, patches)


def _taken(
    snapshot: Snapshot, packages: Sequence[str], made: Sequence[str], led: Callable[[str], Sequence[str]]
) -> Iterator[str]:
    """What texts in packages lead to that lies in none of them, and what that leads to."""
    counts, found = PathMap([Closure(tuple(made))]), dict[str, None]()
    waiting = [path for one in packages if one for path in snapshot.below(one)]
    while waiting:
        level = [
            path for path in waiting if path.endswith(_TEXTS) and is_run(path) and not _CHECKS.search(path)
        ]
        snapshot.load(level)
        waiting = []
        for path in level:
            for place in led(path):
                holds = any(f"{one}/".startswith(f"{place}/") for one in packages)
                if not (holds or place in found or counts.of(encode(place))):
                    found[place] = None
                    waiting += [place] if place in snapshot.entries else snapshot.below(place)
    yield from (pattern for place in found for pattern in covering(place))


def _led(snapshot: Snapshot, path: str) -> list[str]:
    """Where the texts of a file lead by a way that leaves its directory, of what is there."""
    texts_in = dict.fromkeys(_LEADS.findall(snapshot.content(path) or b""))
    bases = (inside(path.rpartition("/")[0], text.decode("utf-8", "replace")) for text in texts_in)
    ways = ([base + end for end in _ENDS if snapshot.has(base + end)] for base in bases if base)
    return [found[0] for found in ways if found]


def _apart(snapshot: Snapshot, workspaces: Collection[str]) -> set[str]:
    """The workspaces that are installed by themselves: those that say so, and those in no other one."""
    within = {one for one in workspaces if one and nearest(one.rpartition("/")[0], workspaces) is not None}
    return {one for one in workspaces if one not in within or beside_root(snapshot, one, _APART)}


def _joint(where: str, whole: Mapping[str, str], root: str) -> list[str]:
    """The workspaces that are installed with that of a package, `whole` says of each with which: those that
    lie around the package, the nearest first, and the others.
    """
    mine = (one for one in whole if whole[one] == whole[root])
    return sorted(mine, key=lambda one: (not _lies_in(where, one), -len(one), one))


def _lies_in(where: str, directory: str) -> bool:
    return not directory or f"{where}/".startswith(f"{directory}/")


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
            if local is not None and local != where:
                found.add(local)
    implicit = texts(_json(snapshot, f"{where}/project.json").get("implicitDependencies"))
    return found | {named[name] for name in implicit if name in named}


def _runs(snapshot: Snapshot, where: str, data: Table) -> bool:
    """Whether a package is something that runs, and no library."""
    if kind := _json(snapshot, f"{where}/project.json").get("projectType"):
        return bool(kind == "application") and not where.endswith("-e2e")
    is_library = data.get("private") is not True or "exports" in data or "main" in data
    return is_application(where) or ("start" in table(data.get("scripts")) and not is_library)
