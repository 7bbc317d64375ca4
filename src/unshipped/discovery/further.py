"""The patterns of maps that people wrote, held against a tree and against what a build takes in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from unshipped.core.closures.patterns import compile_glob, decode, encode, is_glob, literal_base
from unshipped.core.model import Build, Closure
from unshipped.core.paths import PathMap
from unshipped.discovery.derive import image_in
from unshipped.discovery.images.image import Image
from unshipped.discovery.images.made_before import is_made_before
from unshipped.discovery.snapshot import Snapshot, above


def alive(snapshot: Snapshot, pattern: str) -> bool:
    """Whether a pattern matches anything."""
    return snapshot.has(pattern) or any(True for _ in held(snapshot, pattern))


def further(
    snapshot: Snapshot, build: Build, patterns: Iterable[str], *, is_closer: bool = True
) -> list[str]:
    """The patterns that come to what a build takes in. Of a directory that an image copies a part of, the
    image says more closely which if it is told by its lines, and if it `is_closer`; of a directory that is
    deployed as it is, nothing says what else goes with it.
    """
    image = image_in(snapshot, build)
    if image is None:
        return list(patterns)
    taken = PathMap([Closure(image.paths)])
    enough = any if is_closer and tells_all(build, image) else all
    found = dict.fromkeys(
        one for one in patterns if not enough(taken.of(encode(path)) for path in held(snapshot, one))
    )
    return [one for one in found if one == "**" or found.keys().isdisjoint(("**", *above(one)))]


def tells_all(build: Build, image: Image | None) -> bool:
    """Whether a Dockerfile says what ends up in its image: nothing that it copies is made before."""
    return bool(build.dockerfile and image) and not any(map(is_made_before, image.copies if image else ()))


def held(snapshot: Snapshot, pattern: str) -> Sequence[str]:
    """The files of a pattern."""
    raw = encode(pattern)
    if not is_glob(raw):
        return snapshot.below(pattern) or [pattern] * (pattern in snapshot.entries)
    match = compile_glob(raw)
    return [path for path in snapshot.below(decode(literal_base(raw))) if match(encode(path))]
