"""What an image is made from: other images that the same repository builds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from unshipped.core.model import Build
from unshipped.discovery.finders._names import unversioned
from unshipped.discovery.images.dockerfile import Broken, parse
from unshipped.discovery.images.image import image_of
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Found


def made_here(words: Iterable[Found]) -> dict[str, Build]:
    """By the name of an image, the build that makes it. A name alone may be that of a public image."""
    return {
        name: one.build
        for one in words
        if one.build and one.build.dockerfile and "/" in (name := unversioned(one.image))
    }


def beneath(snapshot: Snapshot, build: Build, made: Mapping[str, Build]) -> list[str]:
    """What the images are made of that it is made from, or copies from: they are built before it."""
    found: dict[str, None] = {}
    waiting, seen = [build], {build.dockerfile}
    while waiting:
        for name in _from(snapshot, waiting.pop()):
            base = made.get(name)
            if base and base.dockerfile not in seen and base.dockerfile in snapshot.entries:
                seen.add(base.dockerfile)
                waiting.append(base)
                image = image_of(snapshot, base)
                found |= dict.fromkeys(
                    (*image.builds, *(path for copy in image.copies for path in copy.paths))
                )
    return [one for one in found if not _covered(one, found)]


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
        copied = (one for step in stage.steps if step.name == "COPY" for one in step.flags.get("from", ()))
        yield from (unversioned(one) for one in (stage.base, *copied) if one.lower() not in own)
