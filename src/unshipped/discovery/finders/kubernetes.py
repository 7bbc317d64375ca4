"""Workloads of Kubernetes: what an image is called where it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from unshipped.discovery.documents import Table, at, documents, table, tables
from unshipped.discovery.finders._kustomize import kustomized
from unshipped.discovery.finders._names import environment_of, files, image_name, is_tool, known, slug
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Doubt, Found, Place

_FILE = re.compile(r"\.ya?ml$")
_KINDS = {"Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Rollout", "Service"}
_MARK = re.compile(rf"""\bkind["']?\s*:\s*["']?({"|".join(_KINDS)})\b""")


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """One for each container of a workload that has a name, in each environment that an overlay or its
    directory gives it.
    """
    paths = [path for path in files(snapshot, _FILE) if not is_tool(path)]
    snapshot.load(paths)
    changed = kustomized(snapshot)
    for path in paths:
        text = snapshot.text(path)
        if text is None or "image" not in text or not _MARK.search(text):
            continue
        environments = changed.environments.get(path, (environment_of(path),))
        for document in documents(snapshot, path, _MARK):
            for found in _documented(path, document):
                for image in (*changed.images.get(found.image, ()), found.image):
                    for environment in environments:
                        yield found._replace(image=image, environment=environment)


def _documented(path: str, document: Any) -> Iterator[Found]:
    """A workload, or a list of them."""
    top = table(document)
    for one in [top, *tables(top.get("items"))]:
        if known(one.get("kind")) in _KINDS:
            yield from _workload(path, one)


def _workload(path: str, top: Table) -> Iterator[Found]:
    name = slug(known(at(top, "metadata", "name")))
    pod = at(top, "spec", "template", "spec")
    if top["kind"] == "CronJob":
        pod = at(top, "spec", "jobTemplate", "spec", "template", "spec")
    # A job prepares something for a service more often than it is one.
    runs_on = "" if top["kind"] == "Job" else "kubernetes"
    for count, container in enumerate(tables(at(pod, "containers"))):
        image = image_name(container.get("image"))
        if not name or not image:
            continue
        own = slug(known(container.get("name"))) if count else ""
        yield Found(own or name, Place(path, container.lines.get("image", 0)), image=image, runs_on=runs_on)
