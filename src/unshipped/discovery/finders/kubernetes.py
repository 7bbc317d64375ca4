"""Workloads of Kubernetes: what an image is called where it runs."""

from __future__ import annotations

from collections.abc import Iterator

from unshipped.discovery.documents import Table, documents, table
from unshipped.discovery.finders._names import is_run, slug, unversioned
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Doubt, Found, Place

_KINDS = {"Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Rollout", "Service"}
_MARKS = ("kind:", "image:")


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """One for each container of a workload that has a name."""
    for path in snapshot.files():
        if not path.endswith((".yaml", ".yml")) or not is_run(path):
            continue
        text = snapshot.text(path)
        if text is None or not all(mark in text for mark in _MARKS):
            continue
        for document in documents(snapshot, path):
            top = table(document)
            if top.get("kind") in _KINDS:
                yield from _workload(path, top)


def _workload(path: str, top: Table) -> Iterator[Found]:
    metadata, spec = table(top.get("metadata")), table(top.get("spec"))
    name = metadata.get("name")
    pod = table(table(spec.get("template")).get("spec"))
    if top.get("kind") == "CronJob":
        pod = table(table(table(table(spec.get("jobTemplate")).get("spec")).get("template")).get("spec"))
    containers = pod.get("containers")
    if not isinstance(name, str) or not name.strip():
        return
    for container in containers if isinstance(containers, list) else ():
        image = table(container).get("image")
        if isinstance(image, str) and image and "$" not in image:
            place = Place(path, table(container).lines.get("image", 0))
            yield Found(slug(name), place, image=unversioned(image), runs_on="kubernetes")
