"""What kustomizations do to the manifests that they name: other images, and an environment."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from unshipped.core.value import Value
from unshipped.discovery.documents import Table, documents, table, tables, texts
from unshipped.discovery.finders._names import environment_of, image_name, is_run
from unshipped.discovery.snapshot import Snapshot, inside

_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_MOST_STEPS = 20_000


class Kustomized(Value):
    """What all kustomizations of a repository say together."""

    images: Mapping[str, tuple[str, ...]]
    """For the image of a manifest, those that stand in its place somewhere."""
    environments: Mapping[str, tuple[str, ...]]
    """For a manifest, the environments of the overlays that lead to it."""
    reached: Mapping[str, AbstractSet[str]]
    """For the directory of a kustomization, all files and directories that it leads to."""


def kustomized(snapshot: Snapshot) -> Kustomized:
    """Worked out once for a tree."""
    if "kustomized" not in snapshot.memo:
        snapshot.memo["kustomized"] = _worked_out(snapshot)
    known: Kustomized = snapshot.memo["kustomized"]
    return known


def _worked_out(snapshot: Snapshot) -> Kustomized:
    read = {
        path.rpartition("/")[0]: table(next(iter(documents(snapshot, path)), None))
        for path in snapshot.files()
        if path.rpartition("/")[2] in _NAMES and is_run(path)
    }
    images: dict[str, dict[str, None]] = {}
    for one in read.values():
        for change in tables(one.get("images")):
            before, after = image_name(change.get("name")), image_name(change.get("newName"))
            if before and after:
                images.setdefault(before, {})[after] = None
    reached = {directory: _reached(read, directory) for directory in read}
    environments: dict[str, dict[str, None]] = {}
    for directory, paths in reached.items():
        environment = environment_of(f"{directory}/")
        for path in sorted(paths) if environment else ():
            environments.setdefault(path, {})[environment] = None
    return Kustomized(
        {before: tuple(after) for before, after in images.items()},
        {path: tuple(names) for path, names in environments.items()},
        reached,
    )


def _reached(read: Mapping[str, Table], directory: str) -> set[str]:
    """The files and directories that a kustomization leads to."""
    found, waiting = set[str](), [directory]
    while waiting and len(found) < _MOST_STEPS:
        here = waiting.pop()
        for key in ("resources", "bases", "components"):
            for one in texts(read.get(here, Table()).get(key)):
                path = inside(here, one)
                if path is not None and path not in found:
                    found.add(path)
                    waiting.append(path)
    return found
