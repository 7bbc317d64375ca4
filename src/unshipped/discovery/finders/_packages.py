"""What the packages of a workspace need of each other."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from unshipped.core.value import Value
from unshipped.discovery.derive import image_in
from unshipped.discovery.documents import at, documents, toml
from unshipped.discovery.finders._builds import beside
from unshipped.discovery.finders._names import is_run, known, slug
from unshipped.discovery.further import tells_all
from unshipped.discovery.images.rules import covering, literal
from unshipped.discovery.needed import needed
from unshipped.discovery.snapshot import Snapshot, above
from unshipped.discovery.values import Found, Place

_MODULE = re.compile(r"^module\s+\S*?([^/\s]+)(?:/v\d+)?\s*$", re.MULTILINE)
_HIDDEN = re.compile(r"(^|/)\.")
_APPLICATIONS = {"apps", "app", "services", "service", "functions", "workers", "backends", "frontends"}


def closed(directory: str, needs: Mapping[str, Iterable[str]]) -> list[str]:
    """A package's directory with those of everything that it needs, sorted."""
    return sorted(needed([directory], lambda one: needs.get(one, ())))


class Kind(Value):
    """What packages of a language are made of."""

    manifest: str
    endings: tuple[str, ...]
    """Of sources; that of the language itself is the first."""
    home: str = ""
    """The directory that has all sources of a package where it has any of the language."""
    may_be_empty: bool = False
    """Whether there are packages that have no sources and only need others."""


def made_of(
    snapshot: Snapshot, needed: Iterable[str], packages: Iterable[str], kind: Kind, root: str = ""
) -> Iterator[str]:
    """The directories of packages that are needed. Others lie below the one at the top of the repository, or
    of the workspace whose `root` is given: of such a one, its manifest and its own sources.
    """
    for one in needed:
        if one and one != root:
            yield one
            continue
        sources, home = _sources(snapshot, one, packages, kind.endings), beside(one, kind.home)
        if home in sources and any(path.endswith(kind.endings[0]) for path in snapshot.below(home)):
            sources = [home]
        yield from sources or ([] if kind.may_be_empty else covering(one))
        yield from beside_root(snapshot, one, (kind.manifest,))


def _sources(snapshot: Snapshot, where: str, packages: Iterable[str], endings: tuple[str, ...]) -> list[str]:
    """Each directory with sources of a package that no other one lies in, and the sources beside these."""
    every = {where, *packages}
    shared = {where, *above(where), *(one for other in every for one in above(other))}
    found: dict[str, None] = {}
    for path in snapshot.below(where):
        directory = path.rpartition("/")[0]
        is_meant = path.endswith(endings) and is_run(path) and not _HIDDEN.search(path)
        if is_meant and nearest(directory, every) == where:
            own = next((one for one in above(path) if one not in shared), None)
            alike = beside(literal(directory), f"*{path[path.rindex('.') :]}")
            found |= dict.fromkeys([alike] if own is None else covering(own))
    return [*found]


def is_application(directory: str) -> bool:
    """Whether a directory lies straight in one for what runs, such as `apps`."""
    return directory.rpartition("/")[0].rpartition("/")[2] in _APPLICATIONS


def deployed_from(snapshot: Snapshot, found: Iterable[Found]) -> Iterator[tuple[str, Found]]:
    """Each directory that is deployed as it is, or whose image has what is made of it before, with a word
    that packages can be added to; not the top, which has them all.
    """
    for build, image in {(one.build, one.image): None for one in found if one.build}:
        home = build.dockerfile.rpartition("/")[0] or build.source
        if home and not (build.dockerfile and tells_all(build, image_in(snapshot, build))):
            yield home, Found("", Place(home), build, image, guessed=True)


def there(snapshot: Snapshot, names: Iterable[str]) -> list[str]:
    """Those of the files that the repository has."""
    return [name for name in names if name in snapshot.entries]


def nearest(directory: str, among: Collection[str]) -> str | None:
    """A directory itself or the nearest one above it that is among some; None where none is."""
    return next((one for one in (directory, *reversed(above(directory)), "") if one in among), None)


def roots_of(directories: Iterable[str], workspaces: Collection[str]) -> dict[str, str]:
    """Of each package the workspace that it lies in; where that is none, the top of the repository."""
    return {where: nearest(where, workspaces) or "" for where in directories}


def named_in(roots: Mapping[str, str], names: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Of each workspace where the packages of a name lie; `names` has what the package in a directory is
    called, or nothing.
    """
    found: dict[str, dict[str, str]] = {root: {} for root in roots.values()}
    for where, name in names.items():
        if name:
            found[roots[where]][name] = where
    return found


def beside_root(snapshot: Snapshot, root: str, names: Iterable[str]) -> list[str]:
    """Those of the files that lie at the top of a workspace."""
    return there(snapshot, (beside(root, name) for name in names))


def name_of_module(snapshot: Snapshot, directory: str) -> str:
    """What a Go module is called; empty where its file does not say."""
    found = _MODULE.search(snapshot.text(beside(directory, "go.mod")) or "")
    return slug(found[1]) if found else ""


def name_of_top(snapshot: Snapshot) -> str:
    """What the package at the top of a repository is called; `service` where there is none."""
    node = next(iter(documents(snapshot, "package.json")), None)
    named = (
        known(at(node, "name")).rpartition("/")[2],
        known(at(toml(snapshot, "pyproject.toml"), "project", "name")),
        known(at(toml(snapshot, "Cargo.toml"), "package", "name")),
    )
    return name_of_module(snapshot, "") or next(filter(None, map(slug, named)), "service")
