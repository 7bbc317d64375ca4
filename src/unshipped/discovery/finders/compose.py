"""Services of a compose file that are built from this repository."""

from __future__ import annotations

import re
from collections.abc import Iterator

from unshipped.core.model import Build
from unshipped.discovery.documents import Table, documents, table
from unshipped.discovery.finders._names import directory_in, is_run, slug, unversioned
from unshipped.discovery.snapshot import Snapshot, inside
from unshipped.discovery.values import Doubt, Found, Place

_FILE = re.compile(r"(^|/)(docker-)?compose[\w.-]*\.ya?ml$")


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """One for each service with `build`; one that only names an image is somebody else's."""
    for path in snapshot.files():
        if not _FILE.search(path) or not is_run(path):
            continue
        for document in documents(snapshot, path):
            services = table(table(document).get("services"))
            for name, service in services.items():
                if found := _built(snapshot, path, table(service)):
                    image = table(service).get("image")
                    known = unversioned(image) if isinstance(image, str) and "$" not in image else ""
                    yield Found(slug(name), Place(path, services.lines.get(name, 0)), found, known)


def _built(snapshot: Snapshot, path: str, service: Table) -> Build | None:
    build = service.get("build")
    settings = table(build)
    where = build if isinstance(build, str) else settings.get("context", "." if settings else None)
    if not isinstance(where, str) or "$" in where:
        return None
    context = directory_in(snapshot, path.rpartition("/")[0], where)
    if context is None:
        return None
    file = settings.get("dockerfile")
    dockerfile = inside(context, file if isinstance(file, str) else "Dockerfile")
    if dockerfile is None or dockerfile not in snapshot.entries:
        return None
    target, given = settings.get("target"), table(settings.get("args"))
    arguments = tuple(
        (name, value) for name, value in given.items() if isinstance(value, str) and "$" not in value
    )
    return Build(dockerfile, context, target if isinstance(target, str) else "", arguments)
