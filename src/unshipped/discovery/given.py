"""Which build arguments say what an image is made of: the others are versions, keys and marks of a build, and
would be out of date in a map on the day after.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Found

_CONTINUED = re.compile(r"\\\s*\n")
_COPIES = re.compile(r"^\s*(?:COPY|ADD|WORKDIR)\s(.*)$", re.MULTILINE | re.IGNORECASE)
_SETS = re.compile(r"^\s*(?:ARG|ENV)\s+(\w+)[= ](.*)$", re.MULTILINE | re.IGNORECASE)
_STAGE = re.compile(r"^\s*FROM\s.*\sAS\s+(\S+)", re.MULTILINE | re.IGNORECASE)
_USE = re.compile(r"\$\{?(\w+)")


def telling(snapshot: Snapshot, parts: AbstractSet[str], found: Found) -> Found:
    """The same, with the build arguments that decide which files are in the image: those that are copied by,
    and those that name a stage, or one of the files and directories of the repository, its `parts`.
    """
    build = found.build
    if build is None or not build.arguments:
        return found
    text = _CONTINUED.sub(" ", snapshot.text(build.dockerfile) or "")
    copied, stages = _copied_by(text), set(_STAGE.findall(text))
    kept = tuple(
        (name, value)
        for name, value in build.arguments
        if name in copied or value in stages or _names(parts, value)
    )
    return found._replace(build=build._replace(arguments=kept))


def _copied_by(text: str) -> AbstractSet[str]:
    """The variables that lines which copy use, and those that these are made of."""
    used = {name for line in _COPIES.findall(text) for name in _USE.findall(line)}
    made = {name: set(_USE.findall(value)) for name, value in _SETS.findall(text)}
    while more := {part for name in used for part in made.get(name, ())} - used:
        used |= more
    return used


def _names(parts: AbstractSet[str], value: str) -> bool:
    """Whether a value is the name of something in the tree, or a path there."""
    return value.strip("./").rpartition("/")[2] in parts
