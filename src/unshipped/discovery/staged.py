"""Stages of a Dockerfile that are none to run: others are made from them, or they build or test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from unshipped.core.closures.patterns import encode
from unshipped.core.model import Build, Closure
from unshipped.core.paths import PathMap
from unshipped.discovery.derive import image_in
from unshipped.discovery.finders.dockerfiles import is_unfinished
from unshipped.discovery.images.dockerfile import Broken, parse
from unshipped.discovery.images.stages import Stages
from unshipped.discovery.index import SOURCES, suffix
from unshipped.discovery.needed import needed
from unshipped.discovery.snapshot import Snapshot

_RUN = ("production", "prod", "prd", "live", "release", "final", "runtime", "runner", "run")
"""What the stage that is run is called, where the last one is another."""


def why_stage(snapshot: Snapshot, build: Build) -> str:
    """Why the target of a build is none to run; empty where nothing says so."""
    stages = _stages(snapshot, build) if build.target else Stages(())
    target = stages.wanted(build.target)
    others = [at for at in range(len(stages)) if at != target and not is_unfinished(stages[at].name)]
    if target in needed(others, stages.needs):
        return "a stage that others are made from"
    return "a stage to build or test with" if len(stages) and is_unfinished(build.target) else ""


def finished(snapshot: Snapshot, build: Build) -> tuple[Build, str]:
    """What is taken in place of a stage that is none to run, and what is to be said of that. Where it is made
    from one that is called so, only that one has to be in what is taken.
    """
    stages = _stages(snapshot, build)
    found = whole(snapshot, next(_run_beneath(snapshot, build, stages), build))
    built = f"what is built is the stage {build.target}, which is none to run"
    if found != build:
        return found, f"{built}; {f'the stage {found.target}' if found.target else 'the last one'} is a guess"
    if any(one != build for one in _to_run(build, stages)):
        return build, f"{built}, and no other one has all that it is made of: it counts as it is"
    return build, ""


def whole(snapshot: Snapshot, build: Build) -> Build:
    """The stage to run that has all that a stage of its Dockerfile is made of; itself, where none has."""
    stages = _stages(snapshot, build)
    last, target = len(stages) - 1, stages.wanted(build.target)
    others = [*_to_run(build, stages)]
    if last >= 0 and target in needed([last], stages.needs):
        others.append(_of(build, stages, last))
    return next((one for one in others if _holds(snapshot, one, (), build, ())), build)


def is_told(
    snapshot: Snapshot, other: Build, others: Sequence[str], build: Build, paths: Sequence[str]
) -> bool:
    """Whether what is built of a Dockerfile, with further paths, tells all of a stage of it that is none to
    run: that is made from it, or it has all that counts of that.
    """
    stages = _stages(snapshot, build)
    if _is_beneath(snapshot, other, build, stages):
        return True
    run = next(_run_beneath(snapshot, build, stages), None)
    return _holds(snapshot, other, others, run or build, () if run else paths)


def _holds(
    snapshot: Snapshot, other: Build, others: Sequence[str], build: Build, paths: Sequence[str]
) -> bool:
    """Whether a build, with further paths, is made of all that another one is made of."""
    return _files(snapshot, build, paths) <= _files(snapshot, other, others)


def _to_run(build: Build, stages: Stages) -> Iterator[Build]:
    """The stages that may be what is run: the last one, and those that are called so."""
    last = len(stages) - 1
    if last >= 0 and not is_unfinished(stages[last].name):
        yield _of(build, stages, last)
    for name in _RUN:
        yield from (_of(build, stages, at) for at in stages.named(name)[-1:])


def _of(build: Build, stages: Stages, at: int) -> Build:
    if at == stages.wanted(build.target):
        return build
    return build._replace(target="" if at == len(stages) - 1 else stages[at].name)


def _run_beneath(snapshot: Snapshot, build: Build, stages: Stages) -> Iterator[Build]:
    """The stages to run that a stage is made from."""
    return (one for one in _to_run(build, stages) if _is_beneath(snapshot, one, build, stages))


def _is_beneath(snapshot: Snapshot, other: Build, build: Build, stages: Stages) -> bool:
    """Whether a stage is made from another one that has source: without, that is only what it runs on."""
    above, at = stages.wanted(build.target), stages.wanted(other.target)
    if other._replace(target=build.target) != build or above is None or at in (None, above):
        return False
    return at in needed([above], stages.needs) and any(
        suffix(path) in SOURCES for path in _files(snapshot, other, ())
    )


def _files(snapshot: Snapshot, build: Build, paths: Sequence[str]) -> frozenset[str]:
    known: dict[tuple[Build, tuple[str, ...]], frozenset[str]] = snapshot.memo.setdefault("made of", {})
    asked = build, tuple(paths)
    if asked not in known:
        image = image_in(snapshot, build)
        taken = PathMap([Closure(image.paths, image.ignore) if image else Closure(()), Closure(asked[1])])
        known[asked] = frozenset(path for path in snapshot.files() if taken.of(encode(path)))
    return known[asked]


def _stages(snapshot: Snapshot, build: Build) -> Stages:
    known: dict[Build, Stages] = snapshot.memo.setdefault("stages", {})
    asked = Build(build.dockerfile, arguments=build.arguments)
    if asked not in known:
        stages = parse(snapshot.text(build.dockerfile) or "", dict(build.arguments))
        known[asked] = Stages(() if isinstance(stages, Broken) else stages)
    return known[asked]
