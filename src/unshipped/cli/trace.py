"""`unshipped explain SERVICE --path FILE`: the chain that makes a file count."""

from __future__ import annotations

from argparse import Namespace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from unshipped.cli.options import open_from, rule_from, select
from unshipped.cli.output import emit
from unshipped.cli.terminal import Screen, safe
from unshipped.core.model import IMAGE, IMPORTS, Origin, Problem
from unshipped.errors import UsageError
from unshipped.wiring import Fleet

if TYPE_CHECKING:
    from unshipped.discovery.chain import Chain, Link


def trace(options: Namespace) -> int:
    """Tell for each path and each of the service's repositories. Exits with 1 where one does not count."""
    fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
    targets = select(fleet, [options.service], options.environments)
    screen = Screen(colour=options.colour)
    several = [origin for target in targets for origin in target.origins]
    origins = {(one.repository, one.closure, one.rule): one for one in several}.values()
    told, all_count = [], True
    for text in options.paths:
        found = [_in(fleet, origin, options.expected, _normal(text)) for origin in origins]
        counting = [one for one in found if one[0].counts]
        all_count = all_count and bool(counting)
        told += [_told(one, options.service, commit, screen) for one, commit in counting or found]
    emit("\n".join(told))
    return 0 if all_count else 1


def _normal(text: str) -> str:
    path = str(PurePosixPath(text))
    return "" if path == "." else path


def _in(fleet: Fleet, origin: Origin, expected: str | None, path: str) -> tuple[Chain, str]:
    """What one repository says of a path, at the commit that should serve."""
    commit = _commit(fleet, origin, expected)
    return _chain(fleet, origin, commit, path), commit


def _commit(fleet: Fleet, origin: Origin, expected: str | None) -> str:
    found = fleet.repository(origin.repository).expected(rule_from(expected) or origin.rule)
    if isinstance(found, Problem):
        raise UsageError(found.message, found.hint)
    return found.commit


def _chain(fleet: Fleet, origin: Origin, commit: str, path: str) -> Chain:
    from unshipped.discovery.chain import Chain, chain
    from unshipped.discovery.derive import derive

    snapshot = fleet.snapshot(origin.repository, commit)
    derived = derive(snapshot, origin.closure, fleet.analyses())
    if derived is None:
        return Chain(path)
    found = chain(snapshot, derived, path)
    if found.steps or origin.closure.mode != IMPORTS:
        return found
    image = derive(snapshot, origin.closure._replace(mode=IMAGE), fleet.analyses())
    return found._replace(unused=chain(snapshot, image, path).steps) if image else found


def _told(found: Chain, service: str, commit: str, screen: Screen) -> str:
    path = safe(found.path or ".")
    lines = [screen.paint(_headline(found, safe(service), path, commit), "bold"), ""]
    if found.steps:
        lines.append(f"  {safe(service)}")
        lines += [_step(depth, step, found.steps) for depth, step in enumerate(found.steps)]
    if found.unused:
        lines.append("  it is copied, but nothing that is started asks for it:")
        lines += [_step(depth, step, found.unused) for depth, step in enumerate(found.unused)]
    if found.ignored_by:
        lines.append(f"  taken out again by the pattern {safe(found.ignored_by)}")
    lines += [
        f"  wider than it may be: {safe(doubt.why)} ({safe(str(doubt.place))})" for doubt in found.doubts
    ]
    return "\n".join(lines).rstrip() + "\n"


def _headline(found: Chain, service: str, path: str, commit: str) -> str:
    at = commit[:9]
    if found.counts:
        return f"{path} counts for {service} at {at}"
    why = "" if found.exists else ": there is no such file"
    return f"{path} does not count for {service} at {at}{why}"


def _step(depth: int, step: Link, steps: tuple[Link, ...]) -> str:
    above = steps[depth - 1].path if depth else ""
    said = f"{above}:{step.line}  {step.how}" if above and step.line else step.how
    return f"  {'   ' * depth}└─ {safe(step.path or '.')}  ({safe(said)})"
