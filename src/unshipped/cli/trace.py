"""`unshipped explain SERVICE --path FILE`: the chain that makes a file count."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from unshipped.app.expecting import expected
from unshipped.app.serving import Part
from unshipped.cli.grammar import Options
from unshipped.cli.options import open_from, rule_from, select
from unshipped.cli.output import emit, inert
from unshipped.cli.terminal import Screen, safe
from unshipped.core.exits import DRIFT, FINE
from unshipped.core.model import IMAGE, IMPORTS, Problem
from unshipped.errors import UntoldError
from unshipped.wiring import Fleet

if TYPE_CHECKING:
    from unshipped.discovery.chain import Chain, Link
    from unshipped.discovery.values import Derived


def trace(options: Options) -> int:
    """Tell for each path and each of the service's repositories. Exits with 1 where one does not count."""
    fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
    targets = select(fleet, [options.service], options.environments)
    screen = Screen(colour=options.colour)
    several = [(target, origin) for target in targets for origin in target.origins]
    parts = {(one.repository, one.closure, one.rule): (target, one) for target, one in several}.values()
    maps = [_Map(fleet, part, options.expected) for part in parts]
    told, all_count = [], True
    for path in map(_normal, options.paths):
        found = [(one.chain(path), one.commit) for one in maps]
        counting = [one for one in found if one[0].counts]
        all_count = all_count and bool(counting)
        told += [_told(one, options.service, commit, screen) for one, commit in counting or found]
    emit(inert("\n".join(told)))
    return FINE if all_count else DRIFT


def _normal(text: str) -> str:
    path = str(PurePosixPath(text))
    return "" if path == "." else path


def _commit(fleet: Fleet, part: Part, asked: str | None) -> str:
    repository = fleet.repository(part[1].repository)
    [found] = expected([part], {part[1].repository: repository}, fleet.source, rule_from(asked))
    if isinstance(found, Problem):
        raise UntoldError(found.message, found.hint)
    return found.commit


class _Map:
    """What one repository holds of the service, at the commit that should serve."""

    def __init__(self, fleet: Fleet, part: Part, asked: str | None) -> None:
        from unshipped.discovery.derive import derive

        _, origin = part
        self.commit = _commit(fleet, part, asked)
        self._snapshot = fleet.snapshot(origin.repository, self.commit)
        self._derived = derive(self._snapshot, origin.closure, fleet.analyses())
        self._image: Derived | None = None
        if origin.closure.mode == IMPORTS:
            self._image = derive(self._snapshot, origin.closure._replace(mode=IMAGE), fleet.analyses())

    def chain(self, path: str) -> Chain:
        """Why a path counts; of one that does not, how it is copied nevertheless."""
        from unshipped.discovery.chain import Chain, chain

        if self._derived is None:
            return Chain(path)
        found = chain(self._snapshot, self._derived, path)
        if found.steps or self._image is None:
            return found
        return found._replace(unused=chain(self._snapshot, self._image, path).steps)


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
    why = "" if found.exists else ": seen from the top of the repository, there is no such file"
    return f"{path} does not count for {service} at {at}{why}"


def _step(depth: int, step: Link, steps: tuple[Link, ...]) -> str:
    above = steps[depth - 1].path if depth else ""
    said = f"{above}:{step.line}  {step.how}" if above and step.line else step.how
    return f"  {'   ' * depth}└─ {safe(step.path or '.')}  ({safe(said)})"
