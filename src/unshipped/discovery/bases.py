"""What an image is made from: other images that the same repository builds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from unshipped.core.model import Build
from unshipped.discovery.finders._names import last_part, unversioned
from unshipped.discovery.finders._packages import name_of_top
from unshipped.discovery.images.copies import readable
from unshipped.discovery.images.dockerfile import Broken, parse
from unshipped.discovery.images.image import image_of
from unshipped.discovery.images.origins import is_image
from unshipped.discovery.images.rules import covering
from unshipped.discovery.images.stages import taken_from
from unshipped.discovery.images.variables import is_unknown
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Doubt, Found, Place

Made = Mapping[str, Sequence[Build]]


def made_here(words: Iterable[Found]) -> Made:
    """By the name of an image, the builds that make it; not by one that is a public image's. Several may be
    tags of one name, and each may be what is meant.
    """
    made: dict[str, dict[Build, None]] = {}
    for one in words:
        if one.build and one.build.dockerfile and ("/" in (name := unversioned(one.image)) or _is_own(name)):
            made.setdefault(name, {})[one.build] = None
    return {name: tuple(builds) for name, builds in made.items()}


def _is_own(name: str) -> bool:
    return bool(name) and not is_image(name)


def beneath(snapshot: Snapshot, build: Build, made: Made) -> list[str]:
    """What the images are made of that it is made from, or copies from: they are built before it."""
    found: dict[str, None] = {}
    waiting, seen = [build], {build}
    while waiting:
        above = waiting.pop()
        bases = [base for name in _from(snapshot, above) for base in makers(name, made)]
        for base in bases:
            if base.dockerfile not in snapshot.entries:
                continue
            if _leaves_more(snapshot, base):
                found |= dict.fromkeys(covering(above.context))
            if base not in seen:
                seen.add(base)
                waiting.append(base)
                found |= dict.fromkeys(image_of(snapshot, base).paths)
    return [one for one in found if not _covered(one, found)]


def strange(snapshot: Snapshot, build: Build, made: Made) -> Iterator[Doubt]:
    """Images beneath it that are called as the repository is, and that nothing here is known to build: they
    may well be, by a step that nobody reads.
    """
    ours = name_of_top(snapshot).lower()
    names = [name for name in dict.fromkeys(_from(snapshot, build)) if not makers(name, made)]
    named = [name for name in names if f"{last_part(name)}-".lower().startswith(f"{ours}-")]
    if named:
        why = "which nothing here is known to build: what that is made of is not in its map"
        yield Doubt(Place(build.dockerfile), f"it is made from {readable(', '.join(named))}, {why}")


def makers(name: str, made: Made) -> Sequence[Build]:
    """The builds of an image. Where its registry is not known on one of both sides, the last part of the name
    says which it is; each image that is called so may be meant.
    """
    last = name.rpartition("/")[2]
    if name in made or is_unknown(last):
        return made.get(name, ())
    alike = (other for other in made if other.rpartition("/")[2] == last)
    builds = (one for other in alike if _is_open(name) or _is_open(other) for one in made[other])
    return tuple(dict.fromkeys(builds))


def _is_open(name: str) -> bool:
    """Whether the registry of an image is a variable, or was one and is not told."""
    return "/" not in name or not {"$", "*"}.isdisjoint(name)


def _leaves_more(snapshot: Snapshot, build: Build) -> bool:
    """Whether an image leaves instructions to whoever is built on it: what these take is not looked at."""
    stages = parse(snapshot.text(build.dockerfile) or "", dict(build.arguments))
    return not isinstance(stages, Broken) and any(
        step.name.startswith("ONBUILD ") for step in stages[-1].steps
    )


def _covered(path: str, others: Iterable[str]) -> bool:
    """Whether another one has it too."""
    return any(other != path and (other == "**" or path.startswith(f"{other}/")) for other in others)


def _from(snapshot: Snapshot, build: Build) -> Iterator[str]:
    """The images that a Dockerfile names, without their tags. A stage of its own is none."""
    stages = parse(snapshot.text(build.dockerfile) or "", dict(build.arguments))
    if isinstance(stages, Broken):
        return
    own = {stage.name.lower() for stage in stages}
    for stage in stages:
        copied = (one for step in stage.steps for one in taken_from(step))
        yield from (unversioned(one) for one in (stage.base, *copied) if one.lower() not in own)
