"""Services of a compose file that are built from this repository."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from unshipped.core.model import Build
from unshipped.discovery.documents import Table, table, texts
from unshipped.discovery.finders._builds import beside, image_build, lent
from unshipped.discovery.finders._composed import Told, arguments, build_of, services, whole
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
from unshipped.discovery.staged import whole as whole_of
from unshipped.discovery.values import Doubt, Found, Place

_FILE = re.compile(r"(^|/)(docker-)?compose[\w.-]*\.ya?ml$")
_TESTS = re.compile(r"[._-](tests?|ci|e2e)\b")
_PROFILES = re.compile(r"tests?|testing|e2e|ci|integration(-tests?)?")
_WORK = re.compile(r"[._-](dev|develop|development|debug|local|override)\b")
_ASSIGNED = re.compile(r"^\s*(?:export\s+)?(\w+)=(.*)$")


def is_compose(path: str) -> bool:
    """Whether a file is one of compose by its name."""
    return _FILE.search(path) is not None


def is_to_work(path: str) -> bool:
    """Whether a compose file says by its name or its place how people work on services."""
    return bool(_WORK.search(path.rpartition("/")[2])) or environment_of(path) == "development"


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """One for each service with `build`; one that only names an image is somebody else's."""
    told = [whole(snapshot, one) for one in _services(snapshot)]
    more: dict[tuple[str, str], list[Told]] = {}
    for one, *above in told:
        if not any("build" in other.settings for other in (one, *above)):
            # Another file of the directory says more of a service that it does not build itself.
            more.setdefault((one.directory, one.name), []).append(one)
    # Who says itself how it is built is called as it is.
    for parts in sorted(told, key=lambda parts: "build" not in parts[0].settings):
        one = parts[0]
        build = build_of(parts)
        made = _built(snapshot, one.directory, build, one.values, one.place)
        if isinstance(made, Doubt):
            yield made
        elif made and slug(one.name):
            images = (filled(str(part.settings.get("image") or ""), one.values) for part in parts)
            image = image_name(next(filter(None, images), ""))
            further = _given(snapshot, one.directory, one.services, build, one.values)
            found = Found(slug(one.name), one.place, made, image, lent=tuple(further))
            yield from _mounting(snapshot, found, [*parts, *more.get((one.directory, one.name), ())])


def for_tests(snapshot: Snapshot) -> frozenset[str]:
    """The Dockerfiles that compose builds for tests alone: in a profile of theirs, or in a file of theirs
    where the one that is run lies beside it and does without.
    """
    if for_tests not in snapshot.memo:
        run = [one for one in find(snapshot) if isinstance(one, Found)]
        homes = {one.place.path.rpartition("/")[0] for one in run}
        tests = (one for one in _all(snapshot) if _is_test(one))
        tests = (one for one in tests if one.directory in homes or not _TESTS.search(_name(one)))
        made = (
            _built(snapshot, one.directory, build_of(whole(snapshot, one)), one.values, one.place)
            for one in tests
        )
        found = {one.dockerfile for one in made if isinstance(one, Build)}
        snapshot.memo[for_tests] = frozenset(found - {one.build.dockerfile for one in run if one.build})
    known: frozenset[str] = snapshot.memo[for_tests]
    return known


def _services(snapshot: Snapshot) -> Iterator[Told]:
    return (one for one in _all(snapshot) if not _is_test(one))


def _is_test(one: Told) -> bool:
    """Whether a service is there for tests alone, by its file or by all of its profiles."""
    profiles = texts(one.settings.get("profiles"))
    is_in_profile = bool(profiles) and all(map(_PROFILES.fullmatch, profiles))
    return is_in_profile or bool(_TESTS.search(_name(one)))


def _name(one: Told) -> str:
    return one.place.path.rpartition("/")[2]


def _all(snapshot: Snapshot) -> Iterator[Told]:
    for path in files(snapshot, _FILE):
        if not is_tool(path):
            values = _environment(snapshot, beside(path.rpartition("/")[0], ".env"))
            yield from services(snapshot, path, values)


def _mounting(snapshot: Snapshot, found: Found, told: Sequence[Told]) -> Iterator[Found | Doubt]:
    """A service with what it mounts of the repository."""
    run: dict[str, None] = {}
    tried: dict[str, None] = {}
    for one in told:
        service, directory = one.settings, one.directory
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
    given = ((name, filled(value, values)) for name, value in arguments(settings.get("args")))
    made = image_build(snapshot, dockerfile, context, target, given)
    # Who works on a service means the one that is run, if that has all of it.
    return whole_of(snapshot, made) if made and is_unfinished(target) else made


def _given(
    snapshot: Snapshot, directory: str, services: Table, build: Any, values: Mapping[str, str]
) -> Iterator[str]:
    """What its build is given beside its context."""

    def made_of(name: str) -> Build | None:
        other = table(services.get(name)).get("build")
        made = _built(snapshot, directory, other, values, Place(directory))
        return made if isinstance(made, Build) else None

    told = arguments(table(build).get("additional_contexts"))
    contexts = (filled(text, values) for _, text in told)
    return lent(snapshot, contexts, (directory,), "service:", made_of)


def _environment(snapshot: Snapshot, path: str) -> dict[str, str]:
    """The values of the `.env` beside a compose file, which compose fills in."""
    found: dict[str, str] = {}
    for line in (snapshot.text(path) or "").splitlines():
        if assigned := _ASSIGNED.match(line):
            found[assigned[1]] = filled(assigned[2].strip().strip("\"'"), found)
    return found
