"""Stages of a Dockerfile that are none to run: others are made from them, or they build or test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from unshipped.core.model import Build
from unshipped.discovery.finders.dockerfiles import is_unfinished
from unshipped.discovery.images.dockerfile import Broken, Stage, parse
from unshipped.discovery.snapshot import Snapshot

_RUN = ("production", "prod", "prd", "live", "release", "final", "runtime", "runner", "run")
"""What the stage that is run is called, where the last one is another."""


def why_stage(snapshot: Snapshot, build: Build) -> str:
    """Why the target of a build is none to run; empty where nothing says so."""
    stages = _stages(snapshot, build) if build.target else ()
    used = {name.lower() for stage in stages for name in (stage.base, *_sources(stage))}
    if build.target.lower() in used:
        return "a stage that others are made from"
    return "a stage to build or test with" if stages and is_unfinished(build.target) else ""


def finished(snapshot: Snapshot, build: Build) -> Build:
    """The same of the whole Dockerfile; where that ends with a stage that is none to run, of the one that is
    called so.
    """
    stages = _stages(snapshot, build)
    if not stages or not is_unfinished(stages[-1].name):
        return build._replace(target="")
    names = {stage.name.lower(): stage.name for stage in stages}
    otherwise = build.target if stages[-1].name.lower() == build.target.lower() else ""
    return build._replace(target=next((names[one] for one in _RUN if one in names), otherwise))


def _stages(snapshot: Snapshot, build: Build) -> Sequence[Stage]:
    stages = parse(snapshot.text(build.dockerfile) or "", dict(build.arguments))
    return () if isinstance(stages, Broken) else stages


def _sources(stage: Stage) -> Iterator[str]:
    """The stages that a stage copies from."""
    for step in stage.steps:
        yield from step.flags.get("from", ()) if step.name == "COPY" else ()
