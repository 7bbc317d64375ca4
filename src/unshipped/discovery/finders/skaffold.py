"""Artifacts of Skaffold: which image is built from what."""

from __future__ import annotations

import re
from collections.abc import Iterator

from unshipped.core.model import Build
from unshipped.discovery.documents import Table, at, documents, table, tables, texts
from unshipped.discovery.finders._builds import beside, image_build
from unshipped.discovery.finders._java import GRADLE
from unshipped.discovery.finders._names import directory_in, files, image_name, known, last_part
from unshipped.discovery.finders._patterns import imported
from unshipped.discovery.snapshot import Snapshot, inside
from unshipped.discovery.values import Doubt, Found, Place

_FILE = re.compile(r"(^|/)skaffold[\w.-]*\.ya?ml$")
_MODULES = {"pom.xml", *GRADLE}
_BUILDERS = ("buildpacks", "ko", "bazel", "jib", "custom")


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """One for each artifact, those of profiles too."""
    for path in files(snapshot, _FILE):
        for document in documents(snapshot, path):
            for config in [table(document), *tables(at(document, "profiles"))]:
                for artifact in tables(at(config, "build", "artifacts")):
                    yield from _artifact(snapshot, path, artifact)


def _artifact(snapshot: Snapshot, path: str, artifact: Table) -> Iterator[Found | Doubt]:
    image, place = image_name(artifact.get("image")), Place(path, artifact.lines.get("image", 0))
    where = artifact.get("context") or artifact.get("workspace") or "."
    base = directory_in(snapshot, path.rpartition("/")[0], where) if isinstance(where, str) else None
    builder = next((name for name in _BUILDERS if name in artifact), "docker")
    if base is None or not image:
        return
    if builder == "docker":
        build = _docker(snapshot, base, table(artifact.get("docker")))
        if build:
            yield Found(last_part(image), place, build, image)
        return
    if builder == "ko":
        # What a Go program is made of, its module says.
        main = directory_in(snapshot, base, known(at(artifact, "ko", "main")))
        yield Found(last_part(image), place, image=image, also=(base if main is None else main,))
        return
    module = _module(snapshot, base, known(at(artifact, "jib", "project"))) if builder == "jib" else None
    if module is not None:
        # What a program of Java is made of, its build says.
        yield Found(last_part(image), place, image=image, also=(module,))
        return
    if builder == "bazel":
        why = f"{image} is built by Bazel: what its target depends on is not read"
        yield Doubt(place, why, (base or "**",))
    further = imported(texts(at(artifact, builder, "dependencies", "paths")), base).paths
    yield Found(last_part(image), place, Build(source=base), image, further)


def _module(snapshot: Snapshot, base: str, project: str) -> str | None:
    """Where the module of Maven or Gradle lies that Jib makes an image of; None where that is not known."""
    where = directory_in(snapshot, base, project.strip(":").replace(":", "/"))
    is_module = where is not None and not _MODULES.isdisjoint(snapshot.names(where))
    return where if is_module else None


def _docker(snapshot: Snapshot, context: str, docker: Table) -> Build | None:
    file = known(docker.get("dockerfile"))
    dockerfile = inside(context, file) if file else beside(context)
    given = table(docker.get("buildArgs")).items()
    texts = ((name, value) for name, value in given if isinstance(value, str))
    arguments = ((name, "$" if "{{" in value else value) for name, value in texts)
    return image_build(snapshot, dockerfile, context, str(docker.get("target") or ""), arguments)
