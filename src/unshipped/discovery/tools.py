"""Images that only build or test, or are there to work on a service: nothing runs them, and they start
nothing, or nothing but a tool, or have no source of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from unshipped.core.model import Build
from unshipped.core.value import Value
from unshipped.discovery.finders._names import is_run
from unshipped.discovery.finders.compose import for_tests, is_compose
from unshipped.discovery.finders.dockerfiles import is_dockerfile
from unshipped.discovery.images.dockerfile import Broken, parse
from unshipped.discovery.images.stages import Stages
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Place

_ONLY_BUILDS = re.compile(r"(^|/)(Makefile|makefile|GNUmakefile)$|\.(mk|sh|bash)$")
"""Where an image may be built for the people who work on the repository alone."""
_BARE = {
    *("alpine", "busybox", "debian", "ubuntu", "buildpack-deps", "golang", "node", "python"),
    *("rust", "ruby", "gcc", "maven", "gradle", "openjdk", "eclipse-temurin"),
}
"""Images that start a shell or nothing, if nobody says more."""


class Word(Value):
    """What is said of one service: where, how it is built, and where it runs, if anybody says so."""

    places: Sequence[Place]
    build: Build | None
    runs_on: str
    is_to_work: bool = False
    """Whether it mounts its source, to work on it."""


def why_tool(snapshot: Snapshot, word: Word) -> str:
    """Why a service is a tool to build or test with; empty where it is none, or where anything may run it."""
    build = word.build
    if word.runs_on or build is None or not build.dockerfile:
        return ""
    others = [one for one in word.places if not (is_dockerfile(snapshot, one.path) or _only_builds(one))]
    if word.is_to_work and all(is_compose(one.path) for one in others):
        return "it mounts its own source and so is for development"
    if others:
        return ""
    is_told = any(not is_dockerfile(snapshot, one.path) for one in word.places)
    if build.dockerfile in for_tests(snapshot) and not is_told:
        return "only tests have it built"
    if not is_run(build.dockerfile):
        return "its Dockerfile lies among tests or examples"
    found = parse(snapshot.text(build.dockerfile) or "", dict(build.arguments))
    stages = None if isinstance(found, Broken) or not found else Stages(found)
    wanted = stages.wanted(build.target.lower()) if stages else None
    if stages is None or wanted is None:
        return ""
    line = [stages[at] for at in stages.line(wanted)]
    starts = [step for one in line for step in one.steps if step.name in ("CMD", "ENTRYPOINT") and step.words]
    if not starts:
        base = re.split("[:@]", line[0].base.rpartition("/")[2])[0].lower()
        return "it starts nothing" if base in _BARE else ""
    first = (starts[-1].words[0].split() or [""])[0].rpartition("/")[2]
    return "it starts `make`" if first == "make" else ""


def _only_builds(place: Place) -> bool:
    """Of a `package.json`, a line is a script that is read; the whole of it is a package."""
    is_script = place.path.rpartition("/")[2] == "package.json" and place.line > 0
    return is_script or bool(_ONLY_BUILDS.search(place.path))
