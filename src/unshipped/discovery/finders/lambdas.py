"""Functions of AWS: `serverless.yml`, and templates of SAM."""

from __future__ import annotations

import re
from collections.abc import Iterator

from unshipped.core.model import Build
from unshipped.discovery.documents import Table, at, documents, table, texts
from unshipped.discovery.finders._builds import image_build
from unshipped.discovery.finders._names import directory_in, files, image_name, known, slug
from unshipped.discovery.finders._patterns import imported
from unshipped.discovery.snapshot import Snapshot, inside
from unshipped.discovery.values import Doubt, Found, Place

_SERVERLESS = re.compile(r"(^|/)serverless[\w.-]*\.(ya?ml|json)$")
_SAM = re.compile(r"(^|/)[\w.-]*template\.(ya?ml|json)$|(^|/)sam\.ya?ml$")


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """Each `serverless.yml`, which is deployed as one, and each function of a template."""
    for path in files(snapshot, _SERVERLESS):
        for document in documents(snapshot, path):
            if "functions" in table(document):
                yield from _serverless(snapshot, path, table(document))
    for path in files(snapshot, _SAM):
        for document in documents(snapshot, path):
            yield from _template(snapshot, path, table(document))


def _serverless(snapshot: Snapshot, path: str, top: Table) -> Iterator[Found]:
    """The directory of the file, what its patterns, handlers and layers take in besides, and its images."""
    directory = path.rpartition("/")[0]
    service = known(top.get("service")) or known(at(top, "service", "name"))
    name = slug(service) or slug(directory.rpartition("/")[2]) or "functions"
    functions = [table(one) for one in table(top.get("functions")).values()]
    patterns = [text for one in [top, *functions] for key in ("patterns", "include")
                for text in texts(at(one, "package", key)) if not text.startswith("!")]  # fmt: skip
    handlers = (known(one.get("handler")).rpartition("/")[0] for one in functions)
    layers = (known(at(one, "path")) for one in table(top.get("layers")).values())
    patterns += [one for one in (*handlers, *layers) if one.startswith("..")]
    taken = imported(patterns, directory).paths
    further = tuple(one for one in taken if directory and not f"{one}/".startswith(f"{directory}/"))
    place = Place(path, top.lines.get("service", 0))
    yield Found(name, place, Build(source=directory), paths=further, runs_on="lambda")
    images = table(at(top, "provider", "ecr", "images"))
    for key, image in images.items():
        where = image if isinstance(image, str) else table(image).get("path")
        context = directory_in(snapshot, directory, where) if isinstance(where, str) else None
        file = known(table(image).get("file")) or "Dockerfile"
        build = image_build(snapshot, inside(context or "", file), context)
        if build and slug(key):
            yield Found(slug(key), Place(path, images.lines.get(key, 0)), build, runs_on="lambda")


def _template(snapshot: Snapshot, path: str, top: Table) -> Iterator[Found | Doubt]:
    resources = table(top.get("Resources"))
    defaults = table(at(top, "Globals", "Function"))
    for key, resource in resources.items():
        if at(resource, "Type") != "AWS::Serverless::Function" or not slug(key):
            continue
        place = Place(path, resources.lines.get(key, 0))
        properties = Table({**defaults, **table(at(resource, "Properties"))})
        build = _build(snapshot, path, properties, table(at(resource, "Metadata")))
        image = image_name(properties.get("ImageUri"))
        if build is None and not image:
            yield Doubt(
                place, f"{key}: what it is made of is not in the repository, or depends on a variable"
            )
            continue
        layers = [*texts(properties.get("Layers")), *texts(defaults.get("Layers"))]
        further = tuple(one for name in layers for one in _layer(snapshot, path, resources.get(name)))
        yield Found(slug(key), place, build, image, further, runs_on="lambda")


def _build(snapshot: Snapshot, path: str, properties: Table, metadata: Table) -> Build | None:
    where = metadata.get("DockerContext") or properties.get("CodeUri")
    if where is None and "Dockerfile" not in metadata and "ImageUri" in properties:
        return None
    where = "." if where is None else where
    source = directory_in(snapshot, path.rpartition("/")[0], where) if isinstance(where, str) else None
    if source is None:
        return None
    file, target = known(metadata.get("Dockerfile")), known(metadata.get("DockerBuildTarget"))
    dockerfile = inside(source, file) if file else None
    return image_build(snapshot, dockerfile, source, target) or Build(source=source)


def _layer(snapshot: Snapshot, path: str, resource: object) -> Iterator[str]:
    """The directory of a layer that the template itself makes."""
    where = known(at(resource, "Properties", "ContentUri"))
    directory = directory_in(snapshot, path.rpartition("/")[0], where) if where else None
    if directory is not None:
        yield directory or "**"
