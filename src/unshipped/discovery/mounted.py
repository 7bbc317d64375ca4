"""What a service is started with from the repository itself: a compose file mounts it over its image."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from unshipped.core.closures.patterns import encode
from unshipped.core.model import Build, Closure
from unshipped.core.paths import PathMap
from unshipped.core.value import Value
from unshipped.discovery.derive import image_in
from unshipped.discovery.finders._names import is_pipeline
from unshipped.discovery.finders.compose import is_compose, is_to_work
from unshipped.discovery.finders.dockerfiles import is_variant
from unshipped.discovery.further import held
from unshipped.discovery.index import SOURCES, suffix
from unshipped.discovery.snapshot import Snapshot, above
from unshipped.discovery.values import Doubt, Found


class Mounts(Value):
    """What counts of it, beside what the image takes in."""

    paths: tuple[str, ...] = ()
    is_to_work: bool = False
    """Whether there is source among it that the service has only where people work on it, and no other."""
    doubts: tuple[Doubt, ...] = ()


def mounts(snapshot: Snapshot, build: Build, words: Sequence[Found]) -> Mounts:
    """Of what is mounted, all that the image has not; of what is so only where people work on it, that of
    which the image has no source of its own: without it, it would be made of nothing.
    """
    image = image_in(snapshot, build)
    if image is None or not any(one.mounted or one.tried for one in words):
        return Mounts()
    taken = PathMap([Closure(image.paths, image.ignore)])
    missing: dict[str, bool] = {}
    for pattern in dict.fromkeys(_all(words)):
        files = held(snapshot, pattern)
        own = [path for path in files if taken.of(encode(path)) or path in image.builds]
        if len(own) < len(files):
            missing[pattern] = not any(map(_is_source, own))
    run = () if any(map(_is_shipped, words)) else {path for one in words for path in one.mounted}
    wanted = {path: None for path, is_bare in missing.items() if is_bare or path in run}
    kept = [one for one in wanted if one == "**" or wanted.keys().isdisjoint(("**", *above(one)))]
    source = [one for one in kept if any(map(_is_source, held(snapshot, one)))]
    has_source = any(_is_source(path) and taken.of(encode(path)) for path in snapshot.files())
    is_to_work = bool(source) and (is_variant(build.dockerfile) or (not has_source and _is_to_work(words)))
    doubts = () if is_to_work else _doubts(words, source)
    return Mounts(tuple(kept), is_to_work, tuple(doubts))


def _all(words: Iterable[Found]) -> Iterator[str]:
    for one in words:
        yield from (*one.mounted, *one.tried)


def _is_source(path: str) -> bool:
    return suffix(path) in SOURCES


def _is_shipped(one: Found) -> bool:
    """Whether its image is said to run elsewhere, or to be put where others take it from: who mounts
    something over that works on it.
    """
    is_pushed = one.build is not None and "/" in one.image and is_pipeline(one.place.path)
    return bool(one.runs_on) or is_pushed


def _is_to_work(words: Iterable[Found]) -> bool:
    return all(is_to_work(one.place.path) for one in words if is_compose(one.place.path))


def _doubts(words: Iterable[Found], source: Sequence[str]) -> Iterator[Doubt]:
    for one in words:
        mounted = {*one.mounted, *one.tried}
        if named := [path for path in source if path in mounted]:
            what = ", ".join("the whole repository" if path == "**" else path for path in named)
            why = f"it mounts {what}, so that counts; if only who works on it does, take it out of `paths`"
            yield Doubt(one.place, why)
