"""Gather what each way of drawing a map would have called, for the services that say how they are built."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from unshipped.core.counting.figures import Span
from unshipped.core.model import IMAGE, IMPORTS, Build, Closure, Expected, Rule, Target
from unshipped.core.replaying.map_truth import IMAGE as WHOLE
from unshipped.core.replaying.map_truth import REACHED, Maps, scores, touched
from unshipped.errors import UsageError
from unshipped.ports import Archive


def map_truth(
    targets: Sequence[Target], repository: Callable[[str], Archive], span: Span, *, now: datetime
) -> Maps:
    """The rates for one repository: the first of the targets. Raises `GitError` and `UsageError`."""
    built = [
        (origin.repository, origin.closure.build)
        for target in targets
        for origin in target.origins
        if origin.closure.build
    ]
    if not built:
        raise UsageError("no service says how it is built", "declare `build`: a Dockerfile, or a directory")
    name = built[0][0]
    builds = [build for home, build in dict.fromkeys(built) if home == name]
    tip = repository(name).expected(Rule())
    if not isinstance(tip, Expected):
        raise UsageError(tip.message, tip.hint)
    ways = {
        "its directory": [Closure((_home(build),), settled=True) for build in builds],
        "and what links lead to": [Closure((_home(build),)) for build in builds],
        WHOLE: [Closure((), build=build, mode=IMAGE) for build in builds],
        REACHED: [Closure((), build=build, mode=IMPORTS) for build in builds],
    }
    asked = [closure for closures in ways.values() for closure in closures]
    found = repository(name).chronicle(tip.commit, span.since, (), asked, now=now)
    size = len(builds)
    reaches = {way: found.reaches[at * size : (at + 1) * size] for at, way in enumerate(ways)}
    landings = sum(one.at < span.until for one in found.landings)
    called = {
        way: {
            _named(build): [found.landings[place].commit for place in sorted(touched(reach, landings))]
            for build, reach in zip(builds, reaches[way], strict=True)
        }
        for way in ways
    }
    return Maps(scores(reaches, reaches[WHOLE], landings), size, max(landings - 1, 0), called)


def _named(build: Build) -> str:
    """What a build is known by: of one Dockerfile there may be several contexts, stages and arguments."""
    more = [build.context, build.target, *("=".join(one) for one in build.arguments), *build.entries]
    return " ".join(filter(None, [build.dockerfile or build.source, *more]))


def _home(build: Build) -> str:
    """The map that a person writes first: the directory of the service."""
    return build.source or build.dockerfile.rpartition("/")[0]
