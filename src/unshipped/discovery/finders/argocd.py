"""Applications of Argo CD: what a chart or a directory of manifests is called where it is deployed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from unshipped.discovery.documents import Table, at, documents, table, tables
from unshipped.discovery.finders._kustomize import kustomized
from unshipped.discovery.finders._names import environment_of, files, known, slug
from unshipped.discovery.snapshot import Snapshot, inside
from unshipped.discovery.values import Found, Place

_FILE = re.compile(r"\.ya?ml$")
_MARK = re.compile(r"""^kind\s*:\s*["']?Application(Set)?\b""", re.MULTILINE)


def find(snapshot: Snapshot, found: Sequence[Found]) -> Iterator[Found]:
    """A further name, and perhaps an environment, for the one service among those found whose manifests lie
    where an application has its source. One of several services is called as its manifests say.
    """
    workloads = [one for one in found if one.runs_on == "kubernetes"]
    for path in files(snapshot, _FILE):
        text = snapshot.text(path)
        if not workloads or text is None or not _MARK.search(text):
            continue
        for document in documents(snapshot, path, _MARK):
            top = table(document)
            name = slug(known(at(top, "metadata", "name")))
            for source in _sources(top) if name else ():
                inner = [one for one in workloads if _is_below(snapshot, source, one.place.path)]
                if len({one.name for one in inner}) == 1:
                    place = Place(path, table(top.get("metadata")).lines.get("name", 0))
                    environment = environment_of(f"{source}/") or environment_of(f"{name}.yaml")
                    yield Found(
                        name, place, image=inner[0].image, runs_on="kubernetes", environment=environment,
                        also=inner[0].also,
                    )  # fmt: skip


def _sources(top: Table) -> Iterator[str]:
    """The directories of this repository that an `Application` or an `ApplicationSet` deploys."""
    is_set = top.get("kind") == "ApplicationSet"
    spec = at(top, "spec", "template", "spec") if is_set else top.get("spec")
    if top.get("kind") not in ("Application", "ApplicationSet"):
        return
    for source in [table(at(spec, "source")), *tables(at(spec, "sources"))]:
        path = inside("", known(source.get("path")) or "..")
        if path and "chart" not in source:
            yield path


def _is_below(snapshot: Snapshot, directory: str, path: str) -> bool:
    reached = kustomized(snapshot).reached.get(directory, ())
    return path.startswith(f"{directory}/") or path in reached
