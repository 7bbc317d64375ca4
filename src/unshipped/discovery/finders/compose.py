"""Services of a compose file that are built from this repository."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from unshipped.core.model import Build
from unshipped.discovery.documents import Table, documents, table, texts
from unshipped.discovery.finders._builds import image_build, lent
from unshipped.discovery.finders._names import directory_in, files, image_name, is_tool, slug
from unshipped.discovery.finders._words import filled
from unshipped.discovery.snapshot import Snapshot, inside
from unshipped.discovery.values import Doubt, Found, Place

_FILE = re.compile(r"(^|/)(docker-)?compose[\w.-]*\.ya?ml$")
_TESTS = re.compile(r"[._-](tests?|ci|e2e)\b")
_ASSIGNED = re.compile(r"^\s*(?:export\s+)?(\w+)=(.*)$")
_UNFINISHED = {"dev", "develop", "development", "test", "tests", "testing", "debug", "local"}
"""Stages that are built to work on a service, and not to run it."""


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """One for each service with `build`; one that only names an image is somebody else's."""
    for path in files(snapshot, _FILE):
        if is_tool(path) or _TESTS.search(path.rpartition("/")[2]):
            continue
        directory = path.rpartition("/")[0]
        values = _environment(snapshot, f"{directory}/.env".lstrip("/"))
        for document in documents(snapshot, path):
            services = table(table(document).get("services"))
            for name, service in services.items():
                place = Place(path, services.lines.get(name, 0))
                made = _built(snapshot, directory, table(service).get("build"), values, place)
                if isinstance(made, Doubt):
                    yield made
                elif made and slug(name):
                    image = filled(str(table(service).get("image") or ""), values)
                    further = _given(snapshot, directory, services, table(service), values)
                    yield Found(slug(name), place, made, image_name(image), tuple(further))


def _built(
    snapshot: Snapshot, directory: str, build: Any, values: Mapping[str, str], place: Place
) -> Build | Doubt | None:
    settings = table(build)
    where = build if isinstance(build, str) else settings.get("context", "." if settings else None)
    if not isinstance(where, str):
        return None
    if "dockerfile_inline" in settings:
        return Doubt(place, "its Dockerfile stands in the compose file, which is not read: it is left out")
    file = settings.get("dockerfile")
    where = filled(where, values)
    file = filled(file, values) if isinstance(file, str) else "Dockerfile"
    if "$" in where + file:
        return Doubt(place, f"it builds {file} in {where}: where that is depends on a variable")
    context = directory_in(snapshot, directory, where)
    dockerfile = None if context is None else inside(context, file)
    target = filled(str(settings.get("target") or ""), values)
    target = "" if target.lower() in _UNFINISHED else target
    arguments = ((name, filled(value, values)) for name, value in _arguments(settings.get("args")))
    return image_build(snapshot, dockerfile, context, target, arguments)


def _given(
    snapshot: Snapshot, directory: str, services: Table, service: Table, values: Mapping[str, str]
) -> Iterator[str]:
    """What its build is given beside its context."""

    def build_of(name: str) -> Build | None:
        other = table(services.get(name)).get("build")
        made = _built(snapshot, directory, other, values, Place(directory))
        return made if isinstance(made, Build) else None

    told = _arguments(table(service.get("build")).get("additional_contexts"))
    contexts = (filled(text, values) for _, text in told)
    return lent(snapshot, contexts, (directory,), "service:", build_of)


def _arguments(given: Any) -> Iterator[tuple[str, str]]:
    """Build arguments, as a mapping or as a list of `NAME=value`; a name alone has its value from outside."""
    if isinstance(given, dict):
        yield from ((name, value) for name, value in given.items() if isinstance(value, str))
    for one in texts(given):
        name, is_given, value = one.partition("=")
        yield name, value if is_given else f"${{{name}}}"


def _environment(snapshot: Snapshot, path: str) -> dict[str, str]:
    """The values of the `.env` beside a compose file, which compose fills in."""
    found: dict[str, str] = {}
    for line in (snapshot.text(path) or "").splitlines():
        if assigned := _ASSIGNED.match(line):
            found[assigned[1]] = filled(assigned[2].strip().strip("\"'"), found)
    return found
