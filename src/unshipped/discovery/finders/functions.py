"""Functions: directories that are deployed as they are, by convention or by a manifest."""

from __future__ import annotations

import re
from collections.abc import Iterator

from unshipped.core.model import Build
from unshipped.discovery.documents import documents, table
from unshipped.discovery.finders._names import directory_in, is_run, slug
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Doubt, Found, Place

_HOME = re.compile(r"(^|/)(cloud[_-]?)?(functions?|lambdas?)/[^/]+/main\.py$")
_SERVERLESS = re.compile(r"(^|/)serverless\.ya?ml$")
_SAM = re.compile(r"(^|/)(sam-?)?template\.ya?ml$")
_APP_ENGINE = re.compile(r"(^|/)app\.ya?ml$")


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """Directories below `functions/`, `cloud_functions/`, `lambdas/` with a main program and requirements;
    serverless, SAM, App Engine and Procfile.
    """
    for path in snapshot.files():
        if not is_run(path):
            continue
        directory, _, name = path.rpartition("/")
        if _HOME.search(path) and "requirements.txt" in snapshot.names(directory):
            build = Build(source=directory)
            yield Found(slug(directory.rpartition("/")[2]), Place(path), build, runs_on="cloud-function")
        elif name == "Procfile" and directory:
            yield Found(slug(directory.replace("/", "-")), Place(path), Build(source=directory))
        elif _SERVERLESS.search(path) or _SAM.search(path) or _APP_ENGINE.search(path):
            yield from _manifest(snapshot, path)


def _manifest(snapshot: Snapshot, path: str) -> Iterator[Found | Doubt]:
    directory = path.rpartition("/")[0]
    for document in documents(snapshot, path):
        top = table(document)
        if _SERVERLESS.search(path) and "functions" in top:
            service = top.get("service")
            name = service if isinstance(service, str) else directory.rpartition("/")[2]
            yield Found(slug(name), Place(path), Build(source=directory), runs_on="lambda")
        elif _APP_ENGINE.search(path) and "runtime" in top:
            service = top.get("service")
            name = service if isinstance(service, str) else directory.rpartition("/")[2]
            yield Found(
                slug(str(name) or "default"), Place(path), Build(source=directory), runs_on="app-engine"
            )
        for key, resource in table(top.get("Resources")).items():
            if table(resource).get("Type") != "AWS::Serverless::Function":
                continue
            properties, meta = (
                table(table(resource).get("Properties")),
                table(table(resource).get("Metadata")),
            )
            place = Place(path, table(top.get("Resources")).lines.get(key, 0))
            where = meta.get("DockerContext") or properties.get("CodeUri") or "."
            source = directory_in(snapshot, directory, where) if isinstance(where, str) else None
            if source is not None:
                file = meta.get("Dockerfile")
                dockerfile = f"{source}/{file}".strip("/") if isinstance(file, str) else ""
                build = Build(dockerfile, source) if dockerfile in snapshot.entries else Build(source=source)
                yield Found(slug(key), place, build, runs_on="lambda")
