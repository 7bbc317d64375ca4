"""What the finders found, joined into the services of one repository."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from unshipped.core.model import Build
from unshipped.discovery.finders import FINDERS
from unshipped.discovery.finders.owners import owners
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Doubt, Found, Place


class Proposed(NamedTuple):
    """One service, with every place that told of it, the most telling first."""

    name: str
    places: tuple[Place, ...]
    build: Build | None = None
    paths: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    owner: str = ""
    runs_on: str = ""


class Proposal(NamedTuple):
    """All services of a repository, by name, and what could not be known."""

    services: tuple[Proposed, ...]
    doubts: tuple[Doubt, ...]


def propose(snapshot: Snapshot) -> Proposal:
    """Look for every convention that is known."""
    found: list[Found] = []
    doubts: list[Doubt] = []
    for finder in FINDERS.values():
        for one in finder(snapshot):
            if isinstance(one, Doubt):
                doubts.append(one)
            else:
                found.append(one)
    groups = _joined(found)
    owner = owners(snapshot)
    services = [made for group in groups if (made := _service(group, owner))]
    return Proposal(tuple(_distinct(services)), tuple(doubts))


def _joined(found: Sequence[Found]) -> list[list[Found]]:
    """The words that speak of the same service: of one build, one image, one directory, one name."""
    groups: list[list[Found]] = []
    by_key: dict[tuple[str, ...], list[Found]] = {}
    for one in sorted(found, key=lambda word: word.build is None):
        keys = list(_keys(one))
        group = next((by_key[key] for key in keys if key in by_key), None)
        if group is None:
            group = []
            groups.append(group)
        group.append(one)
        for key in keys:
            by_key.setdefault(key, group)
    order = {id(one): at for at, one in enumerate(found)}
    return [sorted(group, key=lambda word: order[id(word)]) for group in groups]


def _keys(one: Found) -> Iterable[tuple[str, ...]]:
    build = one.build
    if build and build.dockerfile:
        yield ("dockerfile", build.dockerfile, build.target)
        yield ("directory", build.dockerfile.rpartition("/")[0], build.dockerfile.rpartition("/")[2])
        if build.dockerfile.rpartition("/")[2] == "Dockerfile":
            yield ("directory", build.dockerfile.rpartition("/")[0])
    elif build and build.source:
        yield ("directory", build.source)
    if one.image:
        yield ("image", one.image.rpartition("/")[2])
    for directory in one.also:
        yield ("directory", directory)
    if one.name:
        yield ("name", one.name)


def _service(group: Sequence[Found], owner: Callable[[str], str]) -> Proposed | None:
    """One service of all that was said about it; None where nobody said what it is made of."""
    built = next((one.build for one in group if one.build and one.build.dockerfile), None)
    built = built or next((one.build for one in group if one.build), None)
    mapped = next((one for one in group if one.paths), None)
    if built is None and mapped is None:
        return None
    named = next((one.name for one in group if one.name and one.runs_on), "")
    name = named or next((one.name for one in group if one.name), "")
    place = (built.dockerfile or built.source) if built else (mapped.paths[0] if mapped else "")
    whose = next((one.owner for one in group if one.owner), "") or owner(place)
    return Proposed(
        name or "service",
        tuple(dict.fromkeys(one.place for one in group)),
        built,
        mapped.paths if mapped and built is None else (),
        mapped.ignore if mapped and built is None else (),
        whose,
        next((one.runs_on for one in group if one.runs_on), ""),
    )


def _distinct(services: Sequence[Proposed]) -> list[Proposed]:
    """By name; two that were given the same one are told apart."""
    found: dict[str, Proposed] = {}
    for one in services:
        name, count = one.name, 2
        while name in found:
            name, count = f"{one.name}-{count}", count + 1
        found[name] = one._replace(name=name)
    return sorted(found.values(), key=lambda one: one.name)
