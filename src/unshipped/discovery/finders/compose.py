"""Services of a compose file that are built from this repository."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from unshipped.core.model import Build
from unshipped.core.value import Value
from unshipped.discovery.documents import Table, documents, table, texts
from unshipped.discovery.finders._builds import beside, image_build, lent
from unshipped.discovery.finders._mounts import configured, mounted, tracked, watched
from unshipped.discovery.finders._names import (
    directory_in,
    environment_of,
    files,
    image_name,
    is_tool,
    slug,
)
from unshipped.discovery.finders._words import filled
from unshipped.discovery.finders.dockerfiles import is_unfinished
from unshipped.discovery.snapshot import Snapshot, inside
from unshipped.discovery.staged import whole
from unshipped.discovery.values import Doubt, Found, Place

_FILE = re.compile(r"(^|/)(docker-)?compose[\w.-]*\.ya?ml$")
_TESTS = re.compile(r"[._-](tests?|ci|e2e)\b")
_WORK = re.compile(r"[._-](dev|develop|development|debug|local|override)\b")
_ASSIGNED = re.compile(r"^\s*(?:export\s+)?(\w+)=(.*)$")


class _Told(Value):
    """One service of a compose file."""

    place: Place
    name: str
    services: Table
    configs: Table
    values: Mapping[str, str]


def is_compose(path: str) -> bool:
    """Whether a file is one of compose by its name."""
    return _FILE.search(path) is not None


def is_to_work(path: str) -> bool:
    """Whether a compose file says by its name or its place how people work on services."""
    return bool(_WORK.search(path.rpartition("/")[2])) or environment_of(path) == "development"


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """One for each service with `build`; one that only names an image is somebody else's."""
    told = list(_services(snapshot))
    more: dict[tuple[str, str], list[_Told]] = {}
    for one in told:
        if "build" not in table(one.services[one.name]):
            # Another file of the directory says more of a service that it does not build itself.
            more.setdefault((one.place.path.rpartition("/")[0], one.name), []).append(one)
    for one in told:
        place, name, services, _, values = one
        service = table(services[name])
        directory = place.path.rpartition("/")[0]
        made = _built(snapshot, directory, service.get("build"), values, place)
        if isinstance(made, Doubt):
            yield made
        elif made and slug(name):
            image = filled(str(service.get("image") or ""), values)
            further = _given(snapshot, directory, services, service, values)
            found = Found(slug(name), place, made, image_name(image), tuple(further))
            yield from _mounting(snapshot, found, [one, *more.get((directory, name), ())])


def _services(snapshot: Snapshot) -> Iterator[_Told]:
    for path in files(snapshot, _FILE):
        if is_tool(path) or _TESTS.search(path.rpartition("/")[2]):
            continue
        values = _environment(snapshot, beside(path.rpartition("/")[0], ".env"))
        for document in documents(snapshot, path):
            services, configs = (table(table(document).get(key)) for key in ("services", "configs"))
            for name in services:
                yield _Told(Place(path, services.lines.get(name, 0)), name, services, configs, values)


def _mounting(snapshot: Snapshot, found: Found, told: Sequence[_Told]) -> Iterator[Found | Doubt]:
    """A service with what it mounts of the repository."""
    run: dict[str, None] = {}
    tried: dict[str, None] = {}
    for one in told:
        service, directory = table(one.services[one.name]), one.place.path.rpartition("/")[0]
        stage = filled(str(table(service.get("build")).get("target") or ""), one.values)
        is_worked_on = is_unfinished(stage) or is_to_work(one.place.path)
        for source in (*mounted(service, one.values), *configured(service, one.configs, one.values)):
            if "$" in source:
                yield Doubt(one.place, f"it mounts {source}: where that is depends on a variable")
            kept = tried if is_worked_on else run
            kept |= dict.fromkeys(tracked(snapshot, directory, source))
        for source in watched(service, one.values):
            tried |= dict.fromkeys(tracked(snapshot, directory, source))
    yield found._replace(mounted=tuple(run), tried=tuple(tried))


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
    arguments = ((name, filled(value, values)) for name, value in _arguments(settings.get("args")))
    made = image_build(snapshot, dockerfile, context, target, arguments)
    # Who works on a service means the one that is run, if that has all of it.
    return whole(snapshot, made) if made and is_unfinished(target) else made


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
