"""Dockerfiles that several programs are built by, where an argument says which one."""

from __future__ import annotations

import re
from collections.abc import Iterable

from unshipped.core.closures.patterns import encode
from unshipped.core.model import Build, Closure
from unshipped.core.paths import PathMap
from unshipped.core.value import Value
from unshipped.discovery.derive import image_in
from unshipped.discovery.images.copies import Copy
from unshipped.discovery.images.made_before import is_made_before
from unshipped.discovery.snapshot import Snapshot, above

_CONTINUED = re.compile(r"\\\s*\n")
_GIVEN = re.compile(r"^[^\S\n]*+ARG\s+(\w+)\s*$", re.MULTILINE | re.IGNORECASE)
_COMPILES = re.compile(r"\bgo\s+(?:build|install)\b([^\n;&|]*)")
_PACKAGE = re.compile(r"""(?<![\w.-])([\w.-]+)/\$\{?(\w+)\}?(?=[\s"']|$)""")
_ARCHIVE = re.compile(
    r"^[^\S\n]*+(?:COPY|ADD)\s+(?:--\S+\s+)*(?:\S*/)?\$\{?(\w+)\}?\.[jw]ar\b", re.MULTILINE | re.IGNORECASE
)
_MANIFESTS = frozenset({"pom.xml", "build.gradle", "build.gradle.kts"})


class Recipe(Value):
    """What a program is built by, and what comes to what it is made of."""

    dockerfile: str
    build: Build | None = None
    paths: tuple[str, ...] = ()


def is_program(path: str) -> bool:
    """Whether it is a main file, or says how a module is built."""
    return path.rpartition("/")[2] in {"main.go", *_MANIFESTS}


def recipe(snapshot: Snapshot, program: str, builds: Iterable[Build]) -> Recipe | None:
    """How a program is made, which is told by a file: its main file, or what says how its module is built.
    None where no Dockerfile of the builds makes it, or more than one.
    """
    made = [one for build in builds if (one := _made(snapshot, program, build))]
    return made[0] if len({one.dockerfile for one in made}) == 1 else None


def _made(snapshot: Snapshot, program: str, build: Build) -> Recipe | None:
    text = _CONTINUED.sub(" ", snapshot.text(build.dockerfile) or "")
    given, image = {*_GIVEN.findall(text)}, image_in(snapshot, build)
    if image is None or not given:
        return None
    home, _, file = program.rpartition("/")
    folder, _, name = home.rpartition("/")
    if file == "main.go" and PathMap([Closure(image.paths, image.ignore)]).of(encode(program)):
        for place, argument in _PACKAGE.findall(" ".join(_COMPILES.findall(text))):
            if argument in given and f"/{folder}".endswith(f"/{place}"):
                return Recipe(build.dockerfile, build._replace(arguments=((argument, name),)))
    if (
        file in _MANIFESTS
        and _is_below(snapshot, home, build)
        and not given.isdisjoint(_ARCHIVE.findall(text))
    ):
        there = (path for copy in image.copies if not _is_archive(copy) for path in copy.paths)
        return Recipe(
            build.dockerfile, paths=tuple(dict.fromkeys((build.dockerfile, *filter(snapshot.has, there))))
        )
    return None


def _is_archive(copy: Copy) -> bool:
    return is_made_before(copy) or _ARCHIVE.match(copy.text) is not None


def _is_below(snapshot: Snapshot, home: str, build: Build) -> bool:
    """Whether a module lies below the one that a Dockerfile belongs to."""
    places = ("", *above(build.dockerfile))
    modules = (place for place in reversed(places) if not _MANIFESTS.isdisjoint(snapshot.names(place)))
    module = next(modules, None)
    return module is not None and module != home and (not module or home.startswith(f"{module}/"))
