"""What is copied into the contexts of images before a file of compose or bake has them built."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import relpath

from unshipped.core.model import Build
from unshipped.discovery.finders import bake, compose
from unshipped.discovery.finders.packages import Packages
from unshipped.discovery.shell import place
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Found

USUAL = (
    *("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"),
    *("compose.override.yaml", "compose.override.yml", "docker-compose.override.yml", "docker-bake.json"),
)
"""What is read where no file is named."""


def prepared(snapshot: Snapshot, packages: Packages, path: str, where: str) -> Iterator[Found]:
    """The images of a file that something is copied for, which lies in a directory that is called so there
    where it is copied.
    """
    directory = path.rpartition("/")[0]
    for one, build in _built(snapshot).get(path, ()):
        at = place(where, relpath(f"/{build.context}", f"/{directory}"))
        if put := packages.put(build.context, at):
            yield one._replace(put=put)


def _built(snapshot: Snapshot) -> dict[str, list[tuple[Found, Build]]]:
    """What each file has built."""
    if _built not in snapshot.memo:
        found: dict[str, list[tuple[Found, Build]]] = {}
        for one in (*compose.find(snapshot), *bake.find(snapshot)):
            if isinstance(one, Found) and one.build:
                found.setdefault(one.place.path, []).append((one, one.build))
        snapshot.memo[_built] = found
    known: dict[str, list[tuple[Found, Build]]] = snapshot.memo[_built]
    return known
