"""Which build arguments say what an image is made of: the others are versions, keys and marks of a build, and
would be out of date in a map on the day after.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from unshipped.core.model import Build
from unshipped.discovery.bases import Made, makers
from unshipped.discovery.finders._names import unversioned
from unshipped.discovery.images.dockerfile import Broken, parse
from unshipped.discovery.images.stages import Stages
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Found

_CONTINUED = re.compile(r"\\\s*\n")
_COPIES = re.compile(r"^[^\S\n]*+(?:COPY|ADD|WORKDIR)\s(.*)$", re.MULTILINE | re.IGNORECASE)
_MOUNTS = re.compile(r"--mount=(\S+)")
_ADDRESS = re.compile(r"(?<!\S)\S+://\S+")
_SETS = re.compile(r"^[^\S\n]*+(?:ARG|ENV)\s+(\w+)[= ](.*)$", re.MULTILINE | re.IGNORECASE)
_FROM = re.compile(r"^[^\S\n]*+FROM\s(.*)$", re.MULTILINE | re.IGNORECASE)
_USE = re.compile(r"\$\{?(\w+)")


def telling(snapshot: Snapshot, parts: AbstractSet[str], made: Made, found: Found) -> Found:
    """The same, with the build arguments that decide which files are in the image: those that are copied by,
    those that say on which stage or on which of the images that are `made` here it is built, and those that
    name one of the files and directories of the repository, its `parts`.
    """
    build = found.build
    if build is None or not build.arguments:
        return found
    text = _CONTINUED.sub(" ", snapshot.text(build.dockerfile) or "")
    copied = (_ADDRESS.sub("", line) for line in _COPIES.findall(text))
    lines = [*copied, *_MOUNTS.findall(text), *_built_on(text, build, made)]
    used = _used_by(text, lines)
    kept = tuple((name, value) for name, value in build.arguments if name in used or _names(parts, value))
    return found._replace(build=build._replace(arguments=kept))


def of_bases(snapshot: Snapshot, build: Build) -> AbstractSet[str]:
    """The variables that say which stages or images those of a Dockerfile are made from."""
    text = _CONTINUED.sub(" ", snapshot.text(build.dockerfile) or "")
    return _used_by(text, _FROM.findall(text))


def _built_on(text: str, build: Build, made: Made) -> list[str]:
    """The lines that begin a stage on another one, or on an image that is made here."""
    found = parse(text, dict(build.arguments))
    if isinstance(found, Broken):
        return []
    stages, lines = Stages(found), _FROM.findall(text)
    return [
        line
        for at, line in enumerate(lines[: len(found)])
        if stages.bases(at) or makers(unversioned(found[at].base), made)
    ]


def _used_by(text: str, lines: Iterable[str]) -> AbstractSet[str]:
    """The variables that lines use, and those that these are made of."""
    used = {name for line in lines for name in _USE.findall(line)}
    made = {name: set(_USE.findall(value)) for name, value in _SETS.findall(text)}
    while more := {part for name in used for part in made.get(name, ())} - used:
        used |= more
    return used


def _names(parts: AbstractSet[str], value: str) -> bool:
    """Whether a value is the name of something in the tree, or a path there."""
    return value.strip("./").rpartition("/")[2] in parts
