"""The patterns of maps that people wrote, held against a tree and against what a build takes in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from unshipped.core.closures.patterns import compile_glob, decode, encode, is_glob, literal_base
from unshipped.core.model import Build, Closure
from unshipped.core.paths import PathMap
from unshipped.discovery.derive import image_in, is_hollow
from unshipped.discovery.images.copies import readable
from unshipped.discovery.images.image import Image
from unshipped.discovery.images.made_before import beside, is_made_before, is_output
from unshipped.discovery.images.rules import covering
from unshipped.discovery.index import SOURCES, suffix
from unshipped.discovery.snapshot import Snapshot, above
from unshipped.discovery.values import Doubt, Found

_UNTOLD = "what it is made of is not in the map"


def alive(snapshot: Snapshot, pattern: str) -> bool:
    """Whether a pattern matches anything."""
    return snapshot.has(pattern) or any(True for _ in held(snapshot, pattern))


def further(snapshot: Snapshot, build: Build, patterns: Iterable[str]) -> list[str]:
    """The patterns that come to what a build takes in. Of a directory that an image copies a part of, the
    image says more closely which, if it is told by its lines; of a directory that is deployed as it is,
    nothing says what else goes with it.
    """
    image = image_in(snapshot, build)
    if image is None:
        return list(patterns)
    taken = PathMap([Closure(image.paths)])
    enough = any if tells_all(build, image) else all
    found = dict.fromkeys(
        one for one in patterns if not enough(taken.of(encode(path)) for path in held(snapshot, one))
    )
    return [one for one in found if one == "**" or found.keys().isdisjoint(("**", *above(one)))]


def beyond(snapshot: Snapshot, build: Build, patterns: Iterable[str]) -> list[str]:
    """The patterns of which a build does not take in every file from its context."""
    image = image_in(snapshot, build)
    taken = PathMap([Closure(image.paths, image.ignore)] if image else [])
    return [one for one in patterns if not all(taken.of(encode(path)) for path in held(snapshot, one))]


def bare(snapshot: Snapshot, build: Build, paths: Iterable[str]) -> tuple[list[str], list[Doubt]]:
    """What counts, too, for what an image takes that the repository does not have, where no source counts for
    it at all: of what a build makes, everything here, since it is made of some of that.
    """
    image = image_in(snapshot, build)
    if image is None or not is_hollow(snapshot, image, paths):
        return [], []
    has_source = any(suffix(path) in SOURCES for path in snapshot.files())
    made = next((one for one in image.missing if has_source and is_output(one[1])), None)
    place, source = made or image.missing[0]
    why = (
        "it may be made of anything here, so all of it counts until `paths` say of what" if made else _UNTOLD
    )
    said = (
        f"{readable(source)}, which its image takes, is not in the repository, and no source counts beside it"
    )
    return ["**"] if made else [], [Doubt(place, f"{said}: {why}")]


def put_in(snapshot: Snapshot, build: Build, words: Iterable[Found]) -> tuple[list[str], list[Doubt]]:
    """What counts of what is copied to where a build takes it from, and is not taken otherwise; of what
    another build makes, all that lies beside it.
    """
    told = {put: one.place for one in words for put in one.put}
    image = image_in(snapshot, build) if told else None
    if image is None:
        return [], []
    taken, found, doubts = PathMap([Closure(image.paths, image.ignore)]), list[str](), list[Doubt]()
    for put, place in told.items():
        is_there = snapshot.has(put.path)
        if not any(taken.of(encode(one)) for one in put.at) or not (is_there or is_output(put.path)):
            continue
        source = put.path if is_there else beside(snapshot, "", put.path)
        if not all(taken.of(encode(file)) for file in _files(snapshot, source)):
            found += covering(source)
            why = f"{put.path}, which its image takes, is made before, so all that lies beside it counts"
            doubts += [] if is_there else [Doubt(place, why, tuple(covering(source)))]
    return found, doubts


def tells_all(build: Build, image: Image | None) -> bool:
    """Whether a Dockerfile says what ends up in its image: nothing that it copies is made before."""
    return bool(build.dockerfile) and image is not None and not any(map(is_made_before, image.copies))


def _files(snapshot: Snapshot, path: str) -> Sequence[str]:
    """The file at a path, or those below it."""
    return [path] if path in snapshot.entries else snapshot.below(path)


def held(snapshot: Snapshot, pattern: str) -> Sequence[str]:
    """The files of a pattern."""
    raw = encode(pattern)
    if not is_glob(raw):
        return snapshot.below(pattern) or [pattern] * (pattern in snapshot.entries)
    match = compile_glob(raw)
    return [path for path in snapshot.below(decode(literal_base(raw))) if match(encode(path))]
