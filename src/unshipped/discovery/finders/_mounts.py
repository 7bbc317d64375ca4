"""What a service of a compose file is started with from the repository itself, over what its image has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from unshipped.discovery.documents import Table, table, tables
from unshipped.discovery.finders._words import filled
from unshipped.discovery.images.rules import covering
from unshipped.discovery.snapshot import Snapshot, inside

_PATH = (".", "/", "~", "$")
"""How the source of a mount begins that is no name of a volume."""


def mounted(service: Table, values: Mapping[str, str]) -> Iterator[str]:
    """The sources of its mounts, as they are written."""
    volumes = service.get("volumes")
    for one in volumes if isinstance(volumes, list) else ():
        if isinstance(one, str):
            source, is_mount, _ = _filled(one, values).partition(":")
            if is_mount and source.startswith(_PATH):
                yield source
        elif table(one).get("type") == "bind" and isinstance(where := table(one).get("source"), str):
            yield _filled(where, values)


def configured(service: Table, configs: Table, values: Mapping[str, str]) -> Iterator[str]:
    """The files of the configurations that it is given."""
    given = service.get("configs")
    for one in given if isinstance(given, list) else ():
        name = one if isinstance(one, str) else table(one).get("source")
        where = table(configs.get(name)).get("file") if isinstance(name, str) else None
        if isinstance(where, str):
            yield _filled(where, values)


def watched(service: Table, values: Mapping[str, str]) -> Iterator[str]:
    """What `docker compose watch` brings into it while somebody works on it; a rebuild brings nothing."""
    for one in tables(table(service.get("develop")).get("watch")):
        path, action = one.get("path"), one.get("action")
        if isinstance(path, str) and isinstance(action, str) and action.startswith("sync"):
            yield _filled(path, values)


def tracked(snapshot: Snapshot, directory: str, source: str) -> list[str]:
    """The patterns of what the repository has at the source of a mount."""
    path = inside(directory, source)
    return covering(path) if path is not None and (not path or snapshot.has(path)) else []


def _filled(text: str, values: Mapping[str, str]) -> str:
    """Compose is run beside its file, as a rule."""
    return filled(text, {**values, "PWD": "."})
